"""Why one post was judged as it was: a stored one as it was judged, or one that is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from classify.cues.all import finder
from classify.explanation import Explanation
from classify.model import CAUSES, NONE, Model
from classify.passages import Said, numbered, of_report
from classify.predict import parse
from classify.text import Content, views
from classify.unspoken import silent
from db.queries.report import Report
from domain.causes import DECISION_LABELS, Cause
from domain.errors import InputError


def of_stored(report: Report, card: Mapping[str, Any], model: Model) -> Explanation:
    """A stored post as its verdict has it; `card` is of the model that judged it.

    Raises `InputError` for a post without a verdict.
    """
    verdict = report.verdict
    if verdict is None:
        raise InputError(f"Post {report.key} is not judged.", "Run `whylost classify` first.")
    current = report.current
    fields = {
        "title": current.title,
        "text": current.text,
        "thread_title": report.thread_title,
    }
    content = Content(
        title=current.title or "",
        text=current.text or "",
        thread_title="" if report.thread_title == current.title else report.thread_title,
        kind=report.kind,
        source=report.source,
        place=report.place,
    )
    readable = verdict.model == model.id and current.text is not None
    before, unspoken = uncalibrated(model, content) if readable else ({}, ())
    review = report.review
    return Explanation(
        id=report.key,
        where=f"{report.place}, {report.kind}, {report.written_at:%Y-%m-%d %H:%M} UTC",
        model=verdict.model,
        fields=fields,
        passages=of_report(report),
        said=Said.of(verdict, card),
        language=verdict.language,
        facts=verdict.facts,
        before=before,
        unspoken=unspoken,
        corrected=readable and model.correction is not None,
        methods=_methods(card),
        reviewed=f"{review.reviewer} decided: {DECISION_LABELS[review.decision]}" if review else "",
    )


def of_given(model: Model, name: str, content: Content) -> Explanation:
    """A post that is given, judged now."""
    judged = model.judge([content])[0]
    before, unspoken = uncalibrated(model, content)
    fields = {"title": content.title, "text": content.text, "thread_title": content.thread_title}
    return Explanation(
        id=name,
        where="given, not stored",
        model=model.id,
        fields=fields,
        passages=numbered(judged.evidence, fields),
        said=Said(
            report_probability=judged.report_probability,
            causes=judged.causes,
            likely_cause=judged.likely_cause,
            decision=judged.decision,
            abstained_because=judged.abstained_because,
            thresholds=thresholds_of(model),
        ),
        language=judged.language,
        facts=judged.facts,
        before=before,
        unspoken=unspoken,
        corrected=model.correction is not None,
        methods=_methods(model.card),
    )


def of_line(model: Model, line: bytes) -> Explanation:
    """A post as `predict` reads it. Raises `InputError` for a line that can't be read."""
    read = parse(line)
    if isinstance(read, str):
        raise InputError(f"The line can't be read: {read}.", 'Give {"id": ..., "text": ...}.')
    name, content = read
    return of_given(model, str(name), content)


def thresholds_of(model: Model) -> dict[str, float]:
    """A model's thresholds by name."""
    causes = {c.value: t for c, t in model.thresholds.causes.items()}
    return {"report": model.thresholds.report, **causes}


def uncalibrated(model: Model, content: Content) -> tuple[dict[str, float], tuple[Cause, ...]]:
    """What one post's probabilities are made from, and what no cue speaks of.

    First the class shares before calibration: "report" and the causes. Then the causes whose
    probability is lowered after calibration, since nothing speaks of them.
    """
    seen = views(content)
    row = model.row(seen, finder().find(seen))
    shares = model.combiner.predict(row[None])[0]
    made = {"report": float(1 - shares[NONE])}
    made |= {c.value: float(shares[i]) for i, c in enumerate(CAUSES)}
    quiet = silent(row[None])[0]
    unspoken = tuple(cause for cause, lowered in zip(Cause, quiet, strict=True) if lowered)
    return {name: round(p, 4) for name, p in made.items()}, unspoken


def _methods(card: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(told["method"]) for name, told in card.get("calibration", {}).items()}
