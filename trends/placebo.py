"""How much the same estimate moves at ordinary dates, and tests that allow for it.

Schuemie, M. J. et al. (2014). Interpreting observational studies: why empirical calibration is
needed to correct p-values. Statistics in Medicine 33, 209-218. A test with mean 0 and a t
distribution, since the spread comes from few and overlapping windows; the free mean is shown as the
drift of the series. Against: Gruber, S. and Tchetgen Tchetgen, E. (2016), Statistics in Medicine
35, 3869-3882 (it costs power, which the smallest detectable change states).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

Floats = NDArray[np.float64]

LEAST_DATES = 8  # placebo dates without which there is no verdict
WINDOW = 28  # days: windows that far apart share none on one side

_ROUNDS = 500
_CLOSE = 1e-12  # relative change of the variance


@dataclass(frozen=True, kw_only=True, slots=True)
class Ordinary:
    """Distribution of estimates at ordinary dates beyond their own noise; of a batch (...)."""

    mean: Floats
    tau: Floats  # standard deviation; NaN without any estimate
    estimates: NDArray[np.int64]  # how many it rests on


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibrated:
    """Two-sided test against ordinary dates; of the arguments' common shape."""

    p: Floats
    low: Floats
    high: Floats
    error: Floats  # sqrt(se^2 + tau^2)


def ordinary(estimates: ArrayLike, errors: ArrayLike, *, free_mean: bool = False) -> Ordinary:
    """Maximum likelihood of estimate_j ~ N(mean, tau^2 + error_j^2) over the last axis.

    NaN among the estimates or errors is left out. The mean is 0 unless `free_mean`.
    Raises `ValueError` for errors that aren't above 0.
    """
    b, se = np.broadcast_arrays(
        np.asarray(estimates, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    )
    if b.ndim < 1:
        raise ValueError("estimates have an axis to estimate over")
    there = np.isfinite(b) & np.isfinite(se)
    if np.any(se[there] <= 0):
        raise ValueError("standard errors are above 0")
    batch, length = b.shape[:-1], b.shape[-1]
    b, variance = np.where(there, b, 0.0), np.where(there, se, 1.0) ** 2
    flat = (prod(batch), length)
    rows = (b.reshape(flat), variance.reshape(flat), there.reshape(flat))
    count = there.sum(axis=-1)
    # The likelihood may have a maximum at 0 and another above: the better of the two counts.
    far = _climb(rows, (rows[0] ** 2).max(axis=-1, initial=0.0), free_mean=free_mean)
    near = _climb(rows, np.zeros(len(rows[0])), free_mean=free_mean)
    better = _likelihood(rows, *far) >= _likelihood(rows, *near)
    mean, tau2 = (np.where(better, one, other) for one, other in zip(far, near, strict=True))
    nothing = count.reshape(-1) == 0
    return Ordinary(
        mean=np.where(nothing, np.nan, mean).reshape(batch),
        tau=np.where(nothing, np.nan, np.sqrt(tau2)).reshape(batch),
        estimates=count,
    )


def calibrated(
    estimate: ArrayLike,
    error: ArrayLike,
    tau: ArrayLike,
    degrees: ArrayLike = np.inf,
    *,
    mean: ArrayLike = 0.0,
    level: float = 0.95,
) -> Calibrated:
    """p = 2 P(T > |estimate - mean| / sqrt(error^2 + tau^2)) and the limits of estimate - mean.

    T has Student's distribution with `degrees` (infinite: the normal). Arguments broadcast; NaN
    passes through. Raises `ValueError` for a level outside (0, 1).
    """
    if not 0.0 < level < 1.0:
        raise ValueError("the level lies between 0 and 1")
    given = (np.asarray(a, dtype=np.float64) for a in (estimate, error, tau, degrees, mean))
    b, se, spread, of, centre = np.broadcast_arrays(*given)
    wide = np.sqrt(se**2 + spread**2)
    off = b - centre
    score = np.divide(np.abs(off), wide, out=np.full(wide.shape, np.nan), where=wide > 0)
    half = quantile(0.5 + level / 2.0, of) * wide
    return Calibrated(p=two_sided(score, of), low=off - half, high=off + half, error=wide)


def two_sided(score: ArrayLike, degrees: ArrayLike) -> Floats:
    """2 P(T > |score|)."""
    t, of = np.broadcast_arrays(
        np.abs(np.asarray(score, dtype=np.float64)), np.asarray(degrees, dtype=np.float64)
    )
    made: Floats = 2.0 * np.where(
        np.isinf(of), ndtr(-t), stdtr(np.where(np.isinf(of), 1.0, of), -t)
    )
    return made


def quantile(share: float, degrees: ArrayLike) -> Floats:
    """The quantile of Student's distribution; NaN for degrees that are NaN or not above 0."""
    of = np.asarray(degrees, dtype=np.float64)
    known = np.isfinite(of) & (of > 0)
    made: Floats = np.where(known, stdtrit(np.where(known, of, 1.0), share), np.nan)
    return np.where(np.isposinf(of), ndtri(share), made)


def degrees(residual: ArrayLike, first: ArrayLike, last: ArrayLike, series: ArrayLike) -> Floats:
    """Degrees of freedom of a calibrated test; arguments broadcast.

    The smaller of the fit's own `residual` degrees and half the number of independent placebo
    windows, one every WINDOW days from the `first` to the `last` placebo date (as days), in each of
    `series` series.
    """
    span = np.asarray(last, dtype=np.float64) - np.asarray(first, dtype=np.float64)
    windows = (span / WINDOW + 1.0) * np.asarray(series, dtype=np.float64)
    return np.minimum(np.asarray(residual, dtype=np.float64), windows / 2.0)


Rows = tuple[Floats, Floats, NDArray[np.bool_]]


def _climb(rows: Rows, start: Floats, *, free_mean: bool) -> tuple[Floats, Floats]:
    """Fisher's scoring from `start`: mean and variance (B,)."""
    b, variance, there = rows
    tau2, mean = start.copy(), np.zeros(len(b))
    going = np.arange(len(b))
    for _ in range(_ROUNDS):
        if not len(going):
            break
        weight = there[going] / (variance[going] + tau2[going, None])
        off = b[going]
        if free_mean:
            total = np.maximum(weight.sum(axis=-1), 1e-300)
            mean[going] = (weight * off).sum(axis=-1) / total
            off = off - mean[going, None]
        square = weight**2
        informative = np.maximum(square.sum(axis=-1), 1e-300)
        moved = np.maximum((square * (off**2 - variance[going])).sum(axis=-1) / informative, 0.0)
        change = np.abs(moved - tau2[going])
        tau2[going] = moved
        going = going[change > _CLOSE * (moved + 1e-6)]
    return mean, tau2


def _likelihood(rows: Rows, mean: Floats, tau2: Floats) -> Floats:
    b, variance, there = rows
    whole = variance + tau2[:, None]
    made: Floats = -(there * (np.log(whole) + (b - mean[:, None]) ** 2 / whole)).sum(axis=-1)
    return made
