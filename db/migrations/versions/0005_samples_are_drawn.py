"""Samples are drawn: by whom each post got in, and with which chance."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "draw",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("stream", sa.String(length=120), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("strata", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["model"], ["model.id"], name=op.f("fk_draw_model_model")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_draw")),
    )
    op.drop_table("sample")  # no program wrote it before
    op.create_table(
        "sample",
        sa.Column("post", sa.String(length=24), nullable=False),
        sa.Column("stream", sa.String(length=120), nullable=False),
        sa.Column("draw", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("stratum", sa.String(length=250), nullable=False),
        sa.Column("chance", sa.Double(), nullable=True),
        sa.Column("position", sa.Double(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["draw"], ["draw.number"], name=op.f("fk_sample_draw_draw")),
        sa.ForeignKeyConstraint(["post"], ["post.key"], name=op.f("fk_sample_post_post")),
        sa.PrimaryKeyConstraint("post", "stream", name=op.f("pk_sample")),
    )
