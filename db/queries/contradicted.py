"""Posts of which people decided otherwise than the model, the surest verdicts first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from heapq import nlargest
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from db.judges import Judges
from db.queries.reports import probabilities
from db.reviews import counting
from db.tables import PlaceRow, PostRow, ReviewRow, VerdictRow
from domain.causes import Cause, Decision


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradicted:
    """What the model decided of the current version of a post, how sure it was, and the person."""

    post: str
    source: str
    place: str
    written_at: datetime
    said: Decision
    probability: float  # of what it said; of no report: that it is none
    decision: Decision
    blind: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradictions:
    """The surest of `posts` contradictions, among `reviewed` posts of which the model decided."""

    reviewed: int
    posts: int
    surest: tuple[Contradicted, ...]


def contradictions(connection: Connection, judges: Judges, *, limit: int = 25) -> Contradictions:
    """Where the review that counts names another decision than the model's.

    A second cause that a person named is no contradiction, nor is the model's undetermined: it
    claimed nothing.
    """
    both = _decided_by_both(judges)
    reviewed = connection.scalar(select(func.count()).select_from(both.subquery())) or 0
    otherwise = both.where(
        ReviewRow.decision != VerdictRow.decision,
        or_(ReviewRow.secondary.is_(None), ReviewRow.secondary != VerdictRow.decision),
    )
    posts = connection.scalar(select(func.count()).select_from(otherwise.subquery())) or 0
    each = (_read(row) for row in connection.execute(otherwise))
    surest = nlargest(limit, each, key=lambda one: (one.probability, one.post))
    return Contradictions(reviewed=reviewed, posts=posts, surest=tuple(surest))


def _decided_by_both(judges: Judges) -> Select[Any]:
    of_it = and_(counting.c.post == PostRow.key, counting.c.version == PostRow.version)
    current = and_(
        VerdictRow.post == PostRow.key,
        VerdictRow.version == PostRow.version,
        judges.cover(VerdictRow.model, VerdictRow.day),
    )
    return (
        select(
            PostRow.key,
            PostRow.place,
            PostRow.written_at,
            PlaceRow.source,
            VerdictRow.decision.label("said"),
            VerdictRow.report_probability,
            VerdictRow.causes,
            ReviewRow.decision,
            ReviewRow.blind,
        )
        .join(counting, of_it)
        .join(ReviewRow, ReviewRow.number == counting.c.number)
        .join(VerdictRow, current)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .where(VerdictRow.judged.is_(True), VerdictRow.decision != Decision.UNDETERMINED.value)
    )


def _read(row: Row[Any]) -> Contradicted:
    said = Decision(row.said)
    return Contradicted(
        post=row.key,
        source=row.source,
        place=row.place,
        written_at=row.written_at,
        said=said,
        probability=_sure(said, row.report_probability, probabilities(row.causes)),
        decision=Decision(row.decision),
        blind=row.blind,
    )


def _sure(said: Decision, report: float, causes: Mapping[Cause, float]) -> float:
    return 1 - report if said is Decision.NOT_A_REPORT else causes[Cause(said.value)]
