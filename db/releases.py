"""Saving what vendors announced, deployed and confirmed.

Two hands write here: the catalogue that comes with the program, and the user. A line that the user
changed or retired stays the user's: a later version of the program's catalogue leaves it alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, select, update

from db.changes import log
from db.tables import ChangeLog, ConfirmedFaultRow, ReleaseRow, Table
from db.upsert import upsert
from domain.nouns import ConfirmedFault, Release

Hand = Literal["shipped", "imported"]
RETIRED, RESTORED = "retired", "restored"  # lines of the change log beside those of the two hands


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedEvents:
    """What a save did. `kept`: lines of the user that the shipped catalogue has otherwise."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0


def save_releases(
    connection: Connection, releases: Sequence[Release], hand: Hand, now: datetime
) -> SavedEvents:
    """Makes or updates releases by id; those not named stay. Changes go to the change log."""
    return _save(connection, ReleaseRow, "release", [asdict(r) for r in releases], hand, now)


def unlinked(connection: Connection, releases: Sequence[Release]) -> list[tuple[str, str]]:
    """Links to what is neither among `releases` nor in the database: (release, absent id)."""
    links = [(r.id, target) for r in releases for target in r.contained_in.split()]
    wanted = {target for _, target in links} - {r.id for r in releases}
    held = set(connection.scalars(select(ReleaseRow.id).where(ReleaseRow.id.in_(wanted))))
    return [(release, target) for release, target in links if target in wanted - held]


def retire(connection: Connection, release: str, because: str, now: datetime) -> None:
    """Sets why a release no longer stands ("": it stands again), with a line in the change log."""
    of_it = ReleaseRow.id == release
    before = connection.scalar(select(ReleaseRow.retired).where(of_it)) or ""
    connection.execute(update(ReleaseRow).where(of_it).values(retired=because))
    log(
        connection,
        "release",
        release,
        RETIRED if because else RESTORED,
        before={"retired": before},
        after={"retired": because},
        now=now,
    )


def save_faults(
    connection: Connection, faults: Sequence[ConfirmedFault], hand: Hand, now: datetime
) -> SavedEvents:
    """Makes or updates confirmed faults by id; those not named stay."""
    rows = [asdict(fault) | {"cause": fault.cause.value} for fault in faults]
    return _save(connection, ConfirmedFaultRow, "confirmed_fault", rows, hand, now)


def _save(
    connection: Connection,
    table: type[Table],
    subject: str,
    rows: Sequence[dict[str, Any]],
    hand: Hand,
    now: datetime,
) -> SavedEvents:
    held = {row.id: row._asdict() for row in connection.execute(select(table.__table__))}
    users = _of_the_user(connection, subject) if hand == "shipped" else set()
    new = [row for row in rows if row["id"] not in held]
    other = [row for row in rows if row["id"] in held and row != held[row["id"]]]
    kept = [row for row in other if row["id"] in users]
    changed = [row for row in other if row["id"] not in users]
    columns = [column.name for column in table.__table__.columns if not column.primary_key]
    upsert(connection, table, new + changed, update=columns)
    for row in changed:
        before = held[row["id"]]
        names = [name for name in columns if row[name] != before[name]]
        log(
            connection,
            subject,
            row["id"],
            hand,
            before=_plain({name: before[name] for name in names}),
            after=_plain({name: row[name] for name in names}),
            now=now,
        )
    for row in new if hand == "imported" else ():
        log(connection, subject, row["id"], hand, after=_plain(row), now=now)
    return SavedEvents(
        new=len(new),
        changed=len(changed),
        unchanged=len(rows) - len(new) - len(other),
        kept=len(kept),
    )


def _of_the_user(connection: Connection, subject: str) -> set[str]:
    """The ids that the user changed last, or retired."""
    lines = select(ChangeLog.key, ChangeLog.what).where(ChangeLog.subject == subject)
    hands: dict[str, str] = {}
    retired: dict[str, bool] = {}
    for key, what in connection.execute(lines.order_by(ChangeLog.number)):
        if what in (RETIRED, RESTORED):
            retired[key] = what == RETIRED
        else:
            hands[key] = what
    return {key for key, hand in hands.items() if hand != "shipped"} | {
        key for key, gone in retired.items() if gone
    }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """`row` with days as text, as JSON can hold it."""
    made: dict[str, Any] = json.loads(json.dumps(row, default=str))
    return made
