"""What we did: runs, what came of each source, and the log of changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.registry import NAME, Serial, Table


class RunRow(Table):
    """One execution of a stage."""

    __tablename__ = "run"
    number: Mapped[int] = mapped_column(Serial, Identity(), primary_key=True)
    stage: Mapped[str] = mapped_column(String(NAME))
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(NAME))  # running, done, partly, failed, killed
    counts: Mapped[dict[str, Any]]
    message: Mapped[str]
    program: Mapped[str] = mapped_column(String(NAME))  # the program's version


class RunSource(Table):
    """What a run did at one source."""

    __tablename__ = "run_source"
    run: Mapped[int] = mapped_column(Serial, ForeignKey("run.number"), primary_key=True)
    source: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(NAME))
    requests: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    posts_read: Mapped[int]
    posts_new: Mapped[int]
    posts_changed: Mapped[int]
    posts_unchanged: Mapped[int]
    posts_deleted: Mapped[int]
    skipped: Mapped[int]  # left out on purpose: opted out, another language's copy, a repost
    unreadable: Mapped[int]
    empty_answers: Mapped[int]
    capped: Mapped[int]  # times that a place held more than its source gives
    threads_visited: Mapped[int]
    posts_checked: Mapped[int]  # asked for again, whether they are still there
    dollars: Mapped[float]
    seconds: Mapped[float]
    message: Mapped[str]


class ChangeLog(Table):
    """What changed, append-only: the database itself refuses to alter or delete a line."""

    __tablename__ = "change_log"
    __table_args__ = (Index(None, "subject", "key"),)
    number: Mapped[int] = mapped_column(Serial, Identity(), primary_key=True)
    at: Mapped[datetime]
    subject: Mapped[str] = mapped_column(String(NAME))  # post, verdict, review, incident, release
    key: Mapped[str] = mapped_column(String(NAME))
    what: Mapped[str] = mapped_column(String(NAME))  # edited, deleted, rejudged, moved ...
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
