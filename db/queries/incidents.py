"""Reports of the same failure, grouped: how far each incident reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select
from sqlalchemy.orm import aliased

from db.judges import Judges
from db.queries import conditions
from db.tables import AddressRow, IncidentMember, PlaceRow, PostRow, ThreadRow, VerdictRow
from domain.causes import REPORT_DECISIONS, Decision
from domain.filter import Filter


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The matching reports of one incident."""

    incident: str
    title: str  # of the thread; "" where the terms of its place don't allow texts to be exported
    first: datetime
    last: datetime
    reports: int
    reporters: int
    threads: int
    sources: int
    decisions: dict[Decision, int]
    url: str | None
    models: tuple[str, ...]  # that judged these reports


def iterate_incidents(connection: Connection, filter: Filter, judges: Judges) -> Iterator[Group]:  # noqa: A002 - the noun
    """Every incident with a matching report, the latest begun first."""
    counted = [
        func.sum(case((conditions.decision == d.value, 1), else_=0)).label(f"of_{d.value}")
        for d in REPORT_DECISIONS
    ]
    models = sorted({span.model for span in judges.spans})
    judged = [
        func.sum(case((VerdictRow.model == model, 1), else_=0)).label(f"by_{number}")
        for number, model in enumerate(models)
    ]
    member = (IncidentMember.post == PostRow.key) & (IncidentMember.model == judges.current)
    groups = (
        conditions.reports(
            filter,
            judges,
            IncidentMember.incident,
            func.min(PostRow.written_at).label("first"),
            func.max(PostRow.written_at).label("last"),
            func.count().label("reports"),
            func.count(func.coalesce(PostRow.author, PostRow.key).distinct()).label("reporters"),
            func.count(PostRow.thread.distinct()).label("threads"),
            func.count(PlaceRow.source.distinct()).label("sources"),
            *counted,
            *judged,
        )
        .join(IncidentMember, member)
        .group_by(IncidentMember.incident)
        .subquery()
    )
    earliest, thread, place = aliased(PostRow), aliased(ThreadRow), aliased(PlaceRow)
    title = case((place.export_text.is_(True), thread.title), else_="")
    query = (
        select(groups, title.label("title"), AddressRow.url)
        .join(earliest, earliest.key == groups.c.incident)
        .join(thread, thread.key == earliest.thread)
        .join(place, place.name == thread.place)
        .outerjoin(AddressRow, AddressRow.post == groups.c.incident)
        .order_by(groups.c.first.desc(), groups.c.incident.desc())
    )
    for row in connection.execute(query.execution_options(yield_per=500)):
        told = row._asdict()
        decisions: dict[Decision, int] = {
            d: int(told.pop(f"of_{d.value}")) for d in REPORT_DECISIONS
        }
        by = [told.pop(f"by_{number}") for number in range(len(models))]
        mine = tuple(model for model, reports in zip(models, by, strict=True) if reports)
        yield Group(**told, decisions=decisions, models=mine)
