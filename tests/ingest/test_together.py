"""Sources side by side: the same database, one end for all, and a missing network seen early."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Engine

from domain.errors import StoreError
from domain.nouns import SourceReport
from ingest.budget import Clock
from ingest.reach import ENOUGH, Reach
from ingest.source import Source
from ingest.sources import known
from ingest.together import together
from tests.support.world import World

TWO = tuple(known().values())[:2]


def test_two_at_a_time_leave_the_database_of_one_after_the_other(
    world: World, engine: Engine, now: datetime, canonical_dump: Callable
) -> None:
    world.settings = replace(world.settings, at_once=2)
    side_by_side = world.run(engine, now)
    assert side_by_side.outcome == "done", side_by_side.message
    assert [s.source for s in side_by_side.sources] == ["github", "hackernews"]
    before = canonical_dump(engine)
    world.settings = replace(world.settings, at_once=1)
    again = world.run(engine, now, since=None)
    assert again.counts["new"] > 0  # the walk back
    assert len(before["post"]) == side_by_side.counts["new"]


def test_they_overlap_in_time() -> None:
    meeting = threading.Barrier(2, timeout=10)

    def read(source: type[Source]) -> SourceReport:
        meeting.wait()
        return SourceReport(source=source.name, outcome="done")

    found = together(TWO, read, at_once=2, clock=Clock())
    assert [r.source for r in found] == [s.name for s in TWO]


def test_what_ends_one_ends_the_others_waiting() -> None:
    clock = Clock()

    def read(source: type[Source]) -> SourceReport:
        if source is TWO[0]:
            raise StoreError("The disk is full.")
        clock.sleep(60)
        return SourceReport(source=source.name, outcome="done")

    began = time.monotonic()
    with pytest.raises(StoreError, match="disk is full"):
        together(TWO, read, at_once=2, clock=clock)
    assert time.monotonic() - began < 10
    assert clock.stopped()


def test_a_missing_network_is_seen_by_hosts_not_by_tries() -> None:
    reach = Reach()
    for _ in range(20):
        reach.unanswered("one.example")
    assert not reach.offline()
    for number in range(ENOUGH):
        reach.unanswered(f"{number}.example")
    assert reach.offline()
    reach.answered()
    assert not reach.offline()
