"""Deletions: a post's words go from everywhere, its hash, labels and counts stay.

In one transaction: title and text of all its versions, its address, facts that are its words, the
thread's title where it opened the thread, and what other posts of the thread quote of it. Quotes
that are read later are known by their hashes (`db.passages`); posts of other threads are looked
through at the end of the run (`db.elsewhere`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from db import erase, marks, quotes
from db.changes import log
from db.reviews import forget_notes
from db.tables import AddressRow, PostRow, PostText, ThreadRow, Tombstone
from db.triage import forget_reasons
from db.upsert import slices, upsert
from domain.keyed import Keyed
from domain.nouns import PostState

DELETED = "deleted"  # why a text or a title was purged
AT_ITS_SOURCE = "deleted at its source"


def withdraw(connection: Connection, keys: Sequence[str], now: datetime, keyed: Keyed) -> int:
    """Purges those of `keys` that we hold and that were not deleted yet; gives how many."""
    live: list[str] = []
    for part in slices(keys):
        held = PostRow.key.in_(part), PostRow.state != PostState.DELETED.value
        live += connection.scalars(select(PostRow.key).where(*held))
    purge(connection, live, AT_ITS_SOURCE, now, keyed)
    return len(live)


def purge(
    connection: Connection, keys: Sequence[str], reason: str, now: datetime, keyed: Keyed
) -> None:
    """Takes the words and addresses of posts away; their hashes, labels and counts stay."""
    for thread, gone in _by_thread(connection, keys).items():
        take_own_title(connection, thread, gone, now)
        quotes.take(connection, thread, gone, now, keyed)
    for part in slices(keys):
        _empty(connection, part, now)
    for key in keys:
        quotes.take_facts(connection, key)
        log(connection, "post", key, "deleted", after={"reason": reason}, now=now)
    if keys:
        upsert(connection, Tombstone, [{"post": key, "reason": reason, "at": now} for key in keys])
        erase.note(connection)


def take_titles(connection: Connection, threads: Collection[str], now: datetime) -> None:
    """Takes the titles of threads whose opening post was deleted; they don't come back."""
    for part in slices(sorted(threads)):
        shown = ThreadRow.key.in_(part), ThreadRow.purged_because.is_(None)
        for thread in connection.scalars(select(ThreadRow.key).where(*shown)).all():
            connection.execute(
                update(ThreadRow)
                .where(ThreadRow.key == thread)
                .values(title="", purged_because=DELETED)
            )
            log(connection, "thread", thread, "title_deleted", now=now)
            erase.note(connection)


def _by_thread(connection: Connection, keys: Sequence[str]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for part in slices(keys):
        query = select(PostRow.thread, PostRow.key).where(PostRow.key.in_(part))
        for thread, key in connection.execute(query):
            found[thread].add(key)
    return found


def take_own_title(
    connection: Connection, thread: str, gone: Collection[str], now: datetime
) -> None:
    """Takes the thread's title where one of `gone` opened the thread, or has it for its own."""
    opener = connection.scalar(
        select(PostRow.key)
        .where(PostRow.thread == thread, PostRow.parent.is_(None), PostRow.depth == 0)
        .order_by(PostRow.written_at, PostRow.key)
        .limit(1)
    )
    own = (
        select(PostText.post)
        .join(ThreadRow, ThreadRow.title == PostText.title)
        .where(ThreadRow.key == thread, ThreadRow.title != "", PostText.post.in_(gone))
    )
    if opener in gone or connection.scalar(own.limit(1)) is not None:
        take_titles(connection, [thread], now)


def _empty(connection: Connection, keys: Sequence[str], now: datetime) -> None:
    """Texts that went earlier for another reason keep that reason."""
    connection.execute(
        update(PostText)
        .where(PostText.post.in_(keys), PostText.purged_at.is_(None))
        .values(title=None, text=None, purged_at=now, purged_because=DELETED)
    )
    connection.execute(delete(AddressRow).where(AddressRow.post.in_(keys)))
    marks.forget(connection, keys)
    forget_notes(connection, keys)
    forget_reasons(connection, keys)
    connection.execute(
        update(PostRow).where(PostRow.key.in_(keys)).values(state=PostState.DELETED.value)
    )
