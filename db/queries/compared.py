"""What two models say of the same posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.orm import aliased

from db.queries.reports import probabilities
from db.tables import ModelRow, PlaceRow, PostRow, VerdictRow
from domain.causes import Cause, Decision


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A model's verdict, as far as it is compared."""

    decision: Decision
    report_probability: float
    causes: Mapping[Cause, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """What two models say of the current version of a post."""

    post: str
    source: str
    place: str
    day: date
    first: Said
    second: Said


def models(connection: Connection) -> list[tuple[str, int]]:
    """Every model that judged posts here with the number of its verdicts, the newest first."""
    query = (
        select(ModelRow.id, func.count(VerdictRow.post))
        .outerjoin(VerdictRow, VerdictRow.model == ModelRow.id)
        .group_by(ModelRow.id, ModelRow.first_used_at)
        .order_by(ModelRow.first_used_at.desc(), ModelRow.id)
    )
    return [(model, int(verdicts)) for model, verdicts in connection.execute(query)]


def pairs(connection: Connection, first: str, second: str) -> Iterator[Pair]:
    """Every post whose current version both models judged, by key."""
    one, other = aliased(VerdictRow), aliased(VerdictRow)
    same = and_(other.post == one.post, other.version == one.version, other.model == second)
    query = (
        select(
            PostRow.key,
            PlaceRow.source,
            PostRow.place,
            PostRow.day,
            one.decision.label("decision"),
            one.report_probability.label("report"),
            one.causes.label("causes"),
            other.decision.label("other_decision"),
            other.report_probability.label("other_report"),
            other.causes.label("other_causes"),
        )
        .join(one, and_(one.post == PostRow.key, one.version == PostRow.version))
        .join(other, same)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .where(one.model == first)
        .order_by(PostRow.key)
    )
    for row in connection.execute(query.execution_options(yield_per=1_000)):
        yield Pair(
            post=row.key,
            source=row.source,
            place=row.place,
            day=row.day,
            first=_said(row.decision, row.report, row.causes),
            second=_said(row.other_decision, row.other_report, row.other_causes),
        )


def decided_otherwise(
    connection: Connection, first: str, second: str
) -> dict[tuple[Decision, Decision], int]:
    """What both decide of the posts whose current version both judged: (first, second) -> posts."""
    one, other = aliased(VerdictRow), aliased(VerdictRow)
    same = and_(other.post == one.post, other.version == one.version, other.model == second)
    query = (
        select(one.decision.label("first"), other.decision.label("second"), func.count())
        .select_from(PostRow)
        .join(one, and_(one.post == PostRow.key, one.version == PostRow.version))
        .join(other, same)
        .where(one.model == first)
        .group_by(one.decision, other.decision)
    )
    return {(Decision(a), Decision(b)): int(n) for a, b, n in connection.execute(query)}


def _said(decision: str, report: float, causes: dict[str, float]) -> Said:
    return Said(
        decision=Decision(decision), report_probability=report, causes=probabilities(causes)
    )
