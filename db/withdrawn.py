"""What an older export holds that was withdrawn since: so that whoever has a copy can mend it.

No text is compared or needed: a row names its post, and the database knows what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, Connection, func, select

from db.exported import Manifest, Row
from db.queries.since import later
from db.tables import ChangeLog, PostRow, PostText, ThreadRow, Tombstone
from db.upsert import SLICE
from domain.errors import InputError
from domain.nouns import PostState


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn:
    """One row, and what became of what it holds.

    `what`: deleted, forgotten, purged, edited, quote_removed (it quotes a deleted post),
    title_removed (its thread's title), not_held (nothing is known of it any more).
    """

    row: int  # of the spreadsheet: the heads are row 1
    line: int  # of the file, where the row begins
    post: str
    what: str
    why: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Now:
    """What a post is today."""

    thread: str
    state: str
    version: int
    seen_at: datetime
    purged_at: datetime | None
    purged_because: str | None
    title_gone: str | None


def withdrawn(connection: Connection, manifest: Manifest, rows: Iterable[Row]) -> list[Withdrawn]:
    """What of `rows` was withdrawn after they were written, in their order.

    Raises `InputError` where none of the posts is known: then it is another database's export.
    """
    found: list[Withdrawn] = []
    waiting = iter(rows)
    seen = 0
    while batch := list(islice(waiting, SLICE)):
        seen += len(batch)
        found += _of(connection, manifest, batch)
    if seen and sum(one.what == "not_held" for one in found) == seen:
        raise InputError(
            f"No post of {manifest.file} is held here.",
            "Name the database that it was exported from with --database.",
        )
    return found


def _of(connection: Connection, manifest: Manifest, rows: Sequence[Row]) -> Iterator[Withdrawn]:
    keys = sorted({row.post for row in rows})
    posts = _posts(connection, keys)
    graves = {
        post: (reason, at)
        for post, reason, at in connection.execute(
            select(Tombstone.post, Tombstone.reason, Tombstone.at).where(Tombstone.post.in_(keys))
        )
    }
    since = later(manifest)
    quotes = _changed(connection, "quote_removed", keys, since)
    gone = {now.thread for now in posts.values() if now.title_gone}
    titles = _changed(connection, "title_deleted", sorted(gone))
    for row in rows:
        now = posts.get(row.post)
        if now is None or now.state == PostState.DELETED.value:
            told = _buried(row, now, graves.get(row.post))
        else:
            told = [*_changes(row, now, manifest)]
            if row.words and row.post in quotes:
                told.append(
                    ("quote_removed", "a post that it quotes was deleted", quotes[row.post])
                )
            if row.thread_title and now.title_gone:
                told.append(("title_removed", now.title_gone, titles.get(now.thread)))
        for what, why, at in told:
            yield Withdrawn(row=row.number, line=row.line, post=row.post, what=what, why=why, at=at)


_Told = tuple[str, str, datetime | None]


def _buried(row: Row, now: _Now | None, grave: tuple[str, datetime] | None) -> list[_Told]:
    why, at = grave or ("", None)
    if now is not None:
        return [] if row.state == PostState.DELETED.value else [("deleted", why, at)]
    return [("forgotten" if grave else "not_held", why, at)]


def _changes(row: Row, now: _Now, manifest: Manifest) -> Iterator[_Told]:
    """What became of a post that is still there."""
    if row.version is not None:
        edited = now.version > row.version
    else:  # an older export, or incidents: the version isn't told
        fresh = row.state == PostState.LIVE.value or now.seen_at > manifest.created
        edited = now.version > 1 and fresh
    if edited:
        yield "edited", "", now.seen_at
    elif row.words and now.purged_at is not None:
        yield "purged", now.purged_because or "", now.purged_at


def _posts(connection: Connection, keys: Sequence[str]) -> dict[str, _Now]:
    query = (
        select(
            PostRow.key,
            PostRow.thread,
            PostRow.state,
            PostRow.version,
            PostText.seen_at,
            PostText.purged_at,
            PostText.purged_because,
            ThreadRow.purged_because.label("title_gone"),
        )
        .join(PostText, (PostText.post == PostRow.key) & (PostText.version == PostRow.version))
        .join(ThreadRow, ThreadRow.key == PostRow.thread)
        .where(PostRow.key.in_(keys))
    )
    found = {}
    for row in connection.execute(query):
        told = row._asdict()
        key = told.pop("key")
        found[key] = _Now(**told)
    return found


def _changed(
    connection: Connection, what: str, keys: Sequence[str], *when: ColumnElement[bool]
) -> dict[str, datetime]:
    """When this last happened to each of `keys`."""
    query = (
        select(ChangeLog.key, func.max(ChangeLog.at))
        .where(ChangeLog.what == what, ChangeLog.key.in_(keys), *when)
        .group_by(ChangeLog.key)
    )
    return dict(connection.execute(query).all())
