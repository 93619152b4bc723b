"""The condition that the thread of a post stands so at its place."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, or_
from sqlalchemy.orm import aliased

from db.tables import ClosingRow, OriginalRow, PostRow
from domain.closing import Closed, Closer, Ending


def stands(wanted: Collection[Closed]) -> ColumnElement[bool]:
    """Whether the thread of a post stands in one of these ways."""
    return or_(*(_stands(one) for one in wanted))


def _stands(wanted: Closed) -> ColumnElement[bool]:
    mine = ClosingRow.thread == PostRow.thread
    match wanted:
        case Closed.UNKNOWN:
            return ~exists().where(mine)
        case Closed.BOT:
            return exists().where(mine, ClosingRow.closer == Closer.BOT.value)
        case Closed.DUPLICATE_OF_CLOSED:
            first = aliased(ClosingRow)
            return exists().where(
                mine,
                ClosingRow.ending == Ending.DUPLICATE.value,
                OriginalRow.thread == ClosingRow.thread,
                first.thread == OriginalRow.original,
                first.ending != Ending.OPEN.value,
            )
        case _:
            return exists().where(mine, ClosingRow.ending == wanted.value)
