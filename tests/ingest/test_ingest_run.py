"""Runs over two services. What every source must keep is in `contract/`; here is what takes two."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from db import cursors
from db.engine import open_engine, read
from db.tables import (
    AddressRow,
    ClosingRow,
    Gap,
    OriginalRow,
    PostRow,
    PostText,
    RunSource,
    ThreadRow,
)
from domain.errors import InputError
from ingest import keep
from ingest.run import SourceStatus, sources_status
from tests.support.fakes import iso
from tests.support.replay import JSON, Reply
from tests.support.world import World

FAULTS = (
    Reply(status=500),
    Reply(status=429, headers={"Retry-After": "5"}),
    Reply(status=403, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9000"}),
    Reply(status=403, headers=JSON, body=b'{"message": "secondary rate limit"}'),
    Reply(reset=True),
    Reply(headers=JSON, body=b'{"hits": ['),
    Reply(headers={"Content-Type": "text/html"}, body=b"<h1>Log in to this network"),
    Reply(status=302, headers={"Location": "http://192.168.1.1/login"}),
    Reply(headers=JSON, body=b'{"other": "shape"}'),
    Reply(status=404, headers=JSON, body=b"{}"),
)


class Killed(BaseException):
    """Stands for SIGKILL: nothing may catch it."""


def ids(engine: Engine) -> list[str]:
    with read(engine) as connection:
        return list(connection.scalars(select(AddressRow.external_id)))


def until_settled(world: World, engine: Engine, now: datetime) -> None:
    """Runs as cron would, until a run ends well, brings nothing new, and history is whole."""
    for _ in range(60):
        report = world.run(engine, now)
        rows = [r for r in sources_status(engine, world.settings, now) if r.enabled]
        whole = all(r.read_from and r.read_from <= now - timedelta(days=60) for r in rows)
        if report.outcome == "done" and report.counts["new"] == 0 and whole:
            return
    pytest.fail(f"never settled: {report}")


def test_the_first_run_takes_a_week_and_the_next_ones_walk_back(
    world: World, belonging: set[str], engine: Engine, now: datetime
) -> None:
    first = world.run(engine, now)
    assert first.outcome == "done", first.message
    with read(engine) as connection:
        assert connection.scalar(select(func.min(PostRow.written_at))) >= now - timedelta(days=7)
        assert not connection.scalar(select(func.count()).where(PostRow.back_filled))
    until_settled(world, engine, now)
    assert sorted(ids(engine)) == sorted(belonging)
    with read(engine) as connection:
        late = connection.execute(
            select(PostRow.back_filled, func.min(PostRow.written_at), func.max(PostRow.written_at))
            .group_by(PostRow.back_filled)
            .order_by(PostRow.back_filled)
        ).all()
    assert [row[0] for row in late] == [False, True]
    assert late[0][1] >= now - timedelta(days=7) > late[1][2]
    assert late[1][1] < now - timedelta(days=59)


def test_threads_keep_parents_depth_and_title(world: World, engine: Engine, now: datetime) -> None:
    world.run(engine, now)
    with read(engine) as connection:
        query = (
            select(
                AddressRow.external_id,
                PostRow.key,
                PostRow.parent,
                PostRow.depth,
                PostRow.kind,
                ThreadRow.title,
            )
            .join(PostRow, PostRow.key == AddressRow.post)
            .join(ThreadRow, ThreadRow.key == PostRow.thread)
        )
        by_id = {row.external_id: row for row in connection.execute(query)}
    story, reply, answer = (by_id[f"hn:{n}"] for n in (60_000, 60_001, 60_002))
    assert (story.depth, reply.depth, answer.depth) == (0, 1, 2)
    assert (reply.parent, answer.parent) == (story.key, reply.key)
    assert answer.title == "Claude Code lost a day's work (0)"
    issue = by_id["github:owner/project#60000"]
    comment = by_id["github:owner/project/comment/60001"]
    assert (comment.parent, comment.depth, comment.kind) == (issue.key, 1, "comment")
    assert comment.title == issue.title == "It forgot everything"


def test_the_tree_mends_a_depth_that_the_search_did_not_know(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    def depth() -> int | None:
        with read(sqlite_engine) as connection:
            query = select(PostRow.depth).join(AddressRow, AddressRow.post == PostRow.key)
            return connection.scalar(query.where(AddressRow.external_id == "hn:90003"))

    at = now - timedelta(hours=9)
    world.news.post(90_000, at, "", title="Show HN: Another kite")
    for number in (90_001, 90_002):
        world.news.post(number, at, "Windy.", parent=number - 1)
    world.news.post(90_003, at, "Claude forgot mine.", parent=90_002)
    world.run(sqlite_engine, now, ("hackernews",))
    assert depth() == 2  # or deeper: the search only says who is answered
    for number in (90_004, 90_005):  # now the thread is worth a visit
        world.news.post(number, now - timedelta(hours=1), "Claude did that, too.", parent=90_000)
    world.run(sqlite_engine, now, ("hackernews",))
    assert depth() == 3


def test_edits_make_versions_and_deletions_purge(
    world: World, engine: Engine, now: datetime
) -> None:
    world.run(engine, now)
    later = now + timedelta(hours=1)
    world.hub.issue(60_000, now - timedelta(hours=3), "Now with a log.", updated=later)
    world.news.items[60_001]["text"] = "Same here, twice."
    world.news.delete(60_002)
    world.news.post(60_009, later - timedelta(minutes=5), "Me too.", parent=60_001)
    report = world.run(engine, later)
    assert (report.counts["changed"], report.counts["deleted"]) == (2, 1)
    with read(engine) as connection:
        texts = list(
            connection.scalars(
                select(PostText.text)
                .join(AddressRow, AddressRow.post == PostText.post)
                .where(AddressRow.external_id == "github:owner/project#60000")
                .order_by(PostText.version)
            )
        )
    assert texts == ["Day 0: the session was gone after a restart.", "Now with a log."]
    assert "hn:60002" not in ids(engine)
    assert "hn:60009" in ids(engine)


@pytest.mark.parametrize("stop_at", [0, 6])
def test_killed_inside_a_transaction_moves_no_cursor(
    world: World,
    sqlite_engine: Engine,
    now: datetime,
    stop_at: int,
    monkeypatch: pytest.MonkeyPatch,
    belonging: set[str],
) -> None:
    saves = 0
    before: dict[tuple[str, str], dict] = {}
    plain = keep.save_posts

    def kill(*given):
        nonlocal saves, before
        saved = plain(*given)
        if saves == stop_at:
            raise Killed
        saves += 1
        return saved

    monkeypatch.setattr(keep, "save_posts", kill)
    held_before: list[str] = []

    def note(_done: int, _total: int | None) -> None:
        nonlocal before, held_before
        with read(sqlite_engine) as connection:
            before = cursors.all_cursors(connection)
        held_before = ids(sqlite_engine)

    with pytest.raises(Killed):
        world.run(sqlite_engine, now, report=note)
    with read(sqlite_engine) as connection:
        assert cursors.all_cursors(connection) == before
    assert ids(sqlite_engine) == held_before
    monkeypatch.undo()
    until_settled(world, sqlite_engine, now)
    assert sorted(ids(sqlite_engine)) == sorted(belonging)


@pytest.mark.parametrize("seed", range(3))
def test_faults_lose_nothing_and_double_nothing(
    world: World,
    sqlite_engine: Engine,
    tmp_path: Path,
    now: datetime,
    seed: int,
    canonical_dump: Callable,
) -> None:
    other = another(sqlite_engine, tmp_path)
    until_settled(world, sqlite_engine, now)
    dice = random.Random(seed)
    for server in (world.news_server, world.hub_server):
        begun = len(server.asked)
        for number in range(begun, begun + 60):
            if dice.random() < 0.25:
                server.faults[number] = dice.choice(FAULTS)
    until_settled(world, other, now)
    assert collected(canonical_dump(other)) == collected(canonical_dump(sqlite_engine))
    with read(other) as connection:
        open_gaps = connection.scalars(select(Gap.place).where(Gap.ended.is_(None))).all()
    assert open_gaps == []


def another(engine: Engine, folder: Path) -> Engine:
    """A second empty database, without migrating again."""
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = folder / "another.db"
    shutil.copy(str(engine.url.database), copy)
    return open_engine(f"sqlite:///{copy}")


def collected(dump: dict) -> dict:
    """What was collected; a cursor may tell of another way to the same place."""
    return {name: rows for name, rows in dump.items() if name not in ("cursor", "meta")}


def test_one_source_that_fails_does_not_stop_the_other(
    world: World, engine: Engine, now: datetime
) -> None:
    world.news_server.close()
    report = world.run(engine, now)
    assert report.outcome == "partly"
    by_name = {s.source: s for s in report.sources}
    assert by_name["hackernews"].outcome == "failed"
    assert "can't be reached" in by_name["hackernews"].message
    assert by_name["github"].outcome == "done"
    assert by_name["github"].posts_new > 0
    with read(engine) as connection:
        gaps = connection.execute(select(Gap.place, Gap.ended).where(Gap.ended.is_(None))).all()
        assert {place for place, _ in gaps} == {"hackernews:claude", "hackernews:claude code"}
        noted = connection.scalars(select(RunSource.source).order_by(RunSource.source)).all()
    assert noted == ["github", "hackernews"]


def test_a_gap_is_filled_when_the_source_works_again(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    world.run(sqlite_engine, now)
    later = now + timedelta(days=2)
    world.hub.issue(70_000, now + timedelta(days=1), "While nobody read.")
    world.hub_server.faults[len(world.hub_server.asked)] = Reply(status=401)
    assert world.run(sqlite_engine, later, ("github",)).outcome == "failed"
    with read(sqlite_engine) as connection:
        began, reason = connection.execute(
            select(Gap.began, Gap.reason).where(Gap.ended.is_(None))
        ).one()
    assert began <= now
    assert "401" in reason
    assert world.run(sqlite_engine, later, ("github",)).outcome == "done"
    with read(sqlite_engine) as connection:
        assert not connection.scalars(select(Gap.place).where(Gap.ended.is_(None))).all()
    assert "github:owner/project#70000" in ids(sqlite_engine)


def test_the_gap_of_a_source_that_lags_moves_with_it(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    world.hub.largest_page = 2
    world.source("github", budget_requests=4)
    began = []
    for _ in range(3):
        report = world.run(sqlite_engine, now, ("github",))
        assert report.outcome == "partly"
        assert "4 requests are used up" in report.message
        with read(sqlite_engine) as connection:
            query = select(Gap.began).where(Gap.ended.is_(None))
            began.append(connection.scalars(query).one())
    assert now - timedelta(days=7) < began[0] < began[1] < began[2] < now


def test_what_was_not_collected_yet_is_a_gap_that_shrinks(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    def collected_from() -> datetime:
        with read(sqlite_engine) as connection:
            return connection.scalars(
                select(Gap.ended).where(Gap.place == "github:owner/project")
            ).one()

    world.run(sqlite_engine, now)
    assert collected_from() == now - timedelta(days=7)
    until_settled(world, sqlite_engine, now)
    assert collected_from() == now - timedelta(days=60)


def test_a_small_budget_is_kept_and_the_walk_resumes(
    world: World, sqlite_engine: Engine, now: datetime, belonging: set[str]
) -> None:
    world.hub.largest_page = 7
    world.source("github", budget_requests=9)
    runs = 0
    notes: list[str] = []
    wanted = {i for i in belonging if i.startswith("github")}
    while {i for i in ids(sqlite_engine) if i.startswith("github")} != wanted:
        before = len(world.hub_server.asked)
        report = world.run(sqlite_engine, now, ("github",))
        assert len(world.hub_server.asked) - before <= 9
        notes.append(report.sources[0].message)
        runs += 1
        assert runs < 20
    assert runs > 3
    assert any("days of history to go" in note and "with a token" in note for note in notes)
    assert len(ids(sqlite_engine)) == len(set(ids(sqlite_engine)))


def test_back_to_walks_in_the_first_run_too(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    world.run(sqlite_engine, now, back_to=now - timedelta(days=20))
    with read(sqlite_engine) as connection:
        oldest = connection.scalar(select(func.min(PostRow.written_at)))
    assert now - timedelta(days=21) < oldest < now - timedelta(days=19)


def test_since_reads_again_from_there(world: World, sqlite_engine: Engine, now: datetime) -> None:
    world.settings = replace(world.settings, back_fill_days=0)
    world.run(sqlite_engine, now)
    report = world.run(sqlite_engine, now, since=now - timedelta(days=30))
    assert report.outcome == "done"
    with read(sqlite_engine) as connection:
        oldest = connection.scalar(select(func.min(PostRow.written_at)))
    assert now - timedelta(days=31) < oldest < now - timedelta(days=29)


def test_an_unknown_source_is_named_with_those_that_exist(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    with pytest.raises(InputError, match=r"Known: .*github, hackernews"):
        world.run(sqlite_engine, now, ("myspace",))


def test_how_the_sources_stand(
    world: World, engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def enabled(at: datetime) -> list[SourceStatus]:
        return [row for row in sources_status(engine, world.settings, at) if row.enabled]

    fresh = enabled(now)
    assert [row.place for row in fresh] == [
        "github:owner/project",
        "hackernews:claude",
        "hackernews:claude code",
    ]
    assert all(row.posts == 0 and row.lag_hours is None and not row.seen_live for row in fresh)
    assert fresh[0].credentials == "WHYLOST_TEST_TOKEN: optional, not set"
    world.run(engine, now)
    later = enabled(now + timedelta(hours=2))
    assert all(row.posts > 0 and row.lag_hours == 2.0 for row in later)
    assert all(row.outcome == "done" and row.last_run == now for row in later)
    assert "53 days of history to go" in later[0].note
    monkeypatch.setenv("WHYLOST_TEST_TOKEN", "made-up")
    told = enabled(now)[0].credentials
    assert told == "WHYLOST_TEST_TOKEN: set"


def test_a_source_that_never_answered_shows_its_failure(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    world.hub_server.close()
    world.run(sqlite_engine, now)
    rows = sources_status(sqlite_engine, world.settings, now)
    row = next(row for row in rows if row.source == "github")
    assert (row.source, row.outcome, row.last_run, row.posts) == ("github", "failed", now, 0)
    assert "can't be reached" in row.message
    assert row.note == ""


def test_a_token_stays_out_of_database_and_report(
    world: World, sqlite_engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "made-up-token-for-this-test"
    monkeypatch.setenv("WHYLOST_TEST_TOKEN", secret)
    world.hub_server.faults[0] = Reply(status=401)
    report = world.run(sqlite_engine, now)
    world.run(sqlite_engine, now)
    assert world.hub_server.asked[0].headers["authorization"] == f"Bearer {secret}"
    assert secret not in repr(report)
    sqlite_engine.dispose()
    folder = Path(str(sqlite_engine.url.database)).parent
    assert all(secret.encode() not in f.read_bytes() for f in folder.iterdir() if f.is_file())
    assert all("authorization" not in asked.headers for asked in world.news_server.asked)


def test_what_a_run_counted_and_left_is_told(
    world: World, engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_news(at: datetime) -> SourceStatus:
        rows = sources_status(engine, world.settings, at)
        return next(row for row in rows if row.source == "hackernews")

    assert (of_news(now).counted, of_news(now).due_posts) == ("", 0)
    world.run(engine, now)
    assert (of_news(now).due_threads, of_news(now).due_posts) == (0, 0)
    later = now + timedelta(days=9)
    held, threads = of_news(later).due_posts, of_news(later).due_threads
    assert held > threads > 0
    world.source("hackernews", keep_days=30)
    world.run(engine, later)
    row = of_news(later)
    assert "threads read again" in row.counted
    assert "posts asked for again" in row.counted
    assert row.due_posts < held
    assert row.texts_kept == "30 days"


def due_posts(world: World, engine: Engine, at: datetime) -> int:
    rows = sources_status(engine, world.settings, at)
    return next(row.due_posts for row in rows if row.source == "github")


def test_checks_that_are_cut_short_go_on_and_repeat_nothing(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    world.settings = replace(world.settings, back_fill_days=0)
    world.run(sqlite_engine, now, ("github",))
    later = now + timedelta(days=9)
    assert due_posts(world, sqlite_engine, later) == 14  # seven issues with a comment each
    world.source("github", budget_requests=8)  # two for the lists, a third of the rest for checks
    left = []
    for _ in range(4):
        report = world.run(sqlite_engine, later, ("github",))
        left.append(due_posts(world, sqlite_engine, later))
    assert left == [10, 6, 2, 0]
    assert report.counts["posts_checked"] == 2
    assert report.outcome == "done"  # to stop there is no failure


def test_an_issue_that_cannot_be_asked_for_blocks_no_other(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    world.settings = replace(world.settings, back_fill_days=0)
    world.run(sqlite_engine, now, ("github",))
    plain, later = world.hub_server.answer, now + timedelta(days=9)
    world.hub_server.answer = lambda asked: (
        Reply(status=403) if asked.path.endswith("/60000/comments") else plain(asked)
    )
    report = world.run(sqlite_engine, later, ("github",))
    assert due_posts(world, sqlite_engine, later) == 0
    assert "Posts of github:owner/project could not be asked for" in report.sources[0].message
    assert due_posts(world, sqlite_engine, later + timedelta(days=1)) == 2  # tomorrow again
    world.hub_server.answer = plain
    world.run(sqlite_engine, later + timedelta(days=1), ("github",))
    assert due_posts(world, sqlite_engine, later + timedelta(days=1)) == 0


def test_a_thread_that_was_read_again_needs_no_check(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    world.settings = replace(world.settings, back_fill_days=0)
    world.run(sqlite_engine, now, ("hackernews",))
    begun = len(world.news_server.asked)
    world.run(sqlite_engine, now + timedelta(days=2), ("hackernews",))
    paths = [asked.path for asked in world.news_server.asked[begun:]]
    assert "/api/v1/items/60000" in paths
    assert "/v0/item/60001.json" not in paths  # its tree has just shown it
    assert "/v0/item/59001.json" in paths  # a comment in a thread about something else


def test_a_source_that_is_set_wrongly_stops_no_other(
    world: World, engine: Engine, now: datetime
) -> None:
    world.source("github", search=("no repository",))
    report = world.run(engine, now)
    by_name = {s.source: s for s in report.sources}
    assert (by_name["github"].outcome, by_name["hackernews"].outcome) == ("failed", "done")
    assert "'no repository' is no repository. Write owner/name." in by_name["github"].message


def test_a_closing_is_heard_of_and_earlier_ones_can_be_asked_for(
    world: World, engine: Engine, now: datetime
) -> None:
    stale, duplicate, earlier = 59_000, 58_000, 57_000
    world.run(engine, now, ("github",))
    by_bot = {"state": "closed", "state_reason": "not_planned", "labels": [{"name": "stale"}]}
    by_bot |= {"closed_at": iso(now), "closed_by": {"login": "sweep", "type": "Bot"}}
    world.hub.issues[stale] |= by_bot | {"updated_at": iso(now)}
    world.hub.issues[duplicate] |= {"state": "closed", "state_reason": "duplicate"}
    world.hub.comment(58_007, duplicate, now, f"Duplicate of #{stale}")
    world.run(engine, now + timedelta(hours=2), ("github",))
    keys = {n: world.keyed.hash("thread", f"github:owner/project#{n}") for n in (58_000, 59_000)}
    with read(engine) as connection:
        told = {row.thread: row for row in connection.execute(select(ClosingRow))}
        (named,) = connection.execute(select(OriginalRow))
    assert set(told) == set(keys.values())
    assert (told[keys[stale]].ending, told[keys[stale]].closer) == ("stale", "bot")
    assert told[keys[duplicate]].ending == "duplicate"
    assert (named.thread, named.original) == (keys[duplicate], keys[stale])
    world.hub.issues[earlier] |= by_bot  # as if it was closed before closings were kept
    world.run(engine, now + timedelta(hours=3), ("github",))
    with read(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(ClosingRow)) == 2
    world.run(engine, now + timedelta(hours=4), ("github",), since=now - timedelta(days=6))
    with read(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(ClosingRow)) == 3
