"""Stored texts and titles under new rules of redaction: walked in order, rewritten in place.

A rewritten text is the same version with the same hash: its author changed nothing. What was
judged of it goes, since the passages stand elsewhere now. Which rules all texts are known to have
passed through is told in `meta`, and so is how far a rewriting came.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import datetime

import msgspec
from sqlalchemy import Connection, Engine, and_, delete, func, select, tuple_, update

from db.changes import log
from db.engine import read, write
from db.tables import (
    EvidenceRow,
    FactRow,
    IncidentMember,
    Meta,
    PostRow,
    PostText,
    ThreadRow,
    VerdictRow,
)
from db.upsert import slices, upsert

_RULES = "redaction_rules"
_POSITION = "redaction_position"
MIXED = (
    "several"  # in place of the rules' name: some texts passed through these, some through those
)
UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Title:
    """A thread's title."""

    thread: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """One version of a post's title and text; neither is there where it was purged."""

    post: str
    version: int
    title: str | None
    text: str | None


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """How far a rewriting under `rules` came: every row up to these keys is done."""

    rules: str
    thread: str = ""
    post: str = ""
    version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewritten:
    """What a rewriting did."""

    texts: int = 0
    titles: int = 0
    verdicts: int = 0  # that went, to be made anew

    def __add__(self, other: Rewritten) -> Rewritten:
        both = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return Rewritten(**both)


def rules(connection: Connection) -> str | None:
    """The rules that every stored text is known to have passed through.

    `MIXED` where posts came in under several, `UNKNOWN` where texts are older than this question,
    None where there is no text.
    """
    told = _told(connection, _RULES)
    if told is None and connection.scalar(select(PostRow.key).limit(1)) is not None:
        return UNKNOWN
    return told


def note_rules(engine: Engine, current: str) -> None:
    """Call before posts are saved that were redacted by `current`; under the run lock."""
    with read(engine) as connection:
        held = rules(connection)
        position = _told(connection, _POSITION)
    stale = position is not None and _position(position).rules != current
    if held in (current, UNKNOWN) and not stale:
        return
    with write(engine) as connection:
        if held != UNKNOWN:
            _tell(connection, _RULES, current if held in (None, current) else MIXED)
        if stale:  # what was rewritten is behind us, and other posts come in there now
            connection.execute(delete(Meta).where(Meta.name == _POSITION))


def position(connection: Connection, current: str) -> Position:
    """Where to go on, or the beginning."""
    told = _told(connection, _POSITION)
    found = _position(told) if told is not None else None
    return found if found and found.rules == current else Position(rules=current)


def finish(connection: Connection, current: str) -> None:
    """Every text has passed through `current`."""
    _tell(connection, _RULES, current)
    connection.execute(delete(Meta).where(Meta.name == _POSITION))


def count(connection: Connection) -> int:
    """How many titles and versions of texts there are."""
    threads = select(func.count()).select_from(ThreadRow)
    texts = select(func.count()).select_from(PostText)
    return (connection.scalar(threads) or 0) + (connection.scalar(texts) or 0)


def titles(connection: Connection, after: Position, size: int) -> list[Title]:
    """The next threads by key."""
    rows = connection.execute(
        select(ThreadRow.key, ThreadRow.title)
        .where(ThreadRow.key > after.thread)
        .order_by(ThreadRow.key)
        .limit(size)
    )
    return [Title(thread=key, title=title) for key, title in rows]


def texts(connection: Connection, after: Position, size: int) -> list[Text]:
    """The next versions by post and number."""
    rows = connection.execute(
        select(PostText.post, PostText.version, PostText.title, PostText.text)
        .where(tuple_(PostText.post, PostText.version) > (after.post, after.version))
        .order_by(PostText.post, PostText.version)
        .limit(size)
    )
    return [Text(post=p, version=v, title=title, text=text) for p, v, title, text in rows]


def save(
    connection: Connection,
    changed: Sequence[Title | Text],
    reached: Position,
    now: datetime,
) -> Rewritten:
    """Rewrites what changed and moves the position, in one transaction."""
    done = Rewritten()
    for one in changed:
        done += (
            _title(connection, one, now) if isinstance(one, Title) else _text(connection, one, now)
        )
    _tell(connection, _POSITION, msgspec.json.encode(reached).decode())
    return done


def _title(connection: Connection, changed: Title, now: datetime) -> Rewritten:
    """A thread's title is read with each of its posts, so what was judged of them goes."""
    connection.execute(
        update(ThreadRow).where(ThreadRow.key == changed.thread).values(title=changed.title)
    )
    posts = connection.scalars(select(PostRow.key).where(PostRow.thread == changed.thread)).all()
    gone = _unjudge(connection, posts)
    log(connection, "thread", changed.thread, "redacted", after={"verdicts": gone}, now=now)
    return Rewritten(titles=1, verdicts=gone)


def _text(connection: Connection, changed: Text, now: datetime) -> Rewritten:
    """A text that was purged since it was read stays purged."""
    version = and_(PostText.post == changed.post, PostText.version == changed.version)
    found = connection.execute(
        update(PostText)
        .where(version, PostText.purged_at.is_(None))
        .values(title=changed.title, text=changed.text)
    )
    if not found.rowcount:
        return Rewritten()
    newest = connection.scalar(select(PostRow.version).where(PostRow.key == changed.post))
    gone = 0
    if newest == changed.version:
        gone = _unjudge(connection, [changed.post])
    else:
        _unspan(connection, changed.post, changed.version)
    after = {"version": changed.version, "verdicts": gone}
    log(connection, "post", changed.post, "redacted", after=after, now=now)
    return Rewritten(texts=1, verdicts=gone)


def _unjudge(connection: Connection, posts: Sequence[str]) -> int:
    """Takes away what any model said of the newest versions of `posts`; gives how many verdicts."""
    gone = 0
    for part in slices(posts):
        newest = select(PostRow.key, PostRow.version).where(PostRow.key.in_(part))
        for table in (EvidenceRow, FactRow):
            connection.execute(delete(table).where(tuple_(table.post, table.version).in_(newest)))
        made = connection.execute(
            delete(VerdictRow).where(tuple_(VerdictRow.post, VerdictRow.version).in_(newest))
        )
        gone += made.rowcount
        connection.execute(delete(IncidentMember).where(IncidentMember.post.in_(part)))
    return gone


def _unspan(connection: Connection, post: str, version: int) -> None:
    """Takes passages and facts of a superseded text; nobody would make its verdict anew."""
    for table in (EvidenceRow, FactRow):
        connection.execute(delete(table).where(table.post == post, table.version == version))


def scrub(engine: Engine) -> bool:
    """Takes what was rewritten out of the files; False where another program was in the way.

    SQLite overwrites freed space at once (`secure_delete`), but the write-ahead log holds old pages
    until they are written back. PostgreSQL frees old rows when it cleans the tables.
    """
    if engine.dialect.name == "sqlite":
        with closing(engine.raw_connection()) as plain:  # outside of any transaction
            busy, _log, _written = (
                plain.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            )
            return not busy
    with engine.connect() as connection:
        alone = connection.execution_options(isolation_level="AUTOCOMMIT")
        alone.exec_driver_sql("VACUUM post_text, thread, evidence, fact")
        return True


def _told(connection: Connection, name: str) -> str | None:
    return connection.scalar(select(Meta.value).where(Meta.name == name))


def _tell(connection: Connection, name: str, value: str) -> None:
    upsert(connection, Meta, [{"name": name, "value": value}], update=("value",))


def _position(told: str) -> Position:
    return msgspec.json.decode(told, type=Position)
