"""Reports of the same failure, grouped: how far each incident reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from db.among import among
from db.judges import Judges
from db.queries import attached, conditions
from db.queries.outages import Explanation, Written, explanations
from db.queries.reports import Mark
from db.tables import AddressRow, IncidentMember, PlaceRow, PostRow, ThreadRow, VerdictRow
from domain.causes import REPORT_DECISIONS, Decision
from domain.filter import Filter
from domain.nouns import Role

BATCH = 500  # incidents whose members are held at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The matching reports of one incident, and the replies that corroborate it.

    `reporters` counts each author once, wherever he writes; a post without one counts as one.
    """

    incident: str
    title: str  # of the thread; "" where the terms of its place don't allow texts to be exported
    first: datetime
    last: datetime
    reports: int
    corroborations: int  # replies that only say "same here", from the same days and places
    reporters: int
    threads: int
    sources: int
    decisions: dict[Decision, int]
    explanations: tuple[Explanation, ...]  # official outages while the reports were written
    reports_in_outages: int
    url: str | None
    models: tuple[str, ...]  # that judged these reports


def iterate_incidents(connection: Connection, filter: Filter, judges: Judges) -> Iterator[Group]:  # noqa: A002 - the noun
    """Every incident with a matching report, the latest begun first."""
    rows = connection.execute(_begun(filter, judges).execution_options(yield_per=BATCH))
    for part in rows.partitions(BATCH):
        yield from _in_full(connection, filter, judges, part)


def list_incidents(
    connection: Connection,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    *,
    limit: int,
    least_reports: int = 1,
    after: Mark | None = None,
) -> list[Group]:
    """At most `limit` incidents, the latest begun first, those after `after` in that order.

    `least_reports`: of those that match; `after`: when the last one shown began, and its key.
    """
    begun = _begun(filter, judges, least_reports)
    if after is not None:
        first, key = begun.selected_columns["first"], begun.selected_columns["incident"]
        earlier = and_(first == after.written_at, key < after.key)
        begun = begun.where(or_(first < after.written_at, earlier))
    rows = connection.execute(begun.limit(limit)).all()
    return list(_in_full(connection, filter, judges, rows))


def count_incidents(
    connection: Connection,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    least_reports: int = 1,
) -> int:
    """How many incidents have at least so many matching reports."""
    groups = conditions.reports(filter, judges, IncidentMember.incident)
    groups = groups.join(IncidentMember, _reporting(judges)).group_by(IncidentMember.incident)
    groups = groups.having(func.count() >= least_reports)
    return connection.scalar(select(func.count()).select_from(groups.subquery())) or 0


def _in_full(
    connection: Connection, wanted: Filter, judges: Judges, rows: Sequence[Row[Any]]
) -> Iterator[Group]:
    reach = _reach(connection, wanted, judges, [row.incident for row in rows])
    models = _models(judges)
    for row in rows:
        yield _group(row._asdict(), reach[row.incident], models)


def _models(judges: Judges) -> list[str]:
    return sorted({span.model for span in judges.spans})


def _begun(wanted: Filter, judges: Judges, least_reports: int = 1) -> Select[Any]:
    """Incidents with what SQL can count of them, the latest begun first."""
    counted = [
        func.sum(case((conditions.decision == d.value, 1), else_=0)).label(f"of_{d.value}")
        for d in REPORT_DECISIONS
    ]
    judged = [
        func.sum(case((VerdictRow.model == model, 1), else_=0)).label(f"by_{number}")
        for number, model in enumerate(_models(judges))
    ]
    groups = (
        conditions.reports(
            wanted,
            judges,
            IncidentMember.incident,
            func.min(PostRow.written_at).label("first"),
            func.max(PostRow.written_at).label("last"),
            func.count().label("reports"),
            func.count(PostRow.thread.distinct()).label("threads"),
            func.count(PlaceRow.source.distinct()).label("sources"),
            *counted,
            *judged,
        )
        .join(IncidentMember, _reporting(judges))
        .group_by(IncidentMember.incident)
        .having(func.count() >= least_reports)
        .subquery()
    )
    earliest, thread, place = aliased(PostRow), aliased(ThreadRow), aliased(PlaceRow)
    title = case((place.export_text.is_(True), thread.title), else_="")
    return (
        select(groups, title.label("title"), AddressRow.url)
        .join(earliest, earliest.key == groups.c.incident)
        .join(thread, thread.key == earliest.thread)
        .join(place, place.name == thread.place)
        .outerjoin(AddressRow, AddressRow.post == groups.c.incident)
        .order_by(groups.c.first.desc(), groups.c.incident.desc())
    )


def _reporting(judges: Judges) -> Any:
    return (
        (IncidentMember.post == PostRow.key)
        & (IncidentMember.model == judges.current)
        & (IncidentMember.role == Role.REPORT.value)
    )


