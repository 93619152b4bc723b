"""Of which sources a real answer was read here: tests against recordings prove only so much."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from db.tables import Meta
from db.upsert import upsert

_PREFIX = "seen live: "


def note(connection: Connection, source: str, now: datetime) -> None:
    """Notes that posts of the service itself were read; the first time stays."""
    row = {"name": f"{_PREFIX}{source}", "value": now.isoformat(timespec="seconds")}
    upsert(connection, Meta, [row])


def since(connection: Connection) -> dict[str, datetime]:
    """When posts of each source were first read from the service itself."""
    rows = connection.execute(select(Meta.name, Meta.value).where(Meta.name.startswith(_PREFIX)))
    return {name.removeprefix(_PREFIX): datetime.fromisoformat(value) for name, value in rows}
