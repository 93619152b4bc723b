"""Whole runs: a text whose time is over goes, and the same post fetched again brings none back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from db import erase
from db.engine import read, write
from db.judges import Judges, know, show
from db.tables import PlaceRow, PostRow, PostText
from db.verdicts import save_verdicts
from domain.causes import Cause, Decision
from domain.nouns import Verdict
from domain.settings import Settings
from ingest.sources import keep_of, known
from ingest.sources.github import GitHub
from ingest.status import sources_status
from tests.support.world import World

MODEL = "model-1"


def judged_as_no_reports(engine: Engine, now: datetime) -> None:
    """What `whylost classify` would leave, if nobody had told of a failure."""
    with write(engine) as connection:
        know(connection, MODEL, {}, now)
        show(connection, Judges.only(MODEL), now)
        posts = connection.execute(select(PostRow.key, PostRow.version, PostRow.day)).all()
        made = [
            Verdict(
                post=key,
                version=version,
                model=MODEL,
                report_probability=0.1,
                causes=dict.fromkeys(Cause, 0.0),
                likely_cause=None,
                decision=Decision.NOT_A_REPORT,
                abstained_because=None,
                language="en",
            )
            for key, version, _day in posts
        ]
        save_verdicts(connection, made, {key: day for key, _version, day in posts})


def held(engine: Engine, source: str) -> set[str]:
    """Posts of a source whose current text is there."""
    query = (
        select(PostRow.key)
        .join(PostText, (PostText.post == PostRow.key) & (PostText.version == PostRow.version))
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .where(PlaceRow.source == source, PostText.text.is_not(None))
    )
    with read(engine) as connection:
        return set(connection.scalars(query))


def test_a_run_ends_the_time_of_texts_source_by_source(
    world: World, engine: Engine, now: datetime
) -> None:
    assert world.run(engine, now).counts["retention_purged"] == 0  # nothing is judged yet
    judged_as_no_reports(engine, now)
    posts, issues = held(engine, "hackernews"), held(engine, "github")
    world.settings = replace(world.settings, keep_days=400)
    world.source("github", keep_days=3)
    assert world.run(engine, now + timedelta(days=3)).counts["retention_purged"] == 0
    report = world.run(engine, now + timedelta(days=3, minutes=1))
    left = held(engine, "github")
    assert report.counts["retention_purged"] == len(issues - left) > 0
    assert left  # what was not judged yet
    assert held(engine, "hackernews") >= posts
    with read(engine) as connection:
        assert not erase.due(connection)


def test_what_is_fetched_again_unchanged_stays_without_text(
    world: World, engine: Engine, now: datetime
) -> None:
    world.run(engine, now)
    judged_as_no_reports(engine, now)
    world.settings = replace(world.settings, keep_days=0)
    before = held(engine, "github")
    later = now + timedelta(minutes=1)
    assert world.run(engine, later).counts["retention_purged"] >= len(before)
    again = world.run(engine, later, ("github",), since=now - timedelta(days=7))
    assert again.counts["unchanged"] > 0
    assert again.counts["changed"] == 0
    assert not held(engine, "github") & before


def test_an_edit_is_judged_anew(world: World, engine: Engine, now: datetime) -> None:
    world.run(engine, now)
    judged_as_no_reports(engine, now)
    world.settings = replace(world.settings, keep_days=0)
    world.run(engine, now + timedelta(minutes=1))
    later = now + timedelta(hours=1)
    world.hub.issue(60_000, now - timedelta(hours=3), "Now it lost all of it.", updated=later)
    world.run(engine, later, ("github",))
    key = world.keyed.hash("post", "github:owner/project#60000")
    assert key in held(engine, "github")  # until it is judged
    judged_as_no_reports(engine, later)
    assert world.run(engine, later, ("github",)).counts["retention_purged"] > 0
    assert key not in held(engine, "github")


def test_a_run_files_today_s_terms_with_every_place(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    world.run(sqlite_engine, now)
    with write(sqlite_engine) as connection:
        made = {"frame": "capped feed", "query": "", "store_text": True, "export_text": True}
        old = {"train": True, "keep_days": 7, "attribution": ""}
        row = {"name": "github-archive:a/b", "source": "github", **made, **old}
        connection.execute(PlaceRow.__table__.insert(), [row])  # type: ignore[attr-defined]  # a table, typed as any FROM
    world.run(sqlite_engine, now, ("hackernews",))
    query = select(PlaceRow.keep_days, PlaceRow.attribution).where(
        PlaceRow.name == "github-archive:a/b"
    )
    with read(sqlite_engine) as connection:
        assert tuple(connection.execute(query).one()) == (None, GitHub.terms.attribution)


def test_the_list_of_sources_says_how_long_texts_are_kept(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    world.source("github", keep_days=700)
    rows = sources_status(sqlite_engine, world.settings, now)
    kept = {row.source: row.texts_kept for row in rows}
    assert kept["github"] == "700 days"
    assert kept["hackernews"] == "400 days"
    assert {kept[name] for name in kept if known()[name].terms.keep_days == 30} <= {"30 days"}


def test_a_source_s_own_days_replace_the_general_ones(world: World) -> None:
    told = Settings(
        home=world.settings.home,
        database="unused",
        keep_days=100,
        sources={"github": {"keep_days": 700}, "hackernews": {"keep_days": 0}},
    )
    keep = keep_of(told)
    assert keep.otherwise == 100
    assert keep.days["github"] == 700
    assert "hackernews" not in keep.days
