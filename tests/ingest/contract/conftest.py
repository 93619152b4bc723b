"""One source after the other, with its service on loopback and a migrated database to copy."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from db.engine import claim, open_engine, read, upgrade
from db.tables import AddressRow, OutageRow, ReleaseCandidate
from domain.keyed import Keyed
from domain.nouns import RunReport
from domain.settings import Settings
from ingest.run import ingest
from ingest.sources import known
from tests.support.case import Service, service_of
from tests.support.replay import QuickClock, Replay, replaying

RUNS = 80  # in which a world must settle; each walks back with what its budget has left

# The service's world stands still after its last post: that a run wonders at it is right.
_SILENT = re.compile(
    r"\S+(?: \S+)? gave nothing for [\d.]+ days where [\d.]+ posts a day are usual: "
    r"look whether it moved or was closed\."
)


@dataclass(kw_only=True)
class Reading:
    """A source, its service, and how to run over it."""

    name: str
    service: Service
    server: Replay
    settings: Settings
    keyed: Keyed
    now: datetime
    clock: QuickClock = field(default_factory=QuickClock)

    def run(self, engine: Engine, at: datetime | None = None) -> RunReport:
        """One `whylost ingest` of this source."""
        return ingest(
            engine,
            self.keyed,
            self.settings,
            (self.name,),
            now=at or self.now,
            clock=self.clock,
        )

    def settle(self, engine: Engine, at: datetime | None = None) -> RunReport:
        """Runs as cron would, until a run ends well and brings nothing new.

        Not by the first run, since a place's first run doesn't walk back.
        """
        moved = ("new", "changed", "deleted", "threads_visited", "posts_checked")
        for number in range(RUNS):
            report = self.run(engine, at)
            well = report.outcome == "done" or not _SILENT.sub("", report.message).strip()
            still = well and not any(report.counts[name] for name in moved)
            if still and number:
                return report
        pytest.fail(f"{self.name} never settled: {report}")

    def kept(self, engine: Engine) -> list[str]:
        """External ids of posts, keys of outages and ids of candidates, as often as they stand."""
        with read(engine) as connection:
            columns = (AddressRow.external_id, OutageRow.key, ReleaseCandidate.id)
            return sorted(key for column in columns for key in connection.scalars(select(column)))


@pytest.fixture(params=sorted(known()))
def reading(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    keyed: Keyed,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Reading]:
    """Every source in turn."""
    service = service_of(request.param, now)
    for name, secret in service.secrets.items():
        monkeypatch.setenv(name, secret)
    with replaying(service) as server:
        quick = {"enabled": True, "pace_seconds": 0.0, "timeout_seconds": 0.1}
        told = quick | service.settings(server.address)
        yield Reading(
            name=request.param,
            service=service,
            server=server,
            settings=Settings(
                home=tmp_path,
                database="unused",
                back_fill_days=60,
                sources={request.param: told},
            ),
            keyed=keyed,
            now=now,
        )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    file = tmp_path_factory.mktemp("template") / "whylost.db"
    engine = open_engine(f"sqlite:///{file}")
    upgrade(engine)
    claim(engine, Keyed(b"a key for tests, never for data."))
    engine.dispose()
    return file


@pytest.fixture
def fresh(template: Path, tmp_path: Path) -> Iterator[Callable[[], Engine]]:
    """Gives an empty database as often as it is called."""
    made: list[Engine] = []

    def empty() -> Engine:
        file = tmp_path / f"{len(made)}.db"
        shutil.copy(template, file)
        made.append(open_engine(f"sqlite:///{file}"))
        return made[-1]

    yield empty
    for engine in made:
        engine.dispose()
