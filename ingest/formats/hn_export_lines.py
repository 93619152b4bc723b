"""Hacker News exported as JSON, one item a line."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import ClassVar

import msgspec

from ingest.formats import hn_export
from ingest.formats.hn_export import Told, Value
from ingest.formats.pieces import first_keys, lines
from ingest.formats.shape import UNREADABLE, File, Item, Note, Sieve

# Those of both exports; BigQuery leaves out what is null.
_KEYS = frozenset(
    (
        *("id", "deleted", "type", "by", "time", "timestamp", "text", "dead", "parent", "poll"),
        *("kids", "url", "score", "title", "parts", "descendants", "ranking"),
    )
)


class Line(msgspec.Struct):
    """An item; BigQuery writes whole numbers as text, ClickHouse truth as 0 and 1."""

    id: int | str
    type: str | None = None
    by: str | None = None
    time: int | float | str | None = None
    text: str | None = None
    parent: int | str | None = None
    title: str | None = None
    dead: bool | int | str | None = None
    deleted: bool | int | str | None = None


_ROW = msgspec.json.Decoder(Line)


class HackerNewsLines:
    """Recognised by having no key but those of the exports."""

    name: ClassVar[str] = "hackernews-ndjson"
    sieve: ClassVar[Sieve] = "words"

    def fits(self, head: bytes) -> bool:
        """By its keys."""
        keys = first_keys(head)
        return {"id", "type", "time"} <= keys <= _KEYS

    def read(self, file: File) -> Iterator[Item]:
        """One item a line."""
        return hn_export.read(file, _items)


def _items(stream: io.BufferedReader) -> Iterator[Told | Note]:
    for number, line in lines(stream):
        where = f"line {number}"
        try:
            told: dict[str, Value] = msgspec.structs.asdict(_ROW.decode(line or b""))
            yield hn_export.item(where, told)
        except UNREADABLE:
            yield Note(kind="unreadable", where=where)


FORMAT = HackerNewsLines()
