"""What each run did. A run that a killed process left behind is marked as killed by the next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import version

from sqlalchemy import Engine, insert, update

from db.engine import refresh_statistics, write
from db.tables import RunRow, RunSource
from domain.errors import StoreError, WhylostError
from domain.nouns import RunReport

MANY_ROWS = 1_000  # what a run writes before the planner's statistics are worth renewing
_WRITTEN = ("new", "changed", "deleted", "judged", "exposure_rows", "count_rows", "published")


def record(engine: Engine, stage: str, now: datetime, work: Callable[[], RunReport]) -> RunReport:
    """Does `work` as a run of `stage` and keeps what it reports, or why it failed."""
    number = begin(engine, stage, now)
    try:
        report = work()
    except StoreError:
        raise  # where the database fails, nothing can be noted in it; the next run will
    except WhylostError as error:
        failed = RunReport(
            stage=stage, started_at=now, finished_at=now, outcome="failed", message=str(error)
        )
        finish(engine, number, failed)
        raise
    finish(engine, number, report)
    if sum(report.counts.get(name, 0) for name in _WRITTEN) >= MANY_ROWS:
        refresh_statistics(engine)
    return report


def begin(engine: Engine, stage: str, now: datetime) -> int:
    """Opens a run and gives its number. Call under the run lock: older open runs were killed."""
    with write(engine) as connection:
        connection.execute(
            update(RunRow)
            .where(RunRow.stage == stage, RunRow.outcome == "running")
            .values(outcome="killed", message="The process ended before the run did.")
        )
        made = connection.execute(
            insert(RunRow)
            .values(
                stage=stage,
                started_at=now,
                finished_at=None,
                outcome="running",
                counts={},
                message="",
                program=version("whylost"),
            )
            .returning(RunRow.number)
        )
        return made.scalar_one()


def finish(engine: Engine, number: int, report: RunReport) -> None:
    """Closes a run with what it did, source by source."""
    with write(engine) as connection:
        connection.execute(
            update(RunRow)
            .where(RunRow.number == number)
            .values(
                finished_at=report.finished_at,
                outcome=report.outcome,
                counts=report.counts,
                message=report.message,
            )
        )
        rows = [{"run": number, **asdict(source)} for source in report.sources]
        if rows:
            connection.execute(insert(RunSource), rows)
