"""Hashes of what was deleted, by thread: how a quote that is read later is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import Connection, delete, select

from db.tables import Passage, PostRow
from db.upsert import slices, upsert
from domain.quotes import Author


def keep(connection: Connection, thread: str, hashes: Mapping[str, Iterable[str]]) -> None:
    """Remembers passages; `hashes`: the key of the deleted post to those of its passages."""
    rows = [
        {"thread": thread, "hash": name, "post": post, "sought": False}
        for post, names in hashes.items()
        for name in sorted(names)
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
