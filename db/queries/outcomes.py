"""How reports ended, by the last word of who wrote them: the post, its edits, later replies.

A later post of the same author in the same thread counts, be it a report or not ("update: support
restored it"). Others' words don't: what helped them may not have helped the reporter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from db.judges import Judges
from db.tables import FactRow, IncidentMember, PostRow, PostText
from domain.facts import Outcome

NAME = "outcome"  # of the fact


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """An outcome, the post that says it (the report itself, or a later one), and when it did."""

    outcome: Outcome
    post: str
    at: datetime


def outcomes_of(connection: Connection, keys: Collection[str], judges: Judges) -> dict[str, Ended]:
    """Post -> how it ended; absent where its author never says."""
    last = last_words(judges, keys)
    return {
        row.post: Ended(outcome=Outcome(row.outcome), post=row.said_in, at=row.said_at)
        for row in connection.execute(select(last))
    }


def outcomes_of_incidents(
    connection: Connection, incidents: Collection[str], judges: Judges
) -> dict[str, Counter[Outcome]]:
    """Incident -> its reports by outcome; reports that don't say are in none."""
    last = last_words(judges)
    query = (
        select(IncidentMember.incident, last.c.outcome, func.count())
        .join(last, last.c.post == IncidentMember.post)
        .where(IncidentMember.model == judges.current, IncidentMember.incident.in_(incidents))
        .group_by(IncidentMember.incident, last.c.outcome)
    )
    found: dict[str, Counter[Outcome]] = {}
    for incident, outcome, reports in connection.execute(query):
        found.setdefault(incident, Counter())[Outcome(outcome)] = reports
    return found


def last_words(judges: Judges, keys: Collection[str] | None = None) -> Subquery:
    """Rows of post, outcome, said_in and said_at: of `keys`, or of every post; one a post at most.

    It begins with what was said, which is rare, so that it costs little over many posts.
    """
    said = _said(judges).subquery("said")
    post = aliased(PostRow)
    by_same = or_(
        said.c.key == post.key, and_(said.c.author == post.author, said.c.at >= post.written_at)
    )
    newest_first = (said.c.at.desc(), said.c.key.desc())
    ranked = (
        select(
            post.key.label("post"),
            said.c.outcome,
            said.c.key.label("said_in"),
            said.c.at.label("said_at"),
            func.row_number().over(partition_by=post.key, order_by=newest_first).label("rank"),
        )
        .select_from(said)
        .join(post, and_(post.thread == said.c.thread, by_same))
    )
    if keys is not None:
        ranked = ranked.where(post.key.in_(keys))
    rows = ranked.subquery("ranked")
    return select(rows).where(rows.c.rank == 1).subquery("last_words")


def _said(judges: Judges) -> Select[str, str, str | None, str, datetime]:
    """Every outcome that a current text states, dated by the version that said it first."""
    earlier = aliased(FactRow)
    first = (
        select(
            earlier.post, earlier.model, earlier.value, func.min(earlier.version).label("version")
        )
        .where(earlier.name == NAME)
        .group_by(earlier.post, earlier.model, earlier.value)
        .subquery("first_said")
    )
    same = and_(
        first.c.post == FactRow.post,
        first.c.model == FactRow.model,
        first.c.value == FactRow.value,
    )
    text = and_(PostText.post == FactRow.post, PostText.version == first.c.version)
    written = case((PostText.version > 1, PostText.seen_at), else_=PostRow.written_at)
    at = func.coalesce(PostText.edited_at, written)
    return (
        select(
            PostRow.key,
            PostRow.thread,
            PostRow.author,
            FactRow.value.label("outcome"),
            at.label("at"),
        )
        .select_from(FactRow)
        .join(PostRow, and_(PostRow.key == FactRow.post, PostRow.version == FactRow.version))
        .join(first, same)
        .join(PostText, text)
        .where(FactRow.name == NAME, judges.cover(FactRow.model, PostRow.day))
    )
