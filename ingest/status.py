"""`whylost sources`: how each source and each of its places stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from db import cursors
from db.engine import read
from db.handles import Engine
from db.queries.health import PlaceLine, RunLine, SourceLine, runs
from db.queries.health import places as place_lines
from domain.nouns import Place
from domain.settings import Settings, SourceSettings
from ingest.source import Source
from ingest.sources import known, settings_of

RUNS = 200  # looked through for the latest visit to each source


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceStatus:
    """One place of a source. `lag_hours`: since what was last read whole; None: nothing yet."""

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


def sources_status(engine: Engine, settings: Settings, now: datetime) -> list[SourceStatus]:
    """Every place of every source, in the order of names and of the settings."""
    with read(engine) as connection:
        stored = {line.place: line for line in place_lines(connection)}
        positions = cursors.all_cursors(connection)
        latest = _latest(runs(connection, limit=RUNS))
    rows: list[SourceStatus] = []
    for name, kind in known().items():
        mine = settings_of(settings, kind)
        source = kind(mine, now)
        back_to = now - timedelta(days=settings.back_fill_days)
        for place in source.places():
            cursor = positions.get((name, place.name), {})
            line = stored.get(place.name)
            rows.append(_row(source, mine, place, cursor, line, latest.get(name), back_to, now))
    return rows


def _latest(lines: Sequence[RunLine]) -> dict[str, tuple[datetime, SourceLine]]:
    """The latest visit to each source, a failed one too, that left no place behind."""
    return {
        source.source: (line.started_at, source)
        for line in reversed(lines)
        for source in line.sources
        if line.stage == "ingest"
    }


def _row(
    source: Source,
    settings: SourceSettings,
    place: Place,
    cursor: dict[str, object],
    line: PlaceLine | None,
    latest: tuple[datetime, SourceLine] | None,
    back_to: datetime,
    now: datetime,
) -> SourceStatus:
    covered = source.covered(cursor)
    lag = (now - covered.ended) / timedelta(hours=1) if covered else None
    visited, visit = latest or (None, None)
    notes = [visit.message if visit and visit.outcome != "done" else ""]
    notes.append(source.advice(cursor, back_to))
    return SourceStatus(
        source=source.name,
        place=place.name,
        enabled=settings.enabled,
        credentials=_credentials(source, settings),
        seen_live=source.seen_live,
        last_run=visited,
        outcome=visit.outcome if visit else None,
        posts=line.posts if line else 0,
        read_from=covered.began if covered else None,
        read_to=covered.ended if covered else None,
        lag_hours=round(lag, 1) if lag is not None else None,
        note=" ".join(filter(None, notes)),
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
