"""How the place of a thread closed it, and what a post calls its original."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NAME = sa.String(length=120)
_HASH = sa.String(length=24)


def upgrade() -> None:
    op.create_table(
        "thread_closing",
        sa.Column("thread", _HASH, nullable=False),
        sa.Column("ending", _NAME, nullable=False),
        sa.Column("closer", _NAME, nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["thread"], ["thread.key"], name=op.f("fk_thread_closing_thread_thread")
        ),
        sa.PrimaryKeyConstraint("thread", name=op.f("pk_thread_closing")),
    )
    op.create_table(
        "thread_original",
        sa.Column("thread", _HASH, nullable=False),
        sa.Column("original", _HASH, nullable=False),
        sa.ForeignKeyConstraint(
            ["thread"], ["thread.key"], name=op.f("fk_thread_original_thread_thread")
        ),
        sa.PrimaryKeyConstraint("thread", name=op.f("pk_thread_original")),
    )
