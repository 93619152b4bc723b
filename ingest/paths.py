"""The files that a command names: patterns expanded by us too, in an order that never changes."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from domain.errors import InputError

STANDARD_INPUT = "-"
_NUMBERS = re.compile(r"(\d+)")


def files(told: Sequence[str]) -> list[Path]:
    """Files in the order in which they are named, those of a pattern by name, each once.

    Numbers in names count as numbers: hour 2 comes before hour 10. Raises `InputError` for a
    pattern that nothing matches and for a folder.
    """
    return list(dict.fromkeys(path for one in told for path in _expanded(one)))


def _expanded(told: str) -> Iterator[Path]:
    path = Path(told)
    if told == STANDARD_INPUT or path.is_file() or not glob.has_magic(told):
        if path.is_dir():
            raise InputError(f"{told} is a folder.", f"Name its files: {path / '*'}")
        yield path
        return
    found = [p for p in map(Path, glob.glob(told, recursive=True)) if not p.is_dir()]  # noqa: PTH207 - a pattern may be absolute, which Path.glob refuses
    if not found:
        raise InputError(f"No file matches {told!r}.")
    yield from sorted(found, key=_natural)


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _split(str(path))]


def _split(name: str) -> list[str]:
    return [part for part in _NUMBERS.split(name) if part]
