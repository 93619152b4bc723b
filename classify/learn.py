"""Learning from people's reviews: a correction of the shipped model, kept only if it isn't worse.

The shipped model stays as it is. Learnt from are reviews of posts whose place allows it, never
those of the audit sample, which the correction is compared on afterwards, and on our own examples
as models that were fitted without them judge these.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classify.calibration import Bools
from classify.corrected import Stored
from classify.correction import Correction, Inputs, corrected, fit
from classify.cues.all import finder
from classify.fit import Parameters, fold_numbers, prepare, truths
from classify.fit import fit as fit_model
from classify.gate import NONE, Gate, Truth, gate
from classify.labels import OWN, Labelled, examples
from classify.model import CAUSES, CLASSES, Model
from classify.text import Content, views
from db.lessons import Lesson, Lessons
from domain.causes import Abstention, Decision

LEAST_LESSONS = 30
OWN_FOLDS = 5
REFUSED = "the model can't read them"
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Learnt:
    """What came of it. `stored` is None where there is too little to learn from."""

    lessons: int
    left_out: dict[str, int]
    strength: float | None
    gates: tuple[Gate, ...]
    stored: Stored | None
    in_use: tuple[Gate, ...] = ()  # the same of the correction that is in use, where there is one

    @property
    def fine(self) -> bool:
        """Whether the correction is no worse than the model, wherever it was compared."""
        return self.stored is not None and self.stored.fine


def learn(
    model: Model,
    given: Lessons,
    report: Progress,
    own: Callable[[Progress], tuple[Inputs, Truth]] | None = None,
    *,
    in_use: Correction | None = None,
) -> Learnt:
    """Fits a correction of `model` and compares both. `report` is told the steps.

    `own` gives what both are compared on besides the audit sample: `held_out_examples`. `in_use`,
    an earlier correction, is compared as well: the audit sample has grown since.
    """
    usable = readable(model, given.learn)
    left_out = dict(given.left_out)
    if refused := len(given.learn) - len(usable):
        left_out[REFUSED] = refused
    if len(usable) < LEAST_LESSONS:
        return Learnt(lessons=len(usable), left_out=left_out, strength=None, gates=(), stored=None)
    known = inputs(model, usable)
    correction, strength = fit(model.id, known, truth_of(usable).holds)
    audit = readable(model, given.audit)
    judged = inputs(model, audit) if audit else known.part(np.zeros(len(usable), bool))
    ours, our_truth = (own or held_out_examples)(report)
    threshold = model.thresholds.report

    def compared(on_top: Correction) -> tuple[Gate, ...]:
        first, second = corrected(on_top, judged), corrected(on_top, ours)
        return (
            gate("the audit sample", judged, first, truth_of(audit), threshold),
            gate("our own posts", ours, second, our_truth, threshold),
        )

    gates = compared(correction)
    fine = all(one.fine for one in gates)
    told = _told(usable, given, strength, gates)
    return Learnt(
        lessons=len(usable),
        left_out=left_out,
        strength=strength,
        gates=gates,
        stored=Stored(correction=correction, fine=fine, told=told),
        in_use=compared(in_use) if in_use else (),
    )


def content_of(lesson: Lesson) -> Content:
    """A reviewed post as the classifier reads it."""
    return Content(
        title=lesson.title,
        text=lesson.text,
        thread_title=lesson.thread_title,
        kind=lesson.kind,
        source=lesson.source,
        place=lesson.place,
    )


def readable(model: Model, given: Sequence[Lesson]) -> list[Lesson]:
    """Those that the model doesn't refuse: of the others its probabilities mean nothing."""
    judged = model.judge([content_of(lesson) for lesson in given], explain=False)
    refused = (Abstention.UNSUPPORTED_LANGUAGE, Abstention.TOO_LITTLE_TEXT)
    return [
        lesson
        for lesson, one in zip(given, judged, strict=True)
        if one.abstained_because not in refused
    ]


def inputs(model: Model, given: Sequence[Lesson]) -> Inputs:
    """What the model, uncorrected, says of reviewed posts."""
    seen = [views(content_of(lesson)) for lesson in given]
    rows = np.array([model.row(v, finder().find(v)) for v in seen])
    reports, causes, _ = model.probabilities(rows)
    return Inputs(
        reports=reports,
        causes=causes,
        text=rows[:, -len(CLASSES) :],
        origins=tuple((lesson.source, lesson.place) for lesson in given),
        threads=tuple(lesson.thread for lesson in given),
    )


def truth_of(given: Sequence[Lesson]) -> Truth:
    """What people say; an audited post stands for 1 / chance posts, any other for one."""
    said = [(lesson.decision.value, lesson.secondary) for lesson in given]
    holds: dict[str, Bools] = {
        "report": np.array([first != Decision.NOT_A_REPORT for first, _ in said], bool)
    }
    for cause in CAUSES:
        holds[cause.value] = np.array([cause.value in told for told in said], bool)
    names = [cause.value for cause in CAUSES]
    label = [names.index(first) if first in names else NONE for first, _ in said]
    weights = [1 / lesson.chance if lesson.chance else 1.0 for lesson in given]
    return Truth(holds=holds, label=np.array(label, np.int64), weights=np.array(weights))


def held_out_examples(report: Progress) -> tuple[Inputs, Truth]:
    """Our own examples, each as a model fitted on the other examples alone judges it."""
    rows = examples()
    known = prepare(rows)
    folds = fold_numbers(rows, OWN_FOLDS)
    reports, causes = np.empty(len(rows)), np.empty((len(rows), len(CAUSES)))
    text = np.empty((len(rows), len(CLASSES)))
    for k in range(OWN_FOLDS):
        report(k, OWN_FOLDS)
        model = fit_model(known.part(np.flatnonzero(folds != k)), Parameters(), dict)
        held = np.flatnonzero(folds == k)
        part = known.part(held)
        text[held] = np.array([model.text.scores(words) for words in part.words])
        full = np.hstack([part.features, text[held]])
        reports[held], causes[held], _ = model.probabilities(full)
    report(OWN_FOLDS, OWN_FOLDS)
    told = Inputs(
        reports=reports,
        causes=causes,
        text=text,
        origins=((OWN, OWN),) * len(rows),
        threads=tuple(row.thread for row in rows),
    )
    return told, _truth_of_examples(rows)


def _truth_of_examples(rows: Sequence[Labelled]) -> Truth:
    names = [cause.value for cause in CAUSES]
    label = [names.index(r.cause) if r.cause in names else NONE for r in rows]
    holds = {name: np.asarray(truth, bool) for name, truth in truths(rows).items()}
    return Truth(holds=holds, label=np.array(label, np.int64), weights=np.ones(len(rows)))


def _told(
    usable: Sequence[Lesson], given: Lessons, strength: float, gates: Sequence[Gate]
) -> dict[str, Any]:
    """What the correction's card says; part of its id."""
    labels = [[le.post, le.version, le.decision.value, le.secondary] for le in usable]
    digest = hashlib.sha256(json.dumps(labels).encode()).hexdigest()
    return {
        "reviews": digest,
        "learnt_from": dict(sorted(Counter(le.place for le in usable).items())),
        "decisions": dict(sorted(Counter(le.decision.value for le in usable).items())),
        "left_out": dict(sorted(given.left_out.items())),
        "strength": strength,
        "compared": [
            {"on": one.name, "posts": one.posts, "fine": one.fine, "why": one.why} for one in gates
        ],
    }
