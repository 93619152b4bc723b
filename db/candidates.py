"""What vendors published, kept until a person says whether it is a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection

from db.tables import ReleaseCandidate
from db.upsert import upsert
from domain.nouns import Candidate

NEW = "new"


def save(connection: Connection, candidates: Sequence[Candidate], now: datetime) -> None:
    """Keeps candidates by id; one that is held keeps what a person said of it."""
    rows = [
        {**asdict(candidate), "seen_at": now, "state": NEW, "release": None}
        for candidate in {c.id: c for c in candidates}.values()
    ]
    upsert(connection, ReleaseCandidate, rows, update=("title", "url"))
