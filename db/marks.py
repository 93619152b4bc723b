"""What is noted of texts for grouping, and which posts resemble one another by it.

A sketch is made with the installation's key (`classify.near`), so that it can be kept when its text
is purged. Sketches of deleted posts go with them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from sqlalchemy import Connection, Select, and_, delete, exists, select, update
from sqlalchemy.orm import aliased

from db.among import among
from db.tables import MarkRow, Meta, PostRow, PostText, SketchBand, VerdictRow
from db.upsert import upsert
from domain.causes import Decision

ROWS = 4  # values of a sketch in one band, each of 4 bytes
_METHOD = "marks_method"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """What is noted of one version of a post. `sketch` is None where it has too few words."""

    post: str
    version: int
    corroborates: bool
    sketch: bytes | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Readable:
    """A current text that is held. `report`: whether some model takes the post for a report."""

    post: str
    version: int
    answers: bool  # whether it answers another post
    report: bool
    title: str
    text: str


def save_marks(connection: Connection, read: Mapping[str, int], marks: Sequence[Mark]) -> None:
    """Notes the marks of texts just read; `read`: all of them, post -> version.

    Marks of earlier versions go. A mark of the same version stays: its text is the same.
    """
    mine = select(MarkRow.post, MarkRow.version).where(among(connection, MarkRow.post, read))
    old = [post for post, version in connection.execute(mine) if version != read[post]]
    forget(connection, old)
    rows = [
        {"post": m.post, "version": m.version, "corroborates": m.corroborates, "sketch": m.sketch}
        for m in marks
    ]
    upsert(connection, MarkRow, rows, update=("version", "corroborates", "sketch"))
    held = [{"band": band, "post": m.post} for m in marks if m.sketch for band in bands(m.sketch)]
    upsert(connection, SketchBand, held)


def forget(connection: Connection, posts: Collection[str]) -> None:
    """Takes the marks of posts away."""
    if posts:
        connection.execute(delete(SketchBand).where(among(connection, SketchBand.post, posts)))
        connection.execute(delete(MarkRow).where(among(connection, MarkRow.post, posts)))


def bands(sketch: bytes) -> list[int]:
    """A number for each `ROWS` values of a sketch and their place in it, in 64 bits with a sign."""
    width = 4 * ROWS
    parts = (sketch[at : at + width] for at in range(0, len(sketch), width))
    digests = (
        blake2b(part, digest_size=8, person=b"band %d" % number).digest()
        for number, part in enumerate(parts)
    )
    return [int.from_bytes(digest, "big", signed=True) for digest in digests]


def alike(connection: Connection, posts: Collection[str]) -> list[set[str]]:
    """Sets of posts that share a band, each with at least one of `posts`; not compared yet."""
    if not posts:
        return []
    mine, other = aliased(SketchBand), aliased(SketchBand)
    shared = select(mine.band).where(among(connection, mine.post, posts)).distinct()
    rows = connection.execute(select(other.band, other.post).where(other.band.in_(shared)))
    found: dict[int, set[str]] = {}
    for band, post in rows:
        found.setdefault(band, set()).add(post)
    return [bucket for bucket in found.values() if len(bucket) > 1]


def sketches(connection: Connection, posts: Collection[str]) -> dict[str, bytes]:
    """Post -> its sketch, where it has one."""
    query = select(MarkRow.post, MarkRow.sketch).where(among(connection, MarkRow.post, posts))
    return {post: made for post, made in connection.execute(query) if made is not None}


def unmarked(connection: Connection, posts: Collection[str]) -> list[Readable]:
    """Those of `posts` with a current text that nothing was noted of yet."""
    marked = exists().where(MarkRow.post == PostRow.key, MarkRow.version == PostRow.version)
    query = _readable().where(among(connection, PostRow.key, posts), ~marked)
    return _read(connection, query)


def judged_after(connection: Connection, after: str, size: int) -> list[Readable]:
    """The next posts by key with a verdict on a current text that is held."""
    verdict = exists().where(VerdictRow.post == PostRow.key, VerdictRow.version == PostRow.version)
    query = _readable().where(PostRow.key > after, verdict).order_by(PostRow.key).limit(size)
    return _read(connection, query)


def _readable() -> Select[str, int, str | None, bool, str | None, str | None]:
    report = exists().where(
        VerdictRow.post == PostRow.key,
        VerdictRow.version == PostRow.version,
        VerdictRow.decision != Decision.NOT_A_REPORT.value,
        VerdictRow.judged.is_(True),
    )
    text = and_(PostText.post == PostRow.key, PostText.version == PostRow.version)
    return (
        select(PostRow.key, PostRow.version, PostRow.parent, report, PostText.title, PostText.text)
        .join(PostText, text)
        .where(PostText.text.is_not(None))
    )


def _read(
    connection: Connection, query: Select[str, int, str | None, bool, str | None, str | None]
) -> list[Readable]:
    return [
        Readable(
            post=post,
            version=version,
            answers=parent is not None,
            report=report,
            title=title or "",
            text=text or "",
        )
        for post, version, parent, report, title, text in connection.execute(query)
    ]


def method(connection: Connection) -> str | None:
    """By which method the marks here were made, or None before the first."""
    return connection.scalar(select(Meta.value).where(Meta.name == _METHOD))


def begin_anew(connection: Connection) -> None:
    """Drops all sketches: those of another method can't be compared."""
    connection.execute(delete(SketchBand))
    connection.execute(update(MarkRow).where(MarkRow.sketch.is_not(None)).values(sketch=None))


def note_method(connection: Connection, made_by: str) -> None:
    """Notes that all marks here are of this method."""
    upsert(connection, Meta, [{"name": _METHOD, "value": made_by}], update=("value",))
