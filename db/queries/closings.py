"""How the threads of reports were closed by their places."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, String, cast, func, select
from sqlalchemy.orm import aliased

from db.judges import Judges
from db.queries.conditions import reports
from db.tables import ClosingRow, OriginalRow, PostRow
from domain.closing import Closer, Ending
from domain.filter import Filter

_MONTH = 7  # characters of an ISO date


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """Threads of one place whose earliest report here is of one month, and that stand alike.

    `ending` is None where the source never said. `of_closed`: whether the original of a
    duplicate is closed itself; None where we know of no original, or not how it stands.
    """

    place: str
    month: str  # "2026-03"
    ending: Ending | None
    closer: Closer | None
    of_closed: bool | None
    threads: int
    reports: int


def endings(connection: Connection, filter: Filter, judges: Judges) -> list[Ended]:  # noqa: A002 - the noun
    """The threads with a report that matches, by place and month, each thread once."""
    each = (
        reports(
            filter,
            judges,
            PostRow.thread,
            func.min(PostRow.place).label("place"),
            func.min(PostRow.day).label("day"),
            func.count().label("reports"),
        )
        .group_by(PostRow.thread)
        .subquery("each")
    )
    first = aliased(ClosingRow)
    month = func.substr(cast(each.c.day, String), 1, _MONTH).label("month")
    alike = (
        each.c.place,
        month,
        ClosingRow.ending,
        ClosingRow.closer,
        first.ending.label("original"),
    )
    query = (
        select(*alike, func.count().label("threads"), func.sum(each.c.reports).label("posts"))
        .select_from(each)
        .outerjoin(ClosingRow, ClosingRow.thread == each.c.thread)
        .outerjoin(OriginalRow, OriginalRow.thread == each.c.thread)
        .outerjoin(first, first.thread == OriginalRow.original)
        .group_by(each.c.place, "month", ClosingRow.ending, ClosingRow.closer, first.ending)
        .order_by(each.c.place, "month")
    )
    return [
        Ended(
            place=row.place,
            month=row.month,
            ending=Ending(row.ending) if row.ending else None,
            closer=Closer(row.closer) if row.closer else None,
            of_closed=_of_closed(row.ending, row.original),
            threads=row.threads,
            reports=int(row.posts),
        )
        for row in connection.execute(query)
    ]


def _of_closed(ending: str | None, original: str | None) -> bool | None:
    if ending != Ending.DUPLICATE.value or original is None:
        return None
    return original != Ending.OPEN.value
