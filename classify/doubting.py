"""Whose labels are doubted: reviews, and our own examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classify.doubts import Doubt, doubts, shares_of
from classify.labels import lines_of_examples
from classify.learn import Progress, held_out_examples, inputs, readable
from classify.model import CLASSES, NONE, Model
from db.lessons import Lesson
from domain.causes import Decision


@dataclass(frozen=True, kw_only=True, slots=True)
class DoubtfulLabel:
    """`where`: the post's key, or the file and line of an example."""

    where: str
    label: str
    instead: str
    label_probability: float
    instead_probability: float


def of_reviews(model: Model, given: Sequence[Lesson]) -> list[DoubtfulLabel]:
    """Reviews that the shipped model, which never saw them, finds improbable.

    Reviews of the audit sample are not among `given`: who looks again only at those that the model
    contradicts would turn the sample towards the model.
    """
    usable = readable(model, given)
    if not usable:
        return []
    labels = [_class_of(lesson.decision) for lesson in usable]
    found = doubts(np.array(labels), shares_of(inputs(model, usable)))
    return [_named(one, usable[one.row].post) for one in found]


def of_examples(report: Progress) -> list[DoubtfulLabel]:
    """Our own examples that a model fitted on the others finds improbable."""
    told, _ = held_out_examples(report)
    rows = list(lines_of_examples())
    labels = [CLASSES.index(row["cause"] or "other") if row["report"] else NONE for _, row in rows]
    found = doubts(np.array(labels), shares_of(told))
    return [_named(one, rows[one.row][0]) for one in found]


def _class_of(decision: Decision) -> int:
    return NONE if decision is Decision.NOT_A_REPORT else CLASSES.index(decision.value)


def _named(one: Doubt, where: str) -> DoubtfulLabel:
    return DoubtfulLabel(
        where=where,
        label=_plain(one.label),
        instead=_plain(one.instead),
        label_probability=round(one.label_probability, 4),
        instead_probability=round(one.instead_probability, 4),
    )


def _plain(name: str) -> str:
    return Decision.NOT_A_REPORT.value if name == CLASSES[NONE] else name
