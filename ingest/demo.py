"""The demonstration: threads that we wrote ourselves, kept in a database file of their own.

They pass through the same keys, redaction and rows as real posts, and their places have the frames
of the live sources that they stand for, so that every page of the dashboard has something to show.
The database that holds them says on every page and in every export what they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from importlib.resources import files
from time import monotonic

import msgspec

from db import closings, runs
from db.engine import read, write
from db.handles import Engine
from db.posts import Saved, buried, held, save_places, save_posts, save_threads
from domain.closing import Closer, Closing, Ending
from domain.errors import InputError
from domain.keyed import Keyed
from domain.nouns import Frame, Place, RunReport, SourceReport, Terms
from ingest.prepare import keys, prepare
from ingest.products import products_of
from ingest.redact import note_rules
from ingest.source import RawPost
from ingest.sources import terms_of


class WrittenPost(msgspec.Struct, kw_only=True):
    """A post; `parent` is the id of the post that it answers."""

    id: str
    parent: str | None
    author: str
    kind: str
    written_at: datetime
    text: str


class WrittenClosing(msgspec.Struct, kw_only=True):
    """How a thread stands; `original` is the id of the post that opened what it duplicates."""

    ending: Ending
    closer: Closer
    original: str | None = None


class WrittenThread(msgspec.Struct, kw_only=True):
    """A thread; its first post opens it and bears its title."""

    id: str
    place: str
    title: str
    opened_at: datetime
    posts: list[WrittenPost]
    closing: WrittenClosing | None = None


_THREAD = msgspec.json.Decoder(WrittenThread)


def load_demo(engine: Engine, keyed: Keyed, now: datetime) -> RunReport:
    """Saves the demonstration threads; those that are there already change nothing.

    Call under the run lock; the run leaves its line in the database.
    """
    return runs.record(engine, "ingest", now, partial(_load, engine, keyed, now))


def _load(engine: Engine, keyed: Keyed, now: datetime) -> RunReport:
    began = monotonic()
    note_rules(engine)
    posts = [post for thread in threads() for post in _posts(thread)]
    looked_up = keys(posts, keyed)
    with read(engine) as connection:
        known, graves = held(connection, looked_up), buried(connection, looked_up)
    ready = prepare(posts, known, graves, keyed)
    with write(engine) as connection:
        save_places(connection, _places(posts))
        save_threads(connection, ready.threads, now)
        closings.save(connection, ready.standings)
        saved = save_posts(connection, ready.posts, now, keyed) + Saved(unchanged=ready.unchanged)
    seconds = monotonic() - began
    return RunReport(
        stage="ingest",
        started_at=now,
        finished_at=now + timedelta(seconds=seconds),
        outcome="done",
        counts={"read": len(posts), "new": saved.new, "unchanged": saved.unchanged},
        sources=(
            SourceReport(
                source="demonstration",
                outcome="done",
                posts_read=len(posts),
                posts_new=saved.new,
                posts_changed=saved.changed,
                posts_unchanged=saved.unchanged,
                seconds=round(seconds, 3),
            ),
        ),
    )


def threads() -> Iterator[WrittenThread]:
    """The threads as they were written. Raises `InputError` where the package is damaged."""
    lines = files("ingest").joinpath("data/demo/threads.jsonl").read_bytes().splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            yield _THREAD.decode(line)
        except msgspec.DecodeError as error:
            raise InputError(
                f"Line {number} of the demonstration is damaged: {error}.", "Install whylost anew."
            ) from error


def _posts(thread: WrittenThread) -> Iterator[RawPost]:
    place = thread.place.lower()
    products = products_of((), f"{thread.title}\n{place.partition(':')[2]}", "")
    depths: dict[str, int] = {}
    for post in thread.posts:
        depths[post.id] = depths[post.parent] + 1 if post.parent else 0
        yield RawPost(
            place=place,
            thread=f"demo:{thread.posts[0].id}",
            thread_title=thread.title,
            thread_opened_at=thread.opened_at,
            external_id=f"demo:{post.id}",
            parent=f"demo:{post.parent}" if post.parent else None,
            kind=post.kind,
            author=post.author,
            title="" if post.parent else thread.title,
            text=post.text,
            written_at=post.written_at,
            depth=depths[post.id],
            products=products,
            closing=None if post.parent else _closing(thread),
            original=None if post.parent else _original(thread),
        )


def _closing(thread: WrittenThread) -> Closing | None:
    """As of the last post: nothing else dates what was never closed anywhere."""
    if thread.closing is None:
        return None
    at = max(post.written_at for post in thread.posts)
    ended = thread.closing.ending is not Ending.OPEN
    return Closing(
        ending=thread.closing.ending,
        closer=thread.closing.closer,
        told_at=at,
        closed_at=at if ended else None,
    )


def _original(thread: WrittenThread) -> str | None:
    named = thread.closing.original if thread.closing else None
    return f"demo:{named}" if named else None


def _places(posts: list[RawPost]) -> list[Place]:
    frames = {"github": Frame.ALL_POSTS}
    names = {p.place: p.place.partition(":")[0] for p in posts}
    return [
        Place(
            name=name,
            source=source,
            frame=frames.get(source, Frame.PRODUCT_QUERY),
            terms=terms_of(source) or Terms(),
        )
        for name, source in names.items()
    ]
