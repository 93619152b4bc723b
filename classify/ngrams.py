"""Words and word pairs of a text as a sparse matrix, without scikit-learn at prediction time.

TF-IDF with sublinear term frequency and rows of length one (Salton and Buckley 1988). The same code
counts when fitting and when judging, so the two can't drift apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_]{2,}(?:'[^\W\d_]+)?")
Floats = NDArray[np.float64]


def grams(text: str) -> Counter[str]:
    """Words of two letters or more and pairs of neighbours; digits are left out.

    `text` should be folded to lower case.
    """
    words = _WORD.findall(text)
    counted = Counter(words)
    counted.update(map(" ".join, pairwise(words)))
    return counted


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The n-grams of a model, sorted, with their inverse document frequencies."""

    index: dict[str, int]
    idf: Floats

    def row(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        """Columns and weights of one text; the weights have length one (or there are none)."""
        index = self.index
        known = [(index[g], n) for g, n in grams(text).items() if g in index]
        if not known:
            return np.empty(0, np.int64), np.empty(0)
        columns = np.array([k for k, _ in known], np.int64)
        weights = (1.0 + np.log([n for _, n in known])) * self.idf[columns]
        return columns, weights / np.sqrt(weights @ weights)

    def matrix(self, texts: Iterable[str]) -> Any:
        """A scipy CSR matrix: one row a text, `len(index)` columns."""
        from scipy.sparse import csr_matrix  # only fitting needs it; it takes a fifth of a second

        rows = [self.row(t) for t in texts]
        bounds = np.cumsum([0, *(len(c) for c, _ in rows)])
        columns = np.concatenate([c for c, _ in rows]) if rows else np.empty(0, np.int64)
        weights = np.concatenate([w for _, w in rows]) if rows else np.empty(0)
        return csr_matrix((weights, columns, bounds), shape=(len(rows), len(self.index)))


def build(
    texts: Sequence[str], *, least_texts: int, allowed: Callable[[str], bool] | None = None
) -> Vocabulary:
    """The vocabulary of n-grams that stand in `least_texts` texts or more and that are `allowed`.

    idf is smoothed: log((1 + n) / (1 + df)) + 1.
    """
    frequency: Counter[str] = Counter()
    for text in texts:
        frequency.update(grams(text).keys())
    kept = sorted(
        g for g, n in frequency.items() if n >= least_texts and (allowed is None or allowed(g))
    )
    counts = np.array([frequency[g] for g in kept], np.float64)
    return Vocabulary(
        {g: i for i, g in enumerate(kept)}, np.log((1 + len(texts)) / (1 + counts)) + 1
    )
