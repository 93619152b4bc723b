"""What grouping reads: posts as they stand in their threads, and which of them are due.

Where something changes of what is read here, either the post is noted as due, or `touched` sees the
difference from what was grouped: so an incident is never left as it was by oversight.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, or_, select

from db.among import among
from db.judges import Judges
from db.tables import (
    GroupingDue,
    IncidentMember,
    MarkRow,
    Meta,
    PostRow,
    ReviewRow,
    VerdictRow,
)
from db.upsert import upsert
from domain.causes import Decision
from domain.nouns import PostState, Role

_GROUPED = "incidents_grouped"
_AT_ONCE = 5_000  # keys of one statement
Reviews = Mapping[tuple[str, int], str]  # (post, version) -> what a person decided


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreadPost:
    """A post in its thread, as grouping sees it; without a role it is in no incident."""

    post: str
    thread: str
    parent: str | None
    written_at: datetime
    role: Role | None
    decision: str  # the reviewer's, else the model's; "" before it is judged
    says_so: bool  # whether it says that it happened to its author as well

    @property
    def age(self) -> tuple[datetime, str]:
        """Sorts the earliest first, the same on every machine."""
        return self.written_at, self.post


def due(connection: Connection, posts: Collection[str]) -> None:
    """Notes posts whose incidents the next grouping looks at. Call where verdicts are saved."""
    upsert(connection, GroupingDue, [{"post": post} for post in posts])


def settled(connection: Connection, posts: Collection[str]) -> None:
    """Takes posts off that list, in the transaction that saves what came of them."""
    connection.execute(delete(GroupingDue).where(among(connection, GroupingDue.post, posts)))


def everything(connection: Connection, judges: Judges) -> set[str]:
    """All posts that are in an incident or could found one."""
    reports = select(VerdictRow.post).where(
        judges.cover(VerdictRow.model, VerdictRow.day),
        VerdictRow.decision != Decision.NOT_A_REPORT.value,
    )
    members = select(IncidentMember.post).where(IncidentMember.model == judges.current)
    queries = (reports, members, select(ReviewRow.post), select(GroupingDue.post))
    return {post for query in queries for post in connection.scalars(query)}


def touched(connection: Connection, judges: Judges) -> set[str]:
    """Posts of which something that grouping reads has changed since it last did.

    That is: what is due; members that were deleted, edited, or decided otherwise; posts that a
    person decided about. It takes a look at each member, but at no other post.
    """
    reviews = _reviews(connection)
    found = set(connection.scalars(select(GroupingDue.post)))
    shown = and_(
        VerdictRow.post == PostRow.key,
        VerdictRow.version == PostRow.version,
        judges.cover(VerdictRow.model, VerdictRow.day),
    )
    otherwise = or_(
        PostRow.state == PostState.DELETED.value,
        VerdictRow.decision.is_(None),
        VerdictRow.decision != IncidentMember.decision,
    )
    rows = connection.execute(
        select(PostRow.key, PostRow.version, PostRow.state, IncidentMember.decision)
        .select_from(IncidentMember)
        .join(PostRow, PostRow.key == IncidentMember.post)
        .outerjoin(VerdictRow, shown)
        .where(IncidentMember.model == judges.current, otherwise)
    )
    for post, version, state, decision in rows:
        if state == PostState.DELETED.value or reviews.get((post, version)) != decision:
            found.add(post)
    return found | _reviewed_otherwise(connection, judges, reviews)


def _reviewed_otherwise(connection: Connection, judges: Judges, reviews: Reviews) -> set[str]:
    """Posts that a person ever decided about, and that aren't grouped as is shown now."""
    asked = set(connection.scalars(select(ReviewRow.post).distinct()))
    if not asked:
        return set()
    query = select(IncidentMember.post, IncidentMember.role, IncidentMember.decision).where(
        IncidentMember.model == judges.current, among(connection, IncidentMember.post, asked)
    )
    grouped = {post: (role, decision) for post, role, decision in connection.execute(query)}
    wanted = _posts(judges).where(among(connection, PostRow.key, asked))
    now = (_thread_post(row, reviews) for row in connection.execute(wanted))
    return {p.post for p in now if grouped.get(p.post) != (p.role and (p.role.value, p.decision))}


def threads_of(connection: Connection, posts: Collection[str]) -> set[str]:
    """The threads of posts."""
    query = select(PostRow.thread).where(among(connection, PostRow.key, posts)).distinct()
    return set(connection.scalars(query))


def load_threads(
    connection: Connection, judges: Judges, threads: Collection[str]
) -> Iterator[list[ThreadPost]]:
    """Each of `threads` as all its posts, without texts."""
    reviews = _reviews(connection)
    wanted = sorted(threads)
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        query = _posts(judges).where(among(connection, PostRow.thread, part))
        rows = connection.execute(query.order_by(PostRow.thread, PostRow.key))
        for _thread, posts in groupby(rows, key=lambda row: row.thread):
            yield [_thread_post(row, reviews) for row in posts]


def _reviews(connection: Connection) -> dict[tuple[str, int], str]:
    """The decision that counts of each version that people decided about: few."""
    rows = connection.execute(
        select(ReviewRow.post, ReviewRow.version, ReviewRow.decision)
        .where(ReviewRow.replaced.is_(False))
        .order_by(ReviewRow.number)
    )
    return {(post, version): decision for post, version, decision in rows}


def _posts(judges: Judges) -> Select[Any]:
    shown = and_(
        VerdictRow.post == PostRow.key,
        VerdictRow.version == PostRow.version,
        judges.cover(VerdictRow.model, VerdictRow.day),
    )
    mark = and_(MarkRow.post == PostRow.key, MarkRow.version == PostRow.version)
    columns: tuple[Any, ...] = (
        PostRow.key,
        PostRow.thread,
        PostRow.parent,
        PostRow.written_at,
        PostRow.state,
        PostRow.version,
        VerdictRow.decision,
        VerdictRow.judged,
        MarkRow.corroborates,
    )
    return select(*columns).outerjoin(VerdictRow, shown).outerjoin(MarkRow, mark)


def _thread_post(row: Any, reviews: Reviews) -> ThreadPost:
    reviewed = reviews.get((row.key, row.version))
    decision = reviewed or row.decision or ""
    says_so = bool(row.corroborates)
    return ThreadPost(
        post=row.key,
        thread=row.thread,
        parent=row.parent,
        written_at=row.written_at,
        role=_role(row, reviewed, decision, says_so=says_so),
        decision=decision,
        says_so=says_so,
    )


def _role(row: Any, reviewed: str | None, decision: str, *, says_so: bool) -> Role | None:
    """What the post may be in an incident.

    What the model refused to judge (language, length) is in no list and no count, so it founds no
    incident either; but "same here" is a short text.
    """
    if row.state == PostState.DELETED.value or not decision:
        return None
    if decision != Decision.NOT_A_REPORT.value and (reviewed or row.judged):
        return Role.REPORT
    return Role.CORROBORATES if says_so and row.parent and not reviewed else None


def grouped_as(connection: Connection) -> Any:
    """By which rules and for which models everything was grouped last; None: it never was."""
    value = connection.scalar(select(Meta.value).where(Meta.name == _GROUPED))
    return None if value is None else json.loads(value)


def note_grouped(connection: Connection, told: Any) -> None:
    """Notes that everything is grouped as `told`; what changes from now on is due by itself."""
    upsert(connection, Meta, [{"name": _GROUPED, "value": json.dumps(told)}], update=("value",))
