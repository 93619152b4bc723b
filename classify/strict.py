"""The strict setting: one of the three causes is named only where that is right 19 times in 20.

The threshold for the posts of a fold is derived on the posts of the other folds, of other threads,
so what is measured here was never seen when it was chosen. One threshold serves the three causes:
each alone has too few sure posts to derive one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from classify.fit import fold_numbers
from classify.predicted import STUDIED_NAMES, Predicted, holds, true_class
from classify.scores import bootstrap, lower_bound, ratio
from classify.thresholds import least_threshold
from domain.causes import Abstention

TARGET = 0.95
LEAST_DECIDED = 20  # decisions in the other folds that a threshold must rest on
# These abstentions don't come from a probability: a higher one wouldn't lift them.
_FIXED = (
    Abstention.TOO_LITTLE_TEXT.value,
    Abstention.UNSUPPORTED_LANGUAGE.value,
    Abstention.CONTRADICTORY.value,
)


FOLDS = 5


def strict(rows: Sequence[Predicted]) -> dict[str, Any]:
    """Decisions, how many of them hold, with bounds; how much of what is there gets decided."""
    eligible = np.array([p.likely in STUDIED_NAMES and not fixed(p) for p in rows], bool)
    sure = np.array([max(p.causes[c] for c in STUDIED_NAMES) for p in rows])
    right = np.array([holds(p.likely, p.row) for p in rows], bool)
    folds = fold_numbers([p.row for p in rows], FOLDS)
    threshold = np.empty(len(rows))
    for k in range(FOLDS):
        others = (folds != k) & eligible
        threshold[folds == k] = least_threshold(
            sure[others],
            right[others],
            np.ones(int(others.sum())),
            precision=TARGET,
            least_decided=LEAST_DECIDED,
        )
    decided = eligible & (sure >= threshold)
    there = np.array([true_class(p.row) in STUDIED_NAMES for p in rows], bool)
    threads = [p.thread for p in rows]
    good = decided & right
    by_cause = Counter(p.likely for p, d in zip(rows, decided, strict=True) if d)
    good_by_cause = Counter(p.likely for p, g in zip(rows, good, strict=True) if g)
    return {
        "target": TARGET,
        "decided": int(decided.sum()),
        "right": int(good.sum()),
        "precision": bootstrap(lambda i: ratio(good[i].sum(), decided[i].sum()), threads).told(),
        "precision_at_least": round(lower_bound(int(good.sum()), int(decided.sum())), 4),
        "coverage": bootstrap(
            lambda i: ratio((good & there)[i].sum(), there[i].sum()), threads
        ).told(),
        "by_cause": {c: {"decided": by_cause[c], "right": good_by_cause[c]} for c in STUDIED_NAMES},
        "thresholds": sorted({round(float(t), 3) for t in threshold}),
    }


def fixed(p: Predicted) -> bool:
    """Whether nothing is decided of the post however probable a cause is."""
    return p.abstained_because in _FIXED
