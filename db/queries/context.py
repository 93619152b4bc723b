"""The posts of a thread around one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from db.judges import Judges
from db.queries import conditions
from db.reviews import counting
from db.tables import PostRow, PostText, ReviewRow, VerdictRow
from domain.causes import Decision
from domain.nouns import PostState

REPLIES_SHOWN = 50  # the page says how many there are


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """A post of the same thread: one that this answers, or one that answers this."""

    key: str
    kind: str
    written_at: datetime
    same_author: bool
    decision: Decision | None  # the reviewer's where there is one
    state: PostState
    title: str | None
    text: str | None
    purged_because: str | None


def _neighbours(judges: Judges) -> Select[*tuple[Any, ...]]:
    text = and_(PostText.post == PostRow.key, PostText.version == PostRow.version)
    judged = and_(
        VerdictRow.post == PostRow.key,
        VerdictRow.version == PostRow.version,
        judges.cover(VerdictRow.model, VerdictRow.day),
    )
    decision = conditions.decision.label("decision")
    columns = (PostText.title, PostText.text, PostText.purged_because, decision)
    query = select(PostRow, *columns).join(PostText, text).outerjoin(VerdictRow, judged)
    return query.outerjoin(
        counting, and_(counting.c.post == PostRow.key, counting.c.version == PostRow.version)
    ).outerjoin(ReviewRow, ReviewRow.number == counting.c.number)


def parents(
    connection: Connection, parent: str | None, author: str | None, judges: Judges
) -> tuple[Neighbour, ...]:
    """The posts above, up to the thread's first or to one that we don't hold."""
    found: list[Neighbour] = []
    seen: set[str] = set()
    while parent is not None and parent not in seen:
        seen.add(parent)
        row = connection.execute(_neighbours(judges).where(PostRow.key == parent)).one_or_none()
        if row is None:
            break
        found.append(_neighbour(row, author))
        parent = row.parent
    return tuple(reversed(found))


def replies(
    connection: Connection, key: str, author: str | None, judges: Judges
) -> tuple[tuple[Neighbour, ...], int]:
    """The posts that answer `key`, the earliest first, and how many there are."""
    thread = select(PostRow.thread).where(PostRow.key == key).scalar_subquery()
    answers = (PostRow.thread == thread, PostRow.parent == key)  # `thread` has the index
    total = connection.scalar(select(func.count()).select_from(PostRow).where(*answers)) or 0
    query = _neighbours(judges).where(*answers).order_by(PostRow.written_at, PostRow.key)
    rows = connection.execute(query.limit(REPLIES_SHOWN))
    return tuple(_neighbour(row, author) for row in rows), total


def _neighbour(row: Row[Any], author: str | None) -> Neighbour:
    told = row._asdict()
    return Neighbour(
        key=told["key"],
        kind=told["kind"],
        written_at=told["written_at"],
        same_author=author is not None and told["author"] == author,
        decision=Decision(told["decision"]) if told["decision"] else None,
        state=PostState(told["state"]),
        title=told["title"],
        text=told["text"],
        purged_because=told["purged_because"],
    )
