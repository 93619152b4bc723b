"""Several places' estimates of one effect as one: random effects.

DerSimonian, R. and Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical Trials
7, 177-188. I squared: Higgins, J. P. T. and Thompson, S. G. (2002), Statistics in Medicine 21,
1539-1558.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pooled:
    """Pooled estimates of a batch (...); NaN where nothing was there to pool."""

    estimate: Floats
    error: Floats  # its standard error, with the variance between places
    tau2: Floats  # variance between places; 0 where there is only one
    i_squared: Floats  # share of the variation between places beyond noise; NaN with only one
    weights: Floats  # (..., S): shares in the estimate; 0 for what was left out
    places: NDArray[np.int64]  # how many were pooled


def pool(estimates: ArrayLike, errors: ArrayLike) -> Pooled:
    """Pools over the last axis (S); an estimate or error that is NaN is left out.

    One place gives its own estimate back. Raises `ValueError` for errors that aren't above 0.
    """
    b, se = np.broadcast_arrays(
        np.asarray(estimates, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    )
    if b.ndim < 1:
        raise ValueError("estimates have an axis of places")
    there = np.isfinite(b) & np.isfinite(se)
    if np.any(se[there] <= 0):
        raise ValueError("standard errors are above 0")
    b, variance = np.where(there, b, 0.0), np.where(there, se, 1.0) ** 2
    places = there.sum(axis=-1)
    weight = there / variance
    total = weight.sum(axis=-1)
    fixed = _over((weight * b).sum(axis=-1), total)
    cochran = (weight * (b - np.nan_to_num(fixed)[..., None]) ** 2).sum(axis=-1)
    spare = total - np.nan_to_num(_over((weight**2).sum(axis=-1), total))
    beyond = np.maximum(cochran - (places - 1), 0.0)
    several = places > 1
    tau2 = np.where(several, np.nan_to_num(_over(beyond, spare)), 0.0)
    weight = there / (variance + tau2[..., None])
    total = weight.sum(axis=-1)
    none = places == 0
    return Pooled(
        estimate=_over((weight * b).sum(axis=-1), total),
        error=np.sqrt(_over(np.ones_like(total), total)),
        tau2=np.where(none, np.nan, tau2),
        i_squared=np.where(several, np.nan_to_num(_over(beyond, cochran)), np.nan),
        weights=np.nan_to_num(weight / np.where(none, 1.0, total)[..., None]),
        places=places,
    )


def _over(value: Floats, divisor: Floats) -> Floats:
    made: Floats = np.divide(value, divisor, out=np.full(value.shape, np.nan), where=divisor > 0)
    return made
