"""A probe asks a service for one page, keeps no post, and leaves recordings that name nobody."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from db.engine import read
from db.tables import Cursor, PostRow, RunRow
from domain.errors import InputError
from domain.settings import SourceSettings
from ingest.live import is_live
from ingest.probe import REQUESTS, ProbeReport, probe
from ingest.run import sources_status
from ingest.source import Source
from ingest.sources import known, settings_of
from ingest.sources.github import GitHub
from tests.support.replay import QuickClock, Reply, json_reply, replaying
from tests.support.world import World


def asked(
    world: World, engine: Engine, now: datetime, name: str = "github", record: Path | None = None
) -> ProbeReport:
    return probe(
        engine, world.keyed, world.settings, name, now=now, record=record, clock=QuickClock()
    )


def seen(world: World, engine: Engine, now: datetime) -> bool:
    rows = sources_status(engine, world.settings, now)
    return next(row.seen_live for row in rows if row.source == "github")


def at_home(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the test's server were the service itself."""
    defaults = replace(GitHub.defaults, base=world.hub_server.address)
    monkeypatch.setattr(GitHub, "defaults", defaults)


@pytest.mark.parametrize("name", ["github", "hackernews"])
def test_a_probe_says_what_came_and_keeps_nothing(
    world: World, engine: Engine, now: datetime, name: str
) -> None:
    report = asked(world, engine, now, name)
    assert (report.failure, report.unreadable) == ("", 0)
    assert report.posts > 0
    assert 0 < report.requests <= REQUESTS
    assert not report.live  # a server of the test's
    with read(engine) as connection:
        for table in (PostRow.key, Cursor.source, RunRow.number):
            assert connection.scalar(select(func.count(table))) == 0
    assert not seen(world, engine, now)


