"""Measures of a classifier, and their intervals by resampling threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from classify.calibration import Bools, fit, logit
from classify.ngrams import Floats

RESAMPLES = 500
_BINS = 10
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with its 95 % bootstrap interval (percentiles); NaN where nothing can be said."""

    value: float
    low: float
    high: float

    def told(self) -> dict[str, float | None]:
        """For JSON, which has no NaN."""
        pairs = {"value": self.value, "low": self.low, "high": self.high}
        return {k: None if np.isnan(v) else round(v, 4) for k, v in pairs.items()}

    def __str__(self) -> str:
        if np.isnan(self.value):
            return "-"
        return f"{self.value:.2f} [{self.low:.2f}, {self.high:.2f}]"


def bootstrap(
    measure: Callable[[Numbers], float],
    threads: Sequence[str],
    *,
    strata: Sequence[str] | None = None,
    resamples: int = RESAMPLES,
) -> Measured:
    """`measure` gets row numbers (repeats allowed). Whole threads are drawn (Efron 1979).

    `strata`: one name a row; then threads are drawn within each stratum, as many as it holds.
    """
    value = measure(np.arange(len(threads)))
    draws = _draws(tuple(threads), tuple(strata) if strata is not None else None, resamples)
    drawn = [v for rows in draws if not np.isnan(v := measure(rows))]
    if not drawn:
        return Measured(value, np.nan, np.nan)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Measured(value, float(low), float(high))


@lru_cache(maxsize=16)
def _draws(
    threads: tuple[str, ...], strata: tuple[str, ...] | None, resamples: int
) -> tuple[Numbers, ...]:
    """Row numbers of every resample: the same for all measures of the same rows."""
    groups: dict[str, dict[str, list[int]]] = {}
    for i, thread in enumerate(threads):
        stratum = strata[i] if strata else ""
        groups.setdefault(stratum, {}).setdefault(thread, []).append(i)
    members = [[np.array(rows) for rows in found.values()] for found in groups.values()]
    dice = np.random.default_rng(20_260_501)
    made = []
    for _ in range(resamples if members else 0):
        drawn = [
            group[picked]
            for group in members
            for picked in dice.integers(len(group), size=len(group))
        ]
        made.append(np.concatenate(drawn))
    return tuple(made)


def ratio(part: float, whole: float) -> float:
    """NaN where the whole is nothing."""
    return float(part / whole) if whole else float("nan")


def f1(said: Bools, true: Bools) -> float:
    """Harmonic mean of precision and recall; NaN where the class is neither said nor true."""
    return ratio(2.0 * (said & true).sum(), said.sum() + true.sum())


def brier_skill(probability: Floats, truth: Bools) -> float:
    """1 - Brier score over that of the base rate; 1 is perfect, 0 is knowing only the base rate."""
    if not len(truth):
        return float("nan")
    base = truth.mean()
    return 1 - ratio(float(((probability - truth) ** 2).mean()), float(base * (1 - base)))


def slope(probability: Floats, truth: Bools) -> float:
    """Calibration slope: of a logistic regression of the truth on the log-odds; 1 is calibrated."""
    if not truth.any() or truth.all() or np.ptp(logit(probability)) < 1e-9:
        return float("nan")
    return fit("platt", probability, truth).slope


def expected_calibration_error(
    probability: Floats, truth: Bools, weights: Floats | None = None
) -> float:
    """Mean distance of probability and frequency over ten equal bins (Naeini et al. 2015).

    Equal probabilities share a bin, so a constant has one.
    """
    error = 0.0
    share = _share(len(truth), weights)
    for part in bins(probability, weights):
        inside = share[part]
        error += abs(float(inside @ probability[part] - inside @ truth[part]))
    return error if len(truth) else float("nan")


def bins(probability: Floats, weights: Floats | None = None, count: int = _BINS) -> list[Numbers]:
    """Row numbers of at most `count` bins of about equal weight, by rising probability."""
    order = np.argsort(probability, kind="stable")
    share = _share(len(order), weights)[order]
    before = np.concatenate([[0.0], np.cumsum(share)[:-1]])
    _, first, group = np.unique(probability[order], return_index=True, return_inverse=True)
    places = np.minimum((before[first][group] * count + 1e-9).astype(int), count - 1)
    return [order[places == b] for b in range(count) if (places == b).any()]


def _share(rows: int, weights: Floats | None) -> Floats:
    made: Floats = np.full(rows, 1 / max(rows, 1)) if weights is None else weights / weights.sum()
    return made


def perfect_calibration_error(probability: Floats, *, draws: int = 200) -> float:
    """What the error above shows on these rows where the probabilities are exactly right."""
    dice = np.random.default_rng(7)
    made = [
        expected_calibration_error(probability, dice.random(len(probability)) < probability)
        for _ in range(draws)
    ]
    return float(np.mean(made))


def lower_bound(right: int, of: int) -> float:
    """One-sided 95 % lower bound of a share (Clopper and Pearson 1934)."""
    from scipy.stats import beta

    return float(beta.ppf(0.05, right, of - right + 1)) if right else 0.0


def exact_interval(right: int, of: int) -> tuple[float, float]:
    """Two-sided 95 % interval of a share (Clopper and Pearson 1934); all of [0, 1] for none."""
    from scipy.stats import beta

    low = float(beta.ppf(0.025, right, of - right + 1)) if right else 0.0
    high = float(beta.ppf(0.975, right + 1, of - right)) if right < of else 1.0
    return low, high
