"""Reviews of an app on Google Play, one a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ingest.formats.apps import PLAY, named_most, review
from ingest.formats.pieces import header, rows
from ingest.formats.shape import File, Item, Note, Sieve, moment

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
        for line, row in rows(file.stream, COLUMNS):
            try:
                number, at, content = row or ("", "", "")
                written = moment(at)
                yield review(
                    file, "play", app, number=number, title="", text=content, written=written
                )
            except ValueError:
                yield Note(kind="unreadable", where=f"line {line}")


FORMAT = PlayReviews()
