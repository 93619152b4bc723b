"""Reviews of an app on the App Store, one a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ingest.formats.apps import APP_STORE, named_most, review
from ingest.formats.pieces import header, rows
from ingest.formats.shape import File, Item, Note, Sieve, moment

COLUMNS = ("review_id", "date", "title", "content")


class AppStoreReviews:
    """Times are taken as UTC: the table names no zone."""

    name: ClassVar[str] = "appstore-reviews-csv"
    sieve: ClassVar[Sieve] = ""

    def fits(self, head: bytes) -> bool:
        """By its columns."""
        return {*COLUMNS, "rating"} <= set(header(head))

    def read(self, file: File) -> Iterator[Item]:
        """One post a row."""
        app = named_most(file.head, APP_STORE)
        for line, row in rows(file.stream, COLUMNS):
            try:
                number, at, title, text = row or ("", "", "", "")
                written = moment(at)
                yield review(
                    file, "appstore", app, number=number, title=title, text=text, written=written
                )
            except ValueError:
                yield Note(kind="unreadable", where=f"line {line}")


FORMAT = AppStoreReviews()
