"""Counts, exposure and missing periods as arrays of one shape, checked once for every statistic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Observed:
    """Arrays of one shape (..., T), time last; 0 in both where a period isn't usable."""

    counts: Floats
    exposure: Floats
    usable: Bools


def observed(
    counts: ArrayLike, exposure: ArrayLike | None = None, missing: ArrayLike | None = None
) -> Observed:
    """The arguments broadcast to one shape; without `exposure` each period counts as one unit.

    A period is usable unless `missing` says so or it has no exposure: it is then no zero, and what
    the arrays hold for it doesn't matter. Raises `ValueError` where a usable period holds something
    negative or infinite, or where there is no time axis.
    """
    events, units, gaps = np.broadcast_arrays(
        np.asarray(counts, dtype=np.float64),
        np.asarray(1.0 if exposure is None else exposure, dtype=np.float64),
        np.asarray(False if missing is None else missing, dtype=np.bool_),
    )
    if events.ndim == 0:
        raise ValueError("counts have a time axis, their last")
    for values in (events, units):
        if not np.all(gaps | (np.isfinite(values) & (values >= 0))):
            raise ValueError("counts and exposures are finite and not negative")
    usable = ~gaps & (np.where(gaps, 0.0, units) > 0)
    return Observed(
        counts=np.where(usable, events, 0.0), exposure=np.where(usable, units, 0.0), usable=usable
    )
