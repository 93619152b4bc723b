"""From a source's deletion to the last copy of the words: whole runs, then an old archive."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, select

from db import erase, passages
from db.engine import read
from db.tables import PostRow, PostText, Table, ThreadRow
from domain.keyed import Keyed
from domain.nouns import PostState
from ingest.archive import import_files
from tests.support.world import World

WORDS = "My conversation about grandmother's garden vanished over night and nobody answers."
TITLE = "Claude ate a garden diary"
STORY, EARLY, LATE, ARCHIVED = 70_000, 70_001, 70_002, 70_003


def asked(world: World, now: datetime) -> None:
    """A story with an answer that quotes it."""
    world.news.post(STORY, now - timedelta(hours=3), WORDS, title=TITLE)
    quote = f"&gt; {WORDS}<p>Claude took mine, too."
    world.news.post(EARLY, now - timedelta(hours=2), quote, parent=STORY)


def everything(engine: Engine) -> str:
    """All that stands in any column of any table."""
    with read(engine) as connection:
        return "\n".join(
            str(value)
            for table in Table.metadata.tables.values()
            for row in connection.execute(select(table))
            for value in row
        )


def text(engine: Engine, keyed: Keyed, number: int) -> str:
    with read(engine) as connection:
        found = select(PostText.text).where(PostText.post == keyed.hash("post", f"hn:{number}"))
        return connection.scalar(found) or ""


def bury(world: World, engine: Engine, now: datetime) -> datetime:
    """The story is deleted after it was read; then somebody quotes it from a mailbox."""
    asked(world, now)
    world.run(engine, now)
    assert "grandmother" in everything(engine)
    world.news.delete(STORY)
    later = now + timedelta(hours=1)
    quote = f"&gt; {WORDS.upper()}<p>Claude again, and the same words."
    world.news.post(LATE, later - timedelta(minutes=5), quote, parent=STORY)
    report = world.run(engine, later)
    assert report.counts["deleted"] == 1
    return later


def test_a_deletion_at_the_source_reaches_quotes_title_and_later_answers(
    world: World, engine: Engine, keyed: Keyed, now: datetime
) -> None:
    later = bury(world, engine, now)
    left = everything(engine).lower()
    assert "grandmother" not in left
    assert "garden" not in left
    assert text(engine, keyed, EARLY).endswith("\n\nClaude took mine, too.")
    assert text(engine, keyed, LATE).startswith("> […]  ")
    assert text(engine, keyed, LATE).endswith("Claude again, and the same words.")
    with read(engine) as connection:
        assert not erase.due(connection)
    assert world.run(engine, later).counts["changed"] == 0  # the quotes are known, as they are


def test_an_old_archive_brings_nothing_back(
    world: World, engine: Engine, keyed: Keyed, now: datetime, tmp_path: Path
) -> None:
    later = bury(world, engine, now)
    at = int((now - timedelta(hours=3)).timestamp())
    story = {"id": STORY, "type": "story", "by": "a", "time": at, "title": TITLE, "text": WORDS}
    quote = f"&gt; {WORDS}<p>The archive knows it, too: Claude."
    answer = {"id": ARCHIVED, "type": "comment", "by": "b", "time": at + 9, "text": quote}
    rows = [story, answer | {"parent": STORY, "ranking": 1}]
    file = tmp_path / "hn.ndjson"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = import_files(engine, keyed, [file], format="hackernews-ndjson", now=later)
    assert (report.outcome, report.counts["new"]) == ("done", 1), report
    left = everything(engine).lower()
    assert "grandmother" not in left
    assert "garden" not in left
    assert text(engine, keyed, ARCHIVED).endswith("The archive knows it, too: Claude.")
    with read(engine) as connection:
        buried = select(PostRow.state).where(PostRow.key == keyed.hash("post", f"hn:{STORY}"))
        assert connection.scalar(buried) == PostState.DELETED.value
        thread = select(ThreadRow.title).where(ThreadRow.key == keyed.hash("thread", f"hn:{STORY}"))
        assert connection.scalar(thread) == ""


def test_an_archive_that_knows_of_a_deletion_purges(
    world: World, sqlite_engine: Engine, keyed: Keyed, now: datetime, tmp_path: Path
) -> None:
    asked(world, now)
    world.run(sqlite_engine, now)
    at = int((now - timedelta(hours=3)).timestamp())
    row = {"id": STORY, "type": "story", "time": at, "deleted": True, "ranking": 1, "dead": False}
    file = tmp_path / "hn.ndjson"
    file.write_text(json.dumps(row) + "\n", encoding="utf-8")
    report = import_files(sqlite_engine, keyed, [file], format="hackernews-ndjson", now=now)
    assert report.counts["deleted"] == 1
    assert "grandmother" not in everything(sqlite_engine)
    with read(sqlite_engine) as connection:
        assert not erase.due(connection)
    database = Path(str(sqlite_engine.url.database))
    for part in database.parent.glob(f"{database.name}*"):
        assert b"grandmother" not in part.read_bytes()


def test_a_run_purges_what_was_superseded_a_month_ago(
    world: World, engine: Engine, now: datetime
) -> None:
    world.run(engine, now)
    later = now + timedelta(hours=1)
    world.hub.issue(60_000, now - timedelta(hours=3), "Now with a log.", updated=later)
    assert world.run(engine, later).counts["superseded_purged"] == 0
    report = world.run(engine, later + timedelta(days=31))
    assert report.counts["superseded_purged"] == 1
    assert "Day 0: the session was gone" not in everything(engine)
    assert "Now with a log." in everything(engine)


def test_threads_without_deletions_cost_one_question(
    world: World, sqlite_engine: Engine, now: datetime
) -> None:
    world.run(sqlite_engine, now)
    with read(sqlite_engine) as connection:
        threads = connection.scalars(select(ThreadRow.key)).all()
        assert passages.of_threads(connection, threads) == {}
        assert connection.scalar(select(func.count()).select_from(ThreadRow)) == len(threads)
