"""`whylost run` over every source at once, each with its service on loopback."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from db.engine import open_engine, read
from db.tables import OutageRow, PlaceRow, PostRow, ReleaseCandidate
from ingest.sources import known
from tests.flow.conftest import Program
from tests.support.case import service_of
from tests.support.replay import replaying

QUICK = {"enabled": True, "pace_seconds": 0.0, "timeout_seconds": 5.0, "budget_requests": 2_000}
OFFICIAL = {"statuspages", "vendorfeeds"}


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + "}"
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def test_one_run_reads_every_source(whylost: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    lines: list[str] = ["[whylost]", "back_fill_days = 60"]
    with ExitStack() as stack:
        for name in known():
            service = service_of(name, now)
            server = stack.enter_context(replaying(service))
            for variable, secret in service.secrets.items():
                monkeypatch.setenv(variable, secret)
            lines.append(f"[sources.{name}]")
            told = QUICK | service.settings(server.address)
            lines += [f"{key} = {toml(value)}" for key, value in told.items()]
        whylost.home.mkdir(exist_ok=True)
        (whylost.home / "whylost.toml").write_text("\n".join(lines), encoding="utf-8")
        ended = whylost("run")
        assert ended.code == 0, ended.err + ended.out
        again = whylost("run")
        assert again.code == 0, again.err + again.out
        listed = whylost("sources", "--json").json()
    assert {line["source"] for line in listed} == set(known())
    assert {line["outcome"] for line in listed} == {"done"}
    engine = open_engine(f"sqlite:///{whylost.home / 'whylost.db'}")
    with read(engine) as connection:
        query = select(PlaceRow.source, func.count()).join(PostRow, PostRow.place == PlaceRow.name)
        posts = dict(connection.execute(query.group_by(PlaceRow.source)).all())
        assert set(posts) == set(known()) - OFFICIAL
        assert connection.scalar(select(func.count()).select_from(OutageRow))
        assert connection.scalar(select(func.count()).select_from(ReleaseCandidate))
    engine.dispose()
