"""The evidence of a judgement as it is shown: numbered passages in words, and why it was decided.

The command line and the report's page both show what these functions give, from the evidence as it
is stored. Nothing here reads a model: the dashboard may import it.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classify.text import Voice, field
from domain.causes import (
    ABSTENTION_LABELS,
    CAUSES,
    DECISION_LABELS,
    STUDIED,
    Abstention,
    Cause,
    Decision,
)
from domain.nouns import Evidence, Verdict

if TYPE_CHECKING:
    from db.queries.report import Report

MEANINGS = Path(__file__).parent / "data" / "cue_meanings.toml"
CLOSE = 0.5  # of the first cause's probability: the second contradicts it (`decide.RIVAL`)
FIELDS = ("title", "text", "thread_title")
VOICE_LABELS: dict[Voice, str] = {
    Voice.AUTHOR: "the author",
    Voice.CODE: "code or error text",
    Voice.QUOTE: "somebody who is quoted",
    Voice.ASSISTANT: "a pasted answer of the assistant",
    Voice.FORM: "the form",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """One stored passage of evidence: `words` are `field[start:end]`, "" where the text is gone."""

    number: int  # from 1, in reading order
    field: str
    start: int
    end: int
    words: str
    cause: Cause | None  # None: concerns whether it is a report at all
    direction: str
    cue: str
    meaning: str  # "" for a cue of another version of the program
    weight: float  # log-odds with the cue less those without it
    voice: Voice | None  # None where the text is gone


def numbered(evidence: Sequence[Evidence], fields: Mapping[str, str | None]) -> tuple[Passage, ...]:
    """Evidence in reading order: title, text, thread title. `fields` are the stored texts."""
    ordered = sorted(evidence, key=_place)
    spoken = {name: _voices(name, text) for name, text in fields.items() if text}
    return tuple(
        Passage(
            number=number,
            field=e.span.field,
            start=e.span.start,
            end=e.span.end,
            words=(fields.get(e.span.field) or "")[e.span.start : e.span.end],
            cause=e.cause,
            direction=e.direction,
            cue=e.cue,
            meaning=meaning(e.cue),
            weight=e.weight,
            voice=spoken[e.span.field](e.span.start) if e.span.field in spoken else None,
        )
        for number, e in enumerate(ordered, 1)
    )


def of_report(report: Report) -> tuple[Passage, ...]:
    """The evidence of a stored post, as every reader shows it; nothing before it is judged."""
    current = report.current
    fields = {"title": current.title, "text": current.text, "thread_title": report.thread_title}
    return numbered(report.verdict.evidence if report.verdict else (), fields)


def strongest_first(passages: Sequence[Passage]) -> list[Passage]:
    """As a reader wants them listed; of equal weight in reading order."""
    return sorted(passages, key=lambda p: (-abs(p.weight), p.number))


def _place(e: Evidence) -> tuple[int, int, int, str]:
    return (FIELDS.index(e.span.field), e.span.start, e.span.end, e.cue)


def _voices(name: str, text: str) -> Callable[[int], Voice]:
    """Who speaks at a code point of a field."""
    regions = field(name, text).regions
    starts = [region.start for region in regions]
    return lambda place: regions[bisect_right(starts, place) - 1].voice


@cache
def meanings() -> dict[str, str]:
    """Cue -> what it means, in a sentence."""
    return dict(tomllib.loads(MEANINGS.read_text(encoding="utf-8")))


def meaning(cue: str) -> str:
    """What a cue means; "" for one that this version of the program doesn't know."""
    return meanings().get(cue, "")


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What was said of a post, and the thresholds that it was measured by; empty where unknown."""

    report_probability: float
    causes: Mapping[Cause, float]
    likely_cause: Cause | None
    decision: Decision
    abstained_because: Abstention | None
    thresholds: Mapping[str, float]  # "report" and each cause

    @classmethod
    def of(cls, verdict: Verdict, card: Mapping[str, Any]) -> Said:
        """What a stored verdict says; `card` is of the model that judged."""
        return cls(
            report_probability=verdict.report_probability,
            causes=verdict.causes,
            likely_cause=verdict.likely_cause,
            decision=verdict.decision,
            abstained_because=verdict.abstained_because,
            thresholds=card.get("thresholds", {}),
        )


def why(said: Said) -> tuple[str, ...]:
    """Why the decision is what it is, in sentences."""
    return (*_report(said), *_cause(said))


def _report(said: Said) -> tuple[str, ...]:
    p, needed = said.report_probability, said.thresholds.get("report")
    if needed is None:
        return (f"The probability that this is a report of a failure is {p:.2f}.",)
    told = f"The probability that this is a report of a failure is {p:.2f}; needed are {needed:.2f}"
    if said.decision is Decision.NOT_A_REPORT:
        return (f"{told}. So it counts as no report.",)
    return (f"{told}.",)


def _cause(said: Said) -> tuple[str, ...]:
    likely = said.likely_cause
    if likely is None:
        return ()
    p, needed = said.causes[likely], said.thresholds.get(likely.value)
    label = CAUSES[likely].label
    told = f"The likeliest cause is {label.lower()}, with a probability of {p:.2f}"
    if said.decision is not Decision.UNDETERMINED:
        reached = f"; the {needed:.2f} needed to decide are reached" if needed is not None else ""
        return (f"{told}{reached}. Decided: {DECISION_LABELS[said.decision].lower()}.",)
    made = [f"{told}{_short_of(p, needed)}."]
    if said.abstained_because:
        made.append(f"Left undetermined: {ABSTENTION_LABELS[said.abstained_because]}")
        made += _rivals(said)
    return tuple(made)


def _short_of(p: float, needed: float | None) -> str:
    if needed is None:
        return ""
    if needed > 1:
        return "; this model decides no post of that cause, since it can't be sure enough"
    return f"; {needed:.2f} are needed to decide" + ("" if p < needed else ", which is reached")


def _rivals(said: Said) -> list[str]:
    """What contradicts what: two causes that are close, or else a loss beside an evasion."""
    if said.abstained_because is not Abstention.CONTRADICTORY:
        return []
    first, second = sorted(STUDIED, key=lambda c: -said.causes.get(c, 0.0))[:2]
    if said.causes[second] < CLOSE * said.causes[first]:
        return [
            "A conversation vanished and the assistant turned evasive, and no error text says "
            "what the loss has to do with the evasion: the account ties it to no cause."
        ]
    named = " and ".join(
        f"{CAUSES[c].label.lower()} ({said.causes[c]:.2f})" for c in (first, second)
    )
    return [f"Close to one another are {named}."]
