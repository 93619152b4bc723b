"""What people decided, with the texts that they read: to learn from, and to measure on.

The two are kept apart: a post of the audit sample is never learnt from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, func, select

from db import terms
from db.reviews import ADJUDICATION, counting
from db.samples import Stream
from db.tables import PlaceRow, PostRow, PostText, ReviewRow, SampleRow, ThreadRow
from domain.causes import Cause, Decision

AUDIT, FORBIDDEN = "in the audit sample", "terms of the place forbid it"
NO_TEXT, DISPUTED = "text no longer held", "reviewers disagree"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """A version of a post, and the review of it that counts. `chance`: of an audited post."""

    post: str
    version: int
    source: str
    place: str
    thread: str
    kind: str
    title: str
    text: str
    thread_title: str
    decision: Decision
    secondary: Cause | None
    chance: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lessons:
    """`left_out`: why reviewed posts are in `learn` no lessons, and how many each reason holds."""

    learn: tuple[Lesson, ...]
    audit: tuple[Lesson, ...]
    left_out: dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dispute:
    """Reviewers who decided differently about the same version of a post."""

    post: str
    version: int
    decisions: dict[str, Decision]  # reviewer -> decision


def lessons(connection: Connection) -> Lessons:
    """All reviewed posts, each at the newest version that was reviewed, by key."""
    disputed = {(d.post, d.version) for d in disputes(connection)}
    newest: dict[str, Any] = {row.post: row for row in _reviewed(connection)}
    learn, audit = [], []
    left_out: Counter[str] = Counter()
    for row in newest.values():
        if row.chance is not None:
            left_out[AUDIT] += 1
            if row.text is not None:
                audit.append(_lesson(row))
        elif not row.may_train:
            left_out[FORBIDDEN] += 1
        elif row.text is None:
            left_out[NO_TEXT] += 1
        elif (row.post, row.version) in disputed:
            left_out[DISPUTED] += 1
        else:
            learn.append(_lesson(row))
    return Lessons(learn=tuple(learn), audit=tuple(audit), left_out=dict(left_out))


def disputes(connection: Connection) -> list[Dispute]:
    """Versions of posts about which reviewers disagree and nobody has adjudicated, by key."""
    mine = (ReviewRow.post, ReviewRow.version)
    several = (
        select(*mine)
        .where(ReviewRow.replaced.is_(False))
        .group_by(*mine)
        .having(
            func.count(ReviewRow.decision.distinct()) > 1,
            func.count(case((ReviewRow.stream == ADJUDICATION, 1), else_=None)) == 0,
        )
        .subquery("several")
    )
    rows = connection.execute(
        select(*mine, ReviewRow.reviewer, ReviewRow.decision)
        .join(several, and_(several.c.post == mine[0], several.c.version == mine[1]))
        .where(ReviewRow.replaced.is_(False))
        .order_by(*mine, ReviewRow.number)
    )
    found: dict[tuple[str, int], dict[str, Decision]] = {}
    for post, version, reviewer, decision in rows:
        found.setdefault((post, version), {})[reviewer] = Decision(decision)
    return [Dispute(post=p, version=v, decisions=told) for (p, v), told in found.items()]


def _reviewed(connection: Connection) -> Iterator[Any]:
    """Reviewed versions with their texts, by post and version."""
    text = and_(PostText.post == counting.c.post, PostText.version == counting.c.version)
    drawn = and_(SampleRow.post == counting.c.post, SampleRow.stream == Stream.AUDIT.value)
    query = (
        select(
            counting.c.post,
            counting.c.version,
            PlaceRow.source,
            PostRow.place,
            PostRow.thread,
            PostRow.kind,
            PostText.title,
            PostText.text,
            ThreadRow.title.label("thread_title"),
            ReviewRow.decision,
            ReviewRow.secondary,
            SampleRow.chance,
            terms.may_train().label("may_train"),
        )
        .join(ReviewRow, ReviewRow.number == counting.c.number)
        .join(PostRow, PostRow.key == counting.c.post)
        .join(PostText, text)
        .join(ThreadRow, ThreadRow.key == PostRow.thread)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .outerjoin(SampleRow, drawn)
        .order_by(counting.c.post, counting.c.version)
    )
    return iter(connection.execute(query))


def _lesson(row: Any) -> Lesson:
    return Lesson(
        post=row.post,
        version=row.version,
        source=row.source,
        place=row.place,
        thread=row.thread,
        kind=row.kind,
        title=row.title or "",
        text=row.text,
        thread_title="" if row.thread_title == row.title else row.thread_title,
        decision=Decision(row.decision),
        secondary=Cause(row.secondary) if row.secondary else None,
        chance=row.chance,
    )
