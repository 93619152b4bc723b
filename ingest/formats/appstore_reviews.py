"""Reviews of an app on the App Store, one a row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar

from ingest.formats.apps import APP_STORE, named_most, review
from ingest.formats.pieces import header, rows
from ingest.formats.shape import File, Item, Note, Sieve, row

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
        make = partial(review, file, "appstore", app)
        for line, cells in rows(file.stream, COLUMNS):
            where = f"line {line}"
            if cells is None:
                yield Note(kind="unreadable", where=where)
                continue
            number, at, title, text = cells
            yield row(where, make, "appstore", app.id, number=number, title=title, text=text, at=at)


FORMAT = AppStoreReviews()
