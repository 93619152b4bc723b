"""Comments of a month on Reddit (`RC_YYYY-MM.zst`), as Pushshift and Arctic Shift publish them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar

import msgspec

from ingest.formats.pieces import first_keys
from ingest.formats.reddit import Edited, lone_comment, unescaped
from ingest.formats.reddit_dump import Told, known_deleted, read_rows
from ingest.formats.shape import File, Item, Row, Sieve, row


class Comment(Told):
    """A comment; `link_id` and `parent_id` are full names, `permalink` is missing in old months."""

    id: str
    link_id: str
    parent_id: str
    body: str | None
    created_utc: float | str
    author: str | None = None
    edited: Edited = None
    permalink: str | None = None


_ROW = msgspec.json.Decoder(Comment)


class RedditComments:
    """A row names its parent only: how deep it stands follows from the parents that are held."""

    name: ClassVar[str] = "reddit-comments"
    sieve: ClassVar[Sieve] = "communities"

    def fits(self, head: bytes) -> bool:
        """By its keys."""
        return {"link_id", "parent_id", "body", "created_utc"} <= first_keys(head)

    def read(self, file: File) -> Iterator[Item]:
        """One comment a line."""
        return read_rows(file, _ROW, _post)


def _post(file: File, where: str, told: Comment, subreddit: str) -> Row:
    return row(
        where,
        partial(lone_comment, file),
        id36=told.id,
        link=told.link_id,
        parent=told.parent_id,
        subreddit=subreddit,
        text=unescaped(told.body or ""),
        author=told.author,
        created=told.created_utc,
        edited=told.edited,
        permalink=told.permalink or "",
        deleted=told.body is None or known_deleted(told.meta),
    )


FORMAT = RedditComments()
