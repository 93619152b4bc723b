"""Quasi-Poisson and quasi-binomial regression, many series at once by one design.

Iteratively reweighted least squares: McCullagh, P. and Nelder, J. A. (1989). Generalized Linear
Models, 2nd ed., sections 2.5 and 9.2. The dispersion is Pearson's chi-square over its degrees of
freedom: Ver Hoef, J. M. and Boveng, P. L. (2007), Ecology 88, 2766-2772.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_ROUNDS = 80
_CLOSE = 1e-12  # squared Newton decrement before the last step, which leaves its square
_STEEPEST = 50.0  # of a linear predictor; exp(50) events per unit of exposure
_ALIASED = 1e-10  # what is left of a column's norm once the earlier ones are taken out


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """Fits of a batch of shape (...) with p columns and n rows.

    A column that adds nothing to the earlier ones is left out: NaN, and it costs no degree of
    freedom. A fit that didn't converge is NaN throughout.
    """

    coefficients: Floats  # (..., p)
    covariance: Floats  # (..., p, p), dispersion included
    dispersion: Floats  # (...)
    degrees: Floats  # (...): rows with weight less columns
    fitted: Floats  # (..., n): expected counts
    converged: Bools  # (...)


def quasi_poisson(
    design: ArrayLike,
    counts: ArrayLike,
    *,
    exposure: ArrayLike = 1.0,
    weights: ArrayLike = 1.0,
    least_dispersion: float = 1.0,
) -> Fit:
    """log E(count) = log exposure + design @ coefficients, variance = dispersion * mean.

    `design` is (n, p), the same for all; `counts` (..., n); `exposure` and `weights` broadcast to
    it. Weight 0 leaves a row out, whatever it holds; a row with weight has an exposure above 0.
    Raises `ValueError` for shapes that don't fit, and values that are negative or not finite.
    """
    columns, events, units, prior = _checked(design, counts, exposure, weights)
    start = np.log((events + 0.1) / units)
    return _fit(columns, events, units, prior, start, _poisson, least_dispersion)


def quasi_binomial(
    design: ArrayLike,
    successes: ArrayLike,
    trials: ArrayLike,
    *,
    weights: ArrayLike = 1.0,
    least_dispersion: float = 1.0,
) -> Fit:
    """logit E(successes / trials) = design @ coefficients, dispersion times binomial variance.

    Shapes, weights and errors as in `quasi_poisson`; also `ValueError` for more successes than
    trials in a row with weight.
    """
    columns, events, units, prior = _checked(design, successes, trials, weights)
    if np.any(events > units):
        raise ValueError("more successes than trials")
    start = logit((events + 0.5) / (units + 1.0))
    return _fit(columns, events, units, prior, start, _binomial, least_dispersion)


Family = Callable[[Floats, Floats], tuple[Floats, Floats]]


def _poisson(linear: Floats, units: Floats) -> tuple[Floats, Floats]:
    mean = units * np.exp(linear)
    return mean, mean


def _binomial(linear: Floats, units: Floats) -> tuple[Floats, Floats]:
    share = expit(linear)
    return units * share, units * share * (1.0 - share)


def _checked(
    design: ArrayLike, counts: ArrayLike, units: ArrayLike, weights: ArrayLike
) -> tuple[Floats, Floats, Floats, Floats]:
    """Columns (n, p); events, units, weights of one shape (..., n), harmless where weight is 0."""
    columns = np.asarray(design, dtype=np.float64)
    given = (np.asarray(values, dtype=np.float64) for values in (counts, units, weights))
    events, scale, prior = np.broadcast_arrays(*given)
    if columns.ndim != 2 or events.ndim < 1 or events.shape[-1] != columns.shape[0]:
        raise ValueError("the design is (rows, columns), counts are (..., rows)")
    used = prior > 0
    if np.any(prior < 0) or not np.all(np.isfinite(prior)) or not np.all(np.isfinite(columns)):
        raise ValueError("weights are finite and not negative, the design is finite")
    events, scale = np.where(used, events, 0.0), np.where(used, scale, 1.0)
    if not np.all((events >= 0) & np.isfinite(events) & (scale > 0) & np.isfinite(scale)):
        raise ValueError("counts are finite and not negative, exposures and trials above 0")
    return columns, events, scale, prior


def _fit(
    columns: Floats,
    events: Floats,
    units: Floats,
    prior: Floats,
    start: Floats,
    family: Family,
    least: float,
) -> Fit:
    batch, (rows, count) = events.shape[:-1], columns.shape
    y, scale, weights, first = (a.reshape(-1, rows) for a in (events, units, prior, start))
    kept = _independent(_gram(columns, weights * family(first, scale)[1]))
    found, done = _iterate(columns, kept, (y, scale, weights), first, family)
    mean, variance = family(_linear(columns, found), scale)
    degrees = (weights > 0).sum(axis=-1) - kept.sum(axis=-1).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        pearson = np.where(weights > 0, weights * (y - mean) ** 2 / variance, 0.0).sum(axis=-1)
        dispersion = np.maximum(pearson / np.where(degrees > 0, degrees, np.nan), least)
    covariance = np.linalg.inv(_filled(_gram(columns, weights * variance), kept))
    covariance *= dispersion[:, None, None]
    lost = ~kept | ~done[:, None]
    return Fit(
        coefficients=np.where(lost, np.nan, found).reshape(*batch, count),
        covariance=np.where(lost[:, :, None] | lost[:, None, :], np.nan, covariance).reshape(
            *batch, count, count
        ),
        dispersion=np.where(done, dispersion, np.nan).reshape(batch),
        degrees=degrees.reshape(batch),
        fitted=np.where(done[:, None], mean, np.nan).reshape(*batch, rows),
        converged=done.reshape(batch),
    )


def _iterate(
    columns: Floats,
    kept: Bools,
    data: tuple[Floats, Floats, Floats],
    start: Floats,
    family: Family,
) -> tuple[Floats, Bools]:
    """Coefficients (B, p) and whether they converged (B,)."""
    found = np.zeros((len(start), columns.shape[1]))
    done = np.zeros(len(start), dtype=bool)
    going = np.flatnonzero(kept.any(axis=-1))
    linear, y, scale, weights = start[going], *(part[going] for part in data)
    for turn in range(_ROUNDS):
        mean, variance = family(linear, scale)
        gram = _filled(_gram(columns, weights * variance), kept[going])
        score = (weights * (variance * linear + y - mean)) @ columns if turn == 0 else None
        if score is None:
            score = (weights * (y - mean)) @ columns
        step = np.linalg.solve(gram, np.where(kept[going], score, 0.0)[..., None])[..., 0]
        found[going] += step
        close = np.einsum("bp,bp->b", step, score * kept[going]) < _CLOSE
        close &= turn > 0
        done[going[close]] = True
        if close.all():
            break
        if close.any():
            going, y, scale, weights = (part[~close] for part in (going, y, scale, weights))
        linear = _linear(columns, found[going])
    return found, done


def _linear(columns: Floats, coefficients: Floats) -> Floats:
    made: Floats = np.clip(coefficients @ columns.T, -_STEEPEST, _STEEPEST)
    return made


def _gram(columns: Floats, weights: Floats) -> Floats:
    """Columns' @ diag(weights) @ columns for each row of weights: (B, p, p)."""
    count = columns.shape[1]
    one, other = np.triu_indices(count)
    made = np.empty((len(weights), count, count))
    made[:, one, other] = made[:, other, one] = weights @ (columns[:, one] * columns[:, other])
    return made


def _filled(gram: Floats, kept: Bools) -> Floats:
    """`gram` with the columns that aren't kept replaced by those of the unit matrix."""
    if kept.all():
        return gram
    made: Floats = np.where(kept[:, :, None] & kept[:, None, :], gram, np.eye(gram.shape[-1]))
    return made


def _independent(gram: Floats) -> Bools:
    """Which columns add something to the earlier ones, by elimination: (B, p)."""
    norm = np.sqrt(np.einsum("bpp->bp", gram))
    norm = np.where(norm > 0, norm, 1.0)
    left = gram / (norm[:, :, None] * norm[:, None, :])
    try:  # nearly always all of them, which is quickly seen
        pivots = np.einsum("bpp->bp", np.linalg.cholesky(left)) ** 2
        if np.all(pivots > _ALIASED):
            return np.ones(norm.shape, dtype=bool)
    except np.linalg.LinAlgError:
        pass
    kept = np.zeros(norm.shape, dtype=bool)
    for column in range(norm.shape[1]):
        pivot = left[:, column, column]
        kept[:, column] = pivot > _ALIASED
        safe = np.where(kept[:, column], pivot, np.inf)
        left = left - left[:, :, column, None] * left[:, None, column, :] / safe[:, None, None]
    return kept
