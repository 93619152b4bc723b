"""Incidents across threads: sketches of texts, what is to be grouped anew, people's decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_HASH = sa.String(length=24)
_NAME = sa.String(length=120)
_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name, default in (("role", "'report'"), ("decision", "''")):
        op.add_column(
            "incident_member",
            sa.Column(name, _NAME, nullable=False, server_default=sa.text(default)),
        )
    op.create_table(
        "mark",
        sa.Column("post", _HASH, nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("corroborates", sa.Boolean(), nullable=False),
        sa.Column("sketch", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["post"], ["post.key"], name=op.f("fk_mark_post_post")),
        sa.PrimaryKeyConstraint("post", name=op.f("pk_mark")),
    )
    op.create_table(
        "sketch_band",
        sa.Column("band", sa.BigInteger(), nullable=False),
        sa.Column("post", _HASH, nullable=False),
        sa.ForeignKeyConstraint(["post"], ["post.key"], name=op.f("fk_sketch_band_post_post")),
        sa.PrimaryKeyConstraint("band", "post", name=op.f("pk_sketch_band")),
    )
    op.create_index(op.f("ix_sketch_band_post"), "sketch_band", ["post"], unique=False)
    op.create_table(
        "grouping_due",
        sa.Column("post", _HASH, nullable=False),
        sa.PrimaryKeyConstraint("post", name=op.f("pk_grouping_due")),
    )
    _constraints()


def _constraints() -> None:
    op.create_table(
        "link_constraint",
        sa.Column("number", _SERIAL, sa.Identity(always=False), nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("person", _NAME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_link_constraint")),
    )
    op.create_table(
        "link_constraint_post",
        sa.Column("number", _SERIAL, nullable=False),
        sa.Column("post", _HASH, nullable=False),
        sa.Column("side", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["link_constraint.number"],
            name=op.f("fk_link_constraint_post_number_link_constraint"),
        ),
        sa.ForeignKeyConstraint(
            ["post"], ["post.key"], name=op.f("fk_link_constraint_post_post_post")
        ),
        sa.PrimaryKeyConstraint("number", "post", name=op.f("pk_link_constraint_post")),
    )
    op.create_index(
        op.f("ix_link_constraint_post_post"), "link_constraint_post", ["post"], unique=False
    )
    for table in ("link_constraint", "link_constraint_post"):
        _append_only(table)


def _append_only(table: str) -> None:
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
