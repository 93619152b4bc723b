"""Reddit's own JSON: a line a thread, `[Listing of the post, Listing of nested comments]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import ClassVar, Literal

import msgspec

from ingest.formats.pieces import lines
from ingest.formats.reddit import Edited, answer, opening, unescaped
from ingest.formats.shape import UNREADABLE, File, Item, Note, Row, Sieve, row

_BEGINNING = re.compile(rb'\s*\[\s*\{\s*"(?:kind"\s*:\s*"Listing"|data"\s*:\s*\{)')


class Children(msgspec.Struct):
    """What a listing holds; each child is decoded by itself: a strange one costs only itself."""

    children: list[msgspec.Raw]


class Listing(msgspec.Struct):
    """A page of things."""

    data: Children


class Link(msgspec.Struct):
    """A post (t3)."""

    id: str
    subreddit: str
    title: str
    created_utc: float | str
    selftext: str = ""
    author: str | None = None
    edited: Edited = None
    permalink: str = ""


class Comment(msgspec.Struct):
    """A comment (t1); `replies` is "" where there are none."""

    id: str
    parent_id: str
    body: str
    created_utc: float | str
    author: str | None = None
    edited: Edited = None
    replies: Listing | Literal[""] | None = None


class More(msgspec.Struct):
    """A stub: so many comments are not here; 0 means "go on in another page"."""

    count: int = 0


class LinkThing(msgspec.Struct, tag_field="kind", tag="t3"):
    """A post, in the wrapping of every thing."""

    data: Link


class CommentThing(msgspec.Struct, tag_field="kind", tag="t1"):
    """The same of a comment."""

    data: Comment


class MoreThing(msgspec.Struct, tag_field="kind", tag="more"):
    """The same of a stub."""

    data: More


_THREAD = msgspec.json.Decoder(list[Listing])
_LINK = msgspec.json.Decoder(LinkThing)
_CHILD = msgspec.json.Decoder(CommentThing | MoreThing)


class RedditListings:
    """Parents come before their answers, in the order in which Reddit shows them."""

    name: ClassVar[str] = "reddit-listings"
    sieve: ClassVar[Sieve] = "communities"

    def fits(self, head: bytes) -> bool:
        """By its beginning."""
        return _BEGINNING.match(head) is not None

    def read(self, file: File) -> Iterator[Item]:
        """The posts of a thread a line."""
        for number, line in lines(file.stream):
            where = f"line {number}"
            try:
                listings = _THREAD.decode(line or b"")
                post = _LINK.decode(listings[0].data.children[0]).data
                opener = _opener(where, file, post)
            except (*UNREADABLE, IndexError):
                yield Note(kind="unreadable", where=where)
                continue
            if file.only and post.subreddit.lower() not in file.only.communities:
                yield Note(kind="passed", where=where)
                continue
            yield opener
            for listing in listings[1:]:
                yield from _comments(opener, post, listing, where)


def _opener(where: str, file: File, post: Link) -> Row:
    return opening(
        where,
        file,
        id36=post.id,
        subreddit=post.subreddit,
        title=unescaped(post.title),
        text=unescaped(post.selftext),
        author=post.author,
        created=post.created_utc,
        edited=post.edited,
        permalink=post.permalink,
    )


def _comments(opener: Row, post: Link, listing: Listing, where: str) -> Iterator[Item]:
    """Depth first, without recursion: a thread may be nested as deep as its file likes."""
    about = f"{post.id} {post.subreddit} {post.title}"
    waiting = [(child, 1) for child in reversed(listing.data.children)]
    while waiting:
        child, depth = waiting.pop()
        try:
            told = _CHILD.decode(child).data
            if isinstance(told, More):
                yield Note(kind="missing", where=where, count=max(told.count, 1))
                continue
            yield row(
                where,
                partial(answer, opener.post),
                about,
                id36=told.id,
                parent=told.parent_id,
                depth=depth,
                text=unescaped(told.body),
                author=told.author,
                created=told.created_utc,
                edited=told.edited,
            )
        except UNREADABLE:
            yield Note(kind="unreadable", where=where)
            continue
        if isinstance(told.replies, Listing):
            waiting += [(c, depth + 1) for c in reversed(told.replies.data.children)]


FORMAT = RedditListings()
