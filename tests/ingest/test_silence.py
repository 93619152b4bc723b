"""A place that falls silent is told of, by what is usual there."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from db.engine import read
from db.queries.collected import written_between
from ingest.silence import silence
from tests.support.world import World

PLACE = "github:owner/project"


def quiet(world: World) -> None:
    """The repository still answers, with what it had."""
    world.source("hackernews", enabled=False)


def test_a_feed_that_died_is_told_of_and_ends_with_three(
    world: World, engine: Engine, now: datetime
) -> None:
    quiet(world)
    for days in (0, 1, 2):  # the walk back tells what is usual
        world.run(engine, now + timedelta(hours=days))
    assert world.run(engine, now + timedelta(days=2)).outcome == "done"
    report = world.run(engine, now + timedelta(days=9))
    assert report.outcome == "partly"
    assert "github:owner/project gave nothing for 9.0 days where 2.0 posts a day" in report.message


def test_the_same_posts_again_are_no_sign_of_life(
    world: World, engine: Engine, now: datetime
) -> None:
    quiet(world)
    for days in (0, 1, 2):
        world.run(engine, now + timedelta(hours=days))
    for issue in world.hub.issues.values():  # a new label each day: read again, not said anew
        issue["updated_at"] = "2026-12-01T00:00:00Z"
    report = world.run(engine, now + timedelta(days=9))
    assert report.counts["unchanged"] > 0
    assert "gave nothing for 9.0 days" in report.message


def test_a_place_that_speaks_again_is_no_news(world: World, engine: Engine, now: datetime) -> None:
    quiet(world)
    for hours in (0, 1, 2):
        world.run(engine, now + timedelta(hours=hours))
    later = now + timedelta(days=9)
    world.hub.issue(90_000, later - timedelta(hours=1), "The session was gone.")
    assert world.run(engine, later).outcome == "done"


@pytest.mark.parametrize("days", [0.5, 3.0])
def test_a_place_where_little_is_usual_may_be_silent(
    world: World, engine: Engine, now: datetime, days: float
) -> None:
    quiet(world)
    world.run(engine, now)
    assert silence(engine, "github", PLACE, now + timedelta(days=days)) == ""


def test_a_place_without_a_post_is_not_judged(engine: Engine, now: datetime) -> None:
    assert silence(engine, "github", "github:no/where", now) == ""


def test_posts_are_counted_by_the_moment(world: World, engine: Engine, now: datetime) -> None:
    quiet(world)
    world.run(engine, now)
    with read(engine) as connection:
        whole = written_between(connection, PLACE, now - timedelta(days=2), now)
        assert whole == 4
        assert written_between(connection, PLACE, now - timedelta(hours=3), now) == 2
        assert written_between(connection, PLACE, now, now + timedelta(days=1)) == 0
