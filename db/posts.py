"""Saving what was collected: places, threads, posts and their versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from db.among import among
from db.changes import log_each
from db.grouping import due
from db.tables import (
    AddressRow,
    PlaceRow,
    PostProduct,
    PostRow,
    PostText,
    Table,
    ThreadRow,
    Tombstone,
)
from db.upsert import upsert
from db.withdraw import AT_ITS_SOURCE, DELETED, purge, take_own_title
from domain.keyed import Keyed
from domain.nouns import Place, Post, PostState, Thread

PLACE = [column.name for column in PlaceRow.__table__.columns]


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What we hold of a post: enough to tell whether a copy of it is news."""

    raw_hash: str
    version: int
    state: PostState
    thread: str  # the thread's key
    depth: int
    edited_at: datetime | None = None  # of the current version, where its source tells


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """What a save did, in posts."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0

    def __add__(self, other: Saved) -> Saved:
        return Saved(
            new=self.new + other.new,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
            deleted=self.deleted + other.deleted,
        )


def held(connection: Connection, keys: Sequence[str]) -> dict[str, Held]:
    """Those of `keys` that we hold."""
    query = (
        select(
            PostRow.key,
            PostText.raw_hash,
            PostRow.version,
            PostRow.state,
            PostRow.thread,
            PostRow.depth,
            PostText.edited_at,
        )
        .join(PostText, (PostText.post == PostRow.key) & (PostText.version == PostRow.version))
        .where(among(connection, PostRow.key, keys))
    )
    rows = connection.execute(query).all()
    return {
        key: Held(
            raw_hash=raw_hash,
            version=version,
            state=PostState(state),
            thread=thread,
            depth=depth,
            edited_at=edited_at,
        )
        for key, raw_hash, version, state, thread, depth, edited_at in rows
    }


def buried(connection: Connection, keys: Sequence[str]) -> set[str]:
    """Those of `keys` that were deleted or forgotten and may not come back."""
    query = select(Tombstone.post).where(among(connection, Tombstone.post, keys))
    return set(connection.scalars(query))


def save_places(connection: Connection, places: Sequence[Place]) -> None:
    """Makes or updates places by name."""
    rows = [
        {
            "name": p.name,
            "source": p.source,
            "frame": p.frame.value,
            "query": p.query,
            "store_text": p.terms.store_text,
            "export_text": p.terms.export_text,
            "train": p.terms.train,
            "keep_days": p.terms.keep_days,
            "attribution": p.terms.attribution,
        }
        for p in places
    ]
    upsert(connection, PlaceRow, rows, update=[name for name in PLACE if name != "name"])


def save_threads(
    connection: Connection, threads: Sequence[Thread], now: datetime, *, only_new: bool = False
) -> None:
    """Makes threads, or updates title and opening; the first place that had a thread keeps it.

    `only_new` leaves threads that are held as they are: for a title or an opening that is a guess.
    A title that was purged doesn't come back with an answer that still carries it.
    """
    rows = {
        t.key: {
            "key": t.key,
            "place": t.place,
            "title": t.title,
            "opened_at": t.opened_at,
            "first_seen_at": now,
            "due_at": t.due_at,
        }
        for t in threads
    }
    refreshed = () if only_new else ("title", "opened_at")
    shown = ThreadRow.purged_because.is_(None)
    upsert(connection, ThreadRow, list(rows.values()), update=refreshed, where=shown)


def save_posts(connection: Connection, posts: Sequence[Post], now: datetime, keyed: Keyed) -> Saved:
    """Keeps new posts, adds a version where the text changed, purges what was deleted.

    The same posts again change nothing. Of two copies in `posts` the later one counts. Threads and
    places must be saved before; a buried post is left out.
    """
    latest = {p.key: p for p in posts}
    known = held(connection, list(latest))
    graves = buried(connection, list(latest))
    new = [p for k, p in latest.items() if k not in known and k not in graves]
    gone, changed, same = [], [], 0
    for key, before in known.items():
        post = latest[key]
        if before.state is PostState.DELETED or post.raw_hash == before.raw_hash:
            same += 1
        elif post.state is PostState.DELETED:
            gone.append(key)
        else:
            changed.append((post, before.version + 1))
    _insert(connection, new, now)
    _add_versions(connection, changed, now)
    purge(connection, gone, AT_ITS_SOURCE, now, keyed)
    return Saved(new=len(new), changed=len(changed), unchanged=same, deleted=len(gone))


def _insert(connection: Connection, posts: Sequence[Post], now: datetime) -> None:
    upsert(connection, PostRow, [_post_row(p, now) for p in posts])
    upsert(connection, PostText, [_text_row(p, 1, now) for p in posts])
    upsert(
        connection,
        PostProduct,
        [{"post": p.key, "product": product} for p in posts for product in p.products],
    )
    _keep_addresses(connection, posts)
    buried = [p for p in posts if p.state is PostState.DELETED]
    upsert(
        connection,
        Tombstone,
        [{"post": p.key, "reason": "deleted before it was read", "at": now} for p in buried],
    )
    due(connection, [p.key for p in buried])  # what waited for them may answer what they answer
    for post in buried:
        if post.parent is None:
            take_own_title(connection, post.thread, {post.key}, now)


def _keep_addresses(connection: Connection, posts: Sequence[Post]) -> None:
    """Keeps addresses that aren't held: those of new posts, and those that went with a text."""
    rows = [
        {
            "post": p.key,
            "external_id": p.address.external_id,
            "url": p.address.url,
            "due_at": p.address.due_at,
        }
        for p in posts
        if p.address and p.state is not PostState.DELETED
    ]
    upsert(connection, AddressRow, rows)


def _add_versions(
    connection: Connection, changed: Sequence[tuple[Post, int]], now: datetime
) -> None:
    if not changed:
        return
    connection.execute(insert(PostText), [_text_row(p, version, now) for p, version in changed])
    row = Table.metadata.tables[PostRow.__tablename__]
    connection.execute(
        update(row)
        .where(row.c.key == bindparam("of"))
        .values(version=bindparam("to"), state=PostState.EDITED.value),
        [{"of": p.key, "to": version} for p, version in changed],
    )
    keys = [p.key for p, _ in changed]
    connection.execute(delete(PostProduct).where(among(connection, PostProduct.post, keys)))
    _keep_addresses(connection, [p for p, _ in changed])
    products = [{"post": p.key, "product": name} for p, _ in changed for name in p.products]
    upsert(connection, PostProduct, products)
    log_each(connection, "post", "edited", {p.key: {"version": v} for p, v in changed}, now)


def _post_row(post: Post, now: datetime) -> dict[str, Any]:
    return {
        "key": post.key,
        "thread": post.thread,
        "parent": post.parent,
        "place": post.place,
        "kind": post.kind,
        "author": post.author,
        "state": post.state.value,
        "version": 1,
        "depth": post.depth,
        "back_filled": post.back_filled,
        "written_at": post.written_at,
        "day": post.written_at.date(),
        "first_seen_at": now,
    }


def _text_row(post: Post, version: int, now: datetime) -> dict[str, Any]:
    deleted = post.state is PostState.DELETED
    return {
        "post": post.key,
        "version": version,
        "title": None if deleted else post.title,
        "text": None if deleted else post.text,
        "raw_hash": post.raw_hash,
        "seen_at": now,
        "edited_at": post.edited_at,
        "purged_at": now if deleted else None,
        "purged_because": DELETED if deleted else None,
    }
