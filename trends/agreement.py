"""The other ways of looking at every date, beside the main one: which point the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from trends import looks
from trends.estimates import Asked, Looked, fit_to_use, look_at
from trends.panel import Ints, Panel
from trends.placebo import calibrated
from trends.pooling import pool
from trends.sensitivity import (
    COMPARATOR,
    COUNTS,
    ONE_LEFT_OUT,
    RELATIVE,
    TREND,
    UNNAMED,
    Sensitivity,
)
from trends.verdict import LEVEL
from trends.windows import SIDE, around, cut

Floats = NDArray[np.float64]

TREND_BEFORE = 84  # days
TREND_LEAST = 56  # usable ones, without which a trend can't be told from a step


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What is compared besides the panel itself; days are looked up by date, causes by name.

    `alternatives`: name -> the same product counted otherwise (posts instead of reporters, say).
    `unnamed`: day -> exposure (S, T) without the posts that name that day's release.
    """

    comparators: Sequence[Panel] = ()
    alternatives: Mapping[str, Panel] | None = None
    unnamed: Mapping[date, Ints] | None = None


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Way:
    """One way of looking: log ratios (C, D) with limits and p; NaN where there is none."""

    name: str
    log_ratio: Floats
    low: Floats
    high: Floats
    p: Floats
    note: Callable[[int, int], str]
    one_sided: bool = False  # only a significant change the other way disagrees

    def beside(self, main: Floats, cause: int, at: int) -> Sensitivity:
        """What it says beside the main log ratios (C, D)."""
        value, note = float(self.log_ratio[cause, at]), self.note(cause, at)
        if not np.isfinite(value):
            return Sensitivity(
                name=self.name, ratio=None, low=None, high=None, agrees=None, note=note
            )
        limits = [float(np.exp(a[cause, at])) for a in (self.low, self.high)]
        low, high = (limit if np.isfinite(limit) else None for limit in limits)
        against = value * main[cause, at] < 0
        if self.one_sided:
            against = against and bool(self.p[cause, at] < LEVEL)
        agrees = not against if np.isfinite(main[cause, at]) else None
        return Sensitivity(
            name=self.name, ratio=float(np.exp(value)), low=low, high=high, agrees=agrees, note=note
        )


def beside(
    asked: Asked, main: Looked, more: Beside
) -> Callable[[int, int], tuple[Sensitivity, ...]]:
    """A function of cause and date (indices) that gives all other ways of looking at them."""
    found = [
        _trend(asked, main),
        _relative(asked, main),
        _one_left_out(asked, main),
        _way(COUNTS, look_at(asked, looks.counts), main, one_sided=True),
        *_unnamed(asked, main, more.unnamed or {}),
        *(_other(asked, main, name, panel) for name, panel in (more.alternatives or {}).items()),
        *(_comparator(asked, main, panel) for panel in more.comparators),
    ]
    estimates = main.pooled.estimate
    return lambda cause, at: tuple(way.beside(estimates, cause, at) for way in found)


def _way(
    name: str, looked: Looked, main: Looked, *, one_sided: bool = False, why: str = ""
) -> _Way:
    """A look held against its own ordinary dates, or, where these are too few, the main ones'."""
    own = np.isfinite(looked.spread.tau)
    tau = np.where(own, looked.spread.tau, main.spread.tau)
    of = np.where(own, looked.degrees, np.fmin(looked.degrees, main.degrees))
    estimate = looked.pooled.estimate
    test = calibrated(estimate, looked.pooled.error, tau, of)

    def note(cause: int, at: int) -> str:
        if np.isfinite(estimate[cause, at]):
            return "" if own[at] else "The spread at ordinary dates is that of the main estimate."
        return why or "Too few events."

    return _Way(
        name=name,
        log_ratio=estimate,
        low=test.low,
        high=test.high,
        p=test.p,
        note=note,
        one_sided=one_sided,
    )


def _trend(asked: Asked, main: Looked) -> _Way:
    looked = look_at(
        asked,
        looks.trend,
        days_before=TREND_BEFORE,
        least_before=TREND_LEAST,
        # The dearest fits of all: windows that end every day anew borrow the main look's spread.
        elsewhere_too=asked.days_after == SIDE,
    )
    why = f"Fewer than {TREND_LEAST} usable days of one kind before, or too few events."
    return _way(TREND, looked, main, why=why)


def _relative(asked: Asked, main: Looked) -> _Way:
    why = "No other cause is counted." if len(asked.panel.causes) < 2 else ""
    return _way(RELATIVE, look_at(asked, looks.relative), main, why=why)


