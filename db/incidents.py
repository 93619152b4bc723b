"""Which posts belong together, as it is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, and_, delete, func, select
from sqlalchemy.orm import aliased

from db.among import among
from db.judges import Judges
from db.tables import IncidentMember, PostRow
from db.upsert import upsert
from domain.nouns import Incident, Role


def fellows(connection: Connection, model: str, posts: Collection[str]) -> set[str]:
    """All members of the incidents that `posts` are in, themselves too."""
    mine, other = aliased(IncidentMember), aliased(IncidentMember)
    query = (
        select(other.post)
        .join(mine, and_(mine.incident == other.incident, mine.model == other.model))
        .where(mine.model == model, among(connection, mine.post, posts))
    )
    return set(connection.scalars(query.distinct())) if posts else set()


def save_incidents(
    connection: Connection,
    model: str,
    posts: Sequence[str],
    incidents: Sequence[Incident],
    decisions: Mapping[str, str] | None = None,
) -> dict[str, tuple[str, str | None]]:
    """Replaces the memberships of `posts` by those of `incidents`.

    `model`: the current one when they were grouped; members may be judged by an earlier one.
    `decisions`: what was shown of each member. Rows that stay as they are aren't written again.
    Gives the posts that were in another incident before: from where, and to where (None: nowhere).
    """
    wanted = {
        post: (incident.key, _part(incident, post).value, (decisions or {}).get(post, ""))
        for incident in incidents
        for post in incident.members
    }
    query = select(IncidentMember).where(
        IncidentMember.model == model, among(connection, IncidentMember.post, posts)
    )
    known = {r.post: (r.incident, r.role, r.decision) for r in connection.execute(query)}
    gone = [post for post in known if post not in wanted]
    connection.execute(
        delete(IncidentMember).where(
            IncidentMember.model == model, among(connection, IncidentMember.post, gone)
        )
    )
    news = [
        {"post": post, "model": model, "incident": key, "role": role, "decision": decision}
        for post, (key, role, decision) in wanted.items()
        if known.get(post) != (key, role, decision)
    ]
    upsert(connection, IncidentMember, news, update=("incident", "role", "decision"))
    after = {post: wanted[post][0] if post in wanted else None for post in known}
    return {p: (known[p][0], to) for p, to in after.items() if to != known[p][0]}


def _part(incident: Incident, post: str) -> Role:
    return Role.CORROBORATES if post in incident.corroborating else Role.REPORT


def count(connection: Connection, judges: Judges) -> int:
    """How many incidents there are."""
    named = and_(
        IncidentMember.model == judges.current, IncidentMember.post == IncidentMember.incident
    )
    return connection.scalar(select(func.count()).select_from(IncidentMember).where(named)) or 0


def incident_of(connection: Connection, judges: Judges, post: str) -> str | None:
    """The incident that a post belongs to."""
    mine = and_(IncidentMember.model == judges.current, IncidentMember.post == post)
    return connection.scalar(select(IncidentMember.incident).where(mine))


def members_of(connection: Connection, judges: Judges, incident: str) -> list[str]:
    """The posts of an incident, the earliest first."""
    query = (
        select(IncidentMember.post)
        .join(PostRow, PostRow.key == IncidentMember.post)
        .where(IncidentMember.model == judges.current, IncidentMember.incident == incident)
        .order_by(PostRow.written_at, PostRow.key)
    )
    return list(connection.scalars(query))
