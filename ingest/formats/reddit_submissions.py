"""Submissions of a month on Reddit (`RS_YYYY-MM.zst`), from Pushshift and Arctic Shift."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar

import msgspec

from ingest.formats.pieces import first_keys
from ingest.formats.reddit import Edited, submission, unescaped
from ingest.formats.reddit_dump import Told, known_deleted, read_rows
from ingest.formats.shape import File, Item, Row, Sieve, row


class Submission(Told):
    """A submission; `selftext` is "" or missing for a link."""

    id: str
    title: str
    created_utc: float | str
    selftext: str | None = None
    author: str | None = None
    edited: Edited = None
    permalink: str | None = None
    removed_by_category: str | None = None


_ROW = msgspec.json.Decoder(Submission)


class RedditSubmissions:
    """The comments of these threads are in a file of their own, see `reddit_comments`."""

    name: ClassVar[str] = "reddit-submissions"
    sieve: ClassVar[Sieve] = "communities"

    def fits(self, head: bytes) -> bool:
        """By its keys."""
        keys = first_keys(head)
        return {"id", "title", "num_comments", "created_utc"} <= keys and "link_id" not in keys

    def read(self, file: File) -> Iterator[Item]:
        """One submission a line."""
        return read_rows(file, _ROW, _post)


def _post(file: File, where: str, told: Submission, subreddit: str) -> Row:
    return row(
        where,
        partial(submission, file),
        id36=told.id,
        subreddit=subreddit,
        title=unescaped(told.title),
        text=unescaped(told.selftext or ""),
        author=told.author,
        created=told.created_utc,
        edited=told.edited,
        permalink=told.permalink or "",
        deleted=known_deleted(told.meta, told.removed_by_category),
    )


FORMAT = RedditSubmissions()
