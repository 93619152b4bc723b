"""The model: cues and text scores combined, calibrated, with a decision or an abstention."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from classify import decide, evidence, facts, features
from classify.calibration import LEAST, Scaling
from classify.combine import Combiner
from classify.correction import Correction
from classify.cues.all import finder
from classify.cues.engine import Hit
from classify.forest import Nodes
from classify.influence import Counted, influences
from classify.language import language
from classify.ngrams import Floats, Vocabulary
from classify.text import Content, Views, views
from classify.unspoken import tempered
from domain.causes import Abstention, Cause, Decision
from domain.nouns import Evidence, Fact

CAUSES = tuple(Cause)
CLASSES = (*(c.value for c in CAUSES), "undetermined", "none")
TOGETHER = 128  # posts judged in one go; more need memory and save no time
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
        """One score a class."""
        made: Floats = self.scores_of([text])[0]
        return made

    def scores_of(self, texts: Iterable[str]) -> Floats:
        """Scores (texts, classes), rounded: trees must see the same numbers on every machine."""
        sums = self.vocabulary.rows(texts).sums(self.weights)
        made: Floats = np.round(sums + self.intercepts, 2)
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
        made: list[Judgement] = []
        for start in range(0, len(contents), TOGETHER):
            made += self._judge(contents[start : start + TOGETHER], explain=explain)
        return made

    def row(self, seen: Views, found: Sequence[Hit]) -> Floats:
        """The features of one post, text scores last."""
        made: Floats = self.rows([seen], [found])[0]
        return made

    def rows(self, seen: Sequence[Views], found: Sequence[Sequence[Hit]]) -> Floats:
        """The same of several posts: (n, features)."""
        told = [features.row(v, h) for v, h in zip(seen, found, strict=True)]
        return np.hstack([np.array(told), self.text.scores_of(v.words() for v in seen)])

    def probabilities(self, rows: Floats) -> tuple[Floats, Floats, Floats]:
        """Report (n), joint cause (n, 4), and the raw share that names no cause (n)."""
        return self.probabilities_at(self.combiner.forest.leaves(rows), rows)

    def probabilities_at(self, leaves: Nodes, rows: Floats) -> tuple[Floats, Floats, Floats]:
        """The same of rows whose leaves (n, trees) are known."""
        shares = self.combiner.at(leaves, rows)
        report, causes, undetermined = calibrated(shares, self.scalings)
        return report, tempered(causes, rows), undetermined

    def _judge(self, contents: Sequence[Content], *, explain: bool) -> list[Judgement]:
        seen = [views(c) for c in contents]
        found = [finder().find(v) for v in seen]
        rows = self.rows(seen, found)
        leaves = self.combiner.forest.leaves(rows)
        reports, causes, undetermined = self.probabilities_at(leaves, rows)
        if self.correction is not None:
            text = rows[:, -len(CLASSES) :]
            origins = [(c.source, c.place) for c in contents]
            reports, causes = self.correction(reports, causes, text, origins)
        spoken = [language(f"{v.title.low} {v.words()[:2000]}") for v in seen]
        decided = [
            decide.decide(
                report=float(reports[i]),
                causes=dict(zip(CAUSES, causes[i].tolist(), strict=True)),
                undetermined=float(undetermined[i]),
                seen=v,
                found=found[i],
                language=spoken[i],
                thresholds=self.thresholds,
            )
            for i, v in enumerate(seen)
        ]
        told = [i for i, d in enumerate(decided) if explain and _is_report(d)]
        posts = [
            Counted(found[i], seen[i].own_length(), rows[i], leaves[i], reports[i], causes[i])
            for i in told
        ]
        weights = dict(
            zip(told, influences(posts, self.combiner.forest, self.probabilities_at), strict=True)
        )
        return [
            Judgement(
                report_probability=round(float(reports[i]), 4),
                causes={c: round(float(p), 4) for c, p in zip(CAUSES, causes[i], strict=True)},
                likely_cause=d.likely_cause,
                decision=d.decision,
                abstained_because=d.abstained_because,
                language=spoken[i],
                evidence=evidence.passages(found[i], weights.get(i, {})),
                facts=facts.facts(seen[i], found[i]) if _is_report(d) else (),
            )
            for i, d in enumerate(decided)
        ]


def _is_report(decided: decide.Decided) -> bool:
    return decided.decision is not Decision.NOT_A_REPORT


def calibrated(shares: Floats, scalings: Mapping[str, Scaling]) -> tuple[Floats, Floats, Floats]:
    """Probabilities of the combiner's class shares; no cause is more probable than a report."""
    report = scalings["report"](1 - shares[:, NONE])
    causes = np.column_stack([scalings[c.value](shares[:, i]) for i, c in enumerate(CAUSES)])
    return report, np.minimum(causes, report[:, None]).clip(LEAST), shares[:, UNDETERMINED]
