"""Where reports stand in people's work: set, read, and what was set before.

The change log keeps who set which state and for whom. The reason is kept beside the present state
only: it may quote the post, and a line of the log can't be purged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from db.changes import log
from db.tables import ChangeLog, PostRow, TriageRow
from db.upsert import upsert
from domain.errors import InputError
from domain.triage import Triage

LONGEST_NAME = 120
LONGEST_REASON = 500
_SUBJECT = "triage"


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """Where a report stands now. `changed_at` is None where nobody has touched it."""

    state: Triage
    assignee: str
    reason: str
    changed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One change of the standing."""

    at: datetime
    state: Triage
    assignee: str
    person: str


UNTOUCHED = Standing(state=Triage.NEW, assignee="", reason="", changed_at=None)


def standing(connection: Connection, post: str) -> Standing:
    """Where the report stands."""
    row = connection.execute(select(TriageRow).where(TriageRow.post == post)).one_or_none()
    if row is None:
        return UNTOUCHED
    return Standing(
        state=Triage(row.state),
        assignee=row.assignee,
        reason=row.reason,
        changed_at=row.changed_at,
    )


def history(connection: Connection, post: str) -> list[Step]:
    """Every change, the latest first."""
    mine = (ChangeLog.subject == _SUBJECT, ChangeLog.key == post)
    query = select(ChangeLog.at, ChangeLog.after).where(*mine).order_by(ChangeLog.number.desc())
    return [
        Step(
            at=row.at,
            state=Triage(row.after["state"]),
            assignee=row.after["assignee"],
            person=row.after["person"],
        )
        for row in connection.execute(query)
    ]


def place(
    connection: Connection,
    post: str,
    state: Triage,
    *,
    person: str,
    assignee: str = "",
    reason: str = "",
    now: datetime,
) -> bool:
    """Sets where the report stands; tells whether that changed anything.

    Raises `InputError` for a post that we don't hold, and for names or reasons that are empty or
    too long. Whoever sets a state names himself; an assignee and a reason may be missing.
    """
    person, assignee, reason = person.strip(), assignee.strip(), reason.strip()
    _check(person, assignee, reason)
    held = select(PostRow.key).where(PostRow.key == post).with_for_update()
    if connection.execute(held).one_or_none() is None:
        raise InputError(f"There is no post {post}.", "Name it by its key or its address.")
    before = standing(connection, post)
    if (before.state, before.assignee, before.reason) == (state, assignee, reason):
        return False
    told = {"state": state.value, "assignee": assignee}
    row = {"post": post, **told, "reason": reason, "changed_at": now}
    upsert(connection, TriageRow, [row], update=("state", "assignee", "reason", "changed_at"))
    log(
        connection,
        _SUBJECT,
        post,
        "placed",
        before={"state": before.state.value, "assignee": before.assignee},
        after={**told, "person": person},
        now=now,
    )
    return True


def forget_reasons(connection: Connection, posts: Sequence[str]) -> None:
    """Takes away why these posts stand where they do: a reason may quote. The states stay."""
    mine = (TriageRow.post.in_(posts), TriageRow.reason != "")
    connection.execute(update(TriageRow).where(*mine).values(reason=""))


def _check(person: str, assignee: str, reason: str) -> None:
    if not person or len(person) > LONGEST_NAME:
        raise InputError(
            f"A name has 1 to {LONGEST_NAME} characters.", "Say who you are (--as NAME)."
        )
    if len(assignee) > LONGEST_NAME:
        raise InputError(f"An assignee has at most {LONGEST_NAME} characters.", "Shorten it.")
    if len(reason) > LONGEST_REASON:
        raise InputError(f"A reason has at most {LONGEST_REASON} characters.", "Shorten it.")
