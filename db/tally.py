"""Adding verdicts up: reports, reporters, threads and judged posts.

A report counts on its post's day. A reporter (an author in a thread) and a thread count once for
each decision, on the day of their first report, so that days add up to weeks without counting
anybody twice. A post without a known author is a reporter of its own. Deleted posts stay counted.
Posts that the model refused to judge (language, length) count nowhere.

What is stored adds up one model's verdicts, which tests of changes need: people review the days
that strike them. What is shown adds `reviewed`: see there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
)

from db.judges import Judges
from db.reviews import counting
from db.tables import PostProduct, PostRow, ReviewRow, VerdictRow
from domain.causes import REPORT_DECISIONS
from domain.products import ANY, UNKNOWN

Key = tuple[Any, ...]
Values = tuple[int, ...]
# (day, place, product, language) -> (posts,)
ExposureCells = dict[Key, Values]
# (day, place, product, decision) -> (reports, reporters, threads)
CountCells = dict[Key, Values]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cells:
    """Both tables as the verdicts that are shown make them."""

    judges: Judges
    exposure: ExposureCells
    counts: CountCells


def computed(connection: Connection, judges: Judges) -> Cells:
    """What the verdicts of each day's model add up to now."""
    return _added_up(connection, judges, judged_posts(judges))


def reviewed(connection: Connection, judges: Judges) -> Cells:
    """What people's reviews change in the cells above; values may be negative.

    A review takes the place of the verdict on the version that it is about, and brings a post that
    the model refused to judge into the counts. Only threads with a review are counted, once as the
    model and once as people see them, so that reporters and threads come out right, too.
    """
    made = Cells(judges=judges, exposure={}, counts={})
    if connection.scalar(select(counting.c.number).limit(1)) is None:
        return made
    threads = select(PostRow.thread).join(counting, counting.c.post == PostRow.key)
    of_them = PostRow.thread.in_(threads)
    before, after = (
        _added_up(connection, judges, judged_posts(judges, among=of_them, reviews=reviews))
        for reviews in (False, True)
    )
    return Cells(
        judges=judges,
        exposure=less(after.exposure, before.exposure),
        counts=less(after.counts, before.counts),
    )


def plus(cells: dict[Key, Values], more: dict[Key, Values]) -> dict[Key, Values]:
    """`cells` with `more` added; cells that come to nothing are left out, none is below zero."""
    changed = {
        key: tuple(
            max(0, a + b) for a, b in zip(cells.get(key, (0,) * len(value)), value, strict=True)
        )
        for key, value in more.items()
    }
    return {key: value for key, value in (cells | changed).items() if any(value)}


def less(after: dict[Key, Values], before: dict[Key, Values]) -> dict[Key, Values]:
    """`after` minus `before`, without the cells in which they are equal."""
    made = {}
    for key in after.keys() | before.keys():
        nothing = (0,) * len(after.get(key) or before[key])
        pairs = zip(after.get(key, nothing), before.get(key, nothing), strict=True)
        made[key] = tuple(a - b for a, b in pairs)
    return {key: value for key, value in made.items() if any(value)}


def _added_up(connection: Connection, judges: Judges, judged: Select[Any]) -> Cells:
    exposure: ExposureCells = {
        tuple(row[:-1]): (int(row.posts),) for row in connection.execute(_exposure(judged))
    }
    reports = judged.where(judged.selected_columns.decision.in_(REPORT_DECISIONS))
    counts = count_three(connection, _by_product(reports), ("place", "product", "decision"))
    return Cells(judges=judges, exposure=exposure, counts=counts)


def count_three(connection: Connection, posts: FromClause, within: tuple[str, ...]) -> CountCells:
    """Reports, reporters and threads by day and the columns `within`.

    `posts` has a row a post, with the columns day, thread, reporter and those `within`. Rows come
    thread by thread, so that no more than one thread's reporters are in memory.
    """
    column = posts.c
    group = [column[name] for name in within]
    query = select(column.thread, column.day, column.reporter, *group).order_by(column.thread)
    cells: dict[Key, list[int]] = {}
    for _, rows in _by_thread(connection, query):
        add_thread(cells, ((day, reporter, tuple(key)) for _thread, day, reporter, *key in rows))
    return {key: (a, b, c) for key, (a, b, c) in cells.items()}


