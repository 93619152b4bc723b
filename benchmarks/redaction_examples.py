"""Our own labelled examples (`tests/ingest/redaction`), read and scored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.redaction_score import Mark, Score

EXAMPLES = Path(__file__).parents[1] / "tests" / "ingest" / "redaction"


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """A text, with the parts that were written between « and »."""

    kind: str
    text: str
    marks: tuple[Mark, ...]


def examples(path: Path) -> Iterator[Example]:
    """The examples of a file, a line each: `kind | text`."""
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, written = line.replace("⏎", "\n").split(" | ", 1)
        text, marks = "", []
        for number, part in enumerate(re.split("[«»]", written)):
            if number % 2:
                marks.append(Mark(start=len(text), end=len(text) + len(part), kind=kind))
            text += part
        yield Example(kind=kind, text=text, marks=tuple(marks))


def scored() -> dict[str, object]:
    """Recall over the marked parts; precision over all that is taken in both files."""
    score = Score()
    for example in examples(EXAMPLES / "spans.txt"):
        score.add(example.text, list(example.marks), [])
    for example in examples(EXAMPLES / "near_misses.txt"):
        score.add(example.text, [], list(example.marks))
    return score.figures()
