"""A database with posts on every day of a year or so: what tests about trends stand on.

Rows are inserted as they are, thousands in a moment; what is random follows a seed. Every post is a
thread and an author of its own, so that reports, reporters and threads are equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, Engine, insert

from db import runs
from db.engine import write
from db.judges import Judges, know, show
from db.tables import PlaceRow, PostProduct, PostRow, PostText, ReleaseRow, ThreadRow, VerdictRow
from db.upsert import slices
from domain.causes import Cause, Decision
from domain.nouns import Frame, RunReport, SourceReport

MODEL = "daily-model-1"
FIRST = date(2025, 9, 1)
DAYS = 400
NOW = datetime.combine(FIRST + timedelta(days=DAYS), time(12), UTC)
Rate = Callable[[date], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyPlace:
    """A place that was collected live from `FIRST` on; rates are shares of its posts."""

    name: str
    product: str
    posts: float = 40.0  # a day, on average
    frame: Frame = Frame.ALL_POSTS
    rates: tuple[tuple[Cause, Rate], ...] = ()

    @property
    def source(self) -> str:
        return self.name.partition(":")[0]


def level(rate: float) -> Rate:
    """The same share on all days."""
    return lambda _day: rate


def step(rate: float, on: date, times: float) -> Rate:
    """A share that is `times` as high from `on` on."""
    return lambda day: rate * times if day >= on else rate


def fill(
    engine: Engine,
    places: Sequence[DailyPlace],
    *,
    days: int = DAYS,
    seed: int = 1,
    first: date = FIRST,
) -> None:
    """Fills an empty, migrated database with `days` days of judged posts, seen within the hour."""
    dice = np.random.default_rng(seed)
    end = datetime.combine(first + timedelta(days=days), time(12), UTC)
    with write(engine) as connection:
        know(connection, MODEL, {"name": "daily"}, end)
        show(connection, Judges.only(MODEL), end)
        connection.execute(insert(PlaceRow), [_place(place) for place in places])
        add(connection, places, range(days), dice, first=first)
    visit(engine, places, end)


def visit(engine: Engine, places: Sequence[DailyPlace], at: datetime) -> None:
    """A run that read every source to its end."""
    number = runs.begin(engine, "ingest", at)
    sources = {place.source for place in places}
    read = tuple(SourceReport(source=source, outcome="done") for source in sorted(sources))
    report = RunReport(
        stage="ingest", started_at=at, finished_at=at, outcome="done", counts={}, sources=read
    )
    runs.finish(engine, number, report)


def add(
    connection: Connection,
    places: Sequence[DailyPlace],
    days: Sequence[int],
    dice: np.random.Generator,
    *,
    first: date = FIRST,
) -> int:
    """Posts of these days after `first`; gives their number. Call once for each day."""
    made = [
        row
        for day in days
        for n, place in enumerate(places)
        for row in _posts(place, n, day, dice, first)
    ]
    for part in slices(made):
        for table in (ThreadRow, PostRow, PostText, PostProduct, VerdictRow):
            connection.execute(insert(table), [row[table.__tablename__] for row in part])
    return len(made)


def release(
    connection: Connection,
    name: str,
    *,
    deployed: date | None,
    product: str,
    kind: str = "model_release",
    announced: date | None = None,
    **more: Any,
) -> None:
    """An entry of the timeline."""
    row = {
        "id": name,
        "announced": announced or deployed,
        "date_precision": "day",
        "deployed": deployed,
        "vendor": "Vendor",
        "product": product,
        "affects": product,
        "kind": kind,
        "title": f"Title of {name}",
        "claimed_effect": "Fewer failures, says the vendor.",
        "source_url": f"https://vendor.example.org/{name}",
        "source_title": name,
        "confidence": "high",
        "note": "",
    }
    connection.execute(insert(ReleaseRow), [row | more])


def _place(place: DailyPlace) -> dict[str, Any]:
    return {
        "name": place.name,
        "source": place.source,
        "frame": place.frame.value,
        "query": "",
        "store_text": True,
        "export_text": True,
        "train": True,
        "keep_days": None,
        "attribution": "",
    }


def _posts(
    place: DailyPlace, number: int, at: int, dice: np.random.Generator, first: date
) -> Iterator[dict[str, dict[str, Any]]]:
    """Rows by table of every post of one place and day."""
    day = first + timedelta(days=at)
    shares = [rate(day) for _, rate in place.rates]
    posts = int(dice.poisson(place.posts * (0.8 if day.weekday() >= 5 else 1.0)))
    said = dice.choice(len(shares) + 1, size=posts, p=[*shares, 1.0 - sum(shares)])
    for n, which in enumerate(said.tolist()):
        cause = place.rates[which][0] if which < len(shares) else None
        yield _rows(place, f"{number:02x}{at:06x}{n:06x}".ljust(24, "0"), day, n, cause)


def _rows(
    place: DailyPlace, key: str, day: date, number: int, cause: Cause | None
) -> dict[str, dict[str, Any]]:
    written = datetime.combine(day, time(1), UTC) + timedelta(minutes=number % 1200)
    seen = written + timedelta(minutes=50)
    report = 0.9 if cause else 0.05
    return {
        "thread": {
            "key": key,
            "place": place.name,
            "title": "",
            "opened_at": written,
            "first_seen_at": seen,
        },
        "post": {
            "key": key,
            "thread": key,
            "place": place.name,
            "kind": "story",
            "author": key[::-1],
            "state": "live",
            "version": 1,
            "depth": 0,
            "back_filled": False,
            "written_at": written,
            "day": day,
            "first_seen_at": seen,
        },
        "post_text": {
            "post": key,
            "version": 1,
            "title": "",
            "text": f"What was said of {place.product}.",
            "raw_hash": key,
            "seen_at": seen,
        },
        "post_product": {"post": key, "product": place.product},
        "verdict": {
            "post": key,
            "version": 1,
            "model": MODEL,
            "day": day,
            "report_probability": report,
            "causes": {c.value: report * (0.9 if c is cause else 0.03) for c in Cause},
            "likely_cause": cause.value if cause else None,
            "decision": cause.value if cause else Decision.NOT_A_REPORT.value,
            "step": 16 if cause else 0,
            "judged": True,
            "language": "en",
        },
    }
