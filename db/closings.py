"""How threads stand at their places, as the sources told it last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from db.among import among
from db.tables import ClosingRow, OriginalRow, ThreadRow
from db.upsert import upsert
from domain.closing import Closer, Closing, Ending


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What an answer says of a thread: how it stands, which one is its original, or both."""

    thread: str
    closing: Closing | None
    original: str | None  # the key of a thread


def save(connection: Connection, told: Sequence[Standing]) -> None:
    """Keeps what is news of threads that are held; the same again changes nothing.

    An older answer, as an archive gives it, changes nothing either. It may still know who closed
    the thread where the newer one doesn't say.
    """
    if not told:
        return
    named = [s.thread for s in told]
    query = select(ThreadRow.key).where(among(connection, ThreadRow.key, named))
    held = set(connection.scalars(query))
    before = closings_of(connection, sorted(held))
    now = dict(before)
    for one in told:
        if one.closing and one.thread in held:
            now[one.thread] = _newer(now.get(one.thread), one.closing)
    changed = [_row(thread, c) for thread, c in now.items() if c != before.get(thread)]
    upsert(connection, ClosingRow, changed, update=("ending", "closer", "closed_at", "told_at"))
    originals = {s.thread: s.original for s in told if s.original and s.thread in held}
    upsert(
        connection,
        OriginalRow,
        [{"thread": t, "original": o} for t, o in originals.items() if o != t],
        update=("original",),
    )


def closings_of(connection: Connection, threads: Sequence[str]) -> dict[str, Closing]:
    """How these threads stand; absent where their source never said."""
    query = select(ClosingRow).where(among(connection, ClosingRow.thread, threads))
    return {
        row.thread: Closing(
            ending=Ending(row.ending),
            closer=Closer(row.closer),
            closed_at=row.closed_at,
            told_at=row.told_at,
        )
        for row in connection.execute(query)
    }


def _newer(one: Closing | None, other: Closing) -> Closing:
    """What was told last of two; of one and the same closing, with whoever is known to have it."""
    if one is None:
        return other
    last, earlier = (other, one) if other.told_at >= one.told_at else (one, other)
    same = last.closed_at is not None and last.closed_at == earlier.closed_at
    if same and last.closer is Closer.UNKNOWN:
        return replace(last, closer=earlier.closer)
    return last


def _row(thread: str, closing: Closing) -> dict[str, object]:
    return {
        "thread": thread,
        "ending": closing.ending.value,
        "closer": closing.closer.value,
        "closed_at": closing.closed_at,
        "told_at": closing.told_at,
    }
