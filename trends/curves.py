"""From daily rows of one place to its series, by day or by ISO week: pure, no database.

A rate is reporters per 1,000 judged posts with Garwood's interval, or with Wilson's where reports
are frequent or posts are few: a Poisson count knows no upper end, and would promise more reporters
than posts. A share is the reports that a narrow filter leaves among all reports, with Wilson's. All
treat posts as independent of one another, which they are not quite, so the true uncertainty is
somewhat larger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isnan
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from db.queries.series import DailyRow
from domain.causes import Decision
from trends.intervals import Floats, Interval, poisson_rate, wilson_share
from trends.periods import Period, State, start_of, week_states

PER = 1_000  # posts, in the unit of a rate
LEVEL = 0.95  # of every interval
# A count is as good as Poisson where reports are rare over the whole series, and no period has
# so few posts that Garwood's limit would pass half of them.
RARE = 0.1
HALF = 0.5


class Measure(StrEnum):
    """What the values of a series are."""

    RATE = "rate"
    SHARE = "share"
    COUNT = "count"  # we see too little of the place for a rate or a share


UNITS = {
    Measure.RATE: "reporters per 1,000 judged posts",
    Measure.SHARE: "% of the reports",
    Measure.COUNT: "reports",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One decision at one place; all tuples have one item a period, in order.

    A missing period has no counts; one that isn't whole, or has no posts, has no value.
    """

    place: str
    source: str
    decision: Decision
    measure: Measure
    starts: tuple[date, ...]  # UTC day, or Monday of the ISO week
    states: tuple[State, ...]
    reports: tuple[int | None, ...]
    reporters: tuple[int | None, ...]  # authors once in each thread, on the day of the first report
    threads: tuple[int | None, ...]  # on the day of their first report
    posts: tuple[int | None, ...]  # judged posts: the denominator of a rate
    all_reports: tuple[int | None, ...]  # reports of every decision: the denominator of a share
    values: tuple[float | None, ...]  # in the measure's unit
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]

    @property
    def unit(self) -> str:
        """What the values are, in words."""
        return UNITS[self.measure]


_COUNTS = ("reports", "reporters", "threads", "posts", "all_reports")
_read = attrgetter(*_COUNTS)


def make_series(
    rows: Iterable[DailyRow],
    states: Mapping[date, State],
    *,
    place: str,
    source: str,
    decision: Decision,
    measure: Measure,
    period: Period,
    today: date,
) -> Series:
    """The series of one place and decision.

    `rows` are its days with posts, each at most once; `states` names every day that exists, and a
    day without a row has no posts. Rows of days that don't exist are left out.
    """
    spans = dict(states) if period is Period.DAY else week_states(states, today=today)
    at = {start: number for number, start in enumerate(spans)}
    sums = np.zeros((len(_COUNTS), len(spans)), dtype=np.int64)
    for row in rows:
        start = start_of(row.day, period)
        if row.day in states and start in at:
            sums[:, at[start]] += _read(row)
    there = [state is not State.MISSING for state in spans.values()]
    whole = np.array([state is State.WHOLE for state in spans.values()], dtype=bool)
    counts = {name: _known(sums[n], there) for n, name in enumerate(_COUNTS)}
    interval = _interval(measure, sums, whole)
    return Series(
        place=place,
        source=source,
        decision=decision,
        measure=measure,
        starts=tuple(spans),
        states=tuple(spans.values()),
        **counts,
        values=_finite(interval.estimate),
        low=_finite(interval.low),
        high=_finite(interval.high),
    )


def _interval(measure: Measure, sums: NDArray[np.int64], whole: NDArray[np.bool_]) -> Interval:
    """Values of the whole periods in the measure's unit; NaN elsewhere."""
    reports, reporters, _, posts, all_reports = np.where(whole, sums, 0)
    match measure:
        case Measure.RATE:
            found, unit = poisson_rate(reporters, posts, level=LEVEL), PER
            frequent = reporters.sum() > RARE * posts.sum()
            if frequent or np.any(found.high > HALF):  # NaN, without posts, compares as False
                found = wilson_share(reporters, np.maximum(posts, reporters), level=LEVEL)
        case Measure.SHARE:
            # A review can add a report of a kind that the model's own counts don't hold.
            among = np.maximum(all_reports, reports)
            found, unit = wilson_share(reports, among, level=LEVEL), 100
        case Measure.COUNT:
            found, unit = poisson_rate(reports, np.zeros(len(reports)), level=LEVEL), PER
    return Interval(estimate=found.estimate * unit, low=found.low * unit, high=found.high * unit)


def _known(values: NDArray[np.int64], there: list[bool]) -> tuple[int | None, ...]:
    return tuple(v if t else None for v, t in zip(values.tolist(), there, strict=True))


def _finite(values: Floats) -> tuple[float | None, ...]:
    return tuple(None if isnan(value) else value for value in values.tolist())
