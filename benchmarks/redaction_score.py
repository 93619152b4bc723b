"""Counts of what redaction found and hit, by kind, as shares with Wilson's intervals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from scipy.stats import binomtest

from benchmarks.redaction_replaced import Replaced, gone, replaced
from ingest.privacy import redact

Share = dict[str, float | int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """A stretch of a text, half-open, and what stands there."""

    start: int
    end: int
    kind: str


@dataclass(kw_only=True, slots=True)
class Score:
    """Filled text by text. A mark is found where none of its characters is left."""

    marked: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)  # near-misses, by kind
    hit: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)  # replacements, by marker
    false: Counter[str] = field(default_factory=Counter)  # of them, those that meet no mark
    texts: int = 0
    clean: int = 0  # texts of which nothing marked is left

    def add(
        self, text: str, personal: list[Mark], keep: list[Mark]
    ) -> tuple[list[Mark], list[Mark], list[Replaced]]:
        """Redacts one text and counts; gives what was missed, what was hit, what was false."""
        made = replaced(text, redact(text))
        missed = [m for m in personal if not gone(m.start, m.end, made)]
        hit = [m for m in keep if any(r.overlaps(m.start, m.end) for r in made)]
        false = [r for r in made if not any(r.overlaps(m.start, m.end) for m in personal)]
        self.marked.update(m.kind for m in personal)
        self.found.update(m.kind for m in personal if m not in missed)
        self.kept.update(m.kind for m in keep)
        self.hit.update(m.kind for m in hit)
        self.taken.update(r.marker for r in made)
        self.false.update(r.marker for r in false)
        self.texts += 1
        self.clean += not missed
        return missed, hit, false

    def figures(self) -> dict[str, object]:
        """Shares by kind and over all."""
        true = self.taken.total() - self.false.total()
        return {
            "texts": self.texts,
            "recall": share(self.found.total(), self.marked.total()),
            "precision": share(true, self.taken.total()),
            "near_misses_kept": share(self.kept.total() - self.hit.total(), self.kept.total()),
            "texts_with_nothing_left": share(self.clean, self.texts),
            "recall_by_kind": {k: share(self.found[k], n) for k, n in sorted(self.marked.items())},
            "kept_by_kind": {k: share(n - self.hit[k], n) for k, n in sorted(self.kept.items())},
            "precision_by_marker": {
                k: share(n - self.false[k], n) for k, n in sorted(self.taken.items())
            },
        }


def share(part: int, whole: int) -> Share:
    """A part of a whole with Wilson's 95 % interval; where the whole is 0 only the counts."""
    if not whole:
        return {"part": 0, "whole": 0}
    interval = binomtest(part, whole).proportion_ci(method="wilson")
    return {
        "part": part,
        "whole": whole,
        "value": round(part / whole, 4),
        "low": round(float(interval.low), 4),
        "high": round(float(interval.high), 4),
    }
