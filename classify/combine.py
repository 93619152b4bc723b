"""From a row of features to class shares: the mean of a forest and of a logistic regression.

The two err in different places: the forest finds combinations, the regression weighs every sign a
little. Their mean was better than either on posts of places that neither had seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # has no types

from classify.forest import Forest, Nodes, grow
from classify.ngrams import Floats

_TEXT_SCALE = 3.0  # text scores are some units wide, the other features about one


@dataclass(frozen=True, slots=True)
class Linear:
    """A fitted logistic regression: `weights` (features, classes), `intercepts` (classes)."""

    weights: Floats
    intercepts: Floats

    def predict(self, rows: Floats) -> Floats:
        """Class shares by the softmax of the scores: (n, classes) from (n, features)."""
        scores = rows @ self.weights + self.intercepts
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        made: Floats = raised / raised.sum(axis=1, keepdims=True)
        return made


@dataclass(frozen=True, slots=True)
class Combiner:
    """Both, grown on the same rows."""

    forest: Forest
    linear: Linear

    def predict(self, rows: Floats) -> Floats:
        """Class shares, the mean of the two: (n, classes) from (n, features)."""
        return self.at(self.forest.leaves(rows), rows)

    def at(self, leaves: Nodes, rows: Floats) -> Floats:
        """The same of rows whose leaves (n, trees) are known."""
        return (self.forest.mean(leaves) + self.linear.predict(rows)) / 2


def combine(
    rows: Floats,
    labels: Sequence[int],
    weights: Floats,
    *,
    classes: int,
    trees: int,
    leaf: int,
    tried: float,
    strength: float,
) -> Combiner:
    """Fits both. The last `classes` columns are text scores; see `grow` and `regress`."""
    return Combiner(
        grow(rows, labels, weights, classes=classes, trees=trees, leaf=leaf, tried=tried),
        regress(rows, labels, weights, classes=classes, strength=strength),
    )


def regress(
    rows: Floats, labels: Sequence[int], weights: Floats, *, classes: int, strength: float
) -> Linear:
    """A multinomial logistic regression; `strength` is scikit-learn's C. Weights are rounded."""
    from sklearn.linear_model import LogisticRegression

    scale = np.ones(rows.shape[1])
    scale[-classes:] = _TEXT_SCALE
    regression = LogisticRegression(C=strength, max_iter=300, tol=1e-4)
    with threadpool_limits(1):  # threads would add in another order
        regression.fit(rows / scale, np.asarray(labels), sample_weight=weights)
    held = np.zeros((rows.shape[1], classes))
    intercepts = np.full(classes, -5.0)  # the score of a class that the rows don't hold
    held[:, regression.classes_] = np.round(regression.coef_.T / scale[:, None], 3)
    intercepts[regression.classes_] = np.round(regression.intercept_, 3)
    return Linear(held, intercepts)
