"""The stored daily counts beside their denominators, days without reports included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from db.judges import Judges
from db.tables import DailyCountRow, ExposureRow, Gap, PlaceRow
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

    Raises `InputError` for a filter on something that daily counts aren't kept by.
    """
    _refuse(filter)
    gaps = connection.execute(select(Gap.place, Gap.began, Gap.ended)).all()
    rows = connection.execute(_query(filter, judges).execution_options(yield_per=1_000))
    for _, counted in groupby(rows, key=lambda row: (row.day, row.place, row.product)):
        found = {row.decision: row for row in counted}  # one row of None where nothing was counted
        one = next(iter(found.values()))
        in_gap = any(_touches(gap, one) for gap in gaps)
        for decision in filter.causes or REPORT_DECISIONS:
            row = found.get(decision.value)
            yield Day(
                day=one.day,
                source=one.source,
                place=one.place,
                frame=one.frame,
                product=one.product,
                decision=decision,
                reports=row.reports if row else 0,
                reporters=row.reporters if row else 0,
                threads=row.threads if row else 0,
                posts=one.posts,
                in_gap=in_gap,
                model=one.model,
            )


def _touches(gap: Row[*tuple[Any, ...]], one: Row[*tuple[Any, ...]]) -> bool:
    began = gap.began.date() <= one.day
    return bool(
        gap.place == one.place and began and (gap.ended is None or one.day <= gap.ended.date())
    )


def _refuse(wanted: Filter) -> None:
    for f in fields(Filter):
        if f.name not in KEPT_BY and getattr(wanted, f.name) != f.default:
            raise InputError(
                f"Daily counts can't be narrowed by {f.name}.",
                "Leave it out, or export the reports.",
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
