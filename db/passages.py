"""Hashes of what was deleted, by thread: how a quote that is read later is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, delete, select

from db.tables import Passage, PostRow
from db.upsert import slices, upsert
from domain.quotes import Author


def keep(connection: Connection, thread: str, hashes: Mapping[str, Iterable[str]]) -> None:
    """Remembers passages; `hashes`: the key of the deleted post to those of its passages."""
    for post, names in hashes.items():
        _save(connection, thread, post, names, sought=False)


def lay_by(connection: Connection, post: str, hashes: Iterable[str]) -> None:
    """Remembers passages of a text that went while its post stays: for the case that it goes, too.

    They wait under the post's own key, which is no thread's, so that they mean nothing yet.
    """
    _save(connection, post, post, hashes, sought=True)


def wake(connection: Connection, thread: str, posts: Collection[str]) -> bool:
    """Takes what was laid by for `posts`, now deleted, into their thread; whether it was any."""
    found = False
    for part in slices(sorted(posts)):
        query = select(Passage.thread, Passage.hash).where(Passage.thread.in_(part))
        laid_by: dict[str, list[str]] = {}
        for post, name in connection.execute(query):
            laid_by.setdefault(post, []).append(name)
        keep(connection, thread, laid_by)
        connection.execute(delete(Passage).where(Passage.thread.in_(part)))
        found = found or bool(laid_by)
    return found


def _save(
    connection: Connection, thread: str, post: str, hashes: Iterable[str], *, sought: bool
) -> None:
    rows = [
        {"thread": thread, "hash": name, "post": post, "sought": sought} for name in sorted(hashes)
    ]
    for part in slices(rows):
        upsert(connection, Passage, part)


def of_threads(
    connection: Connection, threads: Collection[str]
) -> dict[str, dict[str, Author | None]]:
    """Thread -> the hashes of what was deleted there, each with its author; most have none."""
    found: dict[str, dict[str, Author | None]] = {}
    for part in slices(sorted(threads)):
        rows = connection.execute(
            select(Passage.thread, Passage.hash, PostRow.author, PostRow.written_at)
            .outerjoin(PostRow, PostRow.key == Passage.post)
            .where(Passage.thread.in_(part))
        )
        for thread, name, author, written_at in rows:
            by = Author(name=author, at=written_at) if written_at else None
            found.setdefault(thread, {})[name] = by
    return found


def move(connection: Connection, thread: str, into: str) -> None:
    """Passages of a thread that turned out to be part of another one."""
    mine = Passage.thread == thread
    rows = connection.execute(select(Passage.hash, Passage.post, Passage.sought).where(mine)).all()
    upsert(connection, Passage, [{"thread": into, **row._asdict()} for row in rows])
    connection.execute(delete(Passage).where(mine))
