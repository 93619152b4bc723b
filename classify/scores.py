"""Measures of a classifier, and their intervals by resampling threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
    measure: Callable[[Numbers], float], threads: Sequence[str], *, resamples: int = RESAMPLES
) -> Measured:
    """`measure` gets row numbers (repeats allowed). Whole threads are drawn (Efron 1979)."""
    groups: dict[str, list[int]] = {}
    for i, thread in enumerate(threads):
        groups.setdefault(thread, []).append(i)
    members = [np.array(g) for g in groups.values()]
    dice = np.random.default_rng(20_260_501)
    drawn = []
    for _ in range(resamples if members else 0):
        picked = dice.integers(len(members), size=len(members))
        value = measure(np.concatenate([members[p] for p in picked]))
        if not np.isnan(value):
            drawn.append(value)
    value = measure(np.arange(len(threads)))
    if not drawn:
        return Measured(value, np.nan, np.nan)
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Measured(value, float(low), float(high))


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


def expected_calibration_error(probability: Floats, truth: Bools) -> float:
    """Mean distance of probability and frequency over ten equal bins (Naeini et al. 2015)."""
    order = np.argsort(probability, kind="stable")
    error = 0.0
    for part in np.array_split(order, _BINS):
        if len(part):
            error += len(part) * abs(float(probability[part].mean() - truth[part].mean()))
    return ratio(error, len(order))


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
