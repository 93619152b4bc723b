"""Kept daily counts without the posts that they came from: fast, for tests of what rests on them.

Nothing is known of delays then, so the last 14 days of a place are taken for incomplete.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import daily
import numpy as np
from sqlalchemy import Connection, Engine

from db.engine import write
from db.judges import Judges, know, show
from db.posts import save_places
from db.tables import DailyCountRow, ExposureRow
from db.upsert import slices, upsert
from domain.causes import Cause
from domain.nouns import Frame, Place

MODEL = "counted-model-1"
FIRST = date(2025, 1, 1)
JUDGES = Judges.only(MODEL)


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedPlace:
    """A place with so many judged posts a day, and the share of each cause among them."""

    name: str
    product: str
    posts: float = 200.0
    rates: Mapping[Cause, daily.Rate]
    frame: Frame = Frame.ALL_POSTS


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def fill(
    engine: Engine,
    places: Sequence[CountedPlace],
    *,
    days: int,
    seed: int = 3,
    model: str = MODEL,
    first: date = FIRST,
) -> None:
    """Counts of `days` days from `first` on; the places are visited once all are over."""
    now = noon(first + timedelta(days=days))
    with write(engine) as connection:
        know(connection, model, {}, now)
        show(connection, Judges.only(model), now)
        save_places(
            connection,
            [Place(name=p.name, source=p.name.partition(":")[0], frame=p.frame) for p in places],
        )
        add(connection, places, range(days), np.random.default_rng(seed), model, first)
    daily.visit(engine, [as_daily(place) for place in places], now)


def add(
    connection: Connection,
    places: Sequence[CountedPlace],
    days: Sequence[int],
    dice: np.random.Generator,
    model: str = MODEL,
    first: date = FIRST,
) -> None:
    """Counts of these days after `first`, in place of those that are there."""
    exposure, counts = [], []
    for number in days:
        day = first + timedelta(days=number)
        for place in places:
            posts = int(dice.poisson(place.posts * (0.8 if day.weekday() >= 5 else 1.0)))
            for product in ("*", place.product):
                cell = {"day": day, "place": place.name, "product": product, "model": model}
                exposure.append(cell | {"language": "en", "posts": posts})
            for cause, rate in place.rates.items():
                seen = int(dice.poisson(posts * rate(day)))
                three = {"reports": seen + seen // 10, "reporters": seen, "threads": seen}
                for product in ("*", place.product):
                    cell = {"day": day, "place": place.name, "product": product, "model": model}
                    counts.append(cell | {"decision": cause.value, **three})
    for table, rows in ((ExposureRow, exposure), (DailyCountRow, counts)):
        values = [c.name for c in table.__table__.columns if not c.primary_key]
        for part in slices(rows):
            upsert(connection, table, part, update=values)


def as_daily(place: CountedPlace) -> daily.DailyPlace:
    """The place as `daily.visit` wants it."""
    return daily.DailyPlace(name=place.name, product=place.product)
