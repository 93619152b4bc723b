"""Posts of a stream without labels, from which the shares of classes at a source are estimated."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from classify.fit import Prepared, prepare
from classify.labels import Labelled, place_of
from classify.predict import parse
from classify.train import redacted
from domain.errors import InputError

MOST = 2_000  # posts of one source that are read; the report says how many were
_FIX = "Give JSON lines as `whylost classify predict` reads them, each with its source."


def read_unlabelled(path: Path, redact: Callable[[str], str]) -> dict[str, Prepared]:
    """Source -> its posts, redacted; the first `MOST` of each. Their labels mean nothing.

    Raises `InputError` naming the line that can't be read.
    """
    found: dict[str, list[Labelled]] = {}
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                row = _row(line, f"{path}:{number}")
                mine = found.setdefault(row.content.source, [])
                if len(mine) < MOST:
                    mine.append(redacted(row, redact))
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", _FIX) from error
    return {source: prepare(rows) for source, rows in sorted(found.items())}


def _row(line: bytes, where: str) -> Labelled:
    read = parse(line)
    if isinstance(read, str):
        raise InputError(f"{where}: {read}.", _FIX)
    name, content = read
    if not content.source:
        raise InputError(f"{where} names no source.", _FIX)
    return Labelled(
        id=str(name),
        content=content,
        report=False,
        cause=None,
        secondary=None,
        place=place_of(content.source),
        thread=content.thread_title or str(name),
    )
