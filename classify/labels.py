"""Labelled posts: our own examples, and gold files whose posts stay outside the repository."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classify.text import Content
from domain.errors import InputError

EXAMPLES = Path(__file__).parent / "data" / "examples"
_FIELDS = "Needed: id source kind thread_title title text incident cause secondary stratum."
OWN = "own"  # the place of our own examples


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """A post with what people say of it."""

    id: str
    content: Content
    report: bool
    cause: str | None  # "undetermined" included; None where it is no report
    secondary: str | None
    place: str  # what cross-validation keeps apart
    thread: str  # what the bootstrap resamples
    stratum: str = ""
    abstain: str | None = None
    symptoms: tuple[str, ...] = ()


def examples() -> list[Labelled]:
    """Our own posts, in the order of file names and lines."""
    return [_own(row) for _, row in lines_of_examples()]


def lines_of_examples() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every line of our own posts with where it stands."""
    for file in sorted(EXAMPLES.glob("*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
            if line:
                where = f"{file.name}:{number}"
                yield where, _parsed(line, where)


def gold(path: Path) -> list[Labelled]:
    """A labelled file of real posts: fields as in the collection's README.

    Raises `InputError` naming the line that can't be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise InputError(
            f"{path} can't be read: {error.strerror}.", "Name a labelled file."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text.", "Name a labelled JSONL file.") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        where = f"{path}:{number}"
        parsed = _parsed(line, where)
        try:
            rows.append(_gold(parsed))
        except KeyError as error:
            raise InputError(f"{where} has no field {error}.", _FIELDS) from error
    return rows


def _parsed(line: str, where: str) -> dict[str, Any]:
    try:
        parsed = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where} is not JSON: {error}.", "Mend or drop that line.") from error
    if not isinstance(parsed, dict):
        raise InputError(f"{where} is not an object.", "Mend or drop that line.")
    return parsed


def _own(row: dict[str, Any]) -> Labelled:
    return Labelled(
        id=row["id"],
        content=_content(row, source=OWN),
        report=row["report"],
        cause=row["cause"],
        secondary=row["secondary"],
        place=OWN,
        thread=row["thread_title"] or row["id"],
        stratum=row["register"],
        abstain=row["abstain"],
        symptoms=tuple(row["symptoms"]),
    )


def _gold(row: dict[str, Any]) -> Labelled:
    return Labelled(
        id=row["id"],
        content=_content(row, source=row["source"]),
        report=row["incident"],
        cause=row["cause"],
        secondary=row["secondary"],
        place=place_of(row["source"]),
        thread=row["thread_title"] or row["id"],
        stratum=row["stratum"],
    )


def _content(row: dict[str, Any], *, source: str) -> Content:
    return Content(
        title=row["title"] or "",
        text=row["text"] or "",
        thread_title=row["thread_title"] or "",
        kind=row["kind"],
        source=source,
    )


def place_of(source: str) -> str:
    """The place of a collection's source: `play_chatgpt_2` is of the place `play`."""
    return source.split("_")[0]
