"""Weekly rate ratios around a day, and whether the weeks before it were level.

Freyaldenhoven, S., Hansen, C. and Shapiro, J. (2021), NBER working paper 29170; a passed test of
the weeks before proves little: Roth, J. (2022), American Economic Review: Insights 4, 305-322.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtrc

from trends.step import WEEKDAY_EVENTS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_ROUNDS = 60
_CLOSE = 1e-12  # squared Newton decrement before the last step, which leaves its square
_LONGEST = 2.0  # step on the log scale
_RIDGE = 1e-12  # of the largest information: weeks that share no stratum with the others
_UNTOLD = 100.0  # standard error of a log ratio beyond which nothing tells the week


@dataclass(frozen=True, kw_only=True, slots=True)
class Weekly:
    """Log rate ratios to the reference week of a batch (...); 0 there, NaN where nothing tells."""

    log_ratio: Floats  # (..., K)
    covariance: Floats  # (..., K, K), dispersion included
    dispersion: Floats  # (...), at least 1
    degrees: Floats  # (...): days less parameters

    @property
    def error(self) -> Floats:
        """Standard errors (..., K), without what ordinary weeks differ."""
        made: Floats = np.sqrt(np.einsum("...kk->...k", self.covariance))
        return made


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """F test that weeks are level, of a batch (...); NaN where no week could be tested."""

    statistic: Floats
    p: Floats
    weeks: NDArray[np.int64]  # how many were tested


def weekly_ratios(
    counts: ArrayLike,
    exposure: ArrayLike,
    reference: int,
    *,
    usable: ArrayLike = True,
    weekday_events: float = WEEKDAY_EVENTS,
) -> Weekly:
    """Quasi-Poisson: a ratio for each week, a level for each place and weekday of its own.

    `counts` (..., S, 7 K) are S places' days of K weeks in a row; `exposure` and `usable` broadcast
    to it; `reference` is the number of the week that the others are compared with. A day that isn't
    usable or has no exposure is missing; a week without events has no ratio (NaN), and without
    events in the reference week there is none at all. Under `weekday_events` events there are no
    weekday terms.
    Raises `ValueError` for shapes that don't fit, and values that are negative or not finite.
    """
    y, n = _checked(counts, exposure, usable)
    batch, (places, length) = y.shape[:-2], y.shape[-2:]
    weeks = length // 7
    if not 0 <= reference < weeks:
        raise ValueError("the reference is one of the weeks")
    # (B, S, K, 7): a stratum is a place's weekday, or the place where there are few events.
    y, n = (a.reshape(prod(batch), places, weeks, 7) for a in (y, n))
    told = y.sum(axis=(1, 3)) > 0
    n = n * told[:, None, :, None]
    few = y.sum(axis=(1, 2, 3)) < weekday_events
    total = _by_stratum(y.sum(axis=2), few)
    among = _by_stratum(n, few)
    events = y.sum(axis=(1, 3))
    free = told.copy()
    free[:, reference] = False
    fitted, done, information = _solve(events, among, total, free)
    dispersion, degrees = _dispersion(y, n, fitted, (among, total, few), free)
    there = done & told[:, reference] & (degrees > 0)
    covariance = np.linalg.inv(_filled(information, free))
    untold = np.einsum("bkk->bk", covariance) > _UNTOLD**2
    known = there[:, None] & told & ~untold
    covariance = covariance * dispersion[:, None, None]
    covariance = np.where(free[:, :, None] & free[:, None, :], covariance, 0.0)
    both = known[:, :, None] & known[:, None, :]
    return Weekly(
        log_ratio=np.where(known, fitted, np.nan).reshape(*batch, weeks),
        covariance=np.where(both, covariance, np.nan).reshape(*batch, weeks, weeks),
        dispersion=np.where(there, dispersion, np.nan).reshape(batch),
        degrees=np.where(there, degrees, np.nan).reshape(batch),
    )


def level_before(log_ratio: ArrayLike, covariance: ArrayLike, degrees: ArrayLike) -> Level:
    """Wald's F test that all of the ratios (..., m) are 1; weeks that are NaN aren't tested.

    `covariance` (..., m, m) may hold what ordinary weeks differ beyond the fit's own noise (see
    `between_weeks`). Degrees: the weeks tested, and `degrees`.
    Raises `ValueError` for shapes that don't fit.
    """
    b = np.asarray(log_ratio, dtype=np.float64)
    spread = np.asarray(covariance, dtype=np.float64)
    if b.ndim < 1 or spread.shape != (*b.shape, b.shape[-1]):
        raise ValueError("the covariance is (..., weeks, weeks)")
    there = np.isfinite(b)
    spread = np.nan_to_num(_filled(np.nan_to_num(spread), there))
    b = np.where(there, b, 0.0)
    solved = np.linalg.solve(spread, b[..., None])[..., 0]
    weeks = there.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = np.where(weeks > 0, (b * solved).sum(axis=-1) / weeks, np.nan)
    of = np.broadcast_to(np.asarray(degrees, dtype=np.float64), weeks.shape)
    known = (weeks > 0) & (of > 0)
    p = fdtrc(np.where(known, weeks, 1), np.where(known, of, 1.0), np.nan_to_num(statistic))
    return Level(statistic=statistic, p=np.where(known, p, np.nan), weeks=weeks)


def between_weeks(variogram: ArrayLike, weeks: ArrayLike, reference: int) -> Floats:
    """Covariance (..., m, m) of the log ratios of `weeks` (m,) to `reference` at ordinary dates.

    `variogram` (..., h + 1) is the variance of the difference of two weeks 0 to h apart, beyond
    noise: cov(u_k - u_r, u_l - u_r) = (v(k, r) + v(l, r) - v(k, l)) / 2. What estimation leaves
    negative is cut off. Raises `ValueError` where weeks are farther apart than it reaches.
    """
    v = np.asarray(variogram, dtype=np.float64)
    at = np.asarray(weeks, dtype=np.int64)
    apart = np.abs(at[:, None] - at[None, :])
    to_reference = np.abs(at - reference)
    if max(apart.max(initial=0), to_reference.max(initial=0)) >= v.shape[-1]:
        raise ValueError("the variogram doesn't reach that far")
    far = v[..., to_reference]
    made = (far[..., :, None] + far[..., None, :] - v[..., apart]) / 2.0
    values, vectors = np.linalg.eigh(made)
    kept: Floats = np.einsum("...ij,...j,...kj->...ik", vectors, np.maximum(values, 0.0), vectors)
    return kept


def _checked(counts: ArrayLike, exposure: ArrayLike, usable: ArrayLike) -> tuple[Floats, Floats]:
    """Counts and exposure of one shape, 0 on missing days."""
    y, n = np.broadcast_arrays(
        np.asarray(counts, dtype=np.float64), np.asarray(exposure, dtype=np.float64)
    )
    if y.ndim < 2 or y.shape[-1] % 7 or not y.shape[-1]:
        raise ValueError("counts are (..., places, days) with days of whole weeks")
    seen = np.broadcast_to(np.asarray(usable, dtype=bool), y.shape) & ~(n == 0)
    y, n = np.where(seen, y, 0.0), np.where(seen, n, 0.0)
    if not np.all(np.isfinite(y) & np.isfinite(n) & (y >= 0) & (n >= 0)):
        raise ValueError("counts and exposures are finite and not negative")
    return y, n


def _by_stratum(values: Floats, few: Bools) -> Floats:
    """(B, S, ..., 7) -> (B, S * 7, ...); a place's weekdays in the first where there are few."""
    first = np.zeros(7)
    first[0] = 1.0
    merged = values.sum(axis=-1, keepdims=True) * first
    chosen = np.where(few.reshape(-1, *[1] * (values.ndim - 1)), merged, values)
    moved = np.moveaxis(chosen, -1, 2)
    return moved.reshape(len(values), 7 * values.shape[1], *moved.shape[3:])


