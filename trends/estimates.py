"""A look at every tested date and, alike, at ordinary dates: what a change is held against."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from trends.looks import Estimates, Look
from trends.panel import Bools, Ints, Panel
from trends.placebo import LEAST_DATES, Calibrated, calibrated, degrees, ordinary
from trends.pooling import Pooled, pool
from trends.windows import LEAST_SIDE, SIDE, Windows, around, chosen, cut, placebo_days

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Asked:
    """D dates of a panel that have the same number of complete days after them."""

    panel: Panel
    at: Ints  # (D,): index of each date in the panel
    days_after: int
    last: int  # index of the last complete day


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Spread:
    """How estimates lie at the placebo dates of D dates."""

    tau: Floats  # (D,); NaN under 8 placebo dates
    degrees: Floats  # (D,): half the number of independent placebo windows
    dates: Ints  # (D,): placebo dates with an estimate


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Looked:
    """What a look gives at D dates for C causes, at S places and pooled."""

    windows: Windows  # at the D dates
    places: Estimates  # (C, S, D)
    pooled: Pooled  # (C, D)
    degrees: Floats  # (C, D)
    spread: Spread  # of pooled estimates
    drift: Floats  # (C, D): mean of the cause's pooled estimates at ordinary dates
    placebo: Ints  # (J,): ordinary dates that any of the D is compared with
    elsewhere: Estimates  # (C, S, J): at these
    compared: Bools  # (D, J): which of them each date is compared with

    def test(self, level: float = 0.95) -> Calibrated:
        """Of the pooled estimates: (C, D)."""
        of = self.pooled
        return calibrated(of.estimate, of.error, self.spread.tau, self.degrees, level=level)

    def place_spread(self) -> Spread:
        """How the estimates of all causes at all places lie at ordinary dates."""
        there = np.isfinite(self.elsewhere.log_ratio) & self.compared[:, None, None, :]
        estimates = np.where(there, self.elsewhere.log_ratio, np.nan)
        errors = np.broadcast_to(self.elsewhere.error, there.shape)
        return _spread(estimates, errors, self.placebo)


def look_at(
    asked: Asked,
    look: Look,
    *,
    days_before: int = SIDE,
    least_before: int = LEAST_SIDE,
    elsewhere_too: bool = True,
) -> Looked:
    """The look at every date of `asked` and, unless `elsewhere_too` is False, at ordinary ones.

    A place needs `least_before` usable days before a date, 14 after, and no change of our own in
    the window; at a placebo date nine tenths of the days of either side. The places pooled at a
    placebo date are those pooled at the date itself.
    """
    offsets = around(days_before, asked.days_after)
    windows = cut(asked.panel, asked.at, offsets, asked.last)
    places = look(windows).chosen(fit_to_use(windows, least_before))
    placebo = placebo_days(asked.panel, asked.last)
    compared = chosen(asked.panel, asked.at, placebo, asked.days_after, asked.last)
    # Where days are too few for an estimate there is nothing to compare.
    compared &= elsewhere_too and asked.days_after >= LEAST_SIDE
    placebo, compared = placebo[compared.any(axis=0)], compared[:, compared.any(axis=0)]
    ordinary_windows = cut(asked.panel, placebo, offsets, asked.last)
    elsewhere = look(ordinary_windows).chosen(ordinary_windows.ordinary)
    again = _pooled_again(places, elsewhere, compared)
    spread = _spread(again.estimate.swapaxes(0, 1), again.error.swapaxes(0, 1), placebo)
    own = np.nan_to_num(places.degrees, nan=np.inf).min(axis=1, initial=np.inf)
    pooled = pool(places.log_ratio.swapaxes(1, 2), places.error.swapaxes(1, 2))
    known = np.isfinite(pooled.estimate)
    return Looked(
        windows=windows,
        places=places,
        pooled=pooled,
        degrees=np.where(known, np.fmin(own, spread.degrees), np.nan),
        spread=spread,
        drift=ordinary(again.estimate, again.error, free_mean=True).mean,
        placebo=placebo,
        elsewhere=elsewhere,
        compared=compared,
    )


def fit_to_use(windows: Windows, least_before: int = LEAST_SIDE) -> Bools:
    """Places with enough usable days on both sides of one era: (S, K)."""
    days = windows.sides(windows.seen.astype(np.float64))
    made: Bools = (days[..., 0] >= least_before) & (days[..., 1] >= LEAST_SIDE) & ~windows.torn
    return made


def _pooled_again(places: Estimates, elsewhere: Estimates, compared: Bools) -> Pooled:
    """Pooled estimates (C, D, J) at the placebo dates of each date, of the date's own places."""
    included = np.isfinite(places.log_ratio).transpose(0, 2, 1)[:, :, None, :]
    included = included & compared[None, :, :, None]
    estimates = elsewhere.log_ratio.transpose(0, 2, 1)[:, None]
    return pool(np.where(included, estimates, np.nan), elsewhere.error.transpose(0, 2, 1)[:, None])


def _spread(estimates: Floats, errors: Floats, placebo: Ints) -> Spread:
    """Of estimates (D, ..., J) at the J placebo dates."""
    dates, days = len(estimates), len(placebo)
    series = prod(estimates.shape[1:-1])
    there = np.isfinite(estimates).reshape(dates, series, days)
    flat = (dates, series * days)
    found = ordinary(estimates.reshape(flat), errors.reshape(flat))
    any_series = there.any(axis=1)
    number = any_series.sum(axis=-1)
    first = np.where(any_series, placebo, np.inf).min(axis=-1, initial=np.inf)
    last = np.where(any_series, placebo, -np.inf).max(axis=-1, initial=-np.inf)
    some = number > 0
    with_any = there.any(axis=-1).sum(axis=-1)
    freedom = degrees(np.inf, np.where(some, first, 0), np.where(some, last, 0), with_any)
    return Spread(
        tau=np.where(number >= LEAST_DATES, found.tau, np.nan),
        degrees=np.where(some, freedom, np.nan),
        dates=number,
    )
