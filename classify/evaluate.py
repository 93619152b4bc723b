"""Honest figures, cross-validated by place: whoever predicts a post never saw its place.

Our own examples are always in training; rows of places that are for evaluation only never are.
Pooled out-of-fold predictions are scored by forced choice, by probabilities and by decisions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classify.decide import decide
from classify.fit import Parameters, Prepared, fit, fold_numbers, prepare
from classify.labels import OWN, Labelled, examples, gold
from classify.language import language
from classify.model import CAUSES, Model
from classify.scores import Measured
from classify.train import EVALUATION_ONLY

OWN_FOLDS = 5
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Predicted:
    """One post, what people say of it, and what a model that never saw its place says."""

    row: Labelled
    report: float
    causes: dict[str, float]
    likely: str  # a cause, or "not_a_report"
    decision: str
    abstained_because: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """Predictions and figures: `told` is for JSON, `text` for a reader."""

    gold: tuple[Predicted, ...]
    own: tuple[Predicted, ...]
    told: dict[str, Any]
    text: str

    def to_json(self) -> str:
        """All figures."""
        return json.dumps(self.told, indent=1, sort_keys=True) + "\n"

    @property
    def macro_f1(self) -> Measured:
        """Over the three causes, forced choice, all gold rows."""
        held = self.told["gold"]["all"]["macro_f1"]
        return Measured(held["value"], held["low"], held["high"])


def evaluate(
    path: Path,
    *,
    redact: Callable[[str], str],
    parameters: Parameters | None = None,
    report: Progress = lambda _done, _total: None,
) -> Evaluation:
    """Evaluates the method (not one file of weights) on a labelled file and on our own examples.

    Raises `InputError` for a file that can't be read.
    """
    from classify.summary import read_out, summarise

    chosen = parameters or Parameters()
    held = by_place(path, redact=redact, parameters=chosen, report=report)
    report(1, 2)
    own = own_folds(parameters=chosen)
    report(2, 2)
    told = summarise(held, own)
    return Evaluation(gold=tuple(held), own=tuple(own), told=told, text=read_out(told))


def by_place(
    path: Path,
    *,
    redact: Callable[[str], str],
    parameters: Parameters,
    report: Progress = lambda _done, _total: None,
) -> list[Predicted]:
    """Out-of-place predictions of every row of a labelled file, in the file's order."""
    from classify.train import redacted

    rows = [*examples(), *(redacted(r, redact) for r in gold(path))]
    known = prepare(rows)
    made: dict[int, Predicted] = {}
    places = sorted({r.place for r in rows} - {OWN})
    for done, place in enumerate(places):
        report(done, len(places))
        train = [
            i for i, r in enumerate(rows) if r.place != place and r.place not in EVALUATION_ONLY
        ]
        test = [i for i, r in enumerate(rows) if r.place == place]
        model = fit(known.part(train), parameters, dict)
        made |= dict(zip(test, predictions(model, known.part(test)), strict=True))
    return [made[i] for i in sorted(made)]


def own_folds(*, parameters: Parameters) -> list[Predicted]:
    """Out-of-fold predictions of our own examples, learnt from our own examples alone."""
    rows = examples()
    known = prepare(rows)
    folds = fold_numbers(rows, OWN_FOLDS)
    made: dict[int, Predicted] = {}
    for k in range(OWN_FOLDS):
        model = fit(known.part(np.flatnonzero(folds != k)), parameters, dict)
        test = np.flatnonzero(folds == k)
        made |= dict(zip(test.tolist(), predictions(model, known.part(test)), strict=True))
    return [made[i] for i in sorted(made)]


def predictions(model: Model, posts: Prepared) -> list[Predicted]:
    """What a model says of prepared posts."""
    scores = np.array([model.text.scores(w) for w in posts.words])
    reports, causes, undetermined = model.probabilities(np.hstack([posts.features, scores]))
    made = []
    for i, row in enumerate(posts.rows):
        seen, found = posts.seen[i], posts.found[i]
        decided = decide(
            report=float(reports[i]),
            causes=dict(zip(CAUSES, map(float, causes[i]), strict=True)),
            undetermined=float(undetermined[i]),
            seen=seen,
            found=found,
            language=language(f"{seen.title.low} {seen.words()[:2000]}"),
            thresholds=model.thresholds,
        )
        made.append(
            Predicted(
                row=row,
                report=float(reports[i]),
                causes={c.value: float(p) for c, p in zip(CAUSES, causes[i], strict=True)},
                likely=decided.likely_cause.value if decided.likely_cause else "not_a_report",
                decision=decided.decision.value,
                abstained_because=decided.abstained_because and decided.abstained_because.value,
            )
        )
    return made


def true_class(row: Labelled) -> str:
    """The label as the forced choice would say it."""
    return (row.cause or "other") if row.report else "not_a_report"


def halves(rows: Sequence[Predicted]) -> dict[str, list[Predicted]]:
    """All rows, and those whose hexadecimal id is odd or even."""
    odd = [p for p in rows if int(p.row.id, 16) % 2]
    even = [p for p in rows if not int(p.row.id, 16) % 2]
    return {"all": list(rows), "odd": odd, "even": even}
