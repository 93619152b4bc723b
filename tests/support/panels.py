"""Panels for tests of changes: negative binomial counts around a rate, nothing else in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from domain.causes import Cause
from trends.panel import Panel

FIRST_DAY = date(2025, 9, 1)  # a Monday
DAYS = 364
RELEASE = 330  # index of a day with a year before it
PHI = 1.5  # variance over mean

Floats = NDArray[np.float64]


def panel(
    reports: tuple[float, ...] = (20.0,),
    *,
    causes: int = 2,
    days: int = DAYS,
    wander: float = 0.0,
    share: float = 0.05,
    times: dict[int, Floats] | None = None,
    seed: int = 1,
) -> Panel:
    """Places with that many reports a day of each cause, `share` of their posts.

    `wander`: standard deviation of the log rate, with a correlation of 0.6 from day to day.
    `times`: index of a cause -> what its rate is multiplied by, (days,).
    """
    rng = np.random.default_rng(seed)
    places = len(reports)
    expected = np.array(reports)[:, None] / share * np.ones(days)
    exposure = np.maximum(rng.poisson(expected), 1)
    moved = np.zeros((causes, places, days))
    for day in range(1, days):
        shock = rng.normal(0.0, 0.8 * wander, (causes, places)) if wander else 0.0
        moved[..., day] = 0.6 * moved[..., day - 1] + shock
    mean = exposure * share * np.exp(moved)
    for cause, factor in (times or {}).items():
        mean[cause] *= factor
    counts = rng.negative_binomial(mean / (PHI - 1.0), 1.0 / PHI)
    return Panel(
        product="Claude",
        first_day=FIRST_DAY,
        causes=tuple(Cause)[:causes],
        places=tuple(f"place {number}" for number in range(places)),
        counts=np.minimum(counts, exposure),
        exposure=exposure,
        usable=np.ones((places, days), dtype=bool),
        eras=np.zeros((places, days), dtype=np.int64),
    )


def from_day(start: int, ratio: float, days: int = DAYS) -> Floats:
    """1 before the day `start`, `ratio` from then on."""
    return np.where(np.arange(days) >= start, ratio, 1.0)


def missing(made: Panel, *, place: int | slice = slice(None), day: int | slice) -> Panel:
    """The panel with days that aren't usable, their counts as wrong as can be."""
    usable, counts = made.usable.copy(), made.counts.copy()
    usable[place, day] = False
    counts[:, place, day] = 10_000
    return replace(made, usable=usable, counts=counts)


def torn(made: Panel, *, place: int | slice = slice(None), day: int) -> Panel:
    """The panel with a change of our own at the beginning of `day`."""
    eras = made.eras.copy()
    eras[place, day:] += 1
    return replace(made, eras=eras)
