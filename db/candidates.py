"""What vendors published, kept until a person says whether it is a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from db.changes import log
from db.tables import ReleaseCandidate
from db.upsert import upsert
from domain.nouns import Candidate

NEW, CONFIRMED, DISMISSED = "new", "confirmed", "dismissed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A candidate and what a person said of it."""

    id: str
    vendor: str
    title: str
    url: str
    published_at: datetime
    suggested: str
    state: str
    release: str | None


def save(connection: Connection, candidates: Sequence[Candidate], now: datetime) -> int:
    """Keeps candidates by id, and gives how many are new.

    One that is held keeps what a person said of it.
    """
    if not candidates:
        return 0
    ids = {candidate.id for candidate in candidates}
    found = select(ReleaseCandidate.id).where(ReleaseCandidate.id.in_(ids))
    new = len(ids) - len(connection.scalars(found).all())
    rows = [
        {**asdict(candidate), "seen_at": now, "state": NEW, "release": None}
        for candidate in {c.id: c for c in candidates}.values()
    ]
    upsert(connection, ReleaseCandidate, rows, update=("title", "url", "suggested"))
    return new


def waiting(
    connection: Connection, *, state: str | None = NEW, suggested: bool = False
) -> list[Waiting]:
    """Candidates in a state (None: in any), the latest first; or only those with a suggestion."""
    query = select(*(getattr(ReleaseCandidate, name) for name in Waiting.__dataclass_fields__))
    if state:
        query = query.where(ReleaseCandidate.state == state)
    if suggested:
        query = query.where(ReleaseCandidate.suggested != "")
    query = query.order_by(ReleaseCandidate.published_at.desc(), ReleaseCandidate.id)
    return [Waiting(**row._asdict()) for row in connection.execute(query)]


def one(connection: Connection, candidate: str) -> Waiting | None:
    """A candidate by its id, or by the beginning of an id that only one has."""
    found = [w for w in waiting(connection, state=None) if w.id.startswith(candidate)]
    return found[0] if len(found) == 1 else None


def count_new(connection: Connection) -> int:
    """How many candidates nobody has looked at."""
    query = select(func.count()).select_from(ReleaseCandidate)
    return connection.scalar(query.where(ReleaseCandidate.state == NEW)) or 0


def decide(
    connection: Connection, candidate: str, state: str, release: str | None, now: datetime
) -> None:
    """Keeps a person's decision, and a line of it in the change log."""
    before = connection.scalar(
        select(ReleaseCandidate.state).where(ReleaseCandidate.id == candidate)
    )
    connection.execute(
        update(ReleaseCandidate)
        .where(ReleaseCandidate.id == candidate)
        .values(state=state, release=release)
    )
    log(
        connection,
        "candidate",
        candidate,
        state,
        before={"state": before},
        after={"state": state, "release": release},
        now=now,
    )
