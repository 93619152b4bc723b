"""Exact and score intervals for a rate and for a share. Arrays in, frozen result out.

Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28, 437-442.
Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
Journal of the American Statistical Association 22, 209-212.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv, ndtri

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """Estimate and two-sided limits, each of the arguments' common shape; NaN where undefined."""

    estimate: Floats
    low: Floats
    high: Floats


def poisson_rate(
    counts: ArrayLike, exposure: ArrayLike, *, level: float = 0.95, dispersion: float = 1.0
) -> Interval:
    """Events per unit of `exposure` with Garwood's exact interval; arguments broadcast.

    `counts` are events (0 or more), `exposure` is in the unit of the rate's denominator (posts:
    events per post); an exposure of 0 gives NaN. With `dispersion` phi above 1 (variance over
    mean), both limits move away from the estimate by the factor sqrt(phi), not below 0.
    Raises `ValueError` for negative or infinite values, a phi below 1, a level outside (0, 1).
    """
    events, units = _checked(counts, exposure, level)
    if not dispersion >= 1.0:
        raise ValueError("a dispersion below 1 would narrow an exact interval")
    tail = (1.0 - level) / 2.0
    # chi2.ppf(q, 2k) / 2 is the q-quantile of a gamma distribution of shape k.
    least = np.where(events > 0, gammaincinv(np.maximum(events, 1e-300), tail), 0.0)
    most = gammaincinv(events + 1.0, 1.0 - tail)
    stretch = np.sqrt(dispersion)
    low = np.maximum(events - (events - least) * stretch, 0.0)
    high = events + (most - events) * stretch
    return Interval(estimate=_over(events, units), low=_over(low, units), high=_over(high, units))


def wilson_share(successes: ArrayLike, trials: ArrayLike, *, level: float = 0.95) -> Interval:
    """The share of `successes` among `trials` with Wilson's score interval; arguments broadcast.

    Both are counts with 0 <= successes <= trials; no trials give NaN.
    Raises `ValueError` for anything else, or a level outside (0, 1).
    """
    hits, tried = _checked(successes, trials, level)
    if np.any(hits > tried):
        raise ValueError("more successes than trials")
    z = float(ndtri(0.5 + level / 2.0))
    share = _over(hits, tried)
    weight = _over(np.full_like(tried, z * z), tried)
    centre = (share + weight / 2.0) / (1.0 + weight)
    half = np.sqrt(weight * (share * (1.0 - share) + weight / 4.0)) / (1.0 + weight)
    # At the ends one limit is the end itself; subtraction would leave a rounding error there.
    low = np.where(hits == 0, 0.0 * centre, centre - half)
    high = np.where(hits == tried, 1.0 + 0.0 * centre, centre + half)
    return Interval(estimate=share, low=low, high=high)


def _checked(events: ArrayLike, units: ArrayLike, level: float) -> tuple[Floats, Floats]:
    if not 0.0 < level < 1.0:
        raise ValueError("the level lies between 0 and 1")
    first, second = np.broadcast_arrays(
        np.asarray(events, dtype=np.float64), np.asarray(units, dtype=np.float64)
    )
    for values in (first, second):
        if not np.all(np.isfinite(values)) or np.any(values < 0):
            raise ValueError("counts and exposures are finite and not negative")
    return first, second


def _over(values: Floats, units: Floats) -> Floats:
    made: Floats = np.divide(values, units, out=np.full(values.shape, np.nan), where=units > 0)
    return made
