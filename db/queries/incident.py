"""One incident with all its members, and what people decided about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from db.constraints import Constraint, constraints_of
from db.judges import Judges
from db.queries import attached, conditions
from db.queries.incidents import BATCH, Spread, spread
from db.queries.outages import Explanation, Written, explanations
from db.reviews import counting
from db.tables import IncidentMember, PlaceRow, PostRow, ReviewRow, ThreadRow, VerdictRow
from domain.causes import Decision
from domain.nouns import Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """A post of an incident.

    `decision` is a person's where there is one, and what was shown when it was grouped where the
    post waits to be judged anew; None where nothing is known of it.
    """

    post: str
    role: Role
    decision: Decision | None
    source: str
    place: str
    thread: str
    thread_title: str
    written_at: datetime
    author: str | None
    products: tuple[str, ...]
    url: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class InFull:
    """One incident. `explanations` are official outages that coincide, and no more than that."""

    key: str
    spread: Spread
    members: tuple[Member, ...]  # the earliest first
    explanations: tuple[Explanation, ...]
    constraints: tuple[Constraint, ...]  # that name a member, the latest first


def incident(connection: Connection, key: str, judges: Judges) -> InFull | None:
    """The incident called `key`, or None where there is none."""
    members = _members(connection, key, judges)
    if not members:
        return None
    written = [
        Written(group=key, products=m.products, at=m.written_at)
        for m in members
        if m.role is Role.REPORT
    ]
    return InFull(
        key=key,
        spread=spread(connection, key, judges),
        members=tuple(members),
        explanations=explanations(connection, written).get(key, ()),
        constraints=tuple(constraints_of(connection, [m.post for m in members])),
    )


def _members(connection: Connection, key: str, judges: Judges) -> list[Member]:
    shown = and_(
        VerdictRow.post == PostRow.key,
        VerdictRow.version == PostRow.version,
        judges.cover(VerdictRow.model, VerdictRow.day),
    )
    kept = func.nullif(IncidentMember.decision, "")
    reviewed = and_(counting.c.post == PostRow.key, counting.c.version == PostRow.version)
    rows = connection.execute(
        select(
            PostRow.key.label("post"),
            IncidentMember.role,
            func.coalesce(conditions.decision, kept).label("decision"),
            PlaceRow.source,
            PostRow.place,
            PostRow.thread,
            ThreadRow.title.label("thread_title"),
            PostRow.written_at,
            PostRow.author,
        )
        .join(IncidentMember, IncidentMember.post == PostRow.key)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .join(ThreadRow, ThreadRow.key == PostRow.thread)
        .outerjoin(VerdictRow, shown)
        .outerjoin(counting, reviewed)
        .outerjoin(ReviewRow, ReviewRow.number == counting.c.number)
        .where(and_(IncidentMember.incident == key, IncidentMember.model == judges.current))
        .order_by(PostRow.written_at, PostRow.key)
    ).all()
    posts = [row.post for row in rows]
    products: dict[str, tuple[str, ...]] = {}
    urls: dict[str, str] = {}
    for start in range(0, len(posts), BATCH):
        part = posts[start : start + BATCH]
        products |= attached.products_of(connection, part)
        urls |= {post: a.url for post, a in attached.addresses_of(connection, part).items()}
    return [
        Member(
            **{
                **row._asdict(),
                "role": Role(row.role),
                "decision": Decision(row.decision) if row.decision else None,
            },
            products=products.get(row.post, ()),
            url=urls.get(row.post),
        )
        for row in rows
    ]
