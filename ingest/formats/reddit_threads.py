"""A collector's own shape of Reddit threads: a line a thread, its comments in one flat list."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar

import msgspec

from ingest.formats.pieces import lines
from ingest.formats.reddit import answer, opening
from ingest.formats.shape import UNREADABLE, File, Item, Note, Row, Sieve, row


class Comment(msgspec.Struct, rename="camel"):
    """A comment; `parent_id` is another comment's id, or null for an answer to the post."""

    id: str
    text: str
    created: float
    depth: int = 0
    parent_id: str | None = None
    author: str | None = None


class Thread(msgspec.Struct, rename="camel"):
    """A post with its comments, each decoded by itself."""

    post_id: str
    subreddit: str
    title: str
    created: float
    comments: list[msgspec.Raw]
    selftext: str | None = None
    author: str | None = None
    permalink: str = ""


_THREAD = msgspec.json.Decoder(Thread)
_COMMENT = msgspec.json.Decoder(Comment)


class RedditThreads:
    """Parents that the collector didn't fetch stay named: the answer is an orphan."""

    name: ClassVar[str] = "reddit-threads"
    sieve: ClassVar[Sieve] = "communities"

    def fits(self, head: bytes) -> bool:
        """By its keys."""
        keys = (b'"postId"', b'"subreddit"', b'"selftext"')
        return head.lstrip().startswith(b"{") and all(key in head for key in keys)

    def read(self, file: File) -> Iterator[Item]:
        """The posts of a thread a line."""
        for number, line in lines(file.stream):
            where = f"line {number}"
            try:
                told = _THREAD.decode(line or b"")
                opener = opening(
                    where,
                    file,
                    id36=told.post_id,
                    subreddit=told.subreddit,
                    title=told.title,
                    text=told.selftext or "",
                    author=told.author,
                    created=told.created,
                    permalink=f"/r/{told.subreddit}/comments/{told.post_id}/",
                )
            except UNREADABLE:
                yield Note(kind="unreadable", where=where)
                continue
            if file.only and told.subreddit.lower() not in file.only.communities:
                yield Note(kind="passed", where=where)
                continue
            yield opener
            yield from _comments(opener, told, where)


def _comments(opener: Row, thread: Thread, where: str) -> Iterator[Item]:
    about = f"{thread.post_id} {thread.subreddit} {thread.title}"
    for raw in thread.comments:
        try:
            told = _COMMENT.decode(raw)
            parent = f"t1_{told.parent_id}" if told.parent_id else f"t3_{thread.post_id}"
            yield row(
                where,
                partial(answer, opener.post),
                about,
                id36=told.id,
                parent=parent,
                depth=max(told.depth, 0) + 1,
                text=told.text,
                author=told.author,
                created=told.created,
            )
        except UNREADABLE:
            yield Note(kind="unreadable", where=where)


FORMAT = RedditThreads()
