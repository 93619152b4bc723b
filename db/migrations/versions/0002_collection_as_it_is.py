"""Terms of places, visits and checks that are due, deletions that follow quotes, retention."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ZERO = sa.text("0")
_EMPTY = sa.text("''")


def upgrade() -> None:
    for name in ("store_text", "export_text", "train"):
        op.add_column("place", sa.Column(name, sa.Boolean(), nullable=False, server_default="1"))
    op.add_column("place", sa.Column("keep_days", sa.Integer(), nullable=True))
    op.add_column(
        "place", sa.Column("attribution", sa.Text(), nullable=False, server_default=_EMPTY)
    )
    for table in ("thread", "address"):
        op.add_column(table, sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
        op.create_index(op.f(f"ix_{table}_due_at"), table, ["due_at"], unique=False)
    op.add_column("post_text", sa.Column("purged_because", sa.String(length=120), nullable=True))
    op.add_column("thread", sa.Column("purged_because", sa.String(length=120), nullable=True))
    op.add_column("cursor", sa.Column("found_at", sa.DateTime(timezone=True), nullable=True))
    for name in ("skipped", "capped", "threads_visited", "posts_checked"):
        op.add_column(
            "run_source", sa.Column(name, sa.Integer(), nullable=False, server_default=_ZERO)
        )
    op.add_column(
        "run_source", sa.Column("dollars", sa.Double(), nullable=False, server_default=_ZERO)
    )
    for name, kind in (("state", sa.String(length=120)), ("body_hash", sa.String(length=120))):
        op.add_column("outage", sa.Column(name, kind, nullable=False, server_default=_EMPTY))
    op.add_column(
        "outage",
        sa.Column(
            "told_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.text("'1970-01-01 00:00:00'"),
        ),
    )
    op.create_table(
        "passage",
        sa.Column("thread", sa.String(length=24), nullable=False),
        sa.Column("hash", sa.String(length=24), nullable=False),
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("sought", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("thread", "hash", name=op.f("pk_passage")),
    )
    op.create_index(
        op.f("ix_passage_post"),
        "passage",
        ["post"],
        unique=False,
        sqlite_where=sa.text("NOT sought"),
        postgresql_where=sa.text("NOT sought"),
    )
    op.create_index(
        op.f("ix_post_version"),
        "post",
        ["version"],
        unique=False,
        sqlite_where=sa.text("version > 1"),
        postgresql_where=sa.text("version > 1"),
    )
    op.create_table(
        "release_candidate",
        sa.Column("id", sa.String(length=120), nullable=False),
        sa.Column("vendor", sa.String(length=120), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("suggested", sa.String(length=120), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=120), nullable=False),
        sa.Column("release", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_candidate")),
    )
    op.create_table(
        "sample",
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("stream", sa.String(length=120), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["post"], ["post.key"], name=op.f("fk_sample_post_post")),
        sa.PrimaryKeyConstraint("post", "stream", name=op.f("pk_sample")),
    )
    op.execute("UPDATE post_text SET purged_because = 'deleted' WHERE purged_at IS NOT NULL")
    _spans_of_models()


def _spans_of_models() -> None:
    """The current model becomes the one that is shown on all days."""
    span = op.create_table(
        "model_span",
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["model"], ["model.id"], name=op.f("fk_model_span_model_model")),
        sa.PrimaryKeyConstraint("first_day", name=op.f("pk_model_span")),
    )
    model = sa.table("model", sa.column("id"), sa.column("current", sa.Boolean()))
    query = sa.select(model.c.id).where(model.c.current)
    for current in op.get_bind().scalars(query).all():
        op.bulk_insert(span, [{"first_day": date.min, "model": current}])
    op.drop_column("model", "current")
