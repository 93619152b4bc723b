"""What the change log says of the time since an export."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from db.among import among
from db.exported import Manifest
from db.tables import ChangeLog, PostRow

# What takes words away: of a post, and of the thread whose title its row shows.
_OF_POSTS = ("deleted", "purged", "quote_removed", "redacted")
_OF_THREADS = ("title_deleted", "redacted")


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """Lines of one kind; `of_rows`: on rows that differ, None where these aren't known."""

    subject: str
    what: str
    lines: int
    of_rows: int | None


def later(manifest: Manifest) -> ColumnElement[bool]:
    """The change log's lines after the export; by time where an older manifest has no number."""
    if manifest.changes is None:
        return ChangeLog.at > manifest.created
    return ChangeLog.number > manifest.changes


def happened(
    connection: Connection, manifest: Manifest, keys: Collection[str] | None
) -> tuple[Happened, ...]:
    """All lines by kind, the most frequent kind first; `keys`: of the rows that differ."""
    by = (ChangeLog.subject, ChangeLog.what)
    query = select(*by, func.count()).where(later(manifest)).group_by(*by)
    lines = {(subject, what): n for subject, what, n in connection.execute(query)}
    mine: dict[tuple[str, str], int] = {}
    if keys is not None:
        of_keys = query.where(among(connection, ChangeLog.key, keys))
        mine = {(subject, what): n for subject, what, n in connection.execute(of_keys)}
    return tuple(
        Happened(
            subject=kind[0],
            what=kind[1],
            lines=n,
            of_rows=None if keys is None else mine.get(kind, 0),
        )
        for kind, n in sorted(lines.items(), key=lambda item: (-item[1], item[0]))
    )


def touched(connection: Connection, manifest: Manifest, posts: Collection[str]) -> set[str]:
    """Those of `posts` of which words went, be it with the title of their thread."""
    own = select(ChangeLog.key).where(
        later(manifest),
        ChangeLog.subject == "post",
        ChangeLog.what.in_(_OF_POSTS),
        among(connection, ChangeLog.key, posts),
    )
    of_threads = (
        select(PostRow.key)
        .join(ChangeLog, ChangeLog.key == PostRow.thread)
        .where(
            later(manifest),
            ChangeLog.subject == "thread",
            ChangeLog.what.in_(_OF_THREADS),
            among(connection, PostRow.key, posts),
        )
    )
    return {*connection.scalars(own), *connection.scalars(of_threads)}


def collected(connection: Connection, manifest: Manifest, posts: Collection[str]) -> int:
    """How many of `posts` were first seen after the export."""
    fresh = PostRow.first_seen_at > manifest.created, among(connection, PostRow.key, posts)
    return connection.scalar(select(func.count()).select_from(PostRow).where(*fresh)) or 0
