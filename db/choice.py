"""Which model a person chose to judge with; without a choice the one that the program brings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from db.changes import log
from db.tables import Meta
from db.upsert import upsert

_NAME = "model"


def chosen(connection: Connection) -> str | None:
    """The id of the chosen model, or None: the program's own."""
    return connection.scalar(select(Meta.value).where(Meta.name == _NAME))


def choose(connection: Connection, model: str | None, why: str, now: datetime) -> bool:
    """Chooses a model (None: the program's own) for later judging; tells whether that is a change.

    Nothing shown changes until `classify` has judged with it.
    """
    before = chosen(connection)
    if before == model:
        return False
    if model is None:
        connection.execute(delete(Meta).where(Meta.name == _NAME))
    else:
        upsert(connection, Meta, [{"name": _NAME, "value": model}], update=("value",))
    log(
        connection,
        "model",
        model or "shipped",
        "chosen",
        before={"model": before or "shipped"},
        after={"model": model or "shipped", "why": why},
        now=now,
    )
    return True
