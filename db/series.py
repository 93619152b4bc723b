"""Daily counts and exposure, kept as the verdicts have them, and what was shown of them.

Where little has changed since the last count, only the threads that changed are counted, and their
difference is added (`db.recount`). Everything is counted anew at first, where another model is
shown on any day, where very much has changed, and when it is asked for: that costs one pass over
the verdicts and needs no notes. Both ways give the same tables.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, select, tuple_

from db import recount, tally
from db.engine import read, write
from db.judges import Judges, judges
from db.published import Where, publish
from db.tables import DailyCountRow, ExposureRow
from db.tally import Cells, Key, Values, plus, reviewed
from db.upsert import slices, upsert

Kept = type[ExposureRow] | type[DailyCountRow]
_VALUES: Mapping[Kept, tuple[str, ...]] = {
    ExposureRow: ("posts",),
    DailyCountRow: ("reports", "reporters", "threads"),
}
_KEYS: Mapping[Kept, tuple[str, ...]] = {
    ExposureRow: ("day", "place", "product", "language"),
    DailyCountRow: ("day", "place", "product", "decision"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What a refresh wrote."""

    exposure: int  # rows of `exposure` made, changed or removed
    counts: int  # rows of `daily_count`, the same
    published: int  # values that are shown otherwise than before


def refresh(engine: Engine, now: datetime, *, again: bool = False) -> Written | None:
    """Brings the counts up to date; None before anything is judged. Call under the run lock.

    `again`: counts everything anew even where little has changed.
    """
    with read(engine) as connection:
        shown = judges(connection)
        if shown is None:
            return None
        until = None if again else recount.counted_until(connection, shown)
        if until is None:
            cells = tally.computed(connection, shown)
    with write(engine) as connection:
        if until is None:
            return save(connection, cells, now)
        return _add(connection, shown, until, now)


def save(connection: Connection, cells: Cells, now: datetime) -> Written:
    """Makes the tables equal to `cells` and notes what whole days show otherwise than before.

    The tables hold what the models say; what is shown holds people's reviews as well.
    """
    recount.take(connection)
    written = Written(
        exposure=_replace(connection, ExposureRow, cells.exposure, cells.judges),
        counts=_replace(connection, DailyCountRow, cells.counts, cells.judges),
        published=publish(connection, _as_shown(connection, cells), now),
    )
    recount.counted(connection, cells.judges, now.date())
    return written


def _add(connection: Connection, judges: Judges, until: date, now: datetime) -> Written:
    """Adds what changed since the last count, on `until` or after."""
    change = recount.difference(connection, judges, recount.take(connection))
    exposure, counts = change.cells.exposure, change.cells.counts
    written = {
        ExposureRow: _change(connection, ExposureRow, exposure, judges),
        DailyCountRow: _change(connection, DailyCountRow, counts, judges),
    }
    touched = {(key[0], key[1]) for key in (*exposure, *counts)} | change.reviewed
    touched |= _since(connection, judges, until)
    kept = Cells(
        judges=judges,
        exposure=_held_on(connection, ExposureRow, judges, touched),
        counts=_held_on(connection, DailyCountRow, judges, touched),
    )
    published = publish(connection, _as_shown(connection, kept, touched), now, touched)
    recount.counted(connection, judges, now.date())
    return Written(
        exposure=written[ExposureRow], counts=written[DailyCountRow], published=published
    )


def _as_shown(
    connection: Connection, cells: Cells, among: Collection[Where] | None = None
) -> Cells:
    """`cells` with people's reviews in them; `among`: they are those of these days and places."""
    by_people = reviewed(connection, cells.judges)

    def mine(changes: dict[Key, Values]) -> dict[Key, Values]:
        if among is None:
            return changes
        return {key: value for key, value in changes.items() if (key[0], key[1]) in among}

    return Cells(
        judges=cells.judges,
        exposure=plus(cells.exposure, mine(by_people.exposure)),
        counts=plus(cells.counts, mine(by_people.counts)),
    )


# -- the tables ----------------------------------------------------------------------------------


def _replace(
    connection: Connection, table: Kept, cells: Mapping[Key, Values], judges: Judges
) -> int:
    """Writes the cells that differ from the rows that are shown, removes those that are no more.

    Rows of a model on days that another one has taken over stay as they were.
    """
    held = _held(connection, table, judges, [judges.cover(table.model, table.day)])
    changed = {key: value for key, value in cells.items() if held.get(key) != value}
    gone = [key for key in held if key not in cells]
    return _write(connection, table, changed, gone, judges)


def _change(connection: Connection, table: Kept, more: Mapping[Key, Values], judges: Judges) -> int:
    """Adds `more` to the rows that are shown; a row that comes to nothing is removed."""
    held: dict[Key, Values] = {}
    for part in slices(list(more)):
        mine = (judges.cover(table.model, table.day), _key(table).in_(list(part)))
        held |= _held(connection, table, judges, mine)
    made = plus(held, dict(more))
    gone = [key for key in held if key not in made]
    return _write(connection, table, {k: v for k, v in made.items() if k in more}, gone, judges)


def _write(
    connection: Connection,
    table: Kept,
    changed: Mapping[Key, Values],
    gone: Collection[Key],
    judges: Judges,
) -> int:
    for part in slices(list(changed)):
        rows = [_row(table, key, changed[key], judges) for key in part]
        upsert(connection, table, rows, update=_VALUES[table])
    mine = judges.cover(table.model, table.day)
    for part in slices(list(gone)):
        connection.execute(delete(table).where(mine, _key(table).in_(list(part))))
    return len(changed) + len(gone)


def _held(
    connection: Connection, table: Kept, judges: Judges, conditions: Iterable[Any]
) -> dict[Key, Values]:
    """Rows of a table as cells."""
    names = _KEYS[table]
    columns = [getattr(table, name) for name in (*names, *_VALUES[table])]
    rows = connection.execute(select(*columns).where(*conditions))
    return {tuple(row[: len(names)]): tuple(row[len(names) :]) for row in rows}


def _held_on(
    connection: Connection, table: Kept, judges: Judges, where: Collection[Where]
) -> dict[Key, Values]:
    """The rows that are shown on these days at these places."""
    held: dict[Key, Values] = {}
    for part in slices(sorted(where)):
        mine = tuple_(table.day, table.place).in_(list(part))
        held |= _held(connection, table, judges, [judges.cover(table.model, table.day), mine])
    return held


def _since(connection: Connection, judges: Judges, first: date) -> set[Where]:
    """Days and places with posts from `first` on: those days have become whole since."""
    mine = (judges.cover(ExposureRow.model, ExposureRow.day), ExposureRow.day >= first)
    query = select(ExposureRow.day, ExposureRow.place).where(*mine).distinct()
    return {(day, place) for day, place in connection.execute(query)}


def _key(table: Kept) -> Any:
    return tuple_(*(getattr(table, name) for name in _KEYS[table]))


def _row(table: Kept, key: Key, value: Values, judges: Judges) -> dict[str, Any]:
    """A row of the model of its day, which comes first in every key."""
    made = dict(zip(_KEYS[table], key, strict=True)) | dict(zip(_VALUES[table], value, strict=True))
    return made | {"model": judges.of_day(key[0])}
