"""Many tests at once: shares of false discoveries.

Benjamini, Y. and Hochberg, Y. (1995), Journal of the Royal Statistical Society B 57, 289-300;
Benjamini, Y. and Yekutieli, D. (2001), Annals of Statistics 29, 1165-1188, for any dependence;
Benjamini, Y. and Bogomolov, M. (2014), the same journal as the first, 76, 297-318, for tests inside
groups that were selected (after Yekutieli, D. 2008, Journal of the American Statistical Association
103, 309-316).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

LEVEL = 0.05


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """q-values of the tests `p` (n,); independent tests, or windows that depend positively.

    A test that is NaN wasn't made: it stays NaN and doesn't count among the others.
    Raises `ValueError` for values outside 0 to 1.
    """
    return _stepped_up(_checked(p), dependent=False)


def benjamini_yekutieli(p: ArrayLike) -> Floats:
    """The same under any dependence at all."""
    return _stepped_up(_checked(p), dependent=True)


def sufficient(p: ArrayLike, *, level: float = LEVEL) -> float:
    """The p that one more test of the family would need to be discovered; NaN without any test.

    With R discoveries among m tests it is level * (R + 1) / m, at most `level`.
    """
    values = _checked(p)
    made = int(np.isfinite(values).sum())
    if not made:
        return float("nan")
    found = int((_stepped_up(values, dependent=False) <= level).sum())
    return level * min(found + 1, made) / made


def within_selected(pairs: ArrayLike, members: ArrayLike, *, level: float = LEVEL) -> Floats:
    """q-values of the members (m, S) of those of m pairs that are discovered; NaN elsewhere.

    `pairs` (m,) are the p of the pairs. Among the members of R selected ones of m pairs, the share
    of false discoveries is held at `level` on average over the selected, if each is tested at
    level * R / m. Raises `ValueError` for shapes that don't fit and values outside 0 to 1.
    """
    over, inside = _checked(pairs), _checked(members, axes=2)
    if inside.shape[0] != len(over):
        raise ValueError("members are (pairs, members)")
    selected = _stepped_up(over, dependent=False) <= level
    made = np.full(inside.shape, np.nan)
    share = selected.sum() / max(int(np.isfinite(over).sum()), 1)
    for row in np.flatnonzero(selected):
        made[row] = np.minimum(_stepped_up(inside[row], dependent=False) / share, 1.0)
    return made


def _checked(p: ArrayLike, axes: int = 1) -> Floats:
    values = np.asarray(p, dtype=np.float64)
    if values.ndim != axes:
        raise ValueError(f"p-values have {axes} axes")
    if np.any((values < 0) | (values > 1)):
        raise ValueError("p-values lie between 0 and 1")
    return values


def _stepped_up(values: Floats, *, dependent: bool) -> Floats:
    there = np.flatnonzero(np.isfinite(values))
    made = np.full(values.shape, np.nan)
    rank = np.arange(1, len(there) + 1)
    factor = (1.0 / rank).sum() if dependent else 1.0
    order = there[np.argsort(values[there], kind="stable")]
    raw = values[order] * len(there) * factor / rank
    made[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return made
