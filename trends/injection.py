"""Faults of known size put into real days: what the program's own rules would have shown.

A rule is fixed by how long a fault lasts, before anything is looked at. A short one is shown by an
alarm of the daily watch, of its cause at any place, on one of its days or the two after it; one of
15 days or more by the calibrated step on its first day. Both are the rules of the pages, at their
thresholds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from domain.causes import Cause
from trends.effects import release_effects
from trends.episodes import alarm_days
from trends.intervals import wilson_share
from trends.panel import Bools, Ints, Panel
from trends.placebo import LEAST_DATES
from trends.spikes import HISTORY
from trends.verdict import LEVEL
from trends.windows import LEAST_SIDE, SIDE

LONG = LEAST_SIDE + 1  # days from which a fault is looked for as a step: its first isn't counted
GRACE = 2  # days on which people still write of a short fault
BASELINE = 28  # days whose rate a fault multiplies
STEP_HISTORY = 2 * SIDE + 7 * LEAST_DATES  # days that hold enough ordinary dates before a step
WHOLE = 0.9  # of the days before, at least so many must be usable
RATIOS = (1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 10.0)
LENGTHS = (1, 3, 7, 28)
OFTEN = 0.8  # share of trials, of a change that counts as seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Trials:
    """Faults of one size and length put in at `tried` days, one after the other.

    `low` and `high` are Wilson's 95 % limits of the share seen, None without a trial; days near one
    another share their past, so the truth is less certain.
    """

    cause: Cause
    days: int
    ratio: float  # 1: nothing was put in; what is seen is a false alarm or a fault of the days
    tried: int
    seen: int
    low: float | None
    high: float | None


def shown(panel: Panel, cause: Cause, first: int, days: int) -> bool:
    """Whether the rule for so many days shows a rise of `cause` from the day at index `first` on.

    Raises `ValueError` for a cause that the panel doesn't have.
    """
    number = _number(panel, cause)
    if days < LONG:
        last = min(first + days - 1 + GRACE, panel.exposure.shape[1] - 1)
        return any(alarm.cause is cause for alarm in alarm_days(panel, first, last))
    day = panel.day(first)
    through = day + timedelta(days=min(days - 1, SIDE))
    effect = release_effects(panel, [day], complete_through=through)[number]
    return effect.p is not None and effect.p <= LEVEL and (effect.ratio or 0.0) > 1.0


def injected(
    panel: Panel, cause: Cause, first: int, days: int, ratio: float, dice: np.random.Generator
) -> Panel:
    """`panel` with a fault: at every place `ratio` times as many reports as its rate lets expect.

    What is added is a Poisson number with (ratio - 1) times the place's rate of the 28 days before
    as its mean; every report added is a judged post too. Raises `ValueError` for a ratio below 1.
    """
    if not ratio >= 1.0:
        raise ValueError("a fault doesn't lower its reports")
    number, here = _number(panel, cause), slice(first, first + days)
    before = _of_its_era(panel, first) & _between(panel, first - BASELINE, first)
    posts = np.where(before, panel.exposure, 0).sum(axis=1)
    events = np.where(before, panel.counts[number], 0).sum(axis=1)
    rate = np.divide(events, posts, out=np.zeros(len(posts)), where=posts > 0)
    more = dice.poisson(rate[:, None] * panel.exposure[:, here] * (ratio - 1.0))
    counts, exposure = panel.counts.copy(), panel.exposure.copy()
    counts[number, :, here] += more
    exposure[:, here] += more
    return replace(panel, counts=counts, exposure=exposure)


def room(panel: Panel, days: int) -> Ints:
    """Indices of the days on which a fault of so many days can be tried.

    Its days, and those before it that its rule needs (63, or 112 for a step), are usable at some
    place and in one era of it; a tenth of those before may be missing.
    """
    length, history = panel.exposure.shape[1], HISTORY if days < LONG else STEP_HISTORY
    at = np.arange(history, length - days + 1)
    if not at.size:
        return at
    whole = np.zeros(len(at), dtype=np.bool_)
    for place in range(len(panel.places)):
        usable = np.concatenate([[0], np.cumsum(panel.usable[place])])
        same = panel.eras[place, at - history] == panel.eras[place, at + days - 1]
        during = usable[at + days] - usable[at] == days
        past = usable[at] - usable[at - history] >= WHOLE * history
        whole |= same & during & past
    return at[whole]


def trials(
    panel: Panel,
    cause: Cause,
    at: Sequence[int] | NDArray[np.int64],
    days: int,
    ratio: float,
    dice: np.random.Generator,
) -> Trials:
    """One fault at each of the days `at` (indices), each in the panel as it is otherwise."""
    seen = sum(
        shown(injected(panel, cause, day, days, ratio, dice), cause, day, days)
        for day in np.asarray(at, dtype=np.int64).tolist()
    )
    share = wilson_share(seen, len(at))
    low, high = (float(limit) if len(at) else None for limit in (share.low, share.high))
    return Trials(cause=cause, days=days, ratio=ratio, tried=len(at), seen=seen, low=low, high=high)


def sensitivity(
    panel: Panel,
    dice: np.random.Generator,
    *,
    causes: Sequence[Cause] | None = None,
    lengths: Sequence[int] = LENGTHS,
    ratios: Sequence[float] = (1.0, *RATIOS),
    draws: int = 50,
) -> tuple[Trials, ...]:
    """What share of faults is shown, by cause (None: the panel's), length in days and size.

    Every size of a length is tried on the same days, at most `draws` of those that have room.
    """
    made = []
    for days in lengths:
        at = chosen(room(panel, days), draws, dice)
        for cause in panel.causes if causes is None else causes:
            made += [trials(panel, cause, at, days, ratio, dice) for ratio in ratios]
    return tuple(made)


def smallest_rise(
    panel: Panel,
    cause: Cause,
    at: Sequence[int] | NDArray[np.int64],
    days: int,
    dice: np.random.Generator,
) -> float | None:
    """The smallest of `RATIOS` that is shown in four of five trials on the days `at`, or None.

    Searched by halving: a larger fault is seen no less often.
    """
    low, high = 0, len(RATIOS)
    while low < high and len(at):
        middle = (low + high) // 2
        made = trials(panel, cause, at, days, RATIOS[middle], dice)
        if made.seen >= OFTEN * made.tried:
            high = middle
        else:
            low = middle + 1
    return RATIOS[high] if high < len(RATIOS) and len(at) else None


def chosen(at: Ints, draws: int, dice: np.random.Generator) -> Ints:
    """At most `draws` of the days, by chance, in order."""
    if len(at) <= draws:
        return at
    made: Ints = np.sort(dice.choice(at, draws, replace=False))
    return made


def _number(panel: Panel, cause: Cause) -> int:
    if cause not in panel.causes:
        raise ValueError(f"the panel of {panel.product} has no {cause.value}")
    return panel.causes.index(cause)


def _of_its_era(panel: Panel, at: int) -> Bools:
    """(S, T): usable days of the era that each place has on the day `at`."""
    made: Bools = panel.usable & (panel.eras == panel.eras[:, [at]])
    return made


def _between(panel: Panel, first: int, after: int) -> Bools:
    days = np.arange(panel.exposure.shape[1])
    made: Bools = (days >= first) & (days < after)
    return made
