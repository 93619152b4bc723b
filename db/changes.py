"""The change log: what changed, when, from what to what. Lines are added, never altered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from db.tables import ChangeLog


def log(
    connection: Connection,
    subject: str,
    key: str,
    what: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    now: datetime,
) -> None:
    """Adds one line. No text of a post belongs in `before` or `after`: it could not be purged."""
    connection.execute(
        insert(ChangeLog),
        [
            {
                "at": now,
                "subject": subject,
                "key": key,
                "what": what,
                "before": before or {},
                "after": after or {},
            }
        ],
    )
