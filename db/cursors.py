"""How far each source was read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from db.tables import Cursor
from db.upsert import upsert


def get(connection: Connection, source: str, stream: str) -> dict[str, Any] | None:
    """The cursor, or None where this stream was never read."""
    return connection.scalar(
        select(Cursor.value).where(Cursor.source == source, Cursor.stream == stream)
    )


def move(
    connection: Connection, source: str, stream: str, value: dict[str, Any], now: datetime
) -> None:
    """Moves a cursor: only in the transaction that saves the rows it passes."""
    row = {"source": source, "stream": stream, "value": value, "moved_at": now, "found_at": None}
    upsert(connection, Cursor, [row], update=("value", "moved_at"))


def found(connection: Connection, source: str, stream: str, now: datetime) -> None:
    """Notes that reading this stream gave a post, where the stream has a cursor."""
    connection.execute(
        update(Cursor).where(Cursor.source == source, Cursor.stream == stream).values(found_at=now)
    )


def found_at(connection: Connection, source: str, stream: str) -> datetime | None:
    """When reading this stream last gave a post; None where it never did."""
    return connection.scalar(
        select(Cursor.found_at).where(Cursor.source == source, Cursor.stream == stream)
    )


def all_cursors(connection: Connection) -> dict[tuple[str, str], dict[str, Any]]:
    """Every cursor by (source, stream)."""
    rows = connection.execute(select(Cursor.source, Cursor.stream, Cursor.value))
    return {(source, stream): value for source, stream, value in rows}
