"""Extremely randomised trees (Geurts, Ernst and Wehenkel 2006) as plain arrays.

scikit-learn grows them; we keep what judging needs, in a form that can be stored without code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classify.ngrams import Floats

LEAF = -1


@dataclass(frozen=True, slots=True)
class Forest:
    """All nodes of all trees, one after the other.

    `left` and `right` are node numbers, -1 in leaves. `shares`: what each leaf's training posts
    were, one column a class, in 1/65,535.
    """

    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    shares: NDArray[np.uint16]

    def predict(self, rows: Floats) -> Floats:
        """Class shares, averaged over the trees: (n, classes) from (n, features)."""
        narrow = rows.astype(np.float32)
        node = np.tile(self.roots, (len(rows), 1))
        at = np.arange(len(rows))[:, None]
        while True:
            feature = self.feature[node]
            inner = feature != LEAF
            if not inner.any():
                break
            goes_left = narrow[at, feature] <= self.threshold[node]
            node = np.where(inner, np.where(goes_left, self.left[node], self.right[node]), node)
        made: Floats = self.shares[node].mean(axis=1) / 65_535.0
        return made


def grow(
    rows: Floats,
    labels: Sequence[int],
    weights: Floats,
    *,
    classes: int,
    trees: int,
    leaf: int,
    tried: float = 0.3,
) -> Forest:
    """A forest over rows of features; `labels` are class numbers below `classes`.

    `leaf`: least posts in a leaf; `tried`: share of the features that a split chooses from.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    grown = ExtraTreesClassifier(
        trees, min_samples_leaf=leaf, max_features=tried, random_state=0, n_jobs=2
    )
    grown.fit(rows.astype(np.float32), np.asarray(labels), sample_weight=weights)
    parts = [tree.tree_ for tree in grown.estimators_]
    starts = np.cumsum([0, *(p.node_count for p in parts)])
    shares = np.zeros((starts[-1], classes))
    shares[:, grown.classes_] = np.concatenate([p.value[:, 0, :] for p in parts])
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)
    feature = np.concatenate([p.feature for p in parts])
    is_leaf = np.concatenate([p.children_left for p in parts]) < 0
    shares[~is_leaf] = 0.0
    return Forest(
        roots=starts[:-1].astype(np.int32),
        feature=np.where(is_leaf, LEAF, feature).astype(np.int16),
        threshold=np.concatenate([p.threshold for p in parts]).astype(np.float32),
        left=_joined([p.children_left for p in parts], starts),
        right=_joined([p.children_right for p in parts], starts),
        shares=np.round(shares * 65_535).astype(np.uint16),
    )


def _joined(children: Sequence[NDArray[np.int64]], starts: NDArray[np.int64]) -> NDArray[np.int32]:
    pairs = zip(children, starts, strict=False)
    return np.concatenate([np.where(c < 0, LEAF, c + s) for c, s in pairs]).astype(np.int32)
