"""Words and word pairs of a text as a sparse matrix, without scikit-learn at prediction time.

TF-IDF with sublinear term frequency and rows of length one (Salton and Buckley 1988). The same code
counts when fitting and when judging, so the two can't drift apart.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"[^\W\d_]{2,}(?:'[^\W\d_]+)?")
_ASCII_WORD = re.compile(r"[A-Za-z]{2,}(?:'[A-Za-z]+)?")  # the same in a text of ASCII, faster
Floats = NDArray[np.float64]


def grams(text: str) -> Counter[str]:
    """Words of two letters or more and pairs of neighbours; digits are left out.

    `text` should be folded to lower case.
    """
    words = _words(text)
    counted = Counter(words)
    counted.update(map(" ".join, pairwise(words)))
    return counted


def _words(text: str) -> list[str]:
    return (_ASCII_WORD if text.isascii() else _WORD).findall(text)


@dataclass(frozen=True, slots=True)
class Rows:
    """N-grams of several texts: `columns` and `weights` one text after the other.

    Those of text i stand in `[bounds[i], bounds[i + 1])`; their weights have length one.
    """

    columns: NDArray[np.int64]
    weights: Floats
    bounds: NDArray[np.int64]

    def sums(self, values: Floats) -> Floats:
        """`values` (n-grams, k) weighed and summed: (texts, k)."""
        made = np.zeros((len(self.bounds) - 1, values.shape[1]))
        held = np.flatnonzero(np.diff(self.bounds))
        if len(held):
            weighed = self.weights[:, None] * values[self.columns]
            made[held] = np.add.reduceat(weighed, self.bounds[held], axis=0)
        return made


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The n-grams of a model, sorted, with their inverse document frequencies."""

    index: dict[str, int]
    idf: Floats

    def rows(self, texts: Iterable[str]) -> Rows:
        """The known n-grams of texts, each once, words before pairs."""
        columns: list[int] = []
        counts: list[int] = []
        bounds = [0]
        for text in texts:
            words = _words(text)
            known = map(self.index.get, chain(words, map(" ".join, pairwise(words))))
            counted = Counter([column for column in known if column is not None])
            columns += counted.keys()
            counts += counted.values()
            bounds.append(len(columns))
        where, bound = np.array(columns, np.int64), np.array(bounds, np.int64)
        weights = (1.0 + np.log(np.array(counts, np.float64))) * self.idf[where]
        parts = (weights[a:b] for a, b in pairwise(bounds))
        lengths = np.sqrt([part @ part for part in parts])
        return Rows(where, weights / np.repeat(lengths, np.diff(bound)), bound)

    def matrix(self, texts: Iterable[str]) -> Any:
        """A scipy CSR matrix: one row a text, `len(index)` columns."""
        from scipy.sparse import csr_matrix  # only fitting needs it; it takes a fifth of a second

        rows = self.rows(texts)
        shape = (len(rows.bounds) - 1, len(self.index))
        return csr_matrix((rows.weights, rows.columns, rows.bounds), shape=shape)


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
