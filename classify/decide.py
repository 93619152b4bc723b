"""From probabilities to a decision, or to saying nothing and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classify.cues.engine import Hit
from classify.language import UNKNOWN
from classify.text import Views
from domain.causes import STUDIED, Abstention, Cause, Decision, Symptom

NOTHING_TO_READ = 3  # letters and digits; below, not even "Bug" is said
LITTLE_TEXT = 70  # characters of the author's own words
RIVAL = 0.5  # a second cause this close to the first contradicts it


@dataclass(frozen=True, slots=True)
class Thresholds:
    """`report`: below it a post is no report. `causes`: the least probability at which a cause is
    decided, derived from the precision target on held-out posts; above 1 where none reached it."""

    report: float
    causes: Mapping[Cause, float]


@dataclass(frozen=True, slots=True)
class Decided:
    """`likely_cause` is the forced choice, also where nothing is decided."""

    decision: Decision
    likely_cause: Cause | None
    abstained_because: Abstention | None = None


def decide(
    *,
    report: float,
    causes: Mapping[Cause, float],
    undetermined: float,
    seen: Views,
    found: Sequence[Hit],
    language: str,
    thresholds: Thresholds,
) -> Decided:
    """The decision on one post. Error texts can be read in any language's post."""
    likely = max(causes, key=lambda c: causes[c])
    letters = sum(c.isalnum() for c in seen.words()[:200])
    if letters < NOTHING_TO_READ and not found:
        return Decided(Decision.UNDETERMINED, likely, Abstention.TOO_LITTLE_TEXT)
    errors = any(h.cue.error and h.field != "thread_title" for h in found)
    if language not in ("en", UNKNOWN) and not errors:
        return Decided(Decision.UNDETERMINED, likely, Abstention.UNSUPPORTED_LANGUAGE)
    if report < thresholds.report:
        return Decided(Decision.NOT_A_REPORT, None)
    if _vanished_and_deflected(found):
        return Decided(Decision.UNDETERMINED, likely, Abstention.CONTRADICTORY)
    sure = causes[likely] >= thresholds.causes[likely] and causes[likely] > undetermined
    if sure:
        return Decided(Decision(likely.value), likely)
    return Decided(Decision.UNDETERMINED, likely, _why(causes, undetermined, seen, found))


def _vanished_and_deflected(found: Sequence[Hit]) -> bool:
    """Whether a conversation vanished and the assistant turned evasive, and no error text says why.

    The codebook leaves the cause of such a loss open: nothing ties it to either.
    """
    own = [h.cue for h in found if h.field != "thread_title" and h.cue.direction == "for"]
    about = {cue.about for cue in own}
    named = any(cue.error and cue.about in STUDIED for cue in own)
    both = {Symptom.EVASIVE, Symptom.CONVERSATION_GONE, Cause.SAFETY_TRIGGER} <= about
    return both and not named


def _why(
    causes: Mapping[Cause, float], undetermined: float, seen: Views, found: Sequence[Hit]
) -> Abstention:
    """The first reason that holds, the plainest first."""
    own = [h.cue for h in found if h.field != "thread_title" and h.cue.direction == "for"]
    spoken_of = {cue.about for cue in own if cue.about in STUDIED and "named" not in cue.name}
    ranked = sorted((causes[c] for c in STUDIED), reverse=True)
    if len(spoken_of) > 1 and ranked[1] >= RIVAL * ranked[0]:
        return Abstention.CONTRADICTORY
    if not spoken_of and seen.own_length() < LITTLE_TEXT:
        return Abstention.TOO_LITTLE_TEXT
    if any(isinstance(cue.about, Symptom) for cue in own) and (
        not spoken_of or undetermined >= ranked[0]
    ):
        return Abstention.NO_MECHANISM_NAMED
    if not spoken_of and not any(cue.about is Cause.OTHER for cue in own):
        return Abstention.OUTSIDE_TAXONOMY
    return Abstention.UNSURE
