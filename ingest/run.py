"""`whylost ingest`: visits the enabled sources, one after the other, and keeps what they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from typing import Literal

from db import runs, seen
from db.engine import write
from db.handles import Engine
from domain.errors import InputError, SettingsError, SourceError
from domain.keyed import Keyed
from domain.nouns import RunReport, SourceReport
from domain.settings import Settings
from ingest.budget import Clock
from ingest.client import client_for
from ingest.live import is_live
from ingest.reach import Reach
from ingest.redact import note_rules
from ingest.source import Source
from ingest.sources import keep_of, known, settings_of
from ingest.status import SourceStatus, sources_status
from ingest.tidy import tidy
from ingest.together import together
from ingest.visit import Visit

__all__ = ["SourceStatus", "ingest", "sources_status"]

Progress = Callable[[int, int | None], None]


def ingest(
    engine: Engine,
    keyed: Keyed,
    settings: Settings,
    names: Sequence[str],
    *,
    since: datetime | None = None,
    back_to: datetime | None = None,
    now: datetime,
    report: Progress = lambda _done, _total: None,
    clock: Clock | None = None,
) -> RunReport:
    """Reads the sources in `names`, or all that are enabled, and says what came of each.

    Call under the run lock; the run leaves its line in the database. `since` reads again from
    there; `back_to` walks back to there instead of to the settings' number of days, and in the
    first run too. `report` is told how many posts were read so far. A source that fails never
    stops the others. Raises `InputError` for a name that no source has, and `StoreError`s.
    """
    chosen = chosen_sources(settings, names)
    clock = clock or Clock()
    counting, read_so_far = Lock(), 0

    def progress(posts: int) -> None:
        nonlocal read_so_far
        with counting:
            read_so_far += posts
            report(read_so_far, None)

    def work() -> RunReport:
        began = clock.monotonic()
        note_rules(engine)
        read = partial(
            _visit,
            engine=engine,
            keyed=keyed,
            settings=settings,
            since=since,
            back_to=back_to,
            now=now,
            progress=progress,
            clock=clock,
            reach=Reach(),
        )
        reports = together(chosen, read, at_once=settings.at_once, clock=clock)
        return RunReport(
            stage="ingest",
            started_at=now,
            finished_at=now + timedelta(seconds=clock.monotonic() - began),
            outcome=_outcome(reports),
            counts=_counts(reports) | tidy(engine, keyed, now, keep_of(settings)),
            sources=reports,
            message=" ".join(r.message for r in reports if r.outcome != "done"),
        )

    return runs.record(engine, "ingest", now, work)


def chosen_sources(settings: Settings, names: Sequence[str]) -> list[type[Source]]:
    """The sources of these names, or all that are enabled where none is named."""
    sources = known()
    for name in names:
        if name not in sources:
            raise InputError(f"No source is called {name!r}.", f"Known: {', '.join(sources)}.")
    if names:
        return [sources[name] for name in dict.fromkeys(names)]
    return [s for s in sources.values() if settings_of(settings, s).enabled]


def _visit(
    kind: type[Source],
    *,
    engine: Engine,
    keyed: Keyed,
    settings: Settings,
    since: datetime | None,
    back_to: datetime | None,
    now: datetime,
    progress: Callable[[int], None],
    clock: Clock,
    reach: Reach,
) -> SourceReport:
    mine = settings_of(settings, kind)
    missing = [role for role in kind.needs if not mine.secret(role)]
    if missing:
        return SourceReport(
            source=kind.name,
            outcome="failed",
            message=f"{kind.name} needs {', '.join(missing)}: name the variables in whylost.toml.",
        )
    try:
        source = kind(mine, now)
        places = tuple(replace(p, terms=kind.terms) for p in source.places())
        if not places:
            return SourceReport(source=kind.name, outcome="done", message="Nothing to read is set.")
        with client_for(
            kind.name,
            mine,
            requests=source.requests(),
            contact=settings.contact,
            hosts=kind.hosts,
            addresses=source.addresses(),
            clock=clock,
            reach=reach,
        ) as client:
            visit = Visit(
                engine=engine,
                keyed=keyed,
                source=source,
                client=client,
                places=places,
                now=now,
                first=now - timedelta(days=settings.first_run_days),
                progress=progress,
            )
            report = visit.run(
                since=since,
                back_to=back_to or now - timedelta(days=settings.back_fill_days),
                even_first=back_to is not None,
            )
        if report.posts_read and is_live(source, mine):
            with write(engine) as connection:
                seen.note(connection, kind.name, now)
        return report
    except (SourceError, InputError, SettingsError) as error:
        return SourceReport(source=kind.name, outcome="failed", message=str(error))


def _outcome(reports: Sequence[SourceReport]) -> Literal["done", "partly", "failed"]:
    outcomes = {r.outcome for r in reports}
    if outcomes <= {"done"}:
        return "done"
    return "failed" if outcomes == {"failed"} else "partly"


def _counts(reports: Sequence[SourceReport]) -> dict[str, int]:
    """The sums over all sources of what is counted."""
    return {
        "requests": sum(r.requests for r in reports),
        "read": sum(r.posts_read for r in reports),
        "new": sum(r.posts_new for r in reports),
        "changed": sum(r.posts_changed for r in reports),
        "unchanged": sum(r.posts_unchanged for r in reports),
        "deleted": sum(r.posts_deleted for r in reports),
        "skipped": sum(r.skipped for r in reports),
        "unreadable": sum(r.unreadable for r in reports),
        "empty_answers": sum(r.empty_answers for r in reports),
        "capped": sum(r.capped for r in reports),
        "threads_visited": sum(r.threads_visited for r in reports),
        "posts_checked": sum(r.posts_checked for r in reports),
    }
