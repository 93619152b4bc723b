"""Daily counts with their denominators, as one `Filter` asks for them.

Where the filter asks for no more than the kept aggregates know (days, places, one product) they are
read, and what people's reviews change in them is added; anything else is counted from the reports
themselves. Both count alike: see `db.tally`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, FromClause, func, select

from db.judges import Judges
from db.queries import conditions
from db.tables import DailyCountRow, ExposureRow, PlaceRow, PostRow
from db.tally import Cells, Key, Values, count_three, plus, reviewed, total_three
from domain.causes import REPORT_DECISIONS, Decision
from domain.errors import InputError
from domain.filter import Filter
from domain.products import ANY

# What neither the aggregates nor the exposure know: on these a rate has no denominator.
NARROWING = (
    "surfaces",
    "versions",
    "symptoms",
    "safety_kinds",
    "severities",
    "plans",
    "outcomes",
    "abstentions",
    "words",
    "incident",
    "least_probability",
    "reviews",
    "triage",
    "closed",
    "streams",
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

    What is shown: people's reviews count. Days without any judged post are not there: whether they
    are zero or missing is for the reader to tell, who knows the gaps.
    """
    return _daily(connection, filter, judges, reviewed(connection, judges))


def daily_as_judged(connection: Connection, filter: Filter, judges: Judges) -> list[DailyRow]:  # noqa: A002 - the noun
    """The same from the models' verdicts alone: what tests of changes need.

    People review the days that strike them, so their decisions would make those days differ from
    the others. Raises `InputError` for a filter that the kept counts don't know: what is shown
    through it is explored, never tested.
    """
    if _is_counted(filter):
        raise InputError(
            "Only kept counts are tested.",
            "Filter by days, places, sources, causes or one product.",
        )
    nothing = Cells(judges=judges, exposure={}, counts={})
    return _daily(connection, filter, judges, nothing)


def _is_counted(wanted: Filter) -> bool:
    """Whether counts of this filter are made from the reports, since none are kept."""
    return is_narrow(wanted) or bool(wanted.languages) or len(wanted.products) > 1


def _daily(
    connection: Connection,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    by_people: Cells,
) -> list[DailyRow]:
    posts = exposure(connection, filter, judges, by_people)
    counts = _counts(connection, filter, judges, by_people)
    everything = broad(filter)
    among = _all_reports(
        counts if filter == everything else _counts(connection, everything, judges, by_people)
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


def exposure(
    connection: Connection,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    by_people: Cells | None = None,
) -> dict[tuple[date, str], int]:
    """(day, place) -> distinct posts judged, of the filter's products and languages.

    Those that a person judged where the model refused to are among them; `by_people` is
    `tally.reviewed`, where the caller has it.
    """
    if len(filter.products) > 1:  # a post of two products may count once only
        everything = replace(broad(filter), causes=tuple(Decision))
        each = conditions.reports(everything, judges, PostRow.day, PostRow.place, func.count())
        rows = connection.execute(each.group_by(PostRow.day, PostRow.place))
        return {(day, place): int(posts) for day, place, posts in rows}
    query = (
        select(ExposureRow.day, ExposureRow.place, func.sum(ExposureRow.posts))
        .where(*_cells(ExposureRow, filter, judges))
        .group_by(ExposureRow.day, ExposureRow.place)
    )
    if filter.languages:
        query = query.where(ExposureRow.language.in_(filter.languages))
    posts = {(day, place): int(posts) for day, place, posts in connection.execute(query)}
    by_people = by_people or reviewed(connection, judges)
    for (day, place, _, language), (more,) in _of(connection, by_people.exposure, filter):
        if not filter.languages or language in filter.languages:
            posts[day, place] = max(0, posts.get((day, place), 0) + more)
    return posts


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
    connection: Connection, wanted: Filter, judges: Judges, by_people: Cells
) -> dict[tuple[date, str, str], tuple[int, int, int]]:
    """(day, place, decision) -> the three counts."""
    if _is_counted(wanted):
        cells = count_three(connection, _rows(wanted, judges), ("place", "decision"))
        return {(d, p, c): (a, b, t) for (d, p, c), (a, b, t) in cells.items()}
    row = DailyCountRow
    query = select(
        row.day, row.place, row.product, row.decision, row.reports, row.reporters, row.threads
    ).where(*_cells(row, wanted, judges))
    held: dict[Key, Values] = {tuple(key): (a, b, t) for *key, a, b, t in connection.execute(query)}
    shown = plus(held, dict(_of(connection, by_people.counts, wanted)))
    return {(d, p, c): (a, b, t) for (d, p, _, c), (a, b, t) in shown.items()}


def _of(
    connection: Connection, changes: dict[Key, Values], wanted: Filter
) -> Iterator[tuple[Key, Values]]:
    """Those of `changes` that concern the days, places and the product of the filter."""
    if not changes:
        return
    product = wanted.products[0] if wanted.products else ANY
    query = select(PlaceRow.name)
    if wanted.places:
        query = query.where(PlaceRow.name.in_(wanted.places))
    if wanted.sources:
        query = query.where(PlaceRow.source.in_(wanted.sources))
    places = set(connection.scalars(query))
    first, last = wanted.first_day or date.min, wanted.last_day or date.max
    for key, value in changes.items():
        if key[1] in places and key[2] == product and first <= key[0] <= last:
            yield key, value


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
