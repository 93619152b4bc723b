"""Every run leaves a line, whatever became of it."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Engine, select

from db import runs
from db.engine import read
from db.tables import RunRow, RunSource
from domain.errors import ModelError
from domain.nouns import RunReport, SourceReport


def lines(engine: Engine) -> list[tuple[str, str, str]]:
    with read(engine) as connection:
        rows = connection.execute(
            select(RunRow.stage, RunRow.outcome, RunRow.message).order_by(RunRow.number)
        )
        return [(stage, outcome, message) for stage, outcome, message in rows]


def report(now: datetime) -> RunReport:
    return RunReport(
        stage="ingest",
        started_at=now,
        finished_at=now,
        outcome="partly",
        counts={"posts": 3},
        sources=(SourceReport(source="github", outcome="failed", requests=2, message="no answer"),),
        message="github failed",
    )


def test_a_run_is_kept_with_its_sources(engine: Engine, now: datetime) -> None:
    given = report(now)
    assert runs.record(engine, "ingest", now, lambda: given) == given
    assert lines(engine) == [("ingest", "partly", "github failed")]
    with read(engine) as connection:
        assert connection.execute(
            select(RunSource.source, RunSource.requests, RunSource.message)
        ).one() == ("github", 2, "no answer")


def test_an_expected_failure_is_kept_and_raised(engine: Engine, now: datetime) -> None:
    def fail() -> RunReport:
        raise ModelError("The model is damaged.", "Run `make model`.")

    with pytest.raises(ModelError):
        runs.record(engine, "classify", now, fail)
    assert lines(engine) == [("classify", "failed", "The model is damaged. Run `make model`.")]


def test_a_killed_run_is_named_by_the_next(engine: Engine, now: datetime) -> None:
    runs.begin(engine, "ingest", now)
    runs.begin(engine, "classify", now)
    runs.record(engine, "ingest", now, lambda: report(now))
    assert [outcome for _, outcome, _ in lines(engine)] == ["killed", "running", "partly"]
