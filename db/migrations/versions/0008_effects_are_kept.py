"""What tests of changes found is kept, and frozen once a family of tests is closed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NAME = sa.String(length=120)


def upgrade() -> None:
    op.create_table(
        "release_effect",
        *_effect(),
        sa.PrimaryKeyConstraint(
            "model", "product", "cluster", "cause", name=op.f("pk_release_effect")
        ),
    )
    op.create_table(
        "frozen_effect",
        *_effect(),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "model", "product", "cluster", "cause", name=op.f("pk_frozen_effect")
        ),
    )
    op.create_table(
        "frozen_family",
        sa.Column("model", _NAME, nullable=False),
        sa.Column("family", _NAME, nullable=False),
        sa.Column("product", _NAME, nullable=False),
        sa.Column("closed", sa.Date(), nullable=False),
        sa.Column("tests", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("model", "family", name=op.f("pk_frozen_family")),
    )
    op.create_table(
        "completeness",
        sa.Column("place", _NAME, nullable=False),
        sa.Column("seen_until", sa.Date(), nullable=False),
        sa.Column("complete_through", sa.Date(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("share", sa.JSON(), nullable=False),
        sa.Column("expected", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_completeness")),
    )
    op.create_table(
        "computed",
        sa.Column("product", _NAME, nullable=False),
        sa.Column("what", _NAME, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("product", "what", name=op.f("pk_computed")),
    )
    op.add_column(
        "episode", sa.Column("detail", sa.JSON(), nullable=False, server_default=sa.text("'{}'"))
    )
    for table in ("frozen_effect", "frozen_family"):
        _append_only(table)


def _effect() -> list[sa.Column[Any]]:
    names = ("model", "product", "cluster", "cause", "family", "verdict")
    numbers = (
        *("ratio", "low", "high", "p", "q", "q_dependent"),
        *("smallest_rise", "smallest_fall", "needed"),
    )
    counts = ("events_before", "events_after", "posts_before", "posts_after")
    return [
        *(sa.Column(name, _NAME, nullable=False) for name in names),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("preliminary", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Double(), nullable=True) for name in numbers),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in counts),
        sa.Column("detail", sa.JSON(), nullable=False),
    ]


def _append_only(table: str) -> None:
    """The database itself refuses to alter or delete a line of `table`."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
