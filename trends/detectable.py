"""The smallest change that a comparison could have seen.

The usual power formula on the log scale: Bloom, H. S. (1995). Minimum detectable effects.
Evaluation Review 19, 547-556.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from trends.placebo import quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Detectable:
    """Rate ratios seen with the probability asked for, of the arguments' common shape."""

    rise: Floats
    fall: Floats


def smallest_detectable(
    error: ArrayLike, degrees: ArrayLike, *, level: float = 0.05, power: float = 0.8
) -> Detectable:
    """exp of (t + z) * `error` and its mirror, two-sided at `level`; arguments broadcast.

    `error` is the calibrated standard error of a log rate ratio. A fall is read off the same error:
    with few events it would be larger, so a fall this deep is seen less often than said.
    Raises `ValueError` for a level or a power outside (0, 1).
    """
    if not (0.0 < level < 1.0 and 0.0 < power < 1.0):
        raise ValueError("level and power lie between 0 and 1")
    reach = (quantile(1.0 - level / 2.0, degrees) + ndtri(power)) * np.asarray(
        error, dtype=np.float64
    )
    return Detectable(rise=np.exp(reach), fall=np.exp(-reach))


def sufficient_ratio(error: ArrayLike, degrees: ArrayLike, *, p: float = 0.05) -> Floats:
    """The rate ratio above 1 that would just have had this two-sided `p`; its inverse for a fall.

    Raises `ValueError` for a p outside (0, 1).
    """
    if not 0.0 < p < 1.0:
        raise ValueError("p lies between 0 and 1")
    made: Floats = np.exp(quantile(1.0 - p / 2.0, degrees) * np.asarray(error, dtype=np.float64))
    return made
