"""The weeks around releases as curves, held against what weeks differ at ordinary dates."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from trends.eventstudy import Weekly, between_weeks, level_before, weekly_ratios
from trends.panel import Bools, Ints, Panel
from trends.placebo import LEAST_DATES, calibrated, degrees, ordinary
from trends.windows import HISTORY, SIDE, Windows, cut, placebo_days, year_of

Floats = NDArray[np.float64]

WEEKS = np.arange(-8, 9)  # week 0 begins on the date; ratios are to week -1
_REFERENCE = 7  # index of week -1
_BEFORE = 56  # days
_LEAST_DAYS = 4  # of a week, usable at one place at least


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """Weekly rate ratios to week -1, places together; week 0 begins on the date.

    Limits are 95 % and calibrated on ordinary weeks, unless `calibrated` is False: then the history
    is too short, and they hold the noise of the counts alone. The reference week has 1 throughout;
    a week that isn't over, or can't be told, isn't there.
    """

    weeks: tuple[int, ...]
    ratio: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    calibrated: bool = True


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Curves:
    """Curves of C causes around D dates, and the p of the weeks before being level."""

    log_ratio: Floats  # (C, D, 17)
    low: Floats
    high: Floats
    pretest_p: Floats  # (C, D); NaN where it can't be tested
    calibrated: Bools  # (D,)

    def at(self, which: Ints) -> Curves:
        """Those around some of the dates, by index."""
        return Curves(
            log_ratio=self.log_ratio[:, which],
            low=self.low[:, which],
            high=self.high[:, which],
            pretest_p=self.pretest_p[:, which],
            calibrated=self.calibrated[which],
        )

    def curve(self, cause: int, at: int) -> Curve | None:
        """One of them; None where there is no reference week."""
        values = np.stack([a[cause, at] for a in (self.log_ratio, self.low, self.high)])
        there = np.isfinite(values).all(axis=0)
        if not there[_REFERENCE]:
            return None
        ratio, low, high = np.exp(values[:, there]).tolist()
        return Curve(
            weeks=tuple(WEEKS[there].tolist()),
            ratio=tuple(ratio),
            low=tuple(low),
            high=tuple(high),
            calibrated=bool(self.calibrated[at]),
        )


def curves_around(panel: Panel, at: Ints, last: int) -> Curves:
    """The weeks around the days `at` (D,) of the panel; days after `last` are missing."""
    there = _weekly(_whole_weeks(panel, at, last))
    variogram, freedom = _variogram(panel, at, last)
    known = np.isfinite(variogram)
    enough = known[:, 1]
    apart = np.abs(WEEKS - WEEKS[_REFERENCE])
    tau = np.where(enough[:, None], np.sqrt(variogram[:, apart]), 0.0)
    of = np.fmin(there.degrees, freedom)[..., None]
    test = calibrated(there.log_ratio, there.error, tau, of)
    before = slice(0, _REFERENCE)
    between = between_weeks(np.nan_to_num(variogram), WEEKS[before], int(WEEKS[_REFERENCE]))
    level = level_before(
        there.log_ratio[..., before], there.covariance[..., before, before] + between, of[..., 0]
    )
    testable = known[:, : _REFERENCE + 1].all(axis=-1)
    return Curves(
        log_ratio=there.log_ratio,
        low=test.low,
        high=test.high,
        pretest_p=np.where(testable, level.p, np.nan),
        calibrated=enough,
    )


def _weekly(windows: Windows) -> Weekly:
    """Ratios (C, K, weeks) of windows of whole weeks."""
    return weekly_ratios(
        windows.counts.swapaxes(1, 2),
        windows.exposure.swapaxes(0, 1),
        _REFERENCE,
        usable=windows.seen.swapaxes(0, 1),
    )


def _whole_weeks(panel: Panel, at: Ints, last: int) -> Windows:
    """The windows of the dates; a week that isn't over, or hardly seen anywhere, is missing."""
    offsets = np.arange(WEEKS[0] * 7, WEEKS[-1] * 7 + 7)
    windows = cut(panel, at, offsets, last)
    by_week = windows.seen.reshape(*windows.seen.shape[:2], len(WEEKS), 7)
    seen = (by_week.sum(axis=-1) >= _LEAST_DAYS).any(axis=0)
    over = at[:, None] + WEEKS * 7 + 6 <= last
    windows.seen[...] = (by_week & (seen & over)[..., None]).reshape(windows.seen.shape)
    return windows


def _variogram(panel: Panel, at: Ints, last: int) -> tuple[Floats, Floats]:
    """Variance of the difference of two ordinary weeks 0 to 9 apart (D, 10), and its degrees (D,).

    Beyond the noise of the counts; NaN with fewer than 8 placebo dates. Weeks near the date itself
    aren't ordinary.
    """
    placebo = placebo_days(panel, last)
    offsets = np.arange(WEEKS[0] * 7, WEEKS[-1] * 7 + 7)
    windows = cut(panel, placebo, offsets, last)
    whole = windows.seen.reshape(*windows.seen.shape[:2], len(WEEKS), 7).all(axis=-1)
    windows.seen[...] &= np.repeat(whole, 7, axis=-1)
    weekly = _weekly(windows)
    compared = _ordinary_pairs(panel, at, last, placebo)  # (D, J, weeks)
    apart = np.abs(WEEKS - WEEKS[_REFERENCE])
    made = np.full((len(at), int(apart.max()) + 1), np.nan)
    made[:, 0] = 0.0
    any_date = np.zeros((len(at), len(placebo)), dtype=bool)
    for lag in range(1, made.shape[1]):
        weeks = np.flatnonzero(apart == lag)
        b, se = weekly.log_ratio[..., weeks], weekly.error[..., weeks]  # (C, J, 1 or 2)
        there = np.isfinite(b) & compared[:, None][..., weeks]  # (D, C, J, 1 or 2)
        flat = (len(at), prod(there.shape[1:]))
        found = ordinary(
            np.where(there, b, np.nan).reshape(flat), np.broadcast_to(se, there.shape).reshape(flat)
        )
        dates = there.any(axis=(1, 3))
        any_date |= dates
        made[:, lag] = np.where(dates.sum(axis=-1) >= LEAST_DATES, found.tau**2, np.nan)
    first = np.where(any_date, placebo, np.inf).min(axis=-1, initial=np.inf)
    final = np.where(any_date, placebo, -np.inf).max(axis=-1, initial=-np.inf)
    some = any_date.any(axis=-1)
    series = np.isfinite(weekly.degrees).any(axis=-1).sum()
    freedom = degrees(np.inf, np.where(some, first, 0), np.where(some, final, 0), series)
    return made, np.where(some, freedom, np.nan)


def _ordinary_pairs(panel: Panel, at: Ints, last: int, placebo: Ints) -> Bools:
    """Whether a placebo date's week and its week -1 are ordinary for each date: (D, J, weeks).

    Not between 56 days before the date and 28 after, and inside the date's year.
    """
    first = placebo[:, None] + 7 * np.minimum(WEEKS, WEEKS[_REFERENCE])
    final = placebo[:, None] + 7 * np.maximum(WEEKS, WEEKS[_REFERENCE]) + 6
    end = year_of(panel, at, last)[:, None, None]
    apart = (final < at[:, None, None] - _BEFORE) | (first > at[:, None, None] + SIDE)
    made: Bools = apart & (first > end - HISTORY) & (final <= end)
    return made
