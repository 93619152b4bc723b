"""What a chart said on an earlier day: the kept lines of what was shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from db.tables import Published
from domain.causes import Decision
from domain.products import ANY


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownDay:
    """A whole day as it was shown: whose verdicts, and since when it stood so."""

    day: date
    place: str
    product: str
    decision: Decision
    model: str
    reports: int
    reporters: int
    threads: int
    posts: int
    at: datetime


def shown_at(
    connection: Connection,
    moment: datetime,
    *,
    products: Collection[str] = (ANY,),
    places: Collection[str] = (),
    decisions: Collection[Decision] = (),
    first: date | None = None,
    last: date | None = None,
) -> list[ShownDay]:
    """What the daily series of these products, places and decisions said at `moment`.

    By day, place, product and decision; none named is all of them. Days that were not whole then,
    or not collected, aren't there. A day that had come to nothing has zeros.
    """
    row = Published
    cell = (row.day, row.place, row.product, row.decision)
    newest = func.row_number().over(partition_by=cell, order_by=row.number.desc()).label("age")
    ranked = select(row.__table__, newest).where(row.at <= moment)
    for column, wanted in ((row.product, products), (row.place, places), (row.decision, decisions)):
        if wanted:
            ranked = ranked.where(column.in_([str(one) for one in wanted]))
    if first:
        ranked = ranked.where(row.day >= first)
    if last:
        ranked = ranked.where(row.day <= last)
    of = ranked.subquery().c
    query = select(*of).where(of.age == 1).order_by(of.day, of.place, of.product, of.decision)
    return [
        ShownDay(
            day=found.day,
            place=found.place,
            product=found.product,
            decision=Decision(found.decision),
            model=found.model,
            reports=found.reports,
            reporters=found.reporters,
            threads=found.threads,
            posts=found.posts,
            at=found.at,
        )
        for found in connection.execute(query)
    ]
