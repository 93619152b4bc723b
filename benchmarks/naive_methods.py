"""What trackers do today to call a change, so that it can be shown how often each of them is wrong.

Nothing here serves a page or a command. Every method takes counts and exposures (..., days) and the
index of a day, compares 28 days before with 28 days after, and gives True where it says "changed".
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Method = Callable[[Counts, Counts, int], Floats]

WINDOW = 28
LONG = 84  # days before, where a trend is fitted
ALPHA = 0.05
STEPS = 25  # of Newton's method; these regressions take about five


def counts_by_a_fifth(counts: Counts, exposure: Counts, day: int) -> Floats:
    """0 where reports changed by more than 20 %, else 1: no p-value, but read as one."""
    before, after = _sums(counts, day)
    return np.where(np.abs(after / np.maximum(before, 0.5) - 1.0) > 0.2, 0.0, 1.0)


def t_test_of_counts(counts: Counts, exposure: Counts, day: int) -> Floats:
    """Student's t on daily counts; the p-value."""
    before, after = _windows(counts.astype(np.float64), day)
    return _student(before, after)


def t_test_of_rates(counts: Counts, exposure: Counts, day: int) -> Floats:
    """Student's t on daily reports per post; the p-value."""
    before, after = _windows(counts / np.maximum(exposure, 1), day)
    return _student(before, after)


def two_counts(counts: Counts, exposure: Counts, day: int) -> Floats:
    """Two Poisson counts, conditional and mid-p, as if as many posts were written; the p-value."""
    before, after = _sums(counts, day)
    return _mid_p(before, after, np.full(before.shape, 0.5))


def two_rates(counts: Counts, exposure: Counts, day: int) -> Floats:
    """Two Poisson rates with exposure, conditional and mid-p; the p-value."""
    before, after = _sums(counts, day)
    posts_before, posts_after = _sums(exposure, day)
    return _mid_p(before, after, posts_after / np.maximum(posts_before + posts_after, 1))


def two_proportions(counts: Counts, exposure: Counts, day: int) -> Floats:
    """The z-test of two proportions with a pooled variance; the p-value."""
    before, after = _sums(counts, day)
    posts_before, posts_after = (np.maximum(posts, 1) for posts in _sums(exposure, day))
    pooled = (before + after) / (posts_before + posts_after)
    variance = pooled * (1.0 - pooled) * (1.0 / posts_before + 1.0 / posts_after)
    z = (after / posts_after - before / posts_before) / np.sqrt(np.maximum(variance, 1e-300))
    return _two_sided(z)


def segmented_poisson(counts: Counts, exposure: Counts, day: int) -> Floats:
    """The textbook's interrupted time series: Poisson with a trend, 84 + 28 days; the p-value."""
    first, last = day - LONG, day + WINDOW
    time = (np.arange(first, last) - day) / WINDOW
    design = np.column_stack([np.ones(time.size), time, time >= 0])
    y = counts[..., first:last].astype(np.float64).reshape(-1, time.size)
    posts = np.maximum(exposure[..., first:last], 1).astype(np.float64).reshape(-1, time.size)
    b = np.zeros((y.shape[0], design.shape[1]))
    b[:, 0] = np.log((y.sum(axis=1) + 0.5) / posts.sum(axis=1))
    for _ in range(STEPS):
        mean = posts * np.exp(np.clip(b @ design.T, -30.0, 5.0))
        information = np.einsum("nt,ti,tj->nij", mean, design, design)
        step = np.linalg.solve(information, ((y - mean) @ design)[..., None])[..., 0]
        b += np.clip(step, -2.0, 2.0)
    error = np.sqrt(np.linalg.inv(information)[:, 2, 2])
    return _two_sided(b[:, 2] / error).reshape(counts.shape[:-1])


METHODS: dict[str, Method] = {
    "reports changed by more than 20 %": counts_by_a_fifth,
    "t-test on daily counts": t_test_of_counts,
    "t-test on daily rates": t_test_of_rates,
    "two-rate Poisson test without exposure": two_counts,
    "two-rate Poisson test with exposure": two_rates,
    "two-proportion z-test": two_proportions,
    "segmented Poisson regression": segmented_poisson,
}


def _windows(values: Floats, day: int) -> tuple[Floats, Floats]:
    return values[..., day - WINDOW : day], values[..., day : day + WINDOW]


def _sums(values: Counts, day: int) -> tuple[Floats, Floats]:
    before, after = _windows(values.astype(np.float64), day)
    return before.sum(axis=-1), after.sum(axis=-1)


def _student(before: Floats, after: Floats) -> Floats:
    p: Floats = stats.ttest_ind(before, after, axis=-1).pvalue
    return np.nan_to_num(p, nan=1.0)


def _mid_p(before: Floats, after: Floats, share: Floats) -> Floats:
    total = before + after
    here = stats.binom.pmf(after, total, share) / 2.0
    low = stats.binom.cdf(after - 1, total, share) + here
    high = stats.binom.sf(after, total, share) + here
    p: Floats = np.minimum(1.0, 2.0 * np.minimum(low, high))
    return p


def _two_sided(z: Floats) -> Floats:
    p: Floats = 2.0 * stats.norm.sf(np.abs(z))
    return p
