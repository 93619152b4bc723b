"""Weeks above what the same season of earlier years lets expect: Farrington's flexible method.

Farrington, C. P. et al. (1996). A statistical algorithm for the early detection of outbreaks of
infectious disease. Journal of the Royal Statistical Society A 159, 547-563. Noufaily, A. et al.
(2013). An improved algorithm for outbreak detection in multiple surveillance systems. Statistics in
Medicine 32, 1206-1222. Salmon, M., Schumacher, D. and Höhle, M. (2016). Monitoring count time
series in R. Journal of Statistical Software 70 (10).

It needs three years of weeks; until then days are watched by `trends.spikes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import inf, nan

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, stdtr
from scipy.stats import nbinom, poisson

from trends.arrays import Bools, Floats, Ints, Observed, observed
from trends.glm import Fit, quasi_poisson
from trends.reweight import THRESHOLD, anscombe_weights
from trends.seasons import reference_weeks, season_groups
from trends.spikes import upper_tail

LEAST_YEARS_OF_TREND = 3
LEAST_SHARE = 0.5  # of the weeks of a fit must be usable


class Limit(StrEnum):
    """How the upper limit follows from the predicted mean."""

    DELTA = "delta"  # normal on the scale of a power of the counts
    NB_PLUGIN = "nbPlugin"  # negative binomial, the mean taken as known
    MUAN = "muan"  # negative binomial around an upper quantile of the mean


class ErrorScale(StrEnum):
    """Which dispersion scales the standard errors of the mean and of the trend.

    `WORKING` and `FLOORED` are there to compare with programs in use; they move limits by about a
    per cent, and by half where the weights threshold is 1.
    """

    PEARSON = "pearson"  # sum(w (y - m)^2 / m) / df
    FLOORED = "floored"  # the same, 1 or more, for the mean: R's surveillance::farrington
    WORKING = "working"  # sum(w ((y - m) / m)^2) / df once reweighted: farringtonFlexible


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Defaults are those of 2013, the improved method."""

    years: int = 3
    half_window: int = 3  # weeks on either side of the same week of an earlier year
    periods: int = 10  # parts of the year; 1: the weeks of the window alone, as in 1996
    excluded_weeks: int = 26  # before the week, so that a slow rise isn't its own baseline
    weights_threshold: float | None = THRESHOLD  # None: no reweighting
    trend: bool = True
    trend_p: float = 1.0  # a trend whose p isn't below is left out: .05 in 1996
    limit: Limit = Limit.DELTA
    power: float = 2 / 3  # 1/2 and 1 are in use too
    alpha: float = 0.01  # one-sided
    least_events: int = 5  # in the last weeks, or it is no alarm
    recent_weeks: int = 4  # the week included
    error_scale: ErrorScale = ErrorScale.PEARSON


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FarringtonWeeks:
    """One item a week judged; NaN where history is too short, the week is missing or no fit is.

    `score` is (count - expected) / (upper - expected). `enough`: at least 5 events in 4 weeks;
    without them there is no alarm.
    """

    expected: Floats
    upper: Floats
    p: Floats
    score: Floats
    dispersion: Floats  # 1 or more
    trend: Floats  # of the log rate a week; NaN where there is none
    enough: Bools
    alarm: Bools


DEFAULTS = Settings()


def farrington(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    missing: ArrayLike | None = None,
    first: date | None = None,
    weeks: ArrayLike | None = None,
    settings: Settings = DEFAULTS,
) -> FarringtonWeeks:
    """Weeks of one series of T weeks against the same season of `settings.years` years.

    `first` is the day on which the first week begins: a week's like in an earlier year is the one
    that begins nearest to the same date; without it 52 weeks are a year. `weeks` are the indices to
    judge (default: all). Missing weeks are left out of fits; a fit with under half of its weeks
    isn't made. Raises `ValueError` for anything but one series, weeks outside it, bad settings.
    """
    series = observed(counts, exposure, missing)
    if series.counts.ndim != 1:
        raise ValueError("one series at a time")
    _check(settings)
    total = len(series.counts)
    wanted: Ints = np.asarray(range(total) if weeks is None else weeks, dtype=np.int64)
    if wanted.ndim != 1 or np.any((wanted < 0) | (wanted >= total)):
        raise ValueError("the weeks to judge are indices of the series")
    made = np.array([_judged(series, int(week), first, settings) for week in wanted])
    expected, upper, p, dispersion, trend = made.reshape(-1, 5).T
    sums = np.cumsum(series.counts)
    sums[settings.recent_weeks :] -= sums[: -settings.recent_weeks].copy()
    enough, seen = sums[wanted] >= settings.least_events, series.counts[wanted]
    above = upper - expected
    return FarringtonWeeks(
        expected=expected,
        upper=upper,
        p=p,
        score=np.divide(seen - expected, above, out=np.full(len(wanted), nan), where=above > 0),
        dispersion=dispersion,
        trend=trend,
        enough=enough,
        alarm=enough & (seen > upper) & (seen > 0),
    )


