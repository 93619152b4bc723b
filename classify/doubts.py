"""Labels that are probably wrong, for a person to look at again.

Confident learning (Northcutt, Jiang and Chuang 2021): a class is confidently predicted where its
probability is at least the mean that posts labelled so have; a label is doubtful where another
class is confidently predicted, most of all where the labelled one is improbable (self-confidence).
The probabilities must come from a model that didn't learn these labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classify.correction import Inputs
from classify.model import CLASSES, NONE, UNDETERMINED
from classify.ngrams import Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """The row's label and what the model says instead, with the probabilities of both."""

    row: int
    label: str
    instead: str
    label_probability: float
    instead_probability: float


def doubts(
    labels: NDArray[np.int64], shares: Floats, names: Sequence[str] = CLASSES
) -> list[Doubt]:
    """The doubtful ones of n labels, the most doubtful first.

    `labels` are columns of `shares` (n, classes), which are probabilities that add up to one.
    """
    thresholds = np.full(shares.shape[1], np.inf)
    for label in np.unique(labels):
        thresholds[label] = shares[labels == label, label].mean()
    confident = np.where(shares >= thresholds, shares, -1.0)
    instead = confident.argmax(axis=1)
    rows = np.arange(len(labels))
    doubtful = np.flatnonzero((confident.max(axis=1, initial=-1) >= 0) & (instead != labels))
    own = shares[rows, labels]
    return [
        Doubt(
            row=int(i),
            label=names[labels[i]],
            instead=names[instead[i]],
            label_probability=float(own[i]),
            instead_probability=float(shares[i, instead[i]]),
        )
        for i in sorted(doubtful.tolist(), key=lambda i: (own[i], i))
    ]


def shares_of(told: Inputs) -> Floats:
    """(n, classes) probabilities that add up to one, from joint ones of report and causes.

    `undetermined` is a report to which no cause applies, as if causes came independently of one
    another; the rest is shared among them by their probabilities.
    """
    reports, causes = told.reports, told.causes
    given = np.clip(causes / np.maximum(reports, 1e-9)[:, None], 0.0, 1.0)
    made = np.zeros((len(reports), len(CLASSES)))
    made[:, UNDETERMINED] = reports * (1 - given).prod(axis=1)
    parts = causes / np.maximum(causes.sum(axis=1, keepdims=True), 1e-9)
    made[:, : causes.shape[1]] = parts * (reports - made[:, UNDETERMINED])[:, None]
    made[:, NONE] = 1 - reports
    return made
