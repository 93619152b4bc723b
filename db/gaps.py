"""Stretches in which a place could not be collected: missing is never zero."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, select, update

from db.tables import Gap
from db.upsert import upsert

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # where the gap before a place's first day begins


def begin(connection: Connection, place: str, began: datetime, reason: str) -> None:
    """Opens a gap, unless one is open there: then that one goes on."""
    is_open = connection.scalar(select(Gap.began).where(Gap.place == place, Gap.ended.is_(None)))
    if is_open is None:
        row = {"place": place, "began": began, "ended": None, "reason": reason}
        upsert(connection, Gap, [row], update=("ended", "reason"))


def end(connection: Connection, place: str, ended: datetime) -> None:
    """Closes the open gap of a place, where there is one."""
    connection.execute(
        update(Gap).where(Gap.place == place, Gap.ended.is_(None)).values(ended=ended)
    )


def fill(connection: Connection, place: str) -> None:
    """Takes the open gap of a place away: what was missing there has been read since."""
    connection.execute(delete(Gap).where(Gap.place == place, Gap.ended.is_(None)))


def note(connection: Connection, place: str, began: datetime, ended: datetime, reason: str) -> None:
    """Keeps a gap that is known from end to end, or moves its end."""
    row = {"place": place, "began": began, "ended": ended, "reason": reason}
    upsert(connection, Gap, [row], update=("ended", "reason"))
