"""Stored texts and titles under new rules of redaction: walked in order, rewritten in place.

A rewritten text is the same version with the same hash: its author changed nothing. Passages and
facts that point into it go, since they stand elsewhere now; so does the current model's verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    update,
)

from db import erase
from db.changes import log
from db.grouping import due
from db.incidents import fellows
from db.judges import judges
from db.ruleset import Position, move
from db.tables import (
    EvidenceRow,
    FactRow,
    IncidentMember,
    PostRow,
    PostText,
    ThreadRow,
    VerdictRow,
)
from db.upsert import slices


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


@dataclass(frozen=True, kw_only=True, slots=True)
class Rewritten:
    """What a rewriting did."""

    texts: int = 0
    titles: int = 0
    verdicts: int = 0  # that went, to be made anew

    def __add__(self, other: Rewritten) -> Rewritten:
        both = {f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        return Rewritten(**both)


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
    """Rewrites what changed and moves the position, in one transaction.

    What was purged since it was read stays purged.
    """
    done = Rewritten()
    for one in changed:
        if isinstance(one, Title):
            done += _save_title(connection, one, now)
    for part in slices([one for one in changed if isinstance(one, Text)]):
        done += _save_texts(connection, part, now)
    if changed:
        erase.note(connection)
    move(connection, reached)
    return done


def _save_title(connection: Connection, changed: Title, now: datetime) -> Rewritten:
    """A thread's title is read with each of its posts, so what was judged of them goes."""
    found = connection.execute(
        update(ThreadRow)
        .where(ThreadRow.key == changed.thread, ThreadRow.purged_because.is_(None))
        .values(title=changed.title)
    )
    if not found.rowcount:
        return Rewritten()
    posts = connection.scalars(select(PostRow.key).where(PostRow.thread == changed.thread)).all()
    gone = _unjudge(connection, posts).total()
    log(connection, "thread", changed.thread, "redacted", after={"verdicts": gone}, now=now)
    return Rewritten(titles=1, verdicts=gone)


def _save_texts(connection: Connection, changed: Sequence[Text], now: datetime) -> Rewritten:
    held = connection.execute(
        select(PostText.post, PostText.version, PostRow.version)
        .join(PostRow, PostRow.key == PostText.post)
        .where(PostText.post.in_({one.post for one in changed}), PostText.purged_at.is_(None))
    )
    newest = {(post, version): version == last for post, version, last in held}
    there = [one for one in changed if (one.post, one.version) in newest]
    if not there:
        return Rewritten()
    connection.execute(
        update(PostText)
        .where(PostText.post == bindparam("of"), PostText.version == bindparam("number"))
        .where(PostText.purged_at.is_(None))
        .values(title=bindparam("new_title"), text=bindparam("new_text"))
        .execution_options(synchronize_session=False),
        [
            {"of": t.post, "number": t.version, "new_title": t.title, "new_text": t.text}
            for t in there
        ],
    )
    gone = _unjudge(connection, [t.post for t in there if newest[t.post, t.version]])
    _unspan(connection, [(t.post, t.version) for t in there if not newest[t.post, t.version]])
    for one in there:
        verdicts = gone[one.post] if newest[one.post, one.version] else 0
        after = {"version": one.version, "verdicts": verdicts}
        log(connection, "post", one.post, "redacted", after=after, now=now)
    return Rewritten(texts=len(there), verdicts=gone.total())


def _unjudge(connection: Connection, posts: Sequence[str]) -> Counter[str]:
    """Takes what was judged of the newest versions of `posts`; counts the verdicts of each.

    The current model's verdicts go, to be made anew. Those of earlier models stay, without passages
    and facts: they are what is shown of their days, and nobody could make them again.
    """
    shown = judges(connection)
    gone: Counter[str] = Counter()
    if shown is None:
        return gone
    for part in slices(posts):
        newest = select(PostRow.key, PostRow.version).where(PostRow.key.in_(part))
        _unspan(connection, newest)
        mine = (
            VerdictRow.model == shown.current,
            tuple_(VerdictRow.post, VerdictRow.version).in_(newest),
        )
        gone.update(connection.scalars(select(VerdictRow.post).where(*mine)))
        connection.execute(delete(VerdictRow).where(*mine))
        due(connection, fellows(connection, shown.current, part))
        connection.execute(
            delete(IncidentMember).where(
                IncidentMember.model == shown.current, IncidentMember.post.in_(part)
            )
        )
    return gone


def _unspan(connection: Connection, versions: Sequence[tuple[str, int]] | Select[str, int]) -> None:
    """Takes passages and facts that point into these versions of posts."""
    if isinstance(versions, Select) or versions:
        for child in (EvidenceRow, FactRow):
            connection.execute(delete(child).where(tuple_(child.post, child.version).in_(versions)))
