"""Quotes of deleted posts in what is read after the deletion: never written at all."""

from __future__ import annotations

from dataclasses import replace

from db import passages
from db.handles import Connection
from domain.keyed import Keyed
from domain.nouns import Post
from domain.quotes import Author, Remembered, blanked, repeated, repeats_title
from ingest.prepare import Prepared


def without_quotes(connection: Connection, ready: Prepared, keyed: Keyed) -> Prepared:
    """`ready` with a filler in place of what its posts quote of posts deleted in their threads.

    One question a page, to an index: threads without deletions, nearly all, cost no more.
    """
    taken = passages.of_threads(connection, {p.thread for p in ready.posts})
    if not taken:
        return ready

    def clean(post: Post) -> Post:
        if post.thread not in taken:
            return post
        by = Author(name=post.author, at=post.edited_at or post.written_at)
        known = Remembered(taken[post.thread], keyed, by)
        return replace(
            post,
            title="" if repeats_title(post.title, known) else post.title,
            text=blanked(post.text, repeated(post.text, known)),
        )

    return replace(ready, posts=tuple(map(clean, ready.posts)))