def test_what_the_service_still_allows_is_told(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    headers = {"X_RateLimit_Remaining": "58", "X_RateLimit_Limit": "60"}
    world.hub_server.answer = lambda _: json_reply({"quota_remaining": 7}, 422, **headers)
    report = asked(world, sqlite_engine, now)
    assert report.limits == {
        "x-ratelimit-remaining": "58",
        "x-ratelimit-limit": "60",
        "quota_remaining": "7",
    }
    assert "422" in report.failure


def test_a_real_answer_is_remembered(
    world: World, engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_home(world, monkeypatch)
    plain, world.hub_server.answer = world.hub_server.answer, lambda _: json_reply([])
    assert asked(world, engine, now).posts == 0
    assert not seen(world, engine, now)  # an empty answer proves nothing
    world.hub_server.answer = plain
    assert asked(world, engine, now).live
    assert seen(world, engine, now)


def test_a_run_that_read_real_posts_is_remembered(
    world: World, engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.run(engine, now, ("github",))
    assert not seen(world, engine, now)
    at_home(world, monkeypatch)
    world.run(engine, now, ("github",))
    assert seen(world, engine, now)


@pytest.mark.parametrize("kind", known().values(), ids=lambda kind: kind.name)
def test_only_a_services_own_address_is_live(kind: type[Source], now: datetime) -> None:
    def live(settings: SourceSettings) -> bool:
        return is_live(kind(settings, now), settings)

    own = kind.defaults
    assert live(own)
    if own.base:
        assert not live(replace(own, base="http://127.0.0.1:9/api"))
        assert not live(replace(own, base="https://example.com"))


def test_recordings_are_numbered_and_name_nobody(
    world: World, sqlite_engine: Engine, now: datetime, tmp_path: Path
) -> None:
    folder = tmp_path / "wire"
    for number, issue in enumerate(world.hub.issues.values()):
        issue["user"] = {"login": f"maria-{number}", "avatar_url": "https://a.example/maria"}
        issue["body"] = f"Mail maria@kite.dev about session {number}"
    world.hub_server.faults[1] = Reply(
        headers={"Content-Type": "application/json", "Set-Cookie": "who=maria"}, body=b"[]"
    )
    report = asked(world, sqlite_engine, now, record=folder)
    assert report.recorded == tuple(str(f) for f in sorted((folder / "github").iterdir()))
    again = asked(world, sqlite_engine, now, record=folder)
    assert not set(report.recorded) & set(again.recorded)
    assert (folder / "github" / "001.json").is_file()
    for file in (folder / "github").iterdir():
        text = file.read_text().lower()
        assert not any(word in text for word in ("maria", "kite", "restart", "cookie"))
    meta = json.loads((folder / "github" / "001.meta.json").read_text())
    assert meta["request"]["path"] == "/repos/owner/project/issues"
    assert meta["request"]["params"]["state"] == "all"
    assert (meta["status"], meta["body_file"]) == (200, "001.json")


def test_a_recording_can_be_read_by_the_source(
    world: World, sqlite_engine: Engine, now: datetime, tmp_path: Path
) -> None:
    report = asked(world, sqlite_engine, now, record=tmp_path)
    body = (tmp_path / "github" / "001.json").read_bytes()
    with replaying(lambda _: Reply(body=body)) as server:
        world.source("github", base=server.address)
        again = asked(world, sqlite_engine, now)
    assert (again.posts, again.unreadable) == (report.posts, 0)


def test_credentials_and_positions_stay_out_of_recordings(
    world: World, sqlite_engine: Engine, now: datetime, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("WHYLOST_TEST_TOKEN", "ghp_made_up_for_this_test")
    link = "<{}/repositories/1/issues?after=opaque&access_token=secret>; rel=next"
    row = {
        "number": 1,
        "title": "t",
        "html_url": "https://github.com/owner/project/issues/1",
        "created_at": "2026-11-20T10:00:00Z",
        "updated_at": "2026-11-01T10:00:00Z",
        "pull_request": {},
    }
    address = world.hub_server.address
    world.hub_server.answer = lambda asked: (
        json_reply([])
        if asked.path.endswith("comments")
        else json_reply([row], Link=link.format(address))
    )
    asked(world, sqlite_engine, now, record=tmp_path)
    assert any("after" in a.params for a in world.hub_server.asked)
    for file in (tmp_path / "github").iterdir():
        for word in ("ghp_", "opaque", "secret", "authorization"):
            assert word not in file.read_text().lower(), file


def test_a_source_that_is_down_is_one_line(
    world: World, sqlite_engine: Engine, now: datetime, tmp_path: Path
) -> None:
    world.hub_server.close()
    report = asked(world, sqlite_engine, now, record=tmp_path)
    assert "can't be reached" in report.failure
    assert report.recorded == ()


def test_what_cannot_be_probed_is_named(
    world: World, sqlite_engine: Engine, now: datetime, tmp_path: Path, monkeypatch
) -> None:
    with pytest.raises(InputError, match="No source is called"):
        asked(world, sqlite_engine, now, "myspace")
    world.source("github", search=())
    with pytest.raises(InputError, match="nothing to read"):
        asked(world, sqlite_engine, now)
    monkeypatch.setattr(GitHub, "needs", ("token",))
    with pytest.raises(InputError, match="github needs token"):
        asked(world, sqlite_engine, now)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't be written"):
        asked(world, sqlite_engine, now, "hackernews", record=tmp_path / "file")


def test_a_probe_never_spends_money(
    world: World, sqlite_engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[SourceSettings] = []
    plain = GitHub.__init__

    def noting(source: GitHub, settings: SourceSettings, moment: datetime) -> None:
        told.append(settings)
        plain(source, settings, moment)

    monkeypatch.setattr(GitHub, "__init__", noting)
    world.source("github", budget_dollars=5.0, budget_dollars_month=50.0)
    assert settings_of(world.settings, GitHub).budget_dollars == 5.0
    asked(world, sqlite_engine, now)
    assert [(s.budget_dollars, s.budget_dollars_month) for s in told] == [(0.0, 0.0)]
