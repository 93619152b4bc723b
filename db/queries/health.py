"""What was collected, when, and what is missing: the page that says how far to trust the others."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, select

from db.judges import Judges
from db.tables import (
    Gap,
    ImportBlock,
    PlaceRow,
    PostRow,
    RunRow,
    RunSource,
    ThreadRow,
)
from db.verdicts import count_unjudged
from domain.nouns import PostState


@dataclass(frozen=True, kw_only=True, slots=True)
class RunLine:
    """One run and what it did at each source."""

    number: int
    stage: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    counts: dict[str, Any]
    message: str
    program: str
    sources: tuple[SourceLine, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceLine:
    """What one run did at one source."""

    source: str
    outcome: str
    requests: int
    bytes: int
    posts_read: int
    posts_new: int
    posts_changed: int
    posts_unchanged: int
    posts_deleted: int
    skipped: int
    unreadable: int
    empty_answers: int
    capped: int
    threads_visited: int
    posts_checked: int
    dollars: float
    seconds: float
    message: str

    def beside(self) -> str:
        """What was counted beside posts, in words; "" where nothing was."""
        told = [
            f"{count:,} {what}" for name, what in _BESIDE.items() if (count := getattr(self, name))
        ]
        if self.dollars:
            told.append(f"{self.dollars:.2f} dollars")
        return ", ".join(told)


_BESIDE = {
    "skipped": "left out on purpose",
    "unreadable": "unreadable",
    "empty_answers": "empty answers",
    "capped": "gaps at a cap",
    "threads_visited": "threads read again",
    "posts_checked": "posts asked for again",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceLine:
    """One place: what we see of it, how much is stored and how fresh it is."""

    place: str
    source: str
    frame: str
    query: str
    posts: int
    oldest: date | None
    newest: datetime | None
    last_run: datetime | None
    last_outcome: str | None
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GapLine:
    """A stretch in which a place could not be collected; `ended` is None while it lasts."""

    place: str
    began: datetime
    ended: datetime | None
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportLine:
    """One imported file by the hash of its content."""

    file: str
    format: str
    read: int
    unreadable: int
    complete: bool
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """How much the database holds. `unjudged`: current texts that wait for a verdict."""

    posts: int
    withdrawn: int
    threads: int
    places: int
    unjudged: int
    first_day: date | None
    last_day: date | None


def runs(connection: Connection, *, limit: int = 20) -> list[RunLine]:
    """The latest runs, the newest first."""
    query = select(RunRow).order_by(RunRow.number.desc()).limit(limit)
    rows = connection.execute(query).all()
    numbers = [row.number for row in rows]
    at_sources: dict[int, list[SourceLine]] = {}
    theirs = select(RunSource).where(RunSource.run.in_(numbers)).order_by(RunSource.source)
    names = [f.name for f in fields(SourceLine)]
    for row in connection.execute(theirs):
        line = SourceLine(**{name: getattr(row, name) for name in names})
        at_sources.setdefault(row.run, []).append(line)
    return [RunLine(**row._asdict(), sources=tuple(at_sources.get(row.number, ()))) for row in rows]


def latest_visits(connection: Connection) -> dict[str, tuple[datetime, SourceLine]]:
    """The latest reading of each source, a failed one too, and when its run began."""
    latest = (
        select(RunSource.source, func.max(RunSource.run).label("run"))
        .join(RunRow, RunRow.number == RunSource.run)
        .where(RunRow.stage == "ingest")
        .group_by(RunSource.source)
        .subquery()
    )
    names = [f.name for f in fields(SourceLine)]
    query = (
        select(RunRow.started_at, *(getattr(RunSource, name) for name in names))
        .join(RunRow, RunRow.number == RunSource.run)
        .join(latest, and_(latest.c.source == RunSource.source, latest.c.run == RunSource.run))
        .order_by(RunSource.source)
    )
    return {
        row.source: (row.started_at, SourceLine(**{name: getattr(row, name) for name in names}))
        for row in connection.execute(query)
    }


def places(connection: Connection) -> list[PlaceLine]:
    """Every place with what is stored of it and the latest run at its source."""
    latest = (
        select(RunSource.source, func.max(RunSource.run).label("run"))
        .group_by(RunSource.source)
        .subquery()
    )
    stored = (
        select(
            PostRow.place,
            func.count().label("posts"),
            func.min(PostRow.day).label("oldest"),
            func.max(PostRow.written_at).label("newest"),
        )
        .group_by(PostRow.place)
        .subquery()
    )
    at_source = and_(RunSource.source == latest.c.source, RunSource.run == latest.c.run)
    query = (
        select(
            PlaceRow.name.label("place"),
            PlaceRow.source,
            PlaceRow.frame,
            PlaceRow.query,
            func.coalesce(stored.c.posts, 0).label("posts"),
            stored.c.oldest,
            stored.c.newest,
            RunRow.started_at.label("last_run"),
            RunSource.outcome.label("last_outcome"),
            func.coalesce(RunSource.message, "").label("message"),
        )
        .outerjoin(stored, stored.c.place == PlaceRow.name)
        .outerjoin(latest, latest.c.source == PlaceRow.source)
        .outerjoin(RunSource, at_source)
        .outerjoin(RunRow, RunRow.number == RunSource.run)
        .order_by(PlaceRow.source, PlaceRow.name)
    )
    return [PlaceLine(**row._asdict()) for row in connection.execute(query)]


def gaps(connection: Connection) -> list[GapLine]:
    """Known gaps, the latest first."""
    query = select(Gap).order_by(Gap.began.desc(), Gap.place)
    return [GapLine(**row._asdict()) for row in connection.execute(query)]


def imports(connection: Connection) -> list[ImportLine]:
    """Imported files, the latest first."""
    last = func.max(case((ImportBlock.last.is_(True), 1), else_=0))
    query = (
        select(
            ImportBlock.file,
            func.max(ImportBlock.format).label("format"),
            func.sum(ImportBlock.read).label("read"),
            func.sum(ImportBlock.unreadable).label("unreadable"),
            last.label("complete"),
            func.max(ImportBlock.at).label("at"),
        )
        .group_by(ImportBlock.file)
        .order_by(func.max(ImportBlock.at).desc(), ImportBlock.file)
    )
    found = [row._asdict() for row in connection.execute(query)]
    return [ImportLine(**(told | {"complete": bool(told["complete"])})) for told in found]


def totals(connection: Connection, judges: Judges | None) -> Totals:
    """Sizes; without a model every text counts as unjudged."""
    query = select(
        func.count().label("posts"),
        func.min(PostRow.day).label("first_day"),
        func.max(PostRow.day).label("last_day"),
    )
    row = connection.execute(query.select_from(PostRow)).one()
    deleted = PostRow.state == PostState.DELETED.value
    return Totals(
        posts=row.posts,
        withdrawn=_count(connection, select(func.count()).select_from(PostRow).where(deleted)),
        threads=_count(connection, select(func.count()).select_from(ThreadRow)),
        places=_count(connection, select(func.count()).select_from(PlaceRow)),
        unjudged=count_unjudged(connection, judges),
        first_day=row.first_day,
        last_day=row.last_day,
    )


def _count(connection: Connection, query: Select[int]) -> int:
    return connection.execute(query).scalar_one()


def size_bytes(connection: Connection) -> int:
    """Bytes that the database takes on disk, without a write-ahead log."""
    if connection.dialect.name == "sqlite":
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
    return int(connection.scalar(select(func.pg_database_size(func.current_database()))) or 0)
