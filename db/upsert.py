"""The one place where SQLite's and PostgreSQL's upserts meet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection
from sqlalchemy.dialects import postgresql, sqlite

from db.tables import Table

Item = TypeVar("Item")
# SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535: a list of keys goes in slices.
SLICE = 1_000


def upsert(
    connection: Connection,
    table: type[Table],
    rows: Sequence[Mapping[str, Any]],
    update: Sequence[str] = (),
    *,
    where: ColumnElement[bool] | None = None,
) -> None:
    """Inserts `rows`; where the primary key is there already, sets `update`, or leaves the row.

    `where`: which of the rows that are there already are set at all.
    """
    if not rows:
        return
    made = _insert(connection, table)
    keys = [column.name for column in table.__table__.primary_key]
    if update:
        statement = made.on_conflict_do_update(
            index_elements=keys,
            set_={name: made.excluded[name] for name in update},
            where=where,
        )
    else:
        statement = made.on_conflict_do_nothing(index_elements=keys)
    connection.execute(statement, list(rows))


def _insert(connection: Connection, table: type[Table]) -> Any:
    """The dialect's own INSERT: both have `on_conflict_...`, under two classes."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def slices(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """`items` in parts that fit one statement."""
    for start in range(0, len(items), SLICE):
        yield items[start : start + SLICE]
