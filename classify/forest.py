"""Extremely randomised trees (Geurts, Ernst and Wehenkel 2006) as plain arrays.

scikit-learn grows them; we keep what judging needs, in a form that can be stored without code.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from classify.ngrams import Floats

LEAF = -1
_STEPS = 4  # levels that are walked before rows that have reached their leaf are taken out
Nodes = NDArray[np.intp]


@dataclass(frozen=True)
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
        return self.mean(self.leaves(rows))

    def leaves(self, rows: Floats) -> Nodes:
        """The leaf that each row reaches in each tree: (n, trees) from (n, features)."""
        roots = np.tile(self.walk.roots, len(rows))
        at = np.repeat(np.arange(len(rows)) * rows.shape[1], len(self.roots))
        return self.walk.down(rows, roots, at).reshape(len(rows), -1)

    def leaves_again(self, rows: Floats, before: Floats, leaves: Nodes) -> Nodes:
        """The same of rows that differ little from `before`, whose leaves are known.

        Only trees that asked for a differing feature are walked again.
        """
        asked = self.walk.asked[leaves]
        differs = _packed(rows != before)[:, None, : asked.shape[2]]
        row, tree = np.nonzero((asked & differs).any(axis=2))
        made = leaves.copy()
        at = row * rows.shape[1]
        made[row, tree] = self.walk.down(rows, self.walk.roots[tree], at)
        return made

    def mean(self, leaves: Nodes) -> Floats:
        """Class shares, averaged over the trees: (n, classes) from leaves (n, trees)."""
        wide = self.walk.shares.take(leaves.ravel(), axis=0).reshape(*leaves.shape, -1)
        made: Floats = wide.sum(axis=1, dtype=np.int32) / leaves.shape[1] / 65_535.0
        return made

    @cached_property
    def walk(self) -> Walk:
        """The nodes in the order that is walked fastest; made when first needed."""
        return _walk(self)


@dataclass(frozen=True, slots=True)
class Walk:
    """The nodes of a forest level by level, siblings side by side.

    A row goes on from `child` to the node after it where its feature is above the threshold. A leaf
    is its own child, below a threshold that nothing exceeds. `asked`: a bit for every feature that
    was asked on the way to a node, (nodes, words of 64 bits).
    """

    roots: Nodes
    feature: Nodes
    threshold: NDArray[np.float32]
    child: Nodes
    shares: NDArray[np.int32]
    asked: NDArray[np.uint64]

    def down(self, rows: Floats, nodes: Nodes, at: Nodes) -> Nodes:
        """The leaves below `nodes`, for the rows that begin at `at` in the flattened `rows`."""
        numbers = np.ascontiguousarray(rows, dtype=np.float32).ravel()
        made, going = nodes.copy(), np.arange(len(nodes))
        while len(going):
            for _ in range(_STEPS):
                above = numbers.take(self.feature.take(nodes) + at) > self.threshold.take(nodes)
                nodes = self.child.take(nodes) + above
            made[going] = nodes
            inner = np.flatnonzero(self.child.take(nodes) != nodes)
            going, nodes, at = going[inner], nodes[inner], at[inner]
        return made


def _walk(forest: Forest) -> Walk:
    level = forest.roots.astype(np.intp)
    words = 1 + max(0, int(forest.feature.max())) // 64
    asked = np.zeros((len(forest.feature), words), np.uint64)
    order = [level]
    while len(inner := level[forest.left[level] >= 0]):
        here = asked[inner]
        feature = forest.feature[inner].astype(np.intp)
        here[np.arange(len(inner)), feature // 64] |= np.uint64(1) << (feature % 64).astype(
            np.uint64
        )
        asked[forest.left[inner]] = asked[forest.right[inner]] = here
        level = np.column_stack([forest.left[inner], forest.right[inner]]).ravel().astype(np.intp)
        order.append(level)
    ordered = np.concatenate(order)
    number = np.zeros(len(forest.feature), np.intp)
    number[ordered] = np.arange(len(ordered))
    leaf = forest.feature[ordered] == LEAF
    return Walk(
        roots=number[forest.roots],
        feature=np.where(leaf, 0, forest.feature[ordered]).astype(np.intp),
        threshold=np.where(leaf, np.float32(np.inf), forest.threshold[ordered]),
        child=np.where(leaf, np.arange(len(ordered)), number[forest.left[ordered]]),
        shares=forest.shares[ordered].astype(np.int32),
        asked=asked[ordered],
    )


def _packed(bits: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Rows of bits as words of 64: (n, words) from (n, bits)."""
    packed = np.packbits(bits, axis=1, bitorder="little")
    wide = np.zeros((len(bits), -(-packed.shape[1] // 8) * 8), np.uint8)
    wide[:, : packed.shape[1]] = packed
    return wide.view("<u8")


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
