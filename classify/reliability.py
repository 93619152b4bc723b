"""Calibration of one yes-or-no output: figures with intervals, and points of its diagram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from classify.calibration import Bools
from classify.ngrams import Floats
from classify.scores import (
    bootstrap,
    brier_skill,
    exact_interval,
    expected_calibration_error,
    perfect_calibration_error,
    slope,
)

_SLOPE_RESAMPLES = 200  # a regression each


def calibration(
    probability: Floats, truth: Bools, threads: Sequence[str], groups: Sequence[str]
) -> dict[str, Any]:
    """Brier skill and slope with intervals, and the calibration error beside two yardsticks: that
    of perfect probabilities, and that of the base rate of the other `groups` (what a model would
    say that knows nothing but how many there were elsewhere)."""
    constant = base_rates(truth, groups)
    return {
        "brier_skill": bootstrap(lambda i: brier_skill(probability[i], truth[i]), threads).told(),
        "calibration_slope": bootstrap(
            lambda i: slope(probability[i], truth[i]), threads, resamples=_SLOPE_RESAMPLES
        ).told(),
        "calibration_error": round(expected_calibration_error(probability, truth), 4),
        "calibration_error_if_perfect": round(perfect_calibration_error(probability), 4),
        "calibration_error_of_a_constant": round(expected_calibration_error(constant, truth), 4),
    }


def base_rates(truth: Bools, groups: Sequence[str]) -> Floats:
    """For each row the share of true ones in the other groups; of all rows where there is one."""
    names = np.asarray(groups)
    made = np.empty(len(truth))
    for name in set(groups):
        here = names == name
        others = truth[~here]
        made[here] = others.mean() if len(others) else truth.mean()
    return made


def points(probability: Floats, truth: Bools) -> list[dict[str, float]]:
    """Tenths of the probability that hold posts: mean probability, frequency, exact 95 % interval.

    The intervals take posts as independent; threads make them somewhat too narrow.
    """
    tenth = np.minimum((probability * 10).astype(int), 9)
    made = []
    for number in np.unique(tenth):
        part = tenth == number
        posts, right = int(part.sum()), int(truth[part].sum())
        low, high = exact_interval(right, posts)
        told = {
            "probability": float(probability[part].mean()),
            "frequency": right / posts,
            "low": low,
            "high": high,
        }
        made.append({"posts": posts, **{k: round(v, 4) for k, v in told.items()}})
    return made