def _solve(
    events: Floats, among: Floats, total: Floats, free: Bools
) -> tuple[Floats, Bools, Floats]:
    """Newton on the likelihood given the strata's totals: ratios (B, K), converged, information.

    `events` (B, K) by week, `among` (B, G, K) exposure, `total` (B, G) events by stratum.
    """
    rates = (events + 0.5) / np.maximum(among.sum(axis=1), 1e-300)
    fitted = np.where(free, np.log(rates), 0.0)
    reference = ~free & (events > 0)
    base = np.where(reference, np.log(rates), 0.0).sum(axis=-1, keepdims=True)
    fitted = np.where(free, fitted - base, 0.0)
    done = np.zeros(len(events), dtype=bool)
    going = np.arange(len(events))
    for _ in range(_ROUNDS):
        mean, information = _week_by_week(fitted[going], among[going], total[going])
        score = np.where(free[going], events[going] - mean, 0.0)
        step = np.linalg.solve(_filled(information, free[going]), score[..., None])[..., 0]
        close = (step * score).sum(axis=-1) < _CLOSE
        done[going[close]] = True
        longest = np.maximum(np.abs(step).max(axis=-1, keepdims=True), _LONGEST)
        fitted[going] += step * _LONGEST / longest
        going = going[~close]
        if not len(going):
            break
    return fitted, done, _week_by_week(fitted, among, total)[1]


def _week_by_week(fitted: Floats, among: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Expected events (B, K) and the information on the ratios (B, K, K)."""
    share = among * np.exp(fitted)[:, None, :]
    all_weeks = share.sum(axis=-1, keepdims=True)
    share = np.divide(share, all_weeks, out=np.zeros_like(share), where=all_weeks > 0)
    expected = share * total[:, :, None]
    mean = expected.sum(axis=1)
    information = -np.matmul(np.swapaxes(expected, 1, 2), share)
    ridge = _RIDGE * (1.0 + mean.max(axis=-1, keepdims=True))
    np.einsum("bkk->bk", information)[...] += mean + ridge
    return mean, information


def _filled(matrix: Floats, kept: Bools) -> Floats:
    """`matrix` with the rows and columns that aren't kept replaced by those of the unit matrix."""
    made: Floats = np.where(
        kept[..., :, None] & kept[..., None, :], matrix, np.eye(matrix.shape[-1])
    )
    return made


def _dispersion(
    y: Floats, n: Floats, fitted: Floats, strata: tuple[Floats, Floats, Bools], free: Bools
) -> tuple[Floats, Floats]:
    """Pearson's chi-square over its degrees, at least 1, and the degrees; NaN without any."""
    among, total, few = strata
    scale = (among * np.exp(fitted)[:, None, :]).sum(axis=-1)
    level = np.divide(total, scale, out=np.zeros_like(total), where=scale > 0)
    level = level.reshape(len(y), y.shape[1], 1, 7)
    level = np.where(few[:, None, None, None], level[..., :1], level)
    mean = n * level * np.exp(fitted)[:, None, :, None]
    off = (y - mean) ** 2
    pearson = np.divide(off, mean, out=np.zeros_like(off), where=mean > 0).sum(axis=(1, 2, 3))
    used = ((n > 0) & (level > 0)).sum(axis=(1, 2, 3))
    degrees = used - (total > 0).sum(axis=-1) - free.sum(axis=-1).astype(np.float64)
    over = np.divide(pearson, degrees, out=np.full_like(pearson, np.nan), where=degrees > 0)
    return np.maximum(over, 1.0), degrees
