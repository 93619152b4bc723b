"""Risk against coverage: how often the forced choice is wrong where the surest posts are kept.

El-Yaniv and Wiener (2010); the area under the curve as Geifman, Uziel and El-Yaniv (2019) have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from classify.calibration import Bools
from classify.ngrams import Floats
from classify.scores import Numbers, bootstrap

_POINTS = 60  # of a curve that is drawn


def risks(confidence: Floats, wrong: Bools) -> Floats:
    """The share of wrong ones among the n surest, for n = 1 to all; ties share their mean."""
    order = np.argsort(-confidence, kind="stable")
    _, group, size = np.unique(-confidence[order], return_inverse=True, return_counts=True)
    mean = np.bincount(group, wrong[order].astype(float)) / size
    made: Floats = np.cumsum(mean[group]) / np.arange(1, len(order) + 1)
    return made


def area(confidence: Floats, wrong: Bools) -> float:
    """AURC: the mean of `risks`; NaN of nothing."""
    return float(risks(confidence, wrong).mean()) if len(wrong) else float("nan")


def least_area(wrong: Bools) -> float:
    """The area if every wrong choice were less sure than every right one."""
    return area(-wrong.astype(float), wrong)


def curve(confidence: Floats, wrong: Bools, threads: Sequence[str]) -> dict[str, Any]:
    """The area with its interval, beside the least that so many mistakes allow and the risk of
    keeping posts by chance; and points of the curve."""
    if not len(wrong):
        return {"posts": 0, "points": []}
    found = risks(confidence, wrong)

    def measured(rows: Numbers) -> float:
        return area(confidence[rows], wrong[rows])

    at = np.unique(np.linspace(1, len(found), _POINTS).round().astype(int))
    return {
        "posts": len(wrong),
        "area": bootstrap(measured, threads).told(),
        "area_at_best": round(least_area(wrong), 4),
        "area_by_chance": round(float(wrong.mean()), 4),
        "points": [
            {"coverage": round(n / len(found), 4), "risk": round(float(found[n - 1]), 4)}
            for n in at.tolist()
        ],
    }
