"""Stage three: brings the timeline and the daily series up to date."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from db import runs, series, tally
from db.engine import read, write
from db.handles import Engine
from db.judges import judges
from domain.invocation import Progress
from domain.nouns import RunReport
from trends.catalogue import import_faults, import_releases

_STEPS = 3


def refresh(engine: Engine, now: datetime, report: Progress) -> RunReport:
    """Brings releases, exposure and daily counts up to date; run it again at any time.

    Counting only reads; what differs is written in one transaction, so a reader sees all of it or
    nothing, and a killed run leaves nothing half-written. `report` is told the steps. Call under
    the run lock; the run leaves its line in the database.
    """
    return runs.record(engine, "trends", now, partial(_refresh, engine, now, report))


def _refresh(engine: Engine, now: datetime, report: Progress) -> RunReport:
    began = monotonic()
    report(0, _STEPS)
    releases = import_releases(engine, None, now)
    faults = import_faults(engine, None, now)
    counts = {
        "releases_new": releases.new + faults.new,
        "releases_changed": releases.changed + faults.changed,
    }
    report(1, _STEPS)
    with read(engine) as connection:
        shown = judges(connection)
        cells = tally.computed(connection, shown) if shown else None
    report(2, _STEPS)
    if cells is not None:
        with write(engine) as connection:
            written = series.save(connection, cells, now)
        counts |= {
            "exposure_rows": written.exposure,
            "count_rows": written.counts,
            "published": written.published,
        }
    report(_STEPS, _STEPS)
    return RunReport(
        stage="trends",
        started_at=now,
        finished_at=now + timedelta(seconds=monotonic() - began),
        outcome="done",
        counts=counts,
        message="" if cells else "Nothing is judged yet: run `whylost classify` first.",
    )
