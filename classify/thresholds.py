"""From which probability on something is said, derived on held-out posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from classify.calibration import Bools
from classify.model import CAUSES
from classify.ngrams import Floats
from domain.causes import Cause

UNREACHED = 1.01  # a threshold above every probability


def least_threshold(
    probability: Floats, right: Bools, weights: Floats, *, precision: float, least_decided: int
) -> float:
    """The least threshold above which decisions are right in a weighted share of `precision`, and
    that rests on `least_decided` decisions or more; `UNREACHED` where there is none."""
    order = np.argsort(-probability, kind="stable")
    weighed = weights[order]
    shares: Floats = np.cumsum(weighed * right[order]) / np.cumsum(weighed)
    best = UNREACHED
    for n, (share, place) in enumerate(zip(shares, order, strict=True), 1):
        if n >= least_decided and share >= precision:
            best = float(np.floor(probability[place] * 1000) / 1000)
    return best


def cause_thresholds(
    causes: Floats,
    holds: Sequence[Bools],
    reported: Bools,
    weights: Floats,
    *,
    precision: Mapping[Cause, float],
    least_decided: int,
) -> dict[Cause, float]:
    """A threshold a cause. `holds`: for every cause, which rows it is true of."""
    likely = causes.argmax(axis=1)
    made = {}
    for i, cause in enumerate(CAUSES):
        mine = np.flatnonzero((likely == i) & reported)
        made[cause] = least_threshold(
            causes[mine, i],
            holds[i][mine],
            weights[mine],
            precision=precision[cause],
            least_decided=least_decided,
        )
    return made
