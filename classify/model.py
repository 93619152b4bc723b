"""The model: cues and text scores combined, calibrated, with a decision or an abstention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classify import decide, evidence, facts, features
from classify.calibration import LEAST, Scaling, logit
from classify.combine import Combiner
from classify.correction import Correction
from classify.cues.all import finder
from classify.cues.engine import Hit
from classify.language import language
from classify.ngrams import Floats, Vocabulary
from classify.text import Content, Views, views
from domain.causes import Abstention, Cause, Decision
from domain.nouns import Evidence, Fact

CAUSES = tuple(Cause)
CLASSES = (*(c.value for c in CAUSES), "undetermined", "none")
UNDETERMINED, NONE = CLASSES.index("undetermined"), CLASSES.index("none")


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """What the model says of one post; `domain.nouns.Verdict` without the post's identity."""

    report_probability: float
    causes: dict[Cause, float]
    likely_cause: Cause | None
    decision: Decision
    abstained_because: Abstention | None
    language: str
    evidence: tuple[Evidence, ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class TextPart:
    """A fitted `TextClassifier` as arrays: scores of the classes from a text's n-grams."""

    vocabulary: Vocabulary
    weights: Floats  # (n-grams, classes)
    intercepts: Floats

    def scores(self, text: str) -> Floats:
        """One score a class, rounded: trees must see the same numbers on every machine."""
        columns, weights = self.vocabulary.row(text)
        made: Floats = np.round(weights @ self.weights[columns] + self.intercepts, 2)
        return made


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that judging needs. `card` tells where it comes from; its "id" names it."""

    text: TextPart
    combiner: Combiner
    scalings: Mapping[str, Scaling]  # "report" and each cause
    thresholds: decide.Thresholds
    card: Mapping[str, Any]
    correction: Correction | None = None  # what people's reviews taught, on top

    @property
    def id(self) -> str:
        """The hash of data, labels, taxonomy and parameters."""
        return str(self.card["id"])

    def judge(self, contents: Sequence[Content], *, explain: bool = True) -> list[Judgement]:
        """One judgement a post, in order. Without `explain`, evidence carries no weights."""
        seen = [views(c) for c in contents]
        found = [finder().find(v) for v in seen]
        rows = np.array([self.row(v, h) for v, h in zip(seen, found, strict=True)])
        if not len(rows):
            return []
        reports, causes, undetermined = self.probabilities(rows)
        if self.correction is not None:
            text = rows[:, -len(CLASSES) :]
            origins = [(c.source, c.place) for c in contents]
            reports, causes = self.correction(reports, causes, text, origins)
        return [
            self._judgement(v, h, rows[i], reports[i], causes[i], undetermined[i], explain=explain)
            for i, (v, h) in enumerate(zip(seen, found, strict=True))
        ]

    def row(self, seen: Views, found: Sequence[Hit]) -> Floats:
        """The features of one post, text scores last."""
        return np.concatenate([features.row(seen, found), self.text.scores(seen.words())])

    def probabilities(self, rows: Floats) -> tuple[Floats, Floats, Floats]:
        """Report (n), joint cause (n, 4), and the raw share that names no cause (n)."""
        return calibrated(self.combiner.predict(rows), self.scalings)

    def _judgement(
        self,
        seen: Views,
        found: Sequence[Hit],
        row: Floats,
        report: float,
        causes: Floats,
        undetermined: float,
        *,
        explain: bool,
    ) -> Judgement:
        spoken = language(f"{seen.title.low} {seen.words()[:2000]}")
        decided = decide.decide(
            report=float(report),
            causes=dict(zip(CAUSES, map(float, causes), strict=True)),
            undetermined=float(undetermined),
            seen=seen,
            found=found,
            language=spoken,
            thresholds=self.thresholds,
        )
        is_report = decided.decision is not Decision.NOT_A_REPORT
        weights = self._weights(row, found, seen.own_length()) if explain and is_report else {}
        return Judgement(
            report_probability=round(float(report), 4),
            causes={c: round(float(p), 4) for c, p in zip(CAUSES, causes, strict=True)},
            likely_cause=decided.likely_cause,
            decision=decided.decision,
            abstained_because=decided.abstained_because,
            language=spoken,
            evidence=evidence.passages(found, weights),
            facts=facts.facts(seen, found, report=is_report),
        )

    def _weights(self, row: Floats, found: Sequence[Hit], length: int) -> dict[str, float]:
        """How far each cue moves the log-odds of what it speaks of: with it, less without it."""
        columns = {name: i for i, name in enumerate(features.names())}
        speaking = {h.cue.name: h.cue for h in found if isinstance(h.cue.about, Cause | None)}
        cues = [speaking[name] for name in sorted(speaking)]
        if not cues:
            return {}
        found = features.heard(found)
        without = np.tile(row, (len(cues) + 1, 1))
        for i, cue in enumerate(cues):
            fewer = [h for h in found if h.cue.name != cue.name]
            for name in features.touched(cue):
                without[i, columns[name]] = features.value(name, fewer, length)
        reports, causes, _ = self.probabilities(without)
        made = {}
        for i, cue in enumerate(cues):
            asked = reports if cue.about is None else causes[:, CAUSES.index(Cause(cue.about))]
            made[cue.name] = round(float(logit(asked[-1:])[0] - logit(asked[i : i + 1])[0]), 3)
        return made


def calibrated(shares: Floats, scalings: Mapping[str, Scaling]) -> tuple[Floats, Floats, Floats]:
    """Probabilities of the combiner's class shares; no cause is more probable than a report."""
    report = scalings["report"](1 - shares[:, NONE])
    causes = np.column_stack([scalings[c.value](shares[:, i]) for i, c in enumerate(CAUSES)])
    return report, np.minimum(causes, report[:, None]).clip(LEAST), shares[:, UNDETERMINED]