def _group(told: dict[str, Any], reach: Reach, models: Sequence[str]) -> Group:
    decisions: dict[Decision, int] = {d: int(told.pop(f"of_{d.value}")) for d in REPORT_DECISIONS}
    by = [told.pop(f"by_{number}") for number in range(len(models))]
    mine = tuple(model for model, reports in zip(models, by, strict=True) if reports)
    return Group(
        **told,
        corroborations=reach.corroborations,
        reporters=reach.reporters,
        explanations=reach.explanations,
        reports_in_outages=reach.reports_in_outages,
        decisions=decisions,
        models=mine,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What is counted of an incident's members one by one."""

    corroborations: int
    reporters: int
    explanations: tuple[Explanation, ...]
    reports_in_outages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Member:
    incident: str
    post: str
    reporter: str
    at: datetime


def _reach(
    connection: Connection, wanted: Filter, judges: Judges, incidents: Sequence[str]
) -> dict[str, Reach]:
    """Incident -> how far the members reach that match."""
    columns = (
        IncidentMember.incident,
        PostRow.key.label("post"),
        func.coalesce(PostRow.author, PostRow.key).label("reporter"),
        PostRow.written_at.label("at"),
    )
    mine = among(connection, IncidentMember.incident, incidents)
    reports = conditions.reports(wanted, judges, *columns).join(IncidentMember, _reporting(judges))
    same = (
        select(*columns)
        .join(PostRow, PostRow.key == IncidentMember.post)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .where(IncidentMember.model == judges.current)
        .where(IncidentMember.role == Role.CORROBORATES.value)
    )
    if wanted.first_day:
        same = same.where(PostRow.day >= wanted.first_day)
    if wanted.last_day:
        same = same.where(PostRow.day <= wanted.last_day)
    if wanted.sources:
        same = same.where(PlaceRow.source.in_(wanted.sources))
    if wanted.places:
        same = same.where(PostRow.place.in_(wanted.places))
    told = [_Member(**row._asdict()) for row in connection.execute(reports.where(mine))]
    agreed = [_Member(**row._asdict()) for row in connection.execute(same.where(mine))]
    return _reaches(connection, incidents, told, agreed)


def _reaches(
    connection: Connection,
    incidents: Collection[str],
    told: Sequence[_Member],
    agreed: Sequence[_Member],
) -> dict[str, Reach]:
    """`told`: the reports; `agreed`: the replies that corroborate."""
    products: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(told), BATCH):
        part = [member.post for member in told[start : start + BATCH]]
        products |= attached.products_of(connection, part)
    by_post = explanations(
        connection,
        [Written(group=m.post, products=products.get(m.post, ()), at=m.at) for m in told],
    )
    reporters: dict[str, set[str]] = {incident: set() for incident in incidents}
    posts: dict[str, list[str]] = {incident: [] for incident in incidents}
    corroborations = dict.fromkeys(incidents, 0)
    for member in told:
        posts[member.incident].append(member.post)
        reporters[member.incident].add(member.reporter)
    for member in agreed:
        corroborations[member.incident] += 1
        reporters[member.incident].add(member.reporter)
    return {
        incident: Reach(
            corroborations=corroborations[incident],
            reporters=len(reporters[incident]),
            explanations=_added_up(by_post, posts[incident]),
            reports_in_outages=sum(post in by_post for post in posts[incident]),
        )
        for incident in incidents
    }


def _added_up(
    by_post: Mapping[str, Sequence[Explanation]], posts: Sequence[str]
) -> tuple[Explanation, ...]:
    found: dict[str, Explanation] = {}
    for told in (one for post in posts for one in by_post.get(post, ())):
        before = found.get(told.outage.key)
        posts_ = told.posts + (before.posts if before else 0)
        found[told.outage.key] = Explanation(outage=told.outage, posts=posts_)
    return tuple(sorted(found.values(), key=lambda e: (e.outage.started_at, e.outage.key)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """How far an incident reaches, whatever a filter would leave of it."""

    key: str
    reports: int
    corroborations: int
    reporters: int
    threads: int


def spread(connection: Connection, incident: str, judges: Judges) -> Spread:
    """All members of an incident, counted."""
    corroborating = IncidentMember.role == Role.CORROBORATES.value
    query = (
        select(
            func.count().label("members"),
            func.sum(case((corroborating, 1), else_=0)).label("corroborations"),
            func.count(func.coalesce(PostRow.author, PostRow.key).distinct()).label("reporters"),
            func.count(PostRow.thread.distinct()).label("threads"),
        )
        .select_from(IncidentMember)
        .join(PostRow, PostRow.key == IncidentMember.post)
        .where(IncidentMember.model == judges.current, IncidentMember.incident == incident)
    )
    row = connection.execute(query).one()
    corroborations = int(row.corroborations or 0)
    return Spread(
        key=incident,
        reports=row.members - corroborations,
        corroborations=corroborations,
        reporters=row.reporters,
        threads=row.threads,
    )
