"""Threads that were guessed: a post may name only the post that it answers, not the thread.

Then it is saved in the thread of the first ancestor that is known by name, as if that one had
opened it. Where the ancestor is held, or comes in later, it tells the thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from db import trees
from db.handles import Connection
from domain.keyed import Keyed
from domain.nouns import Post
from ingest.prepare import Prepared, post_key
from ingest.source import RawPost


def rejoined(
    connection: Connection, ready: Prepared, raws: Sequence[RawPost], keyed: Keyed
) -> Prepared:
    """`ready` with each post in the thread in which the opener of its own thread stands."""
    stubs = {stub.key for stub in ready.stubs}
    if not stubs:
        return ready
    openers = {
        thread: post_key(name, keyed)
        for name in {r.thread for r in raws if r.thread and r.thread_title is None}
        if (thread := keyed.hash("thread", name)) in stubs
    }
    real = trees.opened_elsewhere(connection, openers)
    here = {p.key: p.thread for p in ready.posts}
    for thread, opener in openers.items():
        if here.get(opener, thread) != thread:
            real[thread] = here[opener]
    if not real:
        return ready
    posts = tuple(replace(p, thread=_whole(p.thread, real)) for p in ready.posts)
    left = {p.thread for p in posts}
    return replace(ready, stubs=tuple(s for s in ready.stubs if s.key in left), posts=posts)


def merged(posts: Sequence[Post], keyed: Keyed) -> dict[str, str]:
    """The threads that answers among `posts` would have opened, and those in which they stand."""
    found = {keyed.hash("thread", p.address.external_id): p.thread for p in posts if p.address}
    return {guess: thread for guess, thread in found.items() if guess != thread}


def _whole(thread: str, real: dict[str, str]) -> str:
    """Follows `real` to its end; a circle has one of its threads for all."""
    seen = {thread}
    while (part_of := real.get(thread)) is not None:
        if part_of in seen:
            return min(seen)
        thread = part_of
        seen.add(thread)
    return thread
