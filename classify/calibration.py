"""Making scores mean what they say: the method is chosen by log loss on held-out folds.

Each output (report, and one a cause) is a yes-or-no question of its own. Candidates: the score as
it is, Platt scaling (slope and intercept; Platt 1999), intercept alone, and slope alone, that is
temperature (Guo et al. 2017). Isotonic regression is left out: it needs more labels than we have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classify.ngrams import Floats

LEAST = 1e-4  # probabilities are kept inside [LEAST, 1 - LEAST]: we are never that sure
_FOLDS = 5
_METHODS = ("as it is", "intercept", "slope", "platt")
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Scaling:
    """sigmoid(slope * logit(p) + intercept)."""

    method: str
    slope: float
    intercept: float

    def __call__(self, probability: Floats) -> Floats:
        return sigmoid(self.slope * logit(probability) + self.intercept)


def logit(probability: Floats) -> Floats:
    """Log-odds of probabilities, which are first kept inside [LEAST, 1 - LEAST]."""
    kept = np.clip(probability, LEAST, 1 - LEAST)
    made: Floats = np.log(kept / (1 - kept))
    return made


def sigmoid(score: Floats) -> Floats:
    """Probabilities of log-odds, inside [LEAST, 1 - LEAST]."""
    made: Floats = np.clip(1 / (1 + np.exp(-np.clip(score, -30, 30))), LEAST, 1 - LEAST)
    return made


def log_loss(probability: Floats, truth: Bools) -> float:
    """Mean negative log-likelihood, in nats."""
    kept = np.clip(probability, LEAST, 1 - LEAST)
    return float(-np.log(np.where(truth, kept, 1 - kept)).mean())


def fit(method: str, probability: Floats, truth: Bools) -> Scaling:
    """Maximum likelihood by Newton's method, with Platt's smoothed targets against certainty."""
    if method == "as it is" or not truth.any() or truth.all():
        return Scaling("as it is", 1.0, 0.0)
    score = logit(probability)
    free = {"intercept": [1], "slope": [0], "platt": [0, 1]}[method]
    design = np.column_stack([score, np.ones_like(score)])
    positive, negative = truth.sum(), (~truth).sum()
    target = np.where(truth, (positive + 1) / (positive + 2), 1 / (negative + 2))
    at = np.array([1.0, 0.0])
    for _ in range(50):
        now = sigmoid(design @ at)
        gradient = design[:, free].T @ (target - now)
        curvature = (design[:, free] * (now * (1 - now))[:, None]).T @ design[:, free]
        step = np.linalg.solve(curvature + 1e-6 * np.eye(len(free)), gradient)
        at[free] += np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    return Scaling(method, round(float(at[0]), 4), round(float(at[1]), 4))


def choose(probability: Floats, truth: Bools) -> tuple[Scaling, dict[str, float]]:
    """The method of least log loss on held-out folds, fitted on all, and each method's loss."""
    fold = np.arange(len(truth)) % _FOLDS
    losses = {}
    for method in _METHODS:
        held = np.empty(len(truth))
        for k in range(_FOLDS):
            inside = fold != k
            held[~inside] = fit(method, probability[inside], truth[inside])(probability[~inside])
        losses[method] = round(log_loss(held, truth), 5)
    best = min(_METHODS, key=lambda m: losses[m])
    return fit(best, probability, truth), losses
