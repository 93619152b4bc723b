"""Which rules of redaction the stored texts passed through, and how far a rewriting came."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, Engine, delete, select

from db.engine import read, write
from db.tables import Meta, PostRow
from db.upsert import upsert

_RULES = "redaction_rules"
_POSITION = "redaction_position"
MIXED = "several"  # instead of one name: some texts passed through these, some through those
UNKNOWN = "unknown"


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """How far a rewriting under `rules` came: every row up to these keys is done."""

    rules: str
    thread: str = ""
    post: str = ""
    version: int = 0


def rules(connection: Connection) -> str | None:
    """The rules that every stored text is known to have passed through.

    `MIXED` where posts came in under several, `UNKNOWN` where texts are older than this question,
    None where there is no text.
    """
    if connection.scalar(select(PostRow.key).limit(1)) is None:
        return None
    return _told(connection, _RULES) or UNKNOWN


def note_rules(engine: Engine, current: str) -> None:
    """Call before posts are saved that were redacted by `current`; under the run lock."""
    with read(engine) as connection:
        held = rules(connection)
        position = _told(connection, _POSITION)
    stale = position is not None and _position(position).rules != current
    if held in (current, UNKNOWN) and not stale:
        return
    with write(engine) as connection:
        if held != UNKNOWN:
            _tell(connection, _RULES, current if held in (None, current) else MIXED)
        if stale:  # what was rewritten is behind us, and other posts come in there now
            connection.execute(delete(Meta).where(Meta.name == _POSITION))


def position(connection: Connection, current: str) -> Position:
    """Where to go on, or the beginning."""
    told = _told(connection, _POSITION)
    found = _position(told) if told is not None else None
    return found if found and found.rules == current else Position(rules=current)


def move(connection: Connection, reached: Position) -> None:
    """Everything up to `reached` is done; in the transaction that did it."""
    _tell(connection, _POSITION, msgspec.json.encode(reached).decode())


def finish(connection: Connection, current: str) -> None:
    """Every text has passed through `current`."""
    _tell(connection, _RULES, current)
    connection.execute(delete(Meta).where(Meta.name == _POSITION))


def _told(connection: Connection, name: str) -> str | None:
    return connection.scalar(select(Meta.value).where(Meta.name == name))


def _tell(connection: Connection, name: str, value: str) -> None:
    upsert(connection, Meta, [{"name": name, "value": value}], update=("value",))


def _position(told: str) -> Position:
    return msgspec.json.decode(told, type=Position)
