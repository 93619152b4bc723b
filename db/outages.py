"""Saving what vendors' status pages tell. Entries are edited in place: the latest word counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, select

from db.changes import log
from db.tables import OutageRow
from db.upsert import upsert
from domain.nouns import Outage


def save(connection: Connection, outages: Sequence[Outage], now: datetime) -> int:
    """Makes or updates outages by key; gives how many are new or told otherwise than before.

    An older telling of an entry that we hold changes nothing. A change of state, times or words
    leaves a line in the change log.
    """
    rows = {outage.key: asdict(outage) for outage in outages}
    if not rows:
        return 0
    query = select(OutageRow.__table__).where(OutageRow.key.in_(list(rows)))
    held = {row.key: row._asdict() for row in connection.execute(query)}
    news = [row for key, row in rows.items() if key not in held or _newer(row, held[key])]
    columns = [column.name for column in OutageRow.__table__.columns if not column.primary_key]
    upsert(connection, OutageRow, news, update=columns)
    for row in news:
        if before := held.get(row["key"]):
            log(
                connection,
                "outage",
                row["key"],
                "told otherwise",
                before=_logged(before),
                after=_logged(row),
                now=now,
            )
    return len(news)


def _newer(row: dict[str, object], held: dict[str, object]) -> bool:
    return row != held and row["told_at"] >= held["told_at"]  # type: ignore[operator] # both are moments


def _logged(row: dict[str, object]) -> dict[str, object]:
    names = ("name", "impact", "state", "started_at", "resolved_at", "body_hash")
    return {name: None if row[name] is None else str(row[name]) for name in names}
