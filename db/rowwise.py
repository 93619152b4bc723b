"""Which rows of an exported file are not as the database has them now.

Of each row only a short hash a column is held, so that a file of a million rows can be compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from db.exported import Manifest, records_of

Key = tuple[str, ...]
_WIDTH = 4  # bytes of a column's hash


@dataclass(frozen=True, kw_only=True, slots=True)
class Differing:
    """Keys of rows that differ; `columns`: in how many of the changed rows each differs."""

    came: tuple[Key, ...]
    went: tuple[Key, ...]
    changed: tuple[Key, ...]
    columns: dict[str, int]

    def __bool__(self) -> bool:
        return bool(self.came or self.went or self.changed)


def fingerprint(cells: Sequence[str]) -> bytes:
    """A hash of each cell, one after another."""
    return b"".join(crc32(one.encode()).to_bytes(_WIDTH) for one in cells)


def differing(
    manifest: Manifest,
    table: Path,
    key: Sequence[str],
    columns: Sequence[str],
    now: dict[Key, bytes],
) -> Differing:
    """Holds the rows of `table` against those of `now`: the fingerprint of `columns` by key.

    Raises `InputError` where the table can't be read or lacks a column.
    """
    went, changed, there = [], [], set[Key]()
    counted: Counter[str] = Counter()
    for _number, _line, record in records_of(manifest, table, (*key, *columns)):
        named = tuple(record[name] or "" for name in key)
        there.add(named)
        if (found := now.get(named)) is None:
            went.append(named)
            continue
        then = fingerprint([record[name] or "" for name in columns])
        if then != found:
            changed.append(named)
            counted.update(_unlike(then, found, columns))
    return Differing(
        came=tuple(one for one in now if one not in there),
        went=tuple(went),
        changed=tuple(changed),
        columns=dict(counted.most_common()),
    )


def _unlike(then: bytes, now: bytes, columns: Sequence[str]) -> list[str]:
    return [
        name
        for at, name in enumerate(columns)
        if then[at * _WIDTH : (at + 1) * _WIDTH] != now[at * _WIDTH : (at + 1) * _WIDTH]
    ]
