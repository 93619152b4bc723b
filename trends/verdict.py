"""What is said of one cause around one release: eight typed verdicts and how they are reached.

`preliminary` is a flag beside any of them: the weeks after the release are not over yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from math import exp, sqrt

from scipy.special import stdtrit

from trends.sensitivity import REQUIRED, Sensitivity

LEVEL = 0.05  # of q for rose and fell, of p for the weeks before
SMALL = (0.8, 1.25)  # rate ratios between which a change is not meaningful


class Verdict(StrEnum):
    """What the series show; never why."""

    ROSE = "rose"
    FELL = "fell"
    NO_MEANINGFUL_CHANGE = "no_meaningful_change"
    UNCLEAR = "unclear"
    TOO_FEW = "too_few"
    HISTORY_TOO_SHORT = "history_too_short"
    INCOMPLETE_DAYS = "incomplete_days"
    ALREADY_MOVING = "already_moving"


# Verdicts that rest on a calibrated test; the others say why there is none.
TESTED = frozenset(
    {Verdict.ROSE, Verdict.FELL, Verdict.NO_MEANINGFUL_CHANGE, Verdict.UNCLEAR}
    | {Verdict.ALREADY_MOVING}
)

VERDICT_LABELS: dict[Verdict, str] = {
    Verdict.ROSE: "Rose",
    Verdict.FELL: "Fell",
    Verdict.NO_MEANINGFUL_CHANGE: "No meaningful change",
    Verdict.UNCLEAR: "Unclear",
    Verdict.TOO_FEW: "Too few reports",
    Verdict.HISTORY_TOO_SHORT: "History too short",
    Verdict.INCOMPLETE_DAYS: "Days incomplete",
    Verdict.ALREADY_MOVING: "Already moving before",
}


def decide(
    *,
    log_ratio: float,
    error: float,
    degrees: float,
    q: float | None,
    pretest_p: float | None,
    sensitivities: Sequence[Sensitivity],
) -> tuple[Verdict, tuple[str, ...]]:
    """The verdict on a calibrated estimate, and what stood in the way of a plainer one.

    `error` is the calibrated standard error sqrt(se^2 + tau^2) of `log_ratio`, `degrees` those of
    its t distribution. Without a `q` (the family has not been tested together) nothing rose or
    fell.
    """
    if pretest_p is not None and pretest_p < LEVEL:
        return Verdict.ALREADY_MOVING, ("The weeks before were not level already.",)
    reasons: list[str] = []
    if q is None:
        reasons.append("Not yet tested together with its family.")
    elif q <= LEVEL:
        against = [one for one in sensitivities if one.name in REQUIRED and one.agrees is False]
        if not against:
            return (Verdict.ROSE if log_ratio > 0 else Verdict.FELL), ()
        reasons += [f"Another way of looking at it disagrees: {one.name}." for one in against]
    half = float(stdtrit(degrees, 0.95)) * error
    if SMALL[0] <= exp(log_ratio - half) and exp(log_ratio + half) <= SMALL[1]:
        return Verdict.NO_MEANINGFUL_CHANGE, tuple(reasons)
    return Verdict.UNCLEAR, tuple(reasons)


def calibrated_error(error: float, tau: float) -> float:
    """sqrt(se^2 + tau^2): how far an estimate lies from its mean at ordinary dates."""
    return sqrt(error * error + tau * tau)