def _one_left_out(asked: Asked, main: Looked) -> _Way:
    """The pooled estimate without the place that speaks most for its direction."""
    estimates, errors = (a.swapaxes(1, 2) for a in (main.places.log_ratio, main.places.error))
    shape, names = main.pooled.estimate.shape, asked.panel.places
    count = len(names)
    without = pool(
        np.where(np.eye(count, dtype=bool), np.nan, estimates[:, :, None, :]),
        errors[:, :, None, :],
    )  # (C, D, S)
    there = np.isfinite(estimates) & (main.pooled.places > 1)[..., None]
    toward = np.where(there, without.estimate * np.sign(main.pooled.estimate)[..., None], np.inf)
    weakest = toward.argmin(axis=-1) if count else np.zeros(shape, dtype=np.int64)

    def at_weakest(values: Floats) -> Floats:
        if not count:
            return np.full(shape, np.nan)
        taken = np.take_along_axis(np.where(there, values, np.nan), weakest[..., None], axis=-1)
        return taken[..., 0]

    estimate, error = at_weakest(without.estimate), at_weakest(without.error)
    test = calibrated(estimate, error, main.spread.tau, main.degrees)

    def note(cause: int, at: int) -> str:
        if not np.isfinite(estimate[cause, at]):
            return "Fewer than two places."
        return f"Without {names[weakest[cause, at]]}."

    return _Way(
        name=ONE_LEFT_OUT, log_ratio=estimate, low=test.low, high=test.high, p=test.p, note=note
    )


def _unnamed(asked: Asked, main: Looked, unnamed: Mapping[date, Ints]) -> list[_Way]:
    """With the exposure that some days have of their own."""
    given = [unnamed.get(asked.panel.day(int(at))) for at in asked.at]
    if all(exposure is None for exposure in given):
        return []
    shape = main.pooled.estimate.shape
    estimate, error = np.full(shape, np.nan), np.full(shape, np.nan)
    for number, exposure in enumerate(given):
        if exposure is None:
            continue
        panel = replace(asked.panel, exposure=np.asarray(exposure, dtype=np.int64))
        at, offsets = asked.at[number : number + 1], around(SIDE, asked.days_after)
        windows = cut(panel, at, offsets, asked.last)
        places = looks.rates(windows).chosen(fit_to_use(windows))
        pooled = pool(places.log_ratio[..., 0], places.error[..., 0])
        estimate[:, number], error[:, number] = pooled.estimate, pooled.error
    test = calibrated(estimate, error, main.spread.tau, main.degrees)
    return [
        _Way(
            name=UNNAMED,
            log_ratio=estimate,
            low=test.low,
            high=test.high,
            p=test.p,
            note=lambda cause, at: "" if np.isfinite(estimate[cause, at]) else "Not counted.",
        )
    ]


def _elsewhere(asked: Asked, panel: Panel) -> Looked:
    """The main look at the same dates of another panel, complete no longer than the first is."""
    shift = (asked.panel.first_day - panel.first_day).days
    moved = replace(asked, panel=panel, at=asked.at + shift, last=asked.last + shift)
    return look_at(moved, looks.rates)


def _matched(values: Floats, panel: Panel, asked: Asked) -> Floats:
    """Rows (C, D) of `panel`'s causes in the order of the asked panel's; NaN for one it lacks."""
    made = np.full((len(asked.panel.causes), values.shape[1]), np.nan)
    for row, cause in enumerate(asked.panel.causes):
        if cause in panel.causes:
            made[row] = values[panel.causes.index(cause)]
    return made


def _other(asked: Asked, main: Looked, name: str, panel: Panel) -> _Way:
    looked = _elsewhere(asked, panel)
    test = looked.test()
    estimate, low, high, p = (
        _matched(a, panel, asked) for a in (looked.pooled.estimate, test.low, test.high, test.p)
    )
    return _Way(
        name=name,
        log_ratio=estimate,
        low=low,
        high=high,
        p=p,
        note=lambda cause, at: "" if np.isfinite(estimate[cause, at]) else "Too few events.",
    )


def _comparator(asked: Asked, main: Looked, panel: Panel) -> _Way:
    """Difference of two products' log ratios, with both spreads at ordinary dates."""
    looked = _elsewhere(asked, panel)
    other, error, degrees = (
        _matched(a, panel, asked)
        for a in (looked.pooled.estimate, looked.test().error, looked.degrees)
    )
    estimate = main.pooled.estimate - other
    both = np.hypot(main.test().error, error)
    test = calibrated(estimate, both, 0.0, np.fmin(main.degrees, degrees))

    def note(cause: int, at: int) -> str:
        product = panel.product
        if np.isfinite(estimate[cause, at]):
            return f"Relative to {product}."
        return f"{product}: too few events."

    return _Way(
        name=COMPARATOR, log_ratio=estimate, low=test.low, high=test.high, p=test.p, note=note
    )
