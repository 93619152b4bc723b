"""From public threads to rows, verdicts, rates and CSV, as a user goes; killed and overlapped."""

from __future__ import annotations

import csv
import json
import os
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from db.engine import open_engine, read
from db.lock import run_lock
from db.tables import PostRow, VerdictRow
from tests.flow.conftest import Program
from tests.support.world import World, named


def count(url: str, table: type) -> int:
    engine = open_engine(url)
    try:
        with read(engine) as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0
    finally:
        engine.dispose()


def until_quiet(program: Program, runs: int = 12) -> None:
    """Runs until a run finds nothing new: history is walked back over several runs."""
    for _ in range(runs):
        ended = program("run", "--json")
        assert ended.code == 0, ended.err + ended.out
        if not any(source["posts_new"] for source in ended.json()["sources"]):
            return
    pytest.fail(f"still new posts after {runs} runs")


def test_from_threads_to_csv(whylost_on: Program, live_world: World) -> None:
    whylost_on.sources(live_world)
    until_quiet(whylost_on)
    assert count(whylost_on.database, PostRow) == len(named(live_world))
    assert count(whylost_on.database, VerdictRow) == count(whylost_on.database, PostRow)

    assert whylost_on("export", "reports", "--out", "reports.csv").code == 0
    with (whylost_on.home / "reports.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert any("session was gone" in row["text"] for row in rows)
    assert {row["decision"] for row in rows} & {"session_management", "undetermined"}
    manifest = json.loads((whylost_on.home / "reports.csv.manifest.json").read_text())
    assert manifest["rows"] == len(rows)

    trends = whylost_on("trends", "--json")
    assert trends.code == 0
    assert trends.json()["overview"]["series"]
    sources = whylost_on("sources", "--json").json()
    assert {row["source"] if "source" in row else row["name"] for row in sources} >= {
        "hackernews",
        "github",
    }
    doctor = whylost_on("doctor", "--json")
    assert doctor.code == 0, doctor.err
    assert {check["name"] for check in doctor.json()} >= {"disk", "key file", "database", "model"}


def test_a_second_run_ends_at_once_with_75(whylost_on: Program, live_world: World) -> None:
    whylost_on.sources(live_world)
    assert whylost_on("sources").code == 0
    engine = open_engine(whylost_on.database)
    with run_lock(engine):
        began = time.monotonic()
        ended = whylost_on("run")
        assert time.monotonic() - began < 10
    engine.dispose()
    assert ended.code == 75
    assert ended.err.startswith("whylost: Another whylost run is going.")
    assert ended.err.count("\n") == 1
    assert count(whylost_on.database, PostRow) == 0


def test_killed_anywhere_it_ends_like_an_undisturbed_run(
    tmp_path: Path,
    live_world: World,
    canonical_dump: Callable[[Engine], object],
) -> None:
    """Kill -9 after growing stretches of time, then let it run to its end."""
    undisturbed = Program(home=tmp_path / "undisturbed")
    killed = Program(home=tmp_path / "killed")
    for program in (undisturbed, killed):
        program.sources(live_world)
    assert undisturbed("sources").code == 0
    (killed.home / "whylost.key").write_bytes((undisturbed.home / "whylost.key").read_bytes())
    (killed.home / "whylost.key").chmod(0o600)
    until_quiet(undisturbed)
    kills = 0
    for tenths in range(4, 40, 3):
        process = killed.start("run", start_new_session=True)
        time.sleep(tenths / 10)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            kills += 1
        process.communicate()
    assert kills >= 3
    until_quiet(killed)
    dumps = []
    for program in (undisturbed, killed):
        engine = open_engine(f"sqlite:///{program.home / 'whylost.db'}")
        dump = canonical_dump(engine)
        assert isinstance(dump, dict)
        # How far the cursors stand depends on when each run began.
        dumps.append({k: v for k, v in dump.items() if k not in ("cursor", "published")})
        engine.dispose()
    different = [name for name in dumps[0] if dumps[0][name] != dumps[1][name]]
    assert different == []


def test_the_demonstration_has_its_own_file(whylost: Program) -> None:
    assert whylost("demo", "--if-empty").code == 0
    demonstration = whylost.home / "demonstration.db"
    assert count(f"sqlite:///{demonstration}", PostRow) > 300
    assert count(f"sqlite:///{whylost.home / 'whylost.db'}", PostRow) == 0
    ended = whylost("export", "reports", "--demonstration", "--out", "demo.csv")
    assert ended.code == 0
    with (whylost.home / "demo.csv").open(encoding="utf-8", newline="") as file:
        assert all("demonstration" in row.values() for row in csv.DictReader(file))
    text = (whylost.home / "demo.csv").read_text(encoding="utf-8")
    assert "@example." not in text
    assert "sk-ant-" not in text
    assert whylost("demo", "--clear").code == 0
    assert not demonstration.exists()


def test_the_demonstration_stays_away_from_real_posts(whylost: Program, live_world: World) -> None:
    whylost.sources(live_world)
    assert whylost("run").code == 0
    ended = whylost("demo", "--if-empty")
    assert (ended.code, ended.out) == (0, "")
    assert not (whylost.home / "demonstration.db").exists()


def test_no_secret_and_no_author_is_left_behind(whylost: Program, live_world: World) -> None:
    whylost.sources(live_world)
    until_quiet(whylost)
    authors = {item["author"] for item in live_world.news.items.values() if item["author"]}
    authors |= {issue["user"]["login"] for issue in live_world.hub.issues.values()}
    authors -= {"claude"}  # a word that texts hold, too
    assert authors
    left = {p.name: p.read_bytes() for p in whylost.home.iterdir() if p.suffix != ".toml"}
    key = (whylost.home / "whylost.key").read_text().strip()
    for name, content in left.items():
        for author in authors:
            assert author.encode() not in content, (name, author)
        if name != "whylost.key":
            assert key.encode() not in content
    with sqlite3.connect(whylost.home / "whylost.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
