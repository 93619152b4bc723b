"""`column IN (...)` for long lists: one parameter, whatever the length.

SQLAlchemy spends as long on a thousand parameters as the database on finding a thousand rows.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    String,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute


def among(
    connection: Connection,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    values: Collection[str],
) -> ColumnElement[bool]:
    """Whether `column` is one of `values`; as many as memory holds."""
    if connection.dialect.name == "sqlite":
        each = func.json_each(json.dumps(list(values))).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(bindparam(None, list(values), type_=ARRAY(String)))
