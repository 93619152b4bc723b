"""Daily counts with their denominators, as one `Filter` asks for them.

Where the filter asks for no more than the kept aggregates know (days, places, one product) they are
read; anything else is counted from the reports themselves. Both count alike: see `db.tally`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, FromClause, func, select

from db.judges import Judges
from db.queries import conditions
from db.tables import DailyCountRow, ExposureRow, PlaceRow, PostRow
from db.tally import count_three, total_three
from domain.causes import REPORT_DECISIONS, Decision
from domain.filter import Filter
from domain.products import ANY

# What neither the aggregates nor the exposure know: on these a rate has no denominator.
NARROWING = (
    "surfaces",
    "versions",
    "symptoms",
    "abstentions",
    "words",
    "incident",
    "least_probability",
    "reviews",
    "triage",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DailyRow:
    """Reports of one decision at one place on one UTC day, and what they are counted among."""

    day: date
    place: str
    source: str
    decision: Decision
    reports: int
    reporters: int
    threads: int
    posts: int  # judged posts of that product and language: the denominator of a rate
    all_reports: int  # reports of any decision, without the narrow conditions: of a share


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """Three ways of counting the same reports."""

    reports: int = 0
    reporters: int = 0  # authors, once in each thread
    threads: int = 0


def is_narrow(wanted: Filter) -> bool:
    """Whether the filter asks for something that the exposure lacks."""
    return any(getattr(wanted, name) for name in NARROWING)


def broad(wanted: Filter) -> Filter:
    """`wanted` without its causes and without what the exposure lacks."""
    empty = Filter()
    return replace(wanted, causes=(), **{name: getattr(empty, name) for name in NARROWING})


def decisions(wanted: Filter) -> tuple[Decision, ...]:
    """The decisions whose series are asked for."""
    asked = wanted.causes or REPORT_DECISIONS
    return tuple(decision for decision in REPORT_DECISIONS if decision in asked)


def daily(connection: Connection, filter: Filter, judges: Judges) -> list[DailyRow]:  # noqa: A002 - the noun
    """Every day and place with posts, every decision asked for, zeros included; by day and place.

    Days without any judged post are not there: whether they are zero or missing is for the reader
    to tell, who knows the gaps.
    """
    posts = exposure(connection, filter, judges)
    counts = _counts(connection, filter, judges)
    everything = broad(filter)
    among = _all_reports(
        counts if filter == everything else _counts(connection, everything, judges)
    )
    sources = {
        row.name: row.source for row in connection.execute(select(PlaceRow.name, PlaceRow.source))
    }
    return [
        DailyRow(
            day=day,
            place=place,
            source=sources[place],
            decision=decision,
            reports=reports,
            reporters=reporters,
            threads=threads,
            posts=posts.get((day, place), 0),
            all_reports=among.get((day, place), 0),
        )
        for day, place in sorted(posts.keys() | {(day, place) for day, place, _ in counts})
        for decision in decisions(filter)
        for reports, reporters, threads in [counts.get((day, place, decision.value), (0, 0, 0))]
    ]


def exposure(connection: Connection, filter: Filter, judges: Judges) -> dict[tuple[date, str], int]:  # noqa: A002 - the noun
    """(day, place) -> distinct posts judged, of the filter's products and languages."""
    if len(filter.products) <= 1:
        query = (
            select(ExposureRow.day, ExposureRow.place, func.sum(ExposureRow.posts))
            .where(*_cells(ExposureRow, filter, judges))
            .group_by(ExposureRow.day, ExposureRow.place)
        )
        if filter.languages:
            query = query.where(ExposureRow.language.in_(filter.languages))
    else:  # a post of two products may count once only
        everything = replace(broad(filter), causes=tuple(Decision))
        query = conditions.reports(
            everything, judges, PostRow.day, PostRow.place, func.count()
        ).group_by(PostRow.day, PostRow.place)
    return {(day, place): int(posts) for day, place, posts in connection.execute(query)}


def three_counts(
    connection: Connection,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
) -> dict[Decision | None, Counted]:
    """Decision -> counts over the whole period; under None those of all reports together.

    Distinct over the period, so less than the sum of its parts where somebody reported twice.
    Reviews count: a person's decision takes the place of the model's.
    """
    totals = total_three(connection, _rows(filter, judges), "decision")
    return {
        Decision(decision) if decision else None: Counted(reports=a, reporters=b, threads=c)
        for decision, (a, b, c) in totals.items()
    }


def _counts(
    connection: Connection, wanted: Filter, judges: Judges
) -> dict[tuple[date, str, str], tuple[int, int, int]]:
    """(day, place, decision) -> the three counts."""
    if is_narrow(wanted) or wanted.languages or len(wanted.products) > 1:
        cells = count_three(connection, _rows(wanted, judges), ("place", "decision"))
        return {(d, p, c): (a, b, t) for (d, p, c), (a, b, t) in cells.items()}
    row = DailyCountRow
    query = select(row.day, row.place, row.decision, row.reports, row.reporters, row.threads)
    query = query.where(*_cells(row, wanted, judges))
    return {(d, p, c): (a, b, t) for d, p, c, a, b, t in connection.execute(query)}


def _all_reports(
    counts: dict[tuple[date, str, str], tuple[int, int, int]],
) -> dict[tuple[date, str], int]:
    """(day, place) -> reports of every decision."""
    made: dict[tuple[date, str], int] = {}
    for (day, place, _), (reports, _, _) in counts.items():
        made[day, place] = made.get((day, place), 0) + reports
    return made


def _rows(wanted: Filter, judges: Judges) -> FromClause:
    """A row a report: key, day, place, thread, reporter, decision."""
    return conditions.reports(
        wanted,
        judges,
        PostRow.key,
        PostRow.day,
        PostRow.place,
        PostRow.thread,
        func.coalesce(PostRow.author, PostRow.key).label("reporter"),
        conditions.decision.label("decision"),
    ).subquery()


def _cells(
    table: type[ExposureRow] | type[DailyCountRow], wanted: Filter, judges: Judges
) -> Iterable[Any]:
    """What picks an aggregate's rows: the model of the day, one product or all, days, places."""
    yield judges.cover(table.model, table.day)
    yield table.product == (wanted.products[0] if wanted.products else ANY)
    if wanted.first_day:
        yield table.day >= wanted.first_day
    if wanted.last_day:
        yield table.day <= wanted.last_day
    if wanted.places:
        yield table.place.in_(wanted.places)
    if wanted.sources:
        yield table.place.in_(select(PlaceRow.name).where(PlaceRow.source.in_(wanted.sources)))
