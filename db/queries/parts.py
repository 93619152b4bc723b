"""What two spans of days are made of: reports and posts by place, language and kind of reporter.

From the models' verdicts alone, each day as its model judged it, like all that is tested.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from db.judges import Judges
from db.tables import PostProduct, PostRow
from db.tally import judged_posts
from domain.causes import REPORT_DECISIONS, Decision
from domain.products import ANY


class Reporter(StrEnum):
    """Whether the author of a report had reported before; unknown where no author is known."""

    NEW = "new"
    KNOWN = "known"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Days:
    """UTC days from `first` to `last`, both included."""

    first: date
    last: date

    def hold(self, day: date) -> bool:
        """Whether `day` is one of them."""
        return self.first <= day <= self.last


@dataclass(frozen=True, kw_only=True, slots=True)
class PartPosts:
    """Judged posts of one UTC day in one place and language: the denominator."""

    day: date
    place: str
    language: str
    posts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PartReports:
    """Reports of one UTC day, place, language and decision by one kind of reporter."""

    day: date
    place: str
    language: str
    decision: Decision
    reporter: Reporter
    reports: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Parted:
    """Both, by day, place and language; cells without any are not there."""

    posts: tuple[PartPosts, ...]
    reports: tuple[PartReports, ...]


def parted(
    connection: Connection, judges: Judges, product: str, spans: tuple[Days, Days], back: timedelta
) -> Parted:
    """Posts about `product` (`*`: all) on the days of two spans that don't overlap.

    A reporter is known in a span if the same author has a report of any kind, about any product, in
    the time `back` before the span's first day: as long for both, or the later span would know more
    of them. Without any such time nobody is told apart: all are unknown.
    """
    within = or_(*(_of(span) for span in spans))
    if product != ANY:
        about = select(PostProduct.post).where(PostProduct.product == product)
        within = and_(within, PostRow.key.in_(about))
    judged = judged_posts(judges, among=within).cte("judged")
    cell = (judged.c.day, judged.c.place, judged.c.language)
    exposed = connection.execute(select(*cell, func.count()).group_by(*cell).order_by(*cell))
    posts = tuple(
        PartPosts(day=day, place=place, language=language, posts=number)
        for day, place, language, number in exposed
    )
    known = {span: _known(connection, judges, span, back) for span in spans}
    query = select(*cell, judged.c.decision, judged.c.reporter, judged.c.key)
    counts = Counter[tuple[date, str, str, Decision, Reporter]]()
    for day, place, language, decision, who, key in connection.execute(
        query.where(judged.c.decision.in_(REPORT_DECISIONS))
    ):
        span = next(one for one in spans if one.hold(day))
        if who == key or not back:  # an unknown author is a reporter of its own
            kind = Reporter.UNKNOWN
        else:
            kind = Reporter.KNOWN if who in known[span] else Reporter.NEW
        counts[day, place, language, Decision(decision), kind] += 1
    return Parted(posts=posts, reports=tuple(_rows(counts)))


def _of(span: Days) -> ColumnElement[bool]:
    return PostRow.day.between(span.first, span.last)


def _known(connection: Connection, judges: Judges, span: Days, back: timedelta) -> set[str]:
    """Who wrote on these days and has a report in the time before them."""
    if not back:
        return set()
    wrote = select(PostRow.author).where(_of(span), PostRow.author.is_not(None))
    before = Days(span.first - back, span.first - timedelta(days=1))
    earlier = judged_posts(judges, among=and_(_of(before), PostRow.author.in_(wrote))).subquery()
    query = select(earlier.c.reporter).where(earlier.c.decision.in_(REPORT_DECISIONS)).distinct()
    return set(connection.scalars(query))


def _rows(counts: Counter[tuple[date, str, str, Decision, Reporter]]) -> list[PartReports]:
    return [
        PartReports(
            day=day,
            place=place,
            language=language,
            decision=decision,
            reporter=reporter,
            reports=number,
        )
        for (day, place, language, decision, reporter), number in sorted(counts.items())
    ]
