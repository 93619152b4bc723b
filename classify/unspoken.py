"""No evidence, no claim: a studied cause of which no cue speaks keeps a part of its probability.

Words alone look like a cause by chance, more often the more a post differs from those that were
learnt from. Without this, most posts of a raw stream that were wrongly given one of the three
causes held no cue of it at all.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from classify import features
from classify.calibration import LEAST
from classify.ngrams import Floats
from domain.causes import STUDIED, Cause

Flags = NDArray[np.bool_]

KEPT = 0.3  # of the probability of a cause that nothing speaks of


def tempered(causes: Floats, rows: Floats) -> Floats:
    """Probabilities of the causes (n, 4) of rows (n, features), lower where nothing speaks of one.

    A cue that only names a mechanism is enough, and so is one in the title of the thread. This
    comes after calibration: what it takes from the silent must not be given back to the others.
    """
    kept = np.maximum(KEPT * causes, LEAST)
    return np.where(silent(rows), kept, causes)


def silent(rows: Floats) -> Flags:
    """Which causes (n, 4) are studied and not spoken of in rows (n, features)."""
    made = np.zeros((len(rows), len(Cause)), dtype=bool)
    for number, columns in _columns():
        made[:, number] = (rows[:, columns] == 0).all(axis=1)
    return made


@cache
def _columns() -> tuple[tuple[int, list[int]], ...]:
    """The number of each studied cause, and the columns of what speaks of it."""
    names = features.names()
    told = ("for", "named", "thread")
    return tuple(
        (number, [names.index(f"{what} {cause.value}") for what in told])
        for number, cause in enumerate(Cause)
        if cause in STUDIED
    )
