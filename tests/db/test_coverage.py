"""A place that is collected otherwise than before says so on the day of the change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from db import coverage
from db.engine import read, write
from db.tables import PlaceRow, SeriesEvent
from domain.nouns import Frame, Place

PLACE = Place(name="mastodon:one", source="mastodon", frame=Frame.PRODUCT_QUERY, query="#claude")


def events(engine: Engine) -> list[tuple[str, str, str]]:
    with read(engine) as connection:
        rows = connection.execute(select(SeriesEvent).order_by(SeriesEvent.day, SeriesEvent.kind))
        return [(row.kind, str(row.day), row.detail) for row in rows]


def test_a_new_place_and_the_same_again_are_no_change(engine: Engine, now: datetime) -> None:
    for _ in range(2):
        with write(engine) as connection:
            coverage.save(connection, [PLACE], now)
    assert events(engine) == []


def test_another_frame_or_query_is_noted_once_with_its_day(engine: Engine, now: datetime) -> None:
    changed = replace(PLACE, frame=Frame.CAPPED_FEED, query="#claudeai")
    later = now + timedelta(days=3)
    with write(engine) as connection:
        coverage.save(connection, [PLACE], now)
    for hours in (0, 1, 30):
        with write(engine) as connection:
            coverage.save(connection, [changed], later + timedelta(hours=hours))
    assert events(engine) == [
        ("coverage", "2026-11-26", "from matches of a product query to capped feed"),
        ("query", "2026-11-26", "from #claude to #claudeai"),
    ]
    with read(engine) as connection:
        assert connection.scalar(select(PlaceRow.frame)) == Frame.CAPPED_FEED.value
