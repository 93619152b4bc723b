"""Stage three: brings the timeline and the daily series up to date."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from time import monotonic

from db import runs, series
from db.handles import Engine
from domain.invocation import Progress
from domain.nouns import RunReport
from trends.catalogue import import_faults, import_releases
from trends.keep import keep

_STEPS = 3


def refresh(engine: Engine, now: datetime, report: Progress, *, again: bool = False) -> RunReport:
    """Brings releases, daily counts, and what tests of changes find up to date; run it at any time.

    Counts are written in one transaction and results in another, so a reader sees all of one day or
    of the next, and a killed run leaves nothing half-written. Only what changed since the last run
    is counted and computed, with `again` everything; what is frozen stays. `report` is told the
    steps. Call under the run lock; the run leaves its line in the database.
    """
    return runs.record(engine, "trends", now, partial(_refresh, engine, now, report, again))


def _refresh(engine: Engine, now: datetime, report: Progress, again: bool) -> RunReport:
    began = monotonic()
    report(0, _STEPS)
    releases = import_releases(engine, None, now)
    faults = import_faults(engine, None, now)
    counts = {
        "releases_new": releases.new + faults.new,
        "releases_changed": releases.changed + faults.changed,
    }
    report(1, _STEPS)
    written = series.refresh(engine, now, again=again)
    report(2, _STEPS)
    if written is not None:
        counts |= keep(engine, now, again=again)
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
        message="" if written else "Nothing is judged yet: run `whylost classify` first.",
    )
