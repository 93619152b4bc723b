"""What is due to be read or asked for again, and when next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, bindparam, func, or_, select, update

from db.tables import AddressRow, PlaceRow, PostRow, ThreadRow
from db.upsert import slices


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A post that we hold, to be asked for again. `thread_title` is the redacted one."""

    place: str
    external_id: str
    url: str
    kind: str
    written_at: datetime
    thread_title: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Due(Asked):
    """One of which the time has come, with the keys of the post and its thread."""

    post: str
    thread: str


def threads(connection: Connection, source: str, now: datetime, limit: int) -> list[Due]:
    """The posts that opened the threads of `source` that are to be read again, longest due first.

    A thread whose opening post we don't hold, or no more, can't be asked for.
    """
    opener = (
        _held(source)
        .where(ThreadRow.due_at <= now, PostRow.parent.is_(None))
        .order_by(ThreadRow.due_at, ThreadRow.key)
    )
    return [Due(**row._asdict()) for row in connection.execute(opener.limit(limit))]


def posts(connection: Connection, source: str, now: datetime, limit: int) -> list[Due]:
    """Posts of `source` that are to be asked for, longest due first."""
    query = _held(source).where(AddressRow.due_at <= now)
    query = query.order_by(AddressRow.due_at, AddressRow.post)
    return [Due(**row._asdict()) for row in connection.execute(query.limit(limit))]


def _held(source: str) -> Select[str, str, str, str, str, str, datetime, str]:
    return (
        select(
            PostRow.key.label("post"),
            PostRow.thread,
            PostRow.place,
            AddressRow.external_id,
            AddressRow.url,
            PostRow.kind,
            PostRow.written_at,
            ThreadRow.title.label("thread_title"),
        )
        .join(AddressRow, AddressRow.post == PostRow.key)
        .join(ThreadRow, ThreadRow.key == PostRow.thread)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .where(PlaceRow.source == source)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """How much of a source is due to be read or asked for again, and was not yet."""

    threads: int = 0
    posts: int = 0


def waiting(connection: Connection, now: datetime) -> dict[str, Waiting]:
    """By source; one of which nothing is due is left out."""
    of_posts = (
        select(PlaceRow.source, func.count())
        .join(PostRow, PostRow.place == PlaceRow.name)
        .join(AddressRow, AddressRow.post == PostRow.key)
        .where(AddressRow.due_at <= now)
        .group_by(PlaceRow.source)
    )
    of_threads = (
        select(PlaceRow.source, func.count())
        .join(PostRow, PostRow.place == PlaceRow.name)
        .join(AddressRow, AddressRow.post == PostRow.key)
        .join(ThreadRow, ThreadRow.key == PostRow.thread)
        .where(ThreadRow.due_at <= now, PostRow.parent.is_(None))
        .group_by(PlaceRow.source)
    )
    posts = dict(connection.execute(of_posts).all())
    threads = dict(connection.execute(of_threads).all())
    return {
        source: Waiting(threads=threads.get(source, 0), posts=posts.get(source, 0))
        for source in posts.keys() | threads.keys()
    }


def newest_post(connection: Connection, thread: str) -> datetime | None:
    """When the newest post of a thread that we hold was written."""
    return connection.scalar(select(func.max(PostRow.written_at)).where(PostRow.thread == thread))


def set_thread(connection: Connection, thread: str, due_at: datetime | None) -> None:
    """When a thread is to be read again."""
    connection.execute(update(ThreadRow).where(ThreadRow.key == thread).values(due_at=due_at))


def hasten(connection: Connection, threads: Sequence[str], due_at: datetime) -> None:
    """Threads that got new posts are read again at `due_at`, unless they were due earlier."""
    later = or_(ThreadRow.due_at.is_(None), ThreadRow.due_at > due_at)
    for part in slices(threads):
        connection.execute(
            update(ThreadRow).where(ThreadRow.key.in_(part), later).values(due_at=due_at)
        )


def asked_for(connection: Connection, posts: Collection[str]) -> dict[str, datetime]:
    """Those of `posts`, by key, that are asked for at all, and when they were written."""
    found: dict[str, datetime] = {}
    for part in slices(sorted(posts)):
        rows = connection.execute(
            select(PostRow.key, PostRow.written_at)
            .join(AddressRow, AddressRow.post == PostRow.key)
            .where(PostRow.key.in_(part), AddressRow.due_at.is_not(None))
        )
        found.update((key, written_at) for key, written_at in rows)
    return found


def set_posts(connection: Connection, due: Mapping[str, datetime | None]) -> None:
    """When posts, by key, are to be asked for."""
    if due:
        connection.execute(
            update(AddressRow)
            .where(AddressRow.post == bindparam("key"))
            .values(due_at=bindparam("next"))
            .execution_options(synchronize_session=False),
            [{"key": post, "next": moment} for post, moment in due.items()],
        )


def missing(connection: Connection, thread: str, there: Collection[str], now: datetime) -> int:
    """Makes posts of a thread that a visit didn't show due at once; gives how many there are.

    `there` holds the keys that it showed. Only posts that are asked for at all are concerned.
    """
    held = connection.scalars(
        select(PostRow.key)
        .join(AddressRow, AddressRow.post == PostRow.key)
        .where(PostRow.thread == thread, AddressRow.due_at.is_not(None))
    )
    shown = set(there)
    lost = [key for key in held if key not in shown]
    set_posts(connection, dict.fromkeys(lost, now))
    return len(lost)
