"""Hacker News exported as a table in CSV, with its header."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import ClassVar

from ingest.formats import hn_export
from ingest.formats.hn_export import COLUMNS, Told
from ingest.formats.pieces import header, rows
from ingest.formats.shape import File, Item, Note, Sieve


class HackerNewsTable:
    """The columns of both exports, in any order, among others."""

    name: ClassVar[str] = "hackernews-csv"
    sieve: ClassVar[Sieve] = "words"

    def fits(self, head: bytes) -> bool:
        """By its columns."""
        return set(COLUMNS) <= set(header(head))

    def read(self, file: File) -> Iterator[Item]:
        """One item a row."""
        return hn_export.read(file, _items)


def _items(stream: io.BufferedReader) -> Iterator[Told | Note]:
    for line, cells in rows(stream, COLUMNS):
        where = f"line {line}"
        try:
            yield hn_export.item(where, dict(zip(COLUMNS, cells or (), strict=True)))
        except ValueError:
            yield Note(kind="unreadable", where=where)


FORMAT = HackerNewsTable()
