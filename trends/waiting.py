"""How complete the last days of each place are, and what they will come to.

First-seen times are honest only from the day on which a place was first collected, and not in gaps:
posts from before and from gaps are left out of the estimate. Where nothing is known of a place's
delay, its last days are taken for incomplete for as long as any delay that is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from itertools import groupby
from math import isfinite

import numpy as np

from db.queries.delays import FirstSeen
from db.queries.tested import TestedPlace
from trends.delay import DEPTH, WINDOW, Delay, nowcast, reporting_triangle
from trends.delay import completeness as estimated
from trends.periods import ONE_DAY, Stretch, days, touched

DELAY_DAYS = WINDOW + DEPTH  # how far back posts are looked at


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """A day of which not all posts are seen yet; `high` is None where no limit can be given."""

    day: date
    seen: int
    share: float  # seen, of all that there will be
    estimate: float
    low: float
    high: float | None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Completeness:
    """What is known of the delay at one place on the day `at`, when it was last read.

    `since`: the day from which on posts were seen as they came; None where none were in the days
    that are looked at, the first of these where it was earlier.
    """

    place: str
    at: date
    since: date | None
    delay: Delay | None  # None: nothing is known
    through: date  # the last day of which 95 % or more are seen


def completeness(
    seen: Iterable[FirstSeen], places: Sequence[TestedPlace], today: date
) -> dict[str, Completeness]:
    """Place -> what is known of its delay. `seen`: live posts of the last days, by place."""
    rows = {place: list(mine) for place, mine in groupby(seen, key=lambda row: row.place)}
    return {place.name: _of_place(place, rows.get(place.name, []), today) for place in places}


def expected(
    known: Completeness, counts: Mapping[date, int], today: date, *, level: float = 0.95
) -> tuple[Expected, ...]:
    """What the days before `today` that aren't complete will come to; `counts`: seen so far."""
    waiting = list(days(known.through + ONE_DAY, min(known.at, today - ONE_DAY)))
    if not waiting or known.delay is None:
        return ()
    ages = [(known.at - day).days for day in waiting]
    made = nowcast([counts.get(day, 0) for day in waiting], ages, known.delay, level=level)
    return tuple(
        Expected(
            day=day,
            seen=counts.get(day, 0),
            share=float(made.share[n]),
            estimate=float(made.estimate[n]),
            low=float(made.low[n]),
            high=float(made.high[n]) if isfinite(made.high[n]) else None,
        )
        for n, day in enumerate(waiting)
        if isfinite(made.estimate[n])
    )


def _of_place(place: TestedPlace, rows: Sequence[FirstSeen], today: date) -> Completeness:
    at = today
    if place.visited_at is not None:
        at = min(place.visited_at.astimezone(UTC).date(), today)
    mine = [row for row in rows if row.seen <= at]
    since = max(min(row.seen for row in mine), at - timedelta(days=DELAY_DAYS)) if mine else None
    delay = None if since is None else _delay(place, mine, since, at)
    late = DEPTH if delay is None else delay.complete_after
    through = at - timedelta(days=DEPTH if late is None else late)
    return Completeness(place=place.name, at=at, since=since, delay=delay, through=through)


def _delay(place: TestedPlace, rows: Sequence[FirstSeen], first: date, at: date) -> Delay | None:
    """The delay of posts written from `first` on; None without any."""
    number = np.array([row.posts for row in rows])
    triangle = reporting_triangle(
        np.repeat([row.day.toordinal() for row in rows], number),
        np.repeat([row.seen.toordinal() for row in rows], number),
        first=first.toordinal(),
        now=at.toordinal(),
    )
    all_days = list(days(first, at))
    in_gap = {
        day
        for began, ended, _ in place.gaps
        for day in touched(Stretch(began=began, ended=ended), all_days)
    }
    delay = estimated(triangle, left_out=[day in in_gap for day in all_days])
    return delay if delay.posts else None