def _check(settings: Settings) -> None:
    if min(settings.years, settings.periods, settings.recent_weeks) < 1 or settings.half_window < 0:
        raise ValueError("years, periods and recent weeks are 1 or more")
    if settings.excluded_weeks < 0 or not 0.0 < settings.alpha < 1.0 or not settings.power > 0.0:
        raise ValueError("excluded weeks aren't negative, alpha lies in (0, 1), the power above 0")


Judged = tuple[float, float, float, float, float]  # expected, upper, p, dispersion, trend
_NOTHING: Judged = (nan, nan, nan, nan, nan)


def _judged(series: Observed, week: int, first: date | None, settings: Settings) -> Judged:
    references = reference_weeks(week, settings.years, first)
    if references[-1] < settings.half_window or not series.usable[week]:
        return _NOTHING
    groups = season_groups(week, references, settings.half_window, settings.periods)
    groups[max(week - settings.excluded_weeks, 0) :] = -1
    rows = np.flatnonzero(groups >= 0)
    used = series.usable[rows]
    if used.sum() < max(LEAST_SHARE * len(rows), settings.periods + 2):
        return _NOTHING
    # A season without events has no finite term, and no say in the others.
    used &= np.bincount(groups[rows], series.counts[rows])[groups[rows]] > 0
    parts = (groups[rows][:, None] == np.arange(1, settings.periods)).astype(np.float64)
    level = np.ones((len(rows), 1))
    line = (rows - week)[:, None].astype(np.float64)
    data = (series.counts[rows], series.exposure[rows], used)
    found = _mean(np.hstack([level, line, parts]), *data, settings) if settings.trend else None
    trend = nan
    if found is not None:
        steep = abs(found.slope) / found.slope_error if found.slope_error > 0 else inf
        tail = 2.0 * stdtr(found.degrees, -steep)
        mean = np.exp(found.level) * series.exposure[week]
        sure = settings.years >= LEAST_YEARS_OF_TREND and tail < settings.trend_p
        if sure and mean <= series.counts[rows].max():
            trend = found.slope
    if np.isnan(trend):
        found = _mean(np.hstack([level, parts]), *data, settings)
    if found is None:
        return _NOTHING
    mean = float(np.exp(found.level) * series.exposure[week])
    upper, p = _limit(series.counts[week], mean, found, settings)
    return mean, upper, p, found.dispersion, trend


@dataclass(frozen=True, kw_only=True, slots=True)
class _Mean:
    """A fit seen from the week judged: level and slope of the log rate, with standard errors."""

    level: float
    error: float
    slope: float
    slope_error: float
    dispersion: float
    degrees: float


def _mean(
    design: Floats, counts: Floats, exposure: Floats, used: Bools, settings: Settings
) -> _Mean | None:
    """The fit, reweighted where asked for; None where it doesn't converge."""
    fit = quasi_poisson(design, counts, exposure=exposure, weights=used)
    weights = used.astype(np.float64)
    if settings.weights_threshold is not None and fit.converged:
        weights = anscombe_weights(design, counts, used, fit, threshold=settings.weights_threshold)
        fit = quasi_poisson(design, counts, exposure=exposure, weights=weights)
    if not fit.converged or not fit.degrees > 0:
        return None
    scale, phi = _scale(fit, counts, weights, settings), float(fit.dispersion)
    own = np.sqrt(np.diag(fit.covariance) / phi)
    floored = max(scale, 1.0) if settings.error_scale is ErrorScale.FLOORED else scale
    return _Mean(
        level=float(fit.coefficients[0]),
        error=float(own[0] * np.sqrt(floored)),
        slope=float(fit.coefficients[1]) if design.shape[1] > 1 else nan,
        slope_error=float(own[1] * np.sqrt(scale)) if design.shape[1] > 1 else nan,
        dispersion=phi,
        degrees=float(fit.degrees),
    )


def _scale(fit: Fit, counts: Floats, weights: Floats, settings: Settings) -> float:
    squares = (counts - fit.fitted) ** 2 / fit.fitted
    if settings.error_scale is ErrorScale.WORKING and settings.weights_threshold is not None:
        squares = squares / fit.fitted
    return float((weights * squares).sum() / fit.degrees)


def _limit(count: float, mean: float, found: _Mean, settings: Settings) -> tuple[float, float]:
    """The upper limit, and the tail beyond the count."""
    z = float(ndtri(1.0 - settings.alpha))
    phi, power = found.dispersion, settings.power
    if settings.limit is Limit.DELTA:
        # By the delta method, the standard deviation of Y^power - mean^power.
        spread = phi + mean * found.error**2
        sigma = power * np.sqrt(mean ** (2.0 * power - 1.0) * spread)
        upper = (mean**power + z * sigma) ** (1.0 / power)
        return float(upper), float(ndtr((mean**power - count**power) / sigma))
    if settings.limit is Limit.MUAN:
        mean = mean * float(np.exp(z * found.error))
    wide = nbinom(mean / (phi - 1.0), 1.0 / phi) if phi > 1.0 else poisson(mean)
    upper = wide.ppf(1.0 - settings.alpha)
    return float(upper), float(upper_tail(count, mean, phi))
