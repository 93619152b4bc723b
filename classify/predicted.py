"""A labelled post beside what a model says that never saw its place, its thread, or its fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classify.labels import Labelled
from classify.ngrams import Floats
from domain.causes import STUDIED, Cause

NO_REPORT = "not_a_report"
STUDIED_NAMES = tuple(c.value for c in STUDIED)
CAUSE_NAMES = tuple(c.value for c in Cause)
CLASS_NAMES = (*CAUSE_NAMES, NO_REPORT)


@dataclass(frozen=True, kw_only=True, slots=True)
class Predicted:
    """One post, what people say of it, and what a model that never saw its place says."""

    row: Labelled
    report: float
    causes: dict[str, float]
    likely: str  # a cause, or "not_a_report"
    decision: str
    abstained_because: str | None

    @property
    def confidence(self) -> float:
        """The probability of the forced choice."""
        return 1 - self.report if self.likely == NO_REPORT else self.causes[self.likely]

    @property
    def thread(self) -> str:
        """What the bootstrap draws: threads of two places are never one."""
        return f"{self.row.place}\n{self.row.thread}"

    @property
    def half(self) -> str:
        """Whether the hexadecimal id is odd (read while cues were written) or even (never read)."""
        return "odd" if int(self.row.id, 16) % 2 else "even"


def true_class(row: Labelled) -> str:
    """The label as the forced choice would say it."""
    return (row.cause or Cause.OTHER.value) if row.report else NO_REPORT


def holds(said: str, row: Labelled) -> bool:
    """Whether what was said is one of the labels; a second cause counts as well."""
    return said in (true_class(row), row.secondary if row.report else None)


def halves(rows: Sequence[Predicted]) -> dict[str, list[Predicted]]:
    """All rows, and those whose hexadecimal id is odd or even."""
    odd = [p for p in rows if p.half == "odd"]
    even = [p for p in rows if p.half == "even"]
    return {"all": list(rows), "odd": odd, "even": even}


def cause_matrix(rows: Sequence[Predicted]) -> Floats:
    """Joint probabilities (n, causes) in the order of `CAUSE_NAMES`."""
    made: Floats = np.array([[p.causes[c] for c in CAUSE_NAMES] for p in rows], float)
    return made.reshape(len(rows), len(CAUSE_NAMES))
