"""Adding verdicts up: reports, reporters, threads and judged posts, by SQL.

A report counts on its post's day. A reporter (an author in a thread) and a thread count once for
each decision, on the day of their first report, so that days add up to weeks without counting
anybody twice. A post without a known author is a reporter of its own. Deleted posts stay counted.
Posts that the model refused to judge (language, length) count nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Connection, FromClause, Select, exists, func, literal, select, union_all
from sqlalchemy.orm import aliased

from db.tables import PostProduct, PostRow, VerdictRow
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
    """Both tables as one model's verdicts make them."""

    model: str
    exposure: ExposureCells
    counts: CountCells


def computed(connection: Connection, model: str) -> Cells:
    """What the verdicts of `model` add up to now."""
    judged = _judged(model)
    exposure: ExposureCells = {
        tuple(row[:-1]): (int(row.posts),) for row in connection.execute(_exposure(judged))
    }
    reports = judged.where(judged.selected_columns.decision.in_(REPORT_DECISIONS))
    counts = count_three(connection, _by_product(reports), ("place", "product", "decision"))
    return Cells(model=model, exposure=exposure, counts=counts)


def count_three(connection: Connection, posts: FromClause, within: tuple[str, ...]) -> CountCells:
    """Reports, reporters and threads by day and the columns `within`.

    `posts` has a row a post, with the columns day, thread, reporter and those `within`.
    """
    column = posts.c
    group = [column[name] for name in within]
    queries = (
        select(column.day, *group, func.count().label("n")).group_by(column.day, *group),
        _first_days(group, column.day, column.thread, column.reporter),
        _first_days(group, column.day, column.thread),
    )
    cells: dict[Key, list[int]] = {}
    for at, query in enumerate(queries):
        for *key, number in connection.execute(query):
            cells.setdefault(tuple(key), [0, 0, 0])[at] = number
    return {key: tuple(values) for key, values in cells.items()}


def _first_days(group: list[Any], day: Any, *who: Any) -> Select[Any]:
    """How many of `who` are seen on a day for the first time, within `group`."""
    first = select(func.min(day).label("day"), *group).group_by(*group, *who).subquery()
    return select(*first.c, func.count().label("n")).group_by(*first.c)


def _judged(model: str) -> Select[Any]:
    """One row a post that counts in the exposure: its latest judged version."""
    later = aliased(VerdictRow)
    superseded = exists().where(
        later.post == VerdictRow.post,
        later.model == VerdictRow.model,
        later.version > VerdictRow.version,
    )
    columns: tuple[Any, ...] = (
        PostRow.key,
        PostRow.day,
        PostRow.place,
        PostRow.thread,
        func.coalesce(PostRow.author, PostRow.key).label("reporter"),
        VerdictRow.decision,
        VerdictRow.language,
    )
    return (
        select(*columns)
        .join(VerdictRow, VerdictRow.post == PostRow.key)
        .where(VerdictRow.model == model, VerdictRow.judged.is_(True), ~superseded)
    )


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
