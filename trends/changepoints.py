"""Lasting steps of a weekly rate: optimal partitioning with a Poisson cost and exposure.

Jackson, B. et al. (2005). An algorithm for optimal partitioning of data on an interval. IEEE Signal
Processing Letters 12, 105-108. The cost is that of Killick, R. et al. (2012), Journal of the
American Statistical Association 107, 1590-1598, without pruning: with a shortest segment pruning
can miss the optimum, and all partitions of two years take a millisecond.

A steady drift looks like several steps to any such method: see `trends.drift` for the line that
stands beside them.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import exp, log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trends.arrays import Floats, observed
from trends.intervals import Interval, poisson_rate

LEAST_WEEKS = 3  # a segment
PENALTY = 6.0  # times log n: three times BIC. On series without a change 0 to 4 % show any
BAND = 2  # weeks on either side: how well a step is located
# The median of a chi-square variable with one degree of freedom.
_MEDIAN = 0.454936423119572


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Segmentation:
    """K segments of n usable weeks; indices count all weeks of the series, missing ones included.

    `starts[k]` is the first week of a segment, `ends[k]` its last; with no usable week all are
    empty. `rate` has shape (K,), its interval widened by the dispersion. `cost` is that of the
    partition, penalties included.
    """

    weeks: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    rate: Interval
    dispersion: float
    penalty: float
    cost: float

    @property
    def changes(self) -> tuple[int, ...]:
        """The first week after each step."""
        return self.starts[1:]

    @property
    def bands(self) -> tuple[tuple[int, int], ...]:
        """Each step's weeks from and to: draw these, not a line."""
        if not self.starts:
            return ()
        first, last = self.starts[0], self.ends[-1]
        return tuple((max(at - BAND, first), min(at + BAND, last)) for at in self.changes)


def change_points(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    missing: ArrayLike | None = None,
    penalty: float | None = None,
    least_weeks: int = LEAST_WEEKS,
    dispersion: float | None = None,
    level: float = 0.95,
) -> Segmentation:
    """The cheapest partition of one series of T weeks into segments of constant rate.

    A segment with S events over exposure E costs 2 (S - S log(S / E)) / phi, each step `penalty`
    (default 6 log n). `dispersion` phi is estimated where it isn't given. Missing weeks, and weeks
    without exposure, are left out; the weeks around them are neighbours.
    Raises `ValueError` for anything but one series, a shortest segment under 1, a negative penalty.
    """
    series = observed(counts, exposure, missing)
    if series.counts.ndim != 1:
        raise ValueError("one series at a time")
    if least_weeks < 1 or (penalty is not None and not penalty >= 0.0):
        raise ValueError("a segment has a week or more, and a penalty isn't negative")
    at = np.flatnonzero(series.usable)
    events, units = series.counts[at], series.exposure[at]
    phi = weekly_dispersion(events, units) if dispersion is None else dispersion
    fee = (PENALTY * log(max(len(at), 1))) if penalty is None else penalty
    cuts, cost = _partition(events, units, phi, fee, least_weeks)
    edges = [*cuts, len(at)] if len(at) else []
    sums = [(events[a:b].sum(), units[a:b].sum()) for a, b in itertools.pairwise(edges)]
    found, posts = np.array(sums).reshape(-1, 2).T
    return Segmentation(
        weeks=len(at),
        starts=tuple(int(at[cut]) for cut in edges[:-1]),
        ends=tuple(int(at[cut - 1]) for cut in edges[1:]),
        rate=poisson_rate(found, posts, level=level, dispersion=max(phi, 1.0)),
        dispersion=phi,
        penalty=fee,
        cost=cost,
    )


def _partition(
    events: Floats, units: Floats, phi: float, fee: float, least: int
) -> tuple[list[int], float]:
    """The first week of every segment, 0 first, and the whole cost."""
    weeks = len(events)
    if weeks < 2 * least:
        return [0], float(_cost(events.sum()[None], units.sum()[None], phi)[0])
    total = np.concatenate([[0.0], np.cumsum(events)])
    exposed = np.concatenate([[0.0], np.cumsum(units)])
    # Row: the first week of a segment; column: the week after its last.
    costs = _cost(np.maximum(total - total[:, None], 0.0), exposed - exposed[:, None], phi)
    best = np.full(weeks + 1, np.inf)
    best[0] = -fee
    before = np.zeros(weeks + 1, dtype=np.int64)
    for end in range(least, weeks + 1):
        long_enough = end - least + 1
        whole = best[:long_enough] + fee + costs[:long_enough, end]
        before[end] = np.argmin(whole)
        best[end] = whole[before[end]]
    cuts, end = [], weeks
    while end:
        end = int(before[end])
        cuts.append(end)
    return cuts[::-1], float(best[weeks])


def _cost(events: Floats, units: Floats, phi: float) -> Floats:
    """Of segments of constant rate: -2 log likelihood over phi, without what all share."""
    rate = np.divide(events, units, out=np.ones_like(events), where=events > 0)
    made: Floats = 2.0 * (events - events * np.log(rate)) / phi
    return made


def weekly_dispersion(counts: ArrayLike, exposure: ArrayLike | None = None) -> float:
    """Variance over mean (phi) of a series in weeks, from neighbours only; 1 or more.

    Half the squared difference of neighbouring rates estimates the variance of one, and a step
    touches only one pair. The median over the pairs is taken as that of phi times a chi-square
    variable with one degree of freedom. Where a week has no events the rate of its pair stands in
    for its own. Missing weeks must have been left out; under two weeks give 1.
    """
    series = observed(counts, exposure)
    events, units = series.counts[series.usable], series.exposure[series.usable]
    if len(events) < 2:
        return 1.0
    rate = events / units
    shared = (events[1:] + events[:-1]) / (units[1:] + units[:-1])
    mean = np.where(events[1:] > 0, rate[1:], shared)
    squares = np.diff(rate) ** 2 / 2.0
    scaled = np.divide(squares * units[1:], mean, out=np.zeros_like(mean), where=mean > 0)
    return max(1.0, float(np.median(scaled)) / _MEDIAN)


@dataclass(frozen=True, kw_only=True, slots=True)
class Nearness:
    """A step and the nearest of k dates. `chance`: the share of all days so near to some date."""

    nearest: int | None  # which of the dates; None without any
    days: int | None  # from that date to the step: negative where the step was earlier
    chance: float


def nearest_date(step: int, dates: ArrayLike, *, span: int, within: int = 7) -> Nearness:
    """The nearest of `dates` to a step, and how little that says.

    All are days counted from the same one; `span` is how many days the series has.
    """
    known: NDArray[np.int64] = np.asarray(dates, dtype=np.int64).ravel()
    chance = chance_of_nearness(len(known), span=span, within=within)
    if not len(known):
        return Nearness(nearest=None, days=None, chance=chance)
    at = int(np.argmin(np.abs(known - step)))
    return Nearness(nearest=at, days=int(step - known[at]), chance=chance)


def chance_of_nearness(dates: int, *, span: int, within: int = 7) -> float:
    """The share of days within `within` days of one of `dates` dates strewn over `span` days.

    1 - exp(-dates (2 within + 1) / span): 64 % for 50 releases in two years.
    Raises `ValueError` for a negative number, or a span under one day.
    """
    if dates < 0 or within < 0 or span < 1:
        raise ValueError("dates and days aren't negative, and a span has a day or more")
    return 1.0 - exp(-dates * (2 * within + 1) / span)
