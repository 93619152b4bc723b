"""An explanation of one judgement, for a machine and for a reader at a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from classify.passages import VOICE_LABELS, Passage, Said, strongest_first, why
from classify.unspoken import KEPT
from db.cells import neutral
from domain.causes import ABSTENTION_LABELS, CAUSES, DECISION_LABELS, Cause
from domain.facts import FACTS
from domain.nouns import Fact

_FIELD_LABELS = {"title": "Title", "text": "Text", "thread_title": "Thread"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """Everything that a judgement rests on. `fields` are texts, None where they are gone.

    `before`: probabilities before calibration ("report" and causes), empty where the model that
    judged is not at hand. `unspoken`: causes lowered after calibration, since no cue speaks of
    them; empty where that isn't known either. `methods`: how each was calibrated, by the model's
    card.
    """

    id: str
    where: str
    model: str
    fields: Mapping[str, str | None]
    passages: tuple[Passage, ...]
    said: Said
    language: str
    facts: tuple[Fact, ...]
    before: Mapping[str, float] = field(default_factory=dict)
    unspoken: tuple[Cause, ...] = ()
    methods: Mapping[str, str] = field(default_factory=dict)
    corrected: bool = False  # whether what reviews taught moved the probabilities once more
    reviewed: str = ""  # what a person decided instead


def told(made: Explanation) -> dict[str, Any]:
    """The explanation for a machine."""
    said = made.said
    after = {"report": said.report_probability, **{c.value: p for c, p in said.causes.items()}}
    return {
        "id": made.id,
        "where": made.where,
        "model": made.model,
        "decision": said.decision.value,
        "likely_cause": said.likely_cause and said.likely_cause.value,
        "abstained_because": said.abstained_because and said.abstained_because.value,
        "why": list(why(said)),
        "reviewed": made.reviewed,
        "language": made.language,
        "corrected_by_reviews": made.corrected,
        **made.fields,
        "probabilities": {
            name: {
                "before_calibration": made.before.get(name),
                "lowered_as_unspoken": name in made.unspoken,
                "probability": p,
                "needed": said.thresholds.get(name),
                "calibration": made.methods.get(name),
            }
            for name, p in after.items()
        },
        "passages": [_passage_told(p) for p in made.passages],
        "facts": [{"name": f.name, "value": f.value, **_span_told(f)} for f in made.facts],
    }


def _passage_told(p: Passage) -> dict[str, Any]:
    return {
        "number": p.number,
        "field": p.field,
        "start": p.start,
        "end": p.end,
        "words": p.words,
        "about": p.cause.value if p.cause else "report",
        "direction": p.direction,
        "cue": p.cue,
        "meaning": p.meaning,
        "weight": p.weight,
        "voice": p.voice and p.voice.value,
    }


def _span_told(fact: Fact) -> dict[str, Any]:
    if fact.span is None:
        return {"field": None, "start": None, "end": None}
    return {"field": fact.span.field, "start": fact.span.start, "end": fact.span.end}


def lines(made: Explanation) -> list[str]:
    """The explanation for a reader at a terminal; outside text is shown without control signs."""
    said = made.said
    out = [f"{neutral(made.id)} ({neutral(made.where)})", DECISION_LABELS[said.decision]]
    if said.abstained_because:
        out[-1] += f": {ABSTENTION_LABELS[said.abstained_because]}"
    if made.reviewed:
        out.append(f"{neutral(made.reviewed)}. The model had said:")
    out += ["", *why(said), "", *_text_lines(made), "", *_passage_lines(made.passages)]
    out += ["", *_probability_lines(made)]
    if made.facts:
        out += ["", "What the account states"]
        out += [f"  {_fact_line(f)}" for f in made.facts]
    return [*out, "", f"Language {made.language}. Model {made.model}."]


def _fact_line(fact: Fact) -> str:
    info = FACTS.get(fact.name)
    label = info.label if info else fact.name.replace("_", " ")
    value = info.values.get(fact.value, fact.value) if info else fact.value
    return f"{neutral(label)}: {neutral(value)}"


def _text_lines(made: Explanation) -> list[str]:
    out = []
    for name, text in made.fields.items():
        if name == "thread_title" and text == made.fields["title"]:
            continue
        here = [p for p in made.passages if p.field == name]
        shown = "(gone)" if text is None else marked(text, here)
        if shown:
            out += [f"{_FIELD_LABELS[name]}:", *(f"  {line}" for line in shown.split("\n"))]
    return out


def marked(text: str, passages: Sequence[Passage]) -> str:
    """The text with each passage between `[1>` and `<1]`; passages may overlap."""
    marks = [(p.start, 1, p.number, f"[{p.number}>") for p in passages]
    marks += [(p.end, 0, -p.number, f"<{p.number}]") for p in passages]
    out, at = [], 0
    for place, _, _, sign in sorted(marks):
        out += [neutral(text[at:place]), sign]
        at = place
    return "".join([*out, neutral(text[at:])])


def _passage_lines(passages: Sequence[Passage]) -> list[str]:
    if not passages:
        return ["No cue was found in the text."]
    out = ["Passages, the strongest first (weight: log-odds with the cue less those without)"]
    for p in strongest_first(passages):
        about = CAUSES[p.cause].label.lower() if p.cause else "being a report"
        voice = VOICE_LABELS[p.voice] if p.voice else "unknown, the text is gone"
        out.append(
            f"  [{p.number}] {p.direction} {about}  {p.weight:+.2f}  {neutral(p.cue)}  "
            f"(spoken by {voice})"
        )
        out += [f"      {p.meaning}"] if p.meaning else []
    if not any(p.weight for p in passages):
        out.append("  Weights are worked out for reports only.")
    return out


def _probability_lines(made: Explanation) -> list[str]:
    heads = ("before", "after", "needed")
    out = [f"{'Probabilities':<22}" + "".join(f"{h:>9}" for h in heads) + "  calibrated by"]
    out.append(_probability_line(made, "report", "A report", made.said.report_probability))
    for cause in Cause:
        if cause in made.said.causes:
            p = made.said.causes[cause]
            out.append(_probability_line(made, cause.value, CAUSES[cause].label, p))
    out += [
        f"  Nothing speaks of {CAUSES[cause].label.lower()}: {KEPT:g} of its probability was kept."
        for cause in made.unspoken
    ]
    if made.corrected:
        out.append("  After calibration they were corrected by what reviews taught.")
    if not made.before:
        out.append("  Before calibration: not known, since model or text are no longer at hand.")
    return out


def _probability_line(made: Explanation, name: str, label: str, after: float) -> str:
    before, needed = made.before.get(name), made.said.thresholds.get(name)
    cells = ["-" if v is None else f"{v:.2f}" for v in (before, after, needed)]
    return f"  {label:<20}" + "".join(f"{c:>9}" for c in cells) + f"  {made.methods.get(name, '-')}"
