"""Stage three: brings the timeline and the daily series up to date."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

from db import runs, series, tally
from db.engine import read, write
from db.handles import Engine
from db.verdicts import current_model
from domain.errors import WhylostError
from domain.invocation import Progress
from domain.nouns import RunReport
from trends.catalogue import import_faults, import_releases

_STEPS = 3


def refresh(engine: Engine, now: datetime, report: Progress) -> RunReport:
    """Brings releases, exposure and daily counts up to date; run it again at any time.

    Killed in between, it leaves tables that agree with one another. `report` is told the steps.
    """
    number = runs.begin(engine, "trends", now)
    began = monotonic()
    try:
        counts, message = _refreshed(engine, now, report)
    except WhylostError as error:
        runs.finish(engine, number, _done(now, began, "failed", {}, str(error)))
        raise
    made = _done(now, began, "done", counts, message)
    runs.finish(engine, number, made)
    return made


def _refreshed(engine: Engine, now: datetime, report: Progress) -> tuple[dict[str, int], str]:
    report(0, _STEPS)
    releases = import_releases(engine, None, now)
    faults = import_faults(engine, None, now)
    counts = {
        "releases_new": releases.new + faults.new,
        "releases_changed": releases.changed + faults.changed,
    }
    report(1, _STEPS)
    with read(engine) as connection:
        model = current_model(connection)
        cells = tally.computed(connection, model) if model else None
    report(2, _STEPS)
    if cells is None:
        return counts, "Nothing is judged yet: run `whylost classify` first."
    with write(engine) as connection:
        written = series.save(connection, cells, now)
    report(_STEPS, _STEPS)
    return counts | {
        "exposure_rows": written.exposure,
        "count_rows": written.counts,
        "published": written.published,
        "own_changes": written.events,
    }, ""


def _done(
    now: datetime, began: float, outcome: str, counts: dict[str, int], message: str
) -> RunReport:
    return RunReport(
        stage="trends",
        started_at=now,
        finished_at=now + timedelta(seconds=monotonic() - began),
        outcome="done" if outcome == "done" else "failed",
        counts=counts,
        message=message,
    )
