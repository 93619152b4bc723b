"""Reviews of an app on Google Play, one a row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar

from ingest.formats.apps import PLAY, named_most, review
from ingest.formats.pieces import header, rows
from ingest.formats.shape import File, Item, Note, Sieve, row

COLUMNS = ("review_id", "at", "content")


class PlayReviews:
    """Times are taken as UTC: the table names no zone."""

    name: ClassVar[str] = "play-reviews-csv"
    sieve: ClassVar[Sieve] = ""

    def fits(self, head: bytes) -> bool:
        """By its columns."""
        return {*COLUMNS, "score"} <= set(header(head))

    def read(self, file: File) -> Iterator[Item]:
        """One post a row."""
        app = named_most(file.head, PLAY)
        make = partial(review, file, "play", app)
        for line, cells in rows(file.stream, COLUMNS):
            where = f"line {line}"
            if cells is None:
                yield Note(kind="unreadable", where=where)
                continue
            number, at, content = cells
            yield row(where, make, "play", app.id, number=number, title="", text=content, at=at)


FORMAT = PlayReviews()
