"""What one threshold for all causes would do, at each of the steps in which probabilities are kept.

The model as it is shipped decides by a threshold for each cause, see its card. Here the likeliest
cause is named wherever its probability reaches the step: that is what a reader can look at in any
database without judging anything again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from classify.calibration import Bools
from classify.predicted import CAUSE_NAMES, STUDIED_NAMES, Predicted, holds, true_class
from classify.scores import Numbers, bootstrap, ratio
from classify.stream import ANY
from classify.strict import fixed
from domain.filter import STEPS


def steps(rows: Sequence[Predicted]) -> dict[str, list[dict[str, Any]]]:
    """By cause, and for any of the three: a line for each step from 0 to `STEPS`.

    `named`: how often the cause is named from that step on; `right`: how often that holds.
    Coverage is the share of the posts labelled so that are named so.
    """
    said = np.array([p.likely for p in rows])
    free = np.array([not fixed(p) for p in rows], bool)
    right = np.array([holds(p.likely, p.row) for p in rows], bool)
    true = np.array([true_class(p.row) for p in rows])
    step = np.array([step_of(max(p.causes.values())) for p in rows])
    threads = [p.thread for p in rows]
    made = {}
    for name in (*CAUSE_NAMES, ANY):
        wanted = STUDIED_NAMES if name == ANY else (name,)
        mine, there = np.isin(said, wanted) & free, np.isin(true, wanted)
        made[name] = [_line(mine & (step >= n), right, there, threads) for n in range(STEPS + 1)]
    return made


def step_of(probability: float) -> int:
    """The step of a probability, as it is kept with each verdict."""
    return int(probability * STEPS)


def _line(named: Bools, right: Bools, there: Bools, threads: Sequence[str]) -> dict[str, Any]:
    good = named & right
    return {
        "named": int(named.sum()),
        "right": int(good.sum()),
        "precision": bootstrap(partial(_share, good, named), threads).told(),
        "coverage": bootstrap(partial(_share, good & there, there), threads).told(),
    }


def _share(part: Bools, whole: Bools, chosen: Numbers) -> float:
    return ratio(part[chosen].sum(), whole[chosen].sum())
