"""Daily counts and exposure, kept up to date from the verdicts, and what was shown of them.

Everything is counted by SQL and compared with what the tables hold; only differences are written.
That costs one pass over the verdicts, and can't miss a change: a verdict has no time of its own,
and an edit, another product or a new model changes past days too.

A report counts on its post's day. A reporter (an author in a thread) and a thread count once for
each decision, on the day of their first report, so that days add up to weeks without counting
anybody twice. A post without a known author is a reporter of its own. Deleted posts stay counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CTE,
    Connection,
    Select,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from db.tables import (
    DailyCountRow,
    ExposureRow,
    PostProduct,
    PostRow,
    Published,
    SeriesEvent,
    VerdictRow,
)
from db.upsert import slices, upsert
from domain.causes import REPORT_DECISIONS
from domain.products import ANY, UNKNOWN

CLASSIFIER_CHANGED = "classifier"
EVERYWHERE = "*"  # the place of an event that concerns all places

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What a refresh wrote."""

    exposure: int  # rows of `exposure` made, changed or removed
    counts: int  # rows of `daily_count`, the same
    published: int  # values that are shown otherwise than before
    events: int


def computed(connection: Connection, model: str) -> Cells:
    """What the verdicts of `model` add up to now."""
    judged = _judged(model)
    exposure: ExposureCells = {
        tuple(row[:-1]): (int(row.posts),) for row in connection.execute(_exposure(judged))
    }
    counts: dict[Key, list[int]] = {}
    reports = judged.where(judged.selected_columns.decision.in_(REPORT_DECISIONS))
    for at, query in enumerate(_three_counts(reports)):
        for row in connection.execute(query):
            counts.setdefault(tuple(row[:-1]), [0, 0, 0])[at] = row.n
    return Cells(
        model=model,
        exposure=exposure,
        counts={key: tuple(values) for key, values in counts.items()},
    )


def save(connection: Connection, cells: Cells, now: datetime) -> Written:
    """Makes the tables equal to `cells` and notes what whole days show otherwise than before."""
    before = _last_published_model(connection)
    events = 0
    if before is not None and before != cells.model:
        _note_classifier(connection, before, cells.model, now)
        events = 1
    return Written(
        exposure=_replace(
            connection, ExposureRow, ("language",), ("posts",), cells.exposure, cells.model
        ),
        counts=_replace(
            connection,
            DailyCountRow,
            ("decision",),
            ("reports", "reporters", "threads"),
            cells.counts,
            cells.model,
        ),
        published=_publish(connection, cells, now),
        events=events,
    )


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


def _three_counts(reports: Select[Any]) -> tuple[Select[Any], ...]:
    """Reports, reporters and threads by (day, place, product, decision)."""
    post = _by_product(reports).c
    cell = (post.day, post.place, post.product, post.decision)
    return (
        select(*cell, func.count().label("n")).group_by(*cell),
        _first_days(post, post.thread, post.reporter),
        _first_days(post, post.thread),
    )


def _first_days(post: Any, *who: Any) -> Select[Any]:
    """How many of `who` are first seen on a day, within one place, product and decision."""
    group = (post.place, post.product, post.decision)
    first = select(func.min(post.day).label("day"), *group).group_by(*group, *who).subquery().c
    cell = (first.day, first.place, first.product, first.decision)
    return select(*cell, func.count().label("n")).group_by(*cell)


def _replace(
    connection: Connection,
    table: type[ExposureRow] | type[DailyCountRow],
    last_of_key: tuple[str, ...],
    values: tuple[str, ...],
    cells: Mapping[Key, Values],
    model: str,
) -> int:
    """Writes the cells that differ from the model's rows and removes those that are no more."""
    names = ("day", "place", "product", *last_of_key)
    columns = [getattr(table, name) for name in (*names, *values)]
    held = {
        tuple(row[: len(names)]): tuple(row[len(names) :])
        for row in connection.execute(select(*columns).where(table.model == model))
    }
    changed = [key for key, value in cells.items() if held.get(key) != value]
    gone = [key for key in held if key not in cells]
    for part in slices(changed):
        rows = [_row(names, key, values, cells[key], model) for key in part]
        upsert(connection, table, rows, update=values)
    keys = tuple_(*(getattr(table, name) for name in names))
    for part in slices(gone):
        connection.execute(delete(table).where(table.model == model, keys.in_(list(part))))
    return len(changed) + len(gone)


def _row(
    names: Iterable[str], key: Key, values: Iterable[str], value: Values, model: str
) -> dict[str, Any]:
    made = dict(zip(names, key, strict=True))
    return made | dict(zip(values, value, strict=True)) | {"model": model}


# -- what was shown ------------------------------------------------------------------------------

_CELL = (Published.day, Published.place, Published.product, Published.decision)
_SHOWN = (Published.reports, Published.reporters, Published.threads, Published.posts)


def _publish(connection: Connection, cells: Cells, now: datetime) -> int:
    """Appends the values of whole days that differ from what was last shown of them."""
    shown = _last_shown(connection, cells.model)
    current = _to_show(cells, before=now.date())
    nothing = (0, 0, 0, 0)
    current |= {key: nothing for key in shown if key not in current and key[0] < now.date()}
    changed = [key for key, value in current.items() if shown.get(key) != value]
    names, values = [c.name for c in _CELL], [c.name for c in _SHOWN]
    for part in slices(sorted(changed)):
        rows = [_row(names, key, values, current[key], cells.model) | {"at": now} for key in part]
        connection.execute(insert(Published), rows)
    return len(changed)


def _to_show(cells: Cells, *, before: date) -> dict[Key, Values]:
    """Every day, place and product with posts, and every decision of a report, zeros included."""
    posts: dict[Key, int] = {}
    for (day, place, product, _language), (number,) in cells.exposure.items():
        if day < before:
            posts[day, place, product] = posts.get((day, place, product), 0) + number
    return {
        (*key, decision.value): (*cells.counts.get((*key, decision.value), (0, 0, 0)), number)
        for key, number in posts.items()
        for decision in REPORT_DECISIONS
    }


def _last_shown(connection: Connection, model: str) -> dict[Key, Values]:
    latest = select(func.max(Published.number)).where(Published.model == model).group_by(*_CELL)
    rows = connection.execute(select(*_CELL, *_SHOWN).where(Published.number.in_(latest)))
    return {(d, p, q, c): (a, b, t, n) for d, p, q, c, a, b, t, n in rows}


def _last_published_model(connection: Connection) -> str | None:
    last = select(func.max(Published.number)).scalar_subquery()
    return connection.scalar(select(Published.model).where(Published.number == last))


def _note_classifier(connection: Connection, before: str, after: str, now: datetime) -> None:
    row = {
        "place": EVERYWHERE,
        "kind": CLASSIFIER_CHANGED,
        "day": now.date(),
        "detail": f"from {before} to {after}",
    }
    upsert(connection, SeriesEvent, [row], update=("detail",))
