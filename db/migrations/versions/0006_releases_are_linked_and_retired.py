"""Releases: which models an announcement went into, and why an entry no longer stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("contained_in", "retired"):
        op.add_column(
            "release", sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''"))
        )
