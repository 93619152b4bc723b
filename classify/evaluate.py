"""Honest figures, cross-validated twice: by place, where whoever predicts a post never saw its
place, and by random folds that keep threads together.

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
from classify.labels import OWN, examples, gold, place_of
from classify.language import language
from classify.model import CAUSES, Model
from classify.ngrams import Floats
from classify.predicted import NO_REPORT, Predicted, halves, true_class
from classify.priors import exclusive
from classify.scores import Measured
from classify.train import EVALUATION_ONLY

__all__ = [
    "Evaluation",
    "Predicted",
    "by_place",
    "evaluate",
    "halves",
    "held_out",
    "labelled",
    "own_folds",
    "place_of_rows",
    "predictions",
    "probabilities",
    "thread_folds",
    "true_class",
]

FOLDS = 5
OWN_FOLDS = 5
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Evaluation:
    """Predictions and figures: `told` is for JSON, `text` for a reader."""

    by_place: tuple[Predicted, ...]
    by_fold: tuple[Predicted, ...]
    own: tuple[Predicted, ...]
    told: dict[str, Any]
    text: str

    def to_json(self) -> str:
        """All figures."""
        return json.dumps(self.told, indent=1, sort_keys=True) + "\n"

    @property
    def macro_f1(self) -> Measured:
        """Over the three causes, forced choice by place, all gold rows."""
        held = self.told["by_place"]["all"]["macro_f1"]
        return Measured(held["value"], held["low"], held["high"])


def evaluate(
    path: Path,
    *,
    redact: Callable[[str], str],
    parameters: Parameters | None = None,
    strata: Path | None = None,
    unlabelled: Path | None = None,
    report: Progress = lambda _done, _total: None,
) -> Evaluation:
    """Evaluates the method (not one file of weights) on a labelled file and on our own examples.

    `strata`: a file of the strata's sizes (`classify.strata`); without it nothing is said of the
    stream. `unlabelled`: posts of the stream as `predict` reads them, from which the classes'
    shares of each source are estimated. Raises `InputError` for a file that can't be read.
    """
    from classify.readout import read_out
    from classify.strata import read_sizes
    from classify.summary import summarise
    from classify.unlabelled import read_unlabelled

    chosen = parameters or Parameters()
    sizes = read_sizes(strata) if strata else None
    known = labelled(path, redact=redact)
    others = read_unlabelled(unlabelled, redact) if unlabelled else {}
    posteriors: dict[str, Floats] = {}

    def also(place: str, model: Model) -> None:
        for source, posts in others.items():
            if place_of(source) == place:
                report_p, causes, _ = probabilities(model, posts)
                posteriors[source] = exclusive(report_p, causes)

    rounds = len(set(place_of_rows(known)) - {OWN})
    steps = rounds + FOLDS + OWN_FOLDS + 1

    def further(before: int) -> Progress:
        return lambda done, _total: report(before + done, steps)

    held = held_out(known, place_of_rows(known), parameters=chosen, report=further(0), also=also)
    folds = held_out(known, thread_folds(known), parameters=chosen, report=further(rounds))
    own = own_folds(parameters=chosen, report=further(rounds + FOLDS))
    report(steps - 1, steps)
    told = summarise(held, folds, own, sizes, posteriors)
    return Evaluation(
        by_place=tuple(held),
        by_fold=tuple(folds),
        own=tuple(own),
        told=told,
        text=read_out(told),
    )


def labelled(path: Path, *, redact: Callable[[str], str]) -> Prepared:
    """Our own examples and the redacted rows of a labelled file, read once for many fits."""
    from classify.train import redacted

    return prepare([*examples(), *(redacted(r, redact) for r in gold(path))])


def by_place(
    path: Path,
    *,
    redact: Callable[[str], str],
    parameters: Parameters,
    report: Progress = lambda _done, _total: None,
) -> list[Predicted]:
    """Out-of-place predictions of every row of a labelled file, in the file's order."""
    known = labelled(path, redact=redact)
    return held_out(known, place_of_rows(known), parameters=parameters, report=report)


def place_of_rows(known: Prepared) -> list[str]:
    """The place of every row: what `held_out` keeps apart."""
    return [r.place for r in known.rows]


def thread_folds(known: Prepared) -> list[str]:
    """One of a few folds for every row but our own: a thread is in one of them."""
    real = [i for i, r in enumerate(known.rows) if r.place != OWN]
    numbers = fold_numbers([known.rows[i] for i in real], FOLDS)
    groups = [OWN] * len(known.rows)
    for i, number in zip(real, numbers.tolist(), strict=True):
        groups[i] = f"fold {number}"
    return groups


def held_out(
    known: Prepared,
    groups: Sequence[str],
    *,
    parameters: Parameters,
    report: Progress = lambda _done, _total: None,
    also: Callable[[str, Model], None] = lambda _group, _model: None,
) -> list[Predicted]:
    """Each group's rows as a model of the others' rows says; our own only ever train.

    `also` gets every group with the model that never saw it.
    """
    made: dict[int, Predicted] = {}
    names = sorted(set(groups) - {OWN})
    for done, name in enumerate(names):
        report(done, len(names))
        train = [
            i
            for i, (row, group) in enumerate(zip(known.rows, groups, strict=True))
            if group != name and row.place not in EVALUATION_ONLY
        ]
        test = [i for i, group in enumerate(groups) if group == name]
        model = fit(known.part(train), parameters, dict)
        made |= dict(zip(test, predictions(model, known.part(test)), strict=True))
        also(name, model)
    return [made[i] for i in sorted(made)]


def own_folds(
    *, parameters: Parameters, report: Progress = lambda _done, _total: None
) -> list[Predicted]:
    """Out-of-fold predictions of our own examples, learnt from our own examples alone."""
    rows = examples()
    known = prepare(rows)
    folds = fold_numbers(rows, OWN_FOLDS)
    made: dict[int, Predicted] = {}
    for k in range(OWN_FOLDS):
        report(k, OWN_FOLDS)
        model = fit(known.part(np.flatnonzero(folds != k)), parameters, dict)
        test = np.flatnonzero(folds == k)
        made |= dict(zip(test.tolist(), predictions(model, known.part(test)), strict=True))
    return [made[i] for i in sorted(made)]


def probabilities(model: Model, posts: Prepared) -> tuple[Floats, Floats, Floats]:
    """Report (n), joint cause (n, 4), and the raw share that names no cause (n)."""
    scores = np.array([model.text.scores(w) for w in posts.words])
    return model.probabilities(np.hstack([posts.features, scores]))


def predictions(model: Model, posts: Prepared) -> list[Predicted]:
    """What a model says of prepared posts."""
    reports, causes, undetermined = probabilities(model, posts)
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
                likely=decided.likely_cause.value if decided.likely_cause else NO_REPORT,
                decision=decided.decision.value,
                abstained_because=decided.abstained_because and decided.abstained_because.value,
            )
        )
    return made
