"""How long after they were written posts were first seen: what the last days still lack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Date, cast, func, select

from db.tables import PostRow


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstSeen:
    """Posts of one place and UTC day that were first seen on one UTC day."""

    place: str
    day: date  # written
    seen: date
    posts: int


def first_seen(connection: Connection, first: date) -> list[FirstSeen]:
    """Posts written from `first` on, by place, day and the day they were seen, in this order.

    Without back-filled ones: they say when history was read, not how late posts come.
    """
    seen = _utc_day(connection, PostRow.first_seen_at).label("seen")
    cell = (PostRow.place, PostRow.day, seen)
    query = select(*cell, func.count()).where(PostRow.day >= first, PostRow.back_filled.is_(False))
    rows = connection.execute(query.group_by(*cell).order_by(*cell))
    return [FirstSeen(place=p, day=d, seen=s, posts=n) for p, d, s, n in rows]


def _utc_day(connection: Connection, moment: Any) -> Any:
    """The UTC day of a moment: SQLite keeps moments as text in UTC, PostgreSQL in no zone."""
    if connection.dialect.name == "sqlite":
        return func.date(moment, type_=Date)
    return cast(func.timezone("UTC", moment), Date)
