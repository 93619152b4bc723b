"""The daily counts as they are shown beside their denominators, days without reports included."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from db.judges import Judges
from db.tables import DailyCountRow, ExposureRow, Gap, PlaceRow
from db.tally import Key, Values, plus, reviewed
from domain.causes import REPORT_DECISIONS, Decision
from domain.errors import InputError
from domain.filter import Filter

# What daily counts are kept by; on anything else they can't be narrowed.
KEPT_BY = ("first_day", "last_day", "products", "sources", "places", "causes")


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One day, place, product and decision."""

    day: date
    source: str
    place: str
    frame: str
    product: str
    decision: Decision
    reports: int
    reporters: int
    threads: int
    posts: int
    in_gap: bool
    model: str


def iterate_daily(connection: Connection, filter: Filter, judges: Judges) -> Iterator[Day]:  # noqa: A002 - the noun
    """Every day on which something was judged, by place, product and decision, in that order.

    People's reviews count. Raises `InputError` for a filter on something that daily counts aren't
    kept by.
    """
    refuse_others(filter, KEPT_BY, "Daily counts")
    gaps = connection.execute(select(Gap.place, Gap.began, Gap.ended)).all()
    for cell, counts in _shown(connection, filter, judges):
        in_gap = any(_touches(gap, cell) for gap in gaps)
        for decision in filter.causes or REPORT_DECISIONS:
            reports, reporters, threads = counts.get(decision.value, (0, 0, 0))
            yield Day(
                day=cell.day,
                source=cell.source,
                place=cell.place,
                frame=cell.frame,
                product=cell.product,
                decision=decision,
                reports=reports,
                reporters=reporters,
                threads=threads,
                posts=cell.posts,
                in_gap=in_gap,
                model=cell.model,
            )


@dataclass(frozen=True, slots=True)
class _Cell:
    """A day, place and product with its posts."""

    day: date
    place: str
    product: str
    model: str
    source: str
    frame: str
    posts: int

    @property
    def key(self) -> tuple[date, str, str]:
        return (self.day, self.place, self.product)


def _shown(
    connection: Connection, wanted: Filter, judges: Judges
) -> Iterator[tuple[_Cell, dict[str, Values]]]:
    """Every cell with its counts by decision, in order."""
    by_people = reviewed(connection, judges)
    counts: dict[Key, dict[Key, Values]] = {}
    for (*where, decision), value in by_people.counts.items():
        counts.setdefault(tuple(where), {})[(decision,)] = value
    posts: dict[Key, int] = {}
    for (*where, _language), (more,) in by_people.exposure.items():
        posts[tuple(where)] = posts.get(tuple(where), 0) + more
    rows = connection.execute(_query(wanted, judges).execution_options(yield_per=1_000))
    stored = groupby(rows, key=lambda row: _Cell(*row[:7]))
    waiting = _new(connection, wanted, judges, posts)
    for cell, counted in _merged(stored, waiting):
        held: dict[Key, Values] = {
            (row.decision,): (row.reports, row.reporters, row.threads)
            for row in counted
            if row.decision is not None  # one row of None where nothing was counted
        }
        made = plus(held, counts.get(cell.key, {}))
        shown = replace(cell, posts=max(0, cell.posts + posts.get(cell.key, 0)))
        yield shown, {decision: value for (decision,), value in made.items()}


def _merged(
    stored: Iterable[tuple[_Cell, Iterator[Any]]], waiting: list[_Cell]
) -> Iterator[tuple[_Cell, Iterator[Any]]]:
    """Stored cells with their rows, and those without any, in order."""
    for cell, counted in stored:
        while waiting and waiting[0].key < cell.key:
            yield waiting.pop(0), iter(())
        yield cell, counted
    yield from ((cell, iter(())) for cell in waiting)


def _new(
    connection: Connection, wanted: Filter, judges: Judges, posts: dict[Key, int]
) -> list[_Cell]:
    """Cells in which people alone judged posts, without these posts: the model refused them all."""
    if not posts:
        return []
    judged = _judged(wanted, judges).where(ExposureRow.day.in_({key[0] for key in posts}))
    stored = {tuple(row[:3]) for row in connection.execute(judged)}
    query = select(PlaceRow.name, PlaceRow.source, PlaceRow.frame)
    if wanted.sources:
        query = query.where(PlaceRow.source.in_(wanted.sources))
    if wanted.places:
        query = query.where(PlaceRow.name.in_(wanted.places))
    places = {name: (source, frame) for name, source, frame in connection.execute(query)}
    first, last = wanted.first_day or date.min, wanted.last_day or date.max
    return [
        _Cell(day, place, product, judges.of_day(day), *places[place], 0)
        for day, place, product in sorted(posts.keys() - stored)
        if place in places and first <= day <= last and product in (wanted.products or (product,))
    ]


def _touches(gap: Row[*tuple[Any, ...]], one: _Cell) -> bool:
    began = gap.began.date() <= one.day
    return bool(
        gap.place == one.place and began and (gap.ended is None or one.day <= gap.ended.date())
    )


def refuse_others(wanted: Filter, kept_by: Collection[str], what: str) -> None:
    """Raises `InputError` for a filter on something that `what` isn't kept by."""
    for f in fields(Filter):
        if f.name not in kept_by and getattr(wanted, f.name) != f.default:
            raise InputError(
                f"{what} can't be narrowed by {f.name}.", "Leave it out, or export the reports."
            )


def _query(wanted: Filter, judges: Judges) -> Select[*tuple[Any, ...]]:
    judged = _judged(wanted, judges).subquery()
    counted = and_(
        DailyCountRow.day == judged.c.day,
        DailyCountRow.place == judged.c.place,
        DailyCountRow.product == judged.c.product,
        DailyCountRow.model == judged.c.model,
    )
    columns = (
        DailyCountRow.decision,
        DailyCountRow.reports,
        DailyCountRow.reporters,
        DailyCountRow.threads,
    )
    in_order = (judged.c.day, judged.c.place, judged.c.product, DailyCountRow.decision)
    return select(judged, *columns).outerjoin(DailyCountRow, counted).order_by(*in_order)


def _judged(wanted: Filter, judges: Judges) -> Select[*tuple[Any, ...]]:
    """Day, place and product with the number of posts that were judged, over all languages."""
    by = (ExposureRow.day, ExposureRow.place, ExposureRow.product, ExposureRow.model)
    query = (
        select(*by, PlaceRow.source, PlaceRow.frame, func.sum(ExposureRow.posts).label("posts"))
        .join(PlaceRow, PlaceRow.name == ExposureRow.place)
        .where(judges.cover(ExposureRow.model, ExposureRow.day))
        .group_by(*by, PlaceRow.source, PlaceRow.frame)
    )
    if wanted.first_day:
        query = query.where(ExposureRow.day >= wanted.first_day)
    if wanted.last_day:
        query = query.where(ExposureRow.day <= wanted.last_day)
    if wanted.products:
        query = query.where(ExposureRow.product.in_(wanted.products))
    if wanted.sources:
        query = query.where(PlaceRow.source.in_(wanted.sources))
    if wanted.places:
        query = query.where(ExposureRow.place.in_(wanted.places))
    return query
