"""`whylost sources` as it is called."""

from __future__ import annotations

import json
from pathlib import Path

from tests.flow.conftest import Program
from tests.support.world import World


def test_sources_lists_and_probes(whylost: Program, live_world: World, tmp_path: Path) -> None:
    whylost.sources(live_world)
    listed = whylost("sources")
    assert listed.code == 0
    assert "hackernews:claude code" in listed.out
    assert "the latest run also counted" in listed.out
    rows = whylost("sources", "--json").json()
    assert {"place", "counted", "due_posts", "texts_kept"} <= rows[0].keys()
    assert not any(row["seen_live"] for row in rows)
    told = whylost("sources", "probe", "github", "--record", str(tmp_path / "wire"))
    assert told.code == 0, told.err
    assert "github:owner/project: " in told.out
    assert "another address than its own" in told.out
    report = whylost("sources", "probe", "hackernews", "--json").json()
    assert report["posts"] > 0
    assert report["failure"] == ""
    meta = json.loads((tmp_path / "wire" / "github" / "001.meta.json").read_text())
    assert meta["status"] == 200
    assert whylost("ingest", "github").code == 0


def test_why_a_source_failed_is_said_once_not_at_each_of_its_places(
    whylost: Program, live_world: World
) -> None:
    whylost.sources(live_world)
    live_world.news_server.close()
    assert whylost("ingest", "hackernews").code == 3
    rows = [r for r in whylost("sources", "--json").json() if r["source"] == "hackernews"]
    (message,) = {row["message"] for row in rows}
    assert len(rows) == 2
    assert "can't be reached" in message
    listed = whylost("sources").out
    assert listed.count("can't be reached") == message.count("can't be reached")
    assert f"hackernews: {message}" in listed.splitlines()


def test_a_probe_that_fails_is_one_line(whylost: Program, live_world: World) -> None:
    whylost.sources(live_world)
    ended = whylost("sources", "probe", "myspace")
    assert ended.code == 1
    assert "No source is called 'myspace'" in ended.err
    live_world.hub_server.close()
    ended = whylost("sources", "probe", "github")
    assert ended.code == 3
    assert "can't be reached" in ended.err
