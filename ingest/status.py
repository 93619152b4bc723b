"""`whylost sources`: how each place stands, and what the latest run counted at its source."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from db import cursors, due, seen
from db.engine import read
from db.handles import Engine
from db.queries.health import SourceLine, latest_visits
from db.queries.health import places as place_lines
from domain.nouns import Place
from domain.settings import Settings, SourceSettings
from ingest.source import Source
from ingest.sources import known, settings_of


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceStatus:
    """One place of a source. `lag_hours`: since what was last read whole; None: nothing yet.

    `note` is about this place. `message` (why the latest run didn't end well; else ""), `counted`,
    `due_threads` and `due_posts` are those of the whole source.
    """

    source: str
    place: str
    enabled: bool
    credentials: str
    seen_live: bool
    last_run: datetime | None
    outcome: str | None
    posts: int
    read_from: datetime | None
    read_to: datetime | None
    lag_hours: float | None
    note: str
    message: str
    counted: str
    due_threads: int
    due_posts: int
    texts_kept: str  # of posts that tell of no failure


def sources_status(engine: Engine, settings: Settings, now: datetime) -> list[SourceStatus]:
    """Every place of every source, in the order of names and of the settings."""
    with read(engine) as connection:
        stored = {line.place: line for line in place_lines(connection)}
        positions = cursors.all_cursors(connection)
        latest = latest_visits(connection)
        waiting = due.waiting(connection, now)
        real = seen.since(connection)
    rows: list[SourceStatus] = []
    for name, kind in known().items():
        mine = settings_of(settings, kind)
        source = kind(mine, now)
        back_to = now - timedelta(days=settings.back_fill_days)
        for place in source.places():
            cursor = positions.get((name, place.name), {})
            row = _row(source, mine, place, cursor, latest.get(name), back_to, now)
            line = stored.get(place.name)
            left = waiting.get(name, due.Waiting())
            rows.append(
                replace(
                    row,
                    seen_live=source.seen_live or name in real,
                    posts=line.posts if line else 0,
                    due_threads=left.threads,
                    due_posts=left.posts,
                    texts_kept=_texts_kept(source, mine.keep_days or settings.keep_days),
                )
            )
    return rows


def _texts_kept(source: Source, days: int) -> str:
    """How long, by the settings and the source's terms: the shorter of the two."""
    if not source.terms.store_text:
        return "until judged"
    allowed = source.terms.keep_days
    return f"{days if allowed is None else min(days, allowed)} days"


def _row(
    source: Source,
    settings: SourceSettings,
    place: Place,
    cursor: dict[str, object],
    latest: tuple[datetime, SourceLine] | None,
    back_to: datetime,
    now: datetime,
) -> SourceStatus:
    covered = source.covered(cursor)
    lag = (now - covered.ended) / timedelta(hours=1) if covered else None
    visited, visit = latest or (None, None)
    return SourceStatus(
        source=source.name,
        place=place.name,
        enabled=settings.enabled,
        credentials=_credentials(source, settings),
        seen_live=source.seen_live,
        last_run=visited,
        outcome=visit.outcome if visit else None,
        posts=0,
        read_from=covered.began if covered else None,
        read_to=covered.ended if covered else None,
        lag_hours=round(lag, 1) if lag is not None else None,
        note=source.advice(cursor, back_to),
        message=visit.message if visit and visit.outcome != "done" else "",
        counted=visit.beside() if visit else "",
        due_threads=0,
        due_posts=0,
        texts_kept="",
    )


def _credentials(source: Source, settings: SourceSettings) -> str:
    """Which variables are set; never their values."""
    if not settings.credentials:
        return "none needed"
    told = []
    for role, variable in settings.credentials.items():
        needed = "needed, " if role in source.needs else "optional, "
        told.append(f"{variable}: " + ("set" if settings.secret(role) else f"{needed}not set"))
    return ", ".join(told)
