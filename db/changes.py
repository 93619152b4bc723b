"""The change log: what changed, when, from what to what. Lines are added, never altered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

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
    connection.execute(insert(ChangeLog), [_line(subject, key, what, before, after, now)])


def log_each(
    connection: Connection,
    subject: str,
    what: str,
    after: Mapping[str, dict[str, Any]],
    now: datetime,
) -> None:
    """Adds a line for each key of `after`, as `log` does."""
    if after:
        lines = [_line(subject, key, what, None, told, now) for key, told in after.items()]
        connection.execute(insert(ChangeLog), lines)


def _line(
    subject: str,
    key: str,
    what: str,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
    now: datetime,
) -> dict[str, Any]:
    return {
        "at": now,
        "subject": subject,
        "key": key,
        "what": what,
        "before": before or {},
        "after": after or {},
    }


def last(connection: Connection) -> int:
    """The number of the newest line, 0 before the first: what comes later has a higher one."""
    return connection.scalar(select(func.max(ChangeLog.number))) or 0
