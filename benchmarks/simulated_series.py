"""Daily counts that behave as real ones do, with a known truth; shares no code with `trends`.

Seven scenarios, each on top of the ones before unless it says otherwise:

    A  a steady rate; counts vary by PHI times what Poisson counts would
    B  weekends with 30 % fewer posts and a rate 10 % lower
    C  posts grow by 0.5 % a day
    D  the rate of reports grows by 0.3 % a day
    E  the log rate wanders: AR(1), correlation 0.6 from day to day, standard deviation 0.2
    F  as E, but wanders slowly and far: 0.9 and 0.3
    G  as E, and now and then four days in which a thread goes around: more posts, more of them
       reports

Nothing happens in any of them: whoever finds a change in them is wrong, unless one was put in. F
and G are there to be hard; E is what complaints in public look like.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.causes import Cause
from trends.panel import Panel

Floats = NDArray[np.float64]

DAYS = 364
RELEASE = 330  # index of the day on which nothing happens
PHI = 1.5  # variance over mean of a day's count, given its expectation
SHARE = 0.05  # of posts that are reports of one cause, on the average day
FIRST_DAY = date(2025, 9, 1)  # a Monday
BURST_DAYS = 4
WEEKEND_POSTS, WEEKEND_RATE = 0.7, 0.9


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """What a series does besides varying by chance."""

    weekdays: bool = False
    growth: float = 0.0  # of the log of posts, a day
    drift: float = 0.0  # of the log rate, a day
    correlation: float = 0.0  # of the log rate's wandering, from day to day
    wander: float = 0.0  # its standard deviation
    burst_every: float = np.inf  # days between the starts of two bursts, on average
    burst_ratio: float = 1.0  # what a burst multiplies posts by, and the rate of reports as well


SCENARIOS = {
    "A": Scenario(),
    "B": Scenario(weekdays=True),
    "C": Scenario(weekdays=True, growth=0.005),
    "D": Scenario(weekdays=True, growth=0.005, drift=0.003),
    "E": Scenario(weekdays=True, growth=0.005, drift=0.003, correlation=0.6, wander=0.2),
    "F": Scenario(weekdays=True, growth=0.005, drift=0.003, correlation=0.9, wander=0.3),
    "G": Scenario(
        weekdays=True,
        growth=0.005,
        drift=0.003,
        correlation=0.6,
        wander=0.2,
        burst_every=45.0,
        burst_ratio=1.6,
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A known truth: the rate times `ratio` on the days from `start` up to before `stop`.

    `stop` None: for good. `cause` and `place` are indices; None: all of them.
    """

    start: int
    ratio: float
    stop: int | None = None
    cause: int | None = None
    place: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Days from `start` up to before `stop` without collection; `place` None: at all of them."""

    start: int
    stop: int
    place: int | None = None


def simulate(
    scenario: Scenario,
    reports: ArrayLike,
    seed: int | np.random.SeedSequence,
    *,
    days: int = DAYS,
    phi: float = PHI,
    together: float = 0.0,
    changes: Iterable[Change] = (),
    gaps: Iterable[Gap] = (),
) -> Panel:
    """A panel of one product whose causes report `reports` (C, S) times on the average day.

    The posts of a place are shared by its causes, `1 / SHARE` for each report of its most frequent
    one. `together` is the share of the wandering's variance that all series of the panel have in
    common (0 to 1); bursts strike all causes of a place at once.
    """
    dice = np.random.default_rng(seed)
    mean = np.atleast_2d(np.asarray(reports, dtype=np.float64))
    causes, places = mean.shape
    bursts = _bursts(scenario, places, days, dice)
    posts = bursts * _levelled(_log_posts(scenario, days)) * mean.max(axis=0)[:, None] / SHARE
    rate = _levelled(_log_rate(scenario, days)) * (mean / mean.max(axis=0))[..., None] * SHARE
    rate = rate * np.exp(_wandering(scenario, (causes, places, days), together, dice))
    rate = rate * bursts
    for change in changes:
        rate[_part(change.cause), _part(change.place), change.start : change.stop] *= change.ratio
    exposure = dice.poisson(posts)
    counts = _counts(rate * exposure, phi, dice)
    usable = np.ones((places, days), dtype=np.bool_)
    for gap in gaps:
        usable[_part(gap.place), gap.start : gap.stop] = False
    return Panel(
        product="simulated",
        first_day=FIRST_DAY,
        causes=tuple(Cause)[:causes],
        places=tuple(f"place {number}" for number in range(places)),
        counts=np.where(usable, counts, 0),
        exposure=np.where(usable, exposure, 0),
        usable=usable,
        eras=np.zeros((places, days), dtype=np.int64),
    )


def wandering(shape: tuple[int, ...], correlation: float, dice: np.random.Generator) -> Floats:
    """Stationary AR(1) of standard deviation 1 along the last axis."""
    steps = dice.standard_normal(shape)
    made = np.empty(shape)
    made[..., 0] = steps[..., 0]
    fresh = np.sqrt(1.0 - correlation**2)
    for day in range(1, shape[-1]):
        made[..., day] = correlation * made[..., day - 1] + fresh * steps[..., day]
    return made


def _part(index: int | None) -> slice:
    return slice(None) if index is None else slice(index, index + 1)


def _weekdays(scenario: Scenario, ratio: float, days: int) -> Floats:
    weekend = (np.arange(days) + FIRST_DAY.weekday()) % 7 >= 5
    made: Floats = np.where(weekend & scenario.weekdays, np.log(ratio), 0.0)
    return made


def _log_posts(scenario: Scenario, days: int) -> Floats:
    return _weekdays(scenario, WEEKEND_POSTS, days) + scenario.growth * np.arange(days)


def _log_rate(scenario: Scenario, days: int) -> Floats:
    return _weekdays(scenario, WEEKEND_RATE, days) + scenario.drift * np.arange(days)


def _levelled(logs: Floats) -> Floats:
    """Multiples of the average day."""
    made: Floats = np.exp(logs) / np.exp(logs).mean()
    return made


def _wandering(
    scenario: Scenario, shape: tuple[int, int, int], together: float, dice: np.random.Generator
) -> Floats:
    own = wandering(shape, scenario.correlation, dice)
    common = wandering(shape[-1:], scenario.correlation, dice)
    mixed: Floats = np.sqrt(1.0 - together) * own + np.sqrt(together) * common
    return mixed * scenario.wander


def _bursts(scenario: Scenario, places: int, days: int, dice: np.random.Generator) -> Floats:
    """What each place's day is multiplied by: (places, days)."""
    begins = dice.random((places, days)) < 1.0 / scenario.burst_every
    size = np.where(begins, np.log(scenario.burst_ratio), 0.0)
    lasting = size.copy()
    for later in range(1, BURST_DAYS):
        lasting[:, later:] = np.maximum(lasting[:, later:], size[:, :-later])
    made: Floats = np.exp(lasting)
    return made


def _counts(expected: Floats, phi: float, dice: np.random.Generator) -> NDArray[np.int64]:
    """Negative binomial counts with variance phi times the mean, drawn day by day: what comes later
    changes nothing before it.
    """
    mean = np.maximum(np.moveaxis(expected, -1, 0), 1e-12)
    drawn = dice.negative_binomial(mean / (phi - 1.0), 1.0 / phi) if phi > 1 else dice.poisson(mean)
    made: NDArray[np.int64] = np.moveaxis(drawn, 0, -1).astype(np.int64)
    return made
