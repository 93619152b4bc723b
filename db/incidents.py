"""Which reports belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, delete, select

from db.judges import Judges
from db.tables import IncidentMember, PostRow, VerdictRow
from db.upsert import slices, upsert
from domain.causes import Decision
from domain.nouns import Incident


@dataclass(frozen=True, kw_only=True, slots=True)
class ThreadPost:
    """A post in its thread, and whether the model of its day takes it for a report."""

    post: str
    parent: str | None
    written_at: datetime
    is_report: bool


def threads_with_reports(connection: Connection, judges: Judges) -> Iterator[list[ThreadPost]]:
    """Every thread that holds a report, as all its posts (without texts)."""
    shown = judges.cover(VerdictRow.model, VerdictRow.day)
    reports = (
        select(PostRow.thread)
        .join(
            VerdictRow, (VerdictRow.post == PostRow.key) & (VerdictRow.version == PostRow.version)
        )
        .where(shown, VerdictRow.decision != Decision.NOT_A_REPORT.value)
    )
    rows = connection.execute(
        select(PostRow.thread, PostRow.key, PostRow.parent, PostRow.written_at, VerdictRow.decision)
        .outerjoin(
            VerdictRow,
            (VerdictRow.post == PostRow.key) & (VerdictRow.version == PostRow.version) & shown,
        )
        .where(PostRow.thread.in_(reports))
        .order_by(PostRow.thread, PostRow.key)
        .execution_options(yield_per=1_000)
    )
    for _thread, posts in groupby(rows, key=lambda row: row[0]):
        yield [
            ThreadPost(
                post=key,
                parent=parent,
                written_at=written_at,
                is_report=decision not in (None, Decision.NOT_A_REPORT.value),
            )
            for _, key, parent, written_at, decision in posts
        ]


def save_incidents(
    connection: Connection, model: str, posts: Sequence[str], incidents: Sequence[Incident]
) -> int:
    """Replaces the memberships of `posts` by those of `incidents`; gives how many there are.

    `model`: the current one when they were grouped; members may be judged by an earlier one.

    Rows that stay as they are aren't written again.
    """
    wanted = {member: incident.key for incident in incidents for member in incident.members}
    known: dict[str, str] = {}
    for part in slices(posts):
        rows = connection.execute(
            select(IncidentMember.post, IncidentMember.incident).where(
                IncidentMember.model == model, IncidentMember.post.in_(part)
            )
        )
        known.update(dict(rows.all()))
    for part in slices([post for post in known if post not in wanted]):
        connection.execute(
            delete(IncidentMember).where(
                IncidentMember.model == model, IncidentMember.post.in_(part)
            )
        )
    news = [
        {"post": post, "model": model, "incident": incident}
        for post, incident in wanted.items()
        if known.get(post) != incident
    ]
    upsert(connection, IncidentMember, news, update=("incident",))
    return len(wanted)
