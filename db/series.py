"""Daily counts and exposure, kept as the verdicts have them, and what was shown of them.

Everything is counted anew and compared with what the tables hold; only differences are written.
That costs one pass over the verdicts, and can't miss a change: a verdict has no time of its own,
and an edit, another product or a new model changes past days too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, tuple_

from db.judges import Judges
from db.tables import DailyCountRow, ExposureRow, Published
from db.tally import Cells, Key, Values, plus, reviewed
from db.upsert import slices, upsert
from domain.causes import REPORT_DECISIONS


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What a refresh wrote."""

    exposure: int  # rows of `exposure` made, changed or removed
    counts: int  # rows of `daily_count`, the same
    published: int  # values that are shown otherwise than before


def save(connection: Connection, cells: Cells, now: datetime) -> Written:
    """Makes the tables equal to `cells` and notes what whole days show otherwise than before.

    The tables hold what the models say; what is shown holds people's reviews as well.
    """
    by_people = reviewed(connection, cells.judges)
    to_show = Cells(
        judges=cells.judges,
        exposure=plus(cells.exposure, by_people.exposure),
        counts=plus(cells.counts, by_people.counts),
    )
    return Written(
        exposure=_replace(
            connection, ExposureRow, ("language",), ("posts",), cells.exposure, cells.judges
        ),
        counts=_replace(
            connection,
            DailyCountRow,
            ("decision",),
            ("reports", "reporters", "threads"),
            cells.counts,
            cells.judges,
        ),
        published=_publish(connection, to_show, now),
    )


def _replace(
    connection: Connection,
    table: type[ExposureRow] | type[DailyCountRow],
    last_of_key: tuple[str, ...],
    values: tuple[str, ...],
    cells: Mapping[Key, Values],
    judges: Judges,
) -> int:
    """Writes the cells that differ from the rows that are shown, removes those that are no more.

    Rows of a model on days that another one has taken over stay as they were.
    """
    names = ("day", "place", "product", *last_of_key)
    columns = [getattr(table, name) for name in (*names, *values)]
    mine = judges.cover(table.model, table.day)
    held = {
        tuple(row[: len(names)]): tuple(row[len(names) :])
        for row in connection.execute(select(*columns).where(mine))
    }
    changed = [key for key, value in cells.items() if held.get(key) != value]
    gone = [key for key in held if key not in cells]
    for part in slices(changed):
        rows = [_row(names, key, values, cells[key], judges) for key in part]
        upsert(connection, table, rows, update=values)
    keys = tuple_(*(getattr(table, name) for name in names))
    for part in slices(gone):
        connection.execute(delete(table).where(mine, keys.in_(list(part))))
    return len(changed) + len(gone)


def _row(
    names: Iterable[str], key: Key, values: Iterable[str], value: Values, judges: Judges
) -> dict[str, Any]:
    """A row of the model of its day, which comes first in every key."""
    made = dict(zip(names, key, strict=True)) | dict(zip(values, value, strict=True))
    return made | {"model": judges.of_day(key[0])}


# -- what was shown ------------------------------------------------------------------------------

_CELL = (Published.day, Published.place, Published.product, Published.decision)
_SHOWN = (Published.reports, Published.reporters, Published.threads, Published.posts)


def _publish(connection: Connection, cells: Cells, now: datetime) -> int:
    """Appends the values of whole days that or models differ from what was last shown."""
    shown = _last_shown(connection)
    current = _to_show(cells, before=now.date())
    nothing = (0, 0, 0, 0)
    current |= {key: nothing for key in shown if key not in current and key[0] < now.date()}
    of_day = cells.judges.of_day
    changed = [key for key, value in current.items() if shown.get(key) != (of_day(key[0]), value)]
    names, values = [c.name for c in _CELL], [c.name for c in _SHOWN]
    for part in slices(sorted(changed)):
        rows = [_row(names, key, values, current[key], cells.judges) | {"at": now} for key in part]
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


def _last_shown(connection: Connection) -> dict[Key, tuple[str, Values]]:
    """Each cell's latest values, and whose they are."""
    newest = func.row_number().over(partition_by=_CELL, order_by=Published.number.desc())
    ranked = select(*_CELL, *_SHOWN, Published.model, newest.label("age")).subquery()
    columns = [ranked.c[column.name] for column in (*_CELL, *_SHOWN, Published.model)]
    rows = connection.execute(select(*columns).where(ranked.c.age == 1))
    return {(d, p, q, c): (model, (a, b, t, n)) for d, p, q, c, a, b, t, n, model in rows}
