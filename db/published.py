"""What whole days show, kept as it was shown: a line for each value that is another than before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, func, insert, select, true, tuple_

from db.tables import Published
from db.tally import Cells, Key, Values
from db.upsert import slices
from domain.causes import REPORT_DECISIONS

Where = tuple[date, str]  # day, place
_CELL = (Published.day, Published.place, Published.product, Published.decision)
_SHOWN = (Published.reports, Published.reporters, Published.threads, Published.posts)


def publish(
    connection: Connection, cells: Cells, now: datetime, among: Collection[Where] | None = None
) -> int:
    """Appends the values of whole days that or models differ from what was last shown.

    `cells` are what is shown now, people's reviews included. `among`: they are those of these days
    and places, and nothing else is looked at. Gives the number of values.
    """
    shown = _last_shown(connection, among)
    current = _to_show(cells, before=now.date())
    nothing = (0, 0, 0, 0)
    current |= {key: nothing for key in shown if key not in current and key[0] < now.date()}
    of_day = cells.judges.of_day
    changed = [key for key, value in current.items() if shown.get(key) != (of_day(key[0]), value)]
    names, values = [c.name for c in _CELL], [c.name for c in _SHOWN]
    for part in slices(sorted(changed)):
        rows = [
            dict(zip(names, key, strict=True))
            | dict(zip(values, current[key], strict=True))
            | {"model": of_day(key[0]), "at": now}
            for key in part
        ]
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


def _last_shown(
    connection: Connection, among: Collection[Where] | None
) -> Mapping[Key, tuple[str, Values]]:
    """Each cell's latest values, and whose they are."""
    newest = func.row_number().over(partition_by=_CELL, order_by=Published.number.desc())
    found: dict[Key, tuple[str, Values]] = {}
    for mine in _conditions(among):
        ranked = select(*_CELL, *_SHOWN, Published.model, newest.label("age")).where(mine)
        of = ranked.subquery().c
        columns = [of[column.name] for column in (*_CELL, *_SHOWN, Published.model)]
        rows = connection.execute(select(*columns).where(of.age == 1))
        found |= {(d, p, q, c): (model, (a, b, t, n)) for d, p, q, c, a, b, t, n, model in rows}
    return found


def _conditions(among: Collection[Where] | None) -> Iterator[ColumnElement[bool]]:
    if among is None:
        yield true()
        return
    for part in slices(sorted(among)):
        yield tuple_(Published.day, Published.place).in_(list(part))
