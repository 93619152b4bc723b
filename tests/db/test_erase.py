"""Deleted words leave the database's files, not only its answers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from db import erase, posts
from db.engine import read, write
from db.withdraw import withdraw
from domain.keyed import Keyed
from domain.nouns import Address, Frame, Place, Post, Thread

PLACE = Place(name="forum:a", source="forum", frame=Frame.ALL_POSTS)
WRITTEN = datetime(2026, 5, 8, tzinfo=UTC)
SECRET = "a sentence that nobody else would write 7319"
LONG = f"{SECRET} " * 400  # on overflow pages
TITLE = "a title that nobody else would write 8207"
QUOTE = f"> {SECRET}\n\nSame here, says somebody who is not deleted 5521."


@pytest.fixture
def kept(engine: Engine, keyed: Keyed, now: datetime) -> Post:
    """A thread of two: one that will be deleted, and one that quotes it."""
    opener = Post(
        key=keyed.hash("post", "1"),
        thread=keyed.hash("thread", "1"),
        parent=None,
        place=PLACE.name,
        kind="post",
        author=None,
        title=TITLE,
        text=LONG,
        raw_hash=keyed.hash("raw", LONG),
        written_at=WRITTEN,
        address=Address(external_id="secret-id-6614", url="https://a.example/secret-id-6614"),
    )
    reply = Post(
        key=keyed.hash("post", "2"),
        thread=opener.thread,
        parent=opener.key,
        place=PLACE.name,
        kind="reply",
        author=None,
        title="",
        text=QUOTE,
        raw_hash=keyed.hash("raw", QUOTE),
        written_at=WRITTEN,
    )
    thread = Thread(key=opener.thread, place=PLACE.name, title=TITLE, opened_at=WRITTEN)
    with write(engine) as connection:
        posts.save_places(connection, [PLACE])
        posts.save_threads(connection, [thread], now)
        posts.save_posts(connection, [opener, reply], now, keyed)
    return opener


def files(engine: Engine) -> bytes:
    """The database, its log and its index, as they lie on the disk."""
    file = Path(str(engine.url.database))
    return b"".join(part.read_bytes() for part in sorted(file.parent.glob(f"{file.name}*")))


def bury(engine: Engine, keyed: Keyed, now: datetime, post: Post) -> None:
    with write(engine) as connection:
        assert withdraw(connection, [post.key], now, keyed) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_deleted_word_is_left_in_the_files(
    engine: Engine, keyed: Keyed, now: datetime, kept: Post
) -> None:
    for words in (SECRET, TITLE, "secret-id-6614", "not deleted 5521"):
        assert words.encode() in files(engine)
    bury(engine, keyed, now, kept)
    assert erase.erase(engine)
    for words in (SECRET, TITLE, "secret-id-6614"):
        assert words.encode() not in files(engine)
    assert b"not deleted 5521" in files(engine)
    with read(engine) as connection:
        assert not erase.due(connection)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reader_in_the_way_leaves_it_to_the_next_run(
    engine: Engine,
    keyed: Keyed,
    now: datetime,
    kept: Post,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(erase, "_PATIENCE_MILLISECONDS", 50)
    with read(engine) as reader:
        reader.execute(text("SELECT count(*) FROM post")).scalar()
        bury(engine, keyed, now, kept)
        with caplog.at_level(logging.WARNING):
            assert not erase.erase(engine)
        assert "a reader holds them" in caplog.text
    with read(engine) as connection:
        assert erase.due(connection)
    assert erase.erase(engine)
    assert SECRET.encode() not in files(engine)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_the_server_frees_the_old_rows(
    engine: Engine, keyed: Keyed, now: datetime, kept: Post
) -> None:
    def cleaned() -> int:
        """How often the table of texts was cleaned by hand."""
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_stat_clear_snapshot()"))
            query = "SELECT vacuum_count FROM pg_stat_user_tables WHERE relname = 'post_text'"
            return int(connection.execute(text(query)).scalar_one())

    bury(engine, keyed, now, kept)
    before = cleaned()
    assert erase.erase(engine)
    _until(lambda: cleaned() == before + 1)
    with engine.connect() as connection:
        # Only what is live is left: the next reader of the pages finds no row but these.
        live = connection.execute(text("SELECT count(*) FROM post_text")).scalar_one()
        stat = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'post_text'"
        assert live == 2
        assert connection.execute(text(stat)).scalar_one() == 0
    with read(engine) as connection:
        assert not erase.due(connection)


def test_nothing_due_costs_nothing(engine: Engine) -> None:
    assert erase.erase(engine)


def _until(holds: Callable[[], bool]) -> None:
    """The server keeps its statistics a moment later."""
    for _ in range(50):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail("the table was not cleaned")