def add_thread(cells: dict[Key, list[int]], rows: Iterable[tuple[date, str, Key]]) -> None:
    """Adds one thread to reports, reporters and threads by (day, *group).

    `rows`: day, reporter and group of each of its reports.
    """
    first: dict[tuple[Key, str | None], date] = {}  # of a group and of each reporter in it
    for day, reporter, group in rows:
        cells.setdefault((day, *group), [0, 0, 0])[0] += 1
        for who in ((group, None), (group, reporter)):
            first[who] = min(day, first.get(who, day))
    for (group, known), day in first.items():
        cells.setdefault((day, *group), [0, 0, 0])[2 if known is None else 1] += 1


def total_three(connection: Connection, posts: FromClause, by: str) -> dict[str | None, Values]:
    """Reports, reporters and threads by the column `by`, and under None of all rows together.

    `posts` has a row a post, with the columns thread, reporter and `by`.
    """
    column = posts.c
    query = select(column.thread, column.reporter, column[by]).order_by(column.thread)
    totals: dict[str | None, list[int]] = {None: [0, 0, 0]}
    for _, rows in _by_thread(connection, query):
        reporters: dict[str | None, set[str]] = {}
        for _thread, reporter, value in rows:
            for key in (value, None):
                totals.setdefault(key, [0, 0, 0])[0] += 1
                reporters.setdefault(key, set()).add(reporter)
        for key, who in reporters.items():
            totals[key][1] += len(who)
            totals[key][2] += 1
    return {key: (a, b, c) for key, (a, b, c) in totals.items()}


def _by_thread(connection: Connection, query: Select[Any]) -> Iterator[tuple[str, Iterator[Any]]]:
    # Not in portions (yield_per): for a cursor PostgreSQL plans to be quick with the first rows,
    # reads thread by thread through nested loops then, and takes minutes instead of a second.
    return groupby(connection.execute(query), key=itemgetter(0))


def judged_posts(
    judges: Judges, *, among: ColumnElement[bool] | None = None, reviews: bool = False
) -> Select[Any]:
    """One row a post that counts in the exposure: its latest version with a verdict.

    `among`: only posts of which this holds. `reviews`: people's decisions take the place of the
    model's.
    """
    said = VerdictRow
    # A window, not "no later version exists": that is quadratic where a planner has no statistics.
    newest = func.row_number().over(partition_by=said.post, order_by=said.version.desc())
    ranked = select(
        said.post, said.version, said.judged, said.decision, said.language, newest.label("age")
    ).where(judges.cover(said.model, said.day))
    if among is not None:
        ranked = ranked.where(said.post.in_(select(PostRow.key).where(among)))
    verdict = ranked.subquery("newest_verdict").c
    decision = func.coalesce(ReviewRow.decision, verdict.decision) if reviews else verdict.decision
    columns: tuple[Any, ...] = (
        PostRow.key,
        PostRow.day,
        PostRow.place,
        PostRow.thread,
        func.coalesce(PostRow.author, PostRow.key).label("reporter"),
        decision.label("decision"),
        verdict.language,
    )
    query = select(*columns).join(verdict.post.table, verdict.post == PostRow.key)
    of_it = and_(counting.c.post == verdict.post, counting.c.version == verdict.version)
    if reviews:
        query = query.outerjoin(counting, of_it)
        query = query.outerjoin(ReviewRow, ReviewRow.number == counting.c.number)
    by_a_person = ReviewRow.number.is_not(None) if reviews else false()
    return query.where(verdict.age == 1, or_(verdict.judged.is_(True), by_a_person))


def _by_product(judged: Select[Any]) -> CTE:
    """Each post under `*` and under each of its products, or under `unknown`."""
    post = judged.cte("judged")
    product = func.coalesce(PostProduct.product, literal(UNKNOWN)).label("product")
    named = select(post, product).outerjoin(PostProduct, PostProduct.post == post.c.key)
    return union_all(select(post, literal(ANY).label("product")), named).cte("by_product")


def _exposure(judged: Select[Any]) -> Select[Any]:
    post = _by_product(judged).c
    cell = (post.day, post.place, post.product, post.language)
    return select(*cell, func.count().label("posts")).group_by(*cell)
