"""The source that docs/adding-a-source.md walks through does what the page says."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy import Engine, select

from db.engine import read
from db.tables import AddressRow, PostRow, PostText
from domain.keyed import Keyed
from domain.settings import Settings
from ingest import run, sources
from tests.ingest.contract.conftest import Reading
from tests.support.replay import Reply, replaying

PAGE = Path(__file__).parents[2] / "docs" / "adding-a-source.md"


def module(name: str, code: str) -> ModuleType:
    made = ModuleType(name)
    sys.modules[name] = made  # where dataclasses and msgspec look up what annotations name
    exec(compile(code, f"{PAGE.name}: {name}", "exec"), made.__dict__)  # noqa: S102 - our own page
    return made


@pytest.fixture
def board(
    tmp_path: Path, keyed: Keyed, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Reading]:
    code = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    source, living = (module(f"documented_{n}", text) for n, text in enumerate(code))
    for place in (run, sources):
        monkeypatch.setattr(place, "known", lambda: {"board": source.SOURCE})
    service = living.service(now)
    with replaying(service) as server:
        told = {"pace_seconds": 0.0, "timeout_seconds": 0.1} | service.settings(server.address)
        yield Reading(
            name="board",
            service=service,
            server=server,
            settings=Settings(
                home=tmp_path, database="unused", back_fill_days=60, sources={"board": told}
            ),
            keyed=keyed,
            now=now,
        )
    for number in range(len(code)):
        sys.modules.pop(f"documented_{number}")


def test_the_documented_source_reads_all_once(board: Reading, sqlite_engine: Engine) -> None:
    for number in (0, 2, 3):
        board.server.faults[number] = Reply(status=500)
    board.settle(sqlite_engine)
    assert board.kept(sqlite_engine) == sorted(board.service.belonging())
    assert len(board.service.belonging()) == 9


def test_the_documented_source_follows_changes(board: Reading, sqlite_engine: Engine) -> None:
    board.settle(sqlite_engine)
    at = board.now + timedelta(minutes=30)
    edited, deleted, late = (
        f(at) for f in (board.service.edit, board.service.delete, board.service.reply)
    )
    board.settle(sqlite_engine, board.now + timedelta(hours=1))
    kept = board.kept(sqlite_engine)
    assert late in kept
    assert deleted not in kept
    with read(sqlite_engine) as connection:
        versions = connection.scalars(
            select(PostText.version)
            .join(AddressRow, AddressRow.post == PostText.post)
            .where(AddressRow.external_id == edited)
        ).all()
        states = connection.scalars(select(PostRow.state).distinct()).all()
    assert sorted(versions) == [1, 2]
    assert set(states) == {"live", "edited", "deleted"}


def test_the_documented_source_says_what_it_cannot_read(
    board: Reading, sqlite_engine: Engine
) -> None:
    at = board.now - timedelta(days=1)
    for key in range(500, 580):
        board.service.add(key, 500, at, "<p>All at once.", "Claude lost my chats")
    report = board.run(sqlite_engine)
    assert (report.outcome, report.counts["capped"]) == ("partly", 1)
    assert "more than a page" in report.message
    assert {"board:101", "board:549"} <= set(board.kept(sqlite_engine))
