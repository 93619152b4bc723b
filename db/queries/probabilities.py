"""Sums of the models' probabilities by day: a way of counting that knows no threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, func, select

from db.judges import Judges
from db.tables import PostProduct, PostRow, VerdictRow
from domain.causes import Cause


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbabilityDay:
    """A day's judged posts at one place, added up by how probable a cause is."""

    day: date
    place: str
    sums: Sequence[float]  # in the order of `Cause`


def probability_sums(
    connection: Connection, judges: Judges, product: str, first: date, last: date
) -> list[ProbabilityDay]:
    """Of posts about `product` written from `first` to `last`, by day and place.

    Of each post the newest version that was judged, by the model of its day.
    """
    said = VerdictRow
    newest = func.row_number().over(partition_by=said.post, order_by=said.version.desc())
    mine = said.post.in_(select(PostProduct.post).where(PostProduct.product == product))
    days = and_(said.day >= first, said.day <= last)
    ranked = (
        select(said.post, said.judged, said.causes, newest.label("age"))
        .where(judges.cover(said.model, said.day), days, mine)
        .subquery("newest_verdict")
    )
    sums = [func.sum(ranked.c.causes[cause.value].as_float()) for cause in Cause]
    query = (
        select(PostRow.day, PostRow.place, *sums)
        .join(ranked, ranked.c.post == PostRow.key)
        .where(ranked.c.age == 1, ranked.c.judged.is_(True))
        .group_by(PostRow.day, PostRow.place)
        .order_by(PostRow.day, PostRow.place)
    )
    return [
        ProbabilityDay(day=day, place=place, sums=[float(value or 0.0) for value in values])
        for day, place, *values in connection.execute(query)
    ]
