"""What is collected, and when that changed: no comparison may straddle such a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from db.posts import save_places
from db.tables import PlaceRow, SeriesEvent
from db.upsert import upsert
from domain.nouns import Place

FRAME_CHANGED, QUERY_CHANGED = "coverage", "query"


def save(connection: Connection, places: Sequence[Place], now: datetime) -> None:
    """Makes or updates places; where frame or query is another than before, that day is noted."""
    query = select(PlaceRow.name, PlaceRow.frame, PlaceRow.query)
    held = {
        row.name: row
        for row in connection.execute(query.where(PlaceRow.name.in_([p.name for p in places])))
    }
    events = [
        {
            "place": place.name,
            "kind": kind,
            "day": now.date(),
            "detail": f"from {before or 'none'} to {after or 'none'}",
        }
        for place in places
        if (row := held.get(place.name))
        for kind, before, after in (
            (FRAME_CHANGED, row.frame, place.frame.value),
            (QUERY_CHANGED, row.query, place.query),
        )
        if before != after
    ]
    upsert(connection, SeriesEvent, events, update=("detail",))
    save_places(connection, places)
