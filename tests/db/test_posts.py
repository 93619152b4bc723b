"""Saving posts: once, whole, with versions, and gone when deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.exc import DatabaseError

from db import cursors, posts
from db.engine import read, write
from db.tables import AddressRow, ChangeLog, PostProduct, PostRow, PostText, ThreadRow, Tombstone
from db.withdraw import purge
from domain.keyed import Keyed
from domain.nouns import Address, Frame, Place, Post, PostState, Thread

WRITTEN = datetime(2026, 5, 8, 23, 59, 59, 123456, tzinfo=UTC)
PLACE = Place(name="github:a/b", source="github", frame=Frame.ALL_POSTS)


def a_thread(keyed: Keyed) -> Thread:
    return Thread(
        key=keyed.hash("thread", "1"), place=PLACE.name, title="A title", opened_at=WRITTEN
    )


def a_post(keyed: Keyed, number: int = 1, text: str = "My history is gone.") -> Post:
    return Post(
        key=keyed.hash("post", str(number)),
        thread=keyed.hash("thread", "1"),
        parent=None,
        place=PLACE.name,
        kind="issue",
        author=keyed.hash("author", "somebody"),
        title="Ünïcode 😀",
        text=text,
        raw_hash=keyed.hash("raw", text),
        written_at=WRITTEN,
        products=("Claude Code", "Claude"),
        address=Address(external_id=f"github:a/b#{number}", url=f"https://example.org/{number}"),
    )


def save(engine: Engine, keyed: Keyed, *given: Post, now: datetime) -> posts.Saved:
    with write(engine) as connection:
        posts.save_places(connection, [PLACE])
        posts.save_threads(connection, [a_thread(keyed)], now)
        return posts.save_posts(connection, given, now, keyed)


def count(engine: Engine, table: type) -> int:
    with read(engine) as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def test_same_posts_again_change_nothing(engine: Engine, keyed: Keyed, now: datetime) -> None:
    some = [a_post(keyed, n) for n in range(2_500)]
    assert save(engine, keyed, *some, now=now) == posts.Saved(new=2_500)
    assert save(engine, keyed, *reversed(some), now=now + timedelta(days=1)) == posts.Saved(
        unchanged=2_500
    )
    assert count(engine, PostRow) == count(engine, PostText) == count(engine, AddressRow) == 2_500
    assert count(engine, PostProduct) == 5_000
    assert count(engine, ChangeLog) == 0


def test_times_and_text_come_back_as_they_went(engine: Engine, keyed: Keyed, now: datetime) -> None:
    save(engine, keyed, a_post(keyed), now=now)
    with read(engine) as connection:
        written, day = connection.execute(select(PostRow.written_at, PostRow.day)).one()
        title = connection.scalar(select(PostText.title))
    assert written == WRITTEN
    assert written.tzinfo is not None
    assert day.isoformat() == "2026-05-08"
    assert title == "Ünïcode 😀"


def test_a_time_without_a_zone_is_refused(engine: Engine, keyed: Keyed, now: datetime) -> None:
    naive = replace(a_post(keyed), written_at=datetime(2026, 5, 8))  # noqa: DTZ001 - the point
    with pytest.raises(Exception, match="without a zone"):
        save(engine, keyed, naive, now=now)
    assert count(engine, PostRow) == count(engine, ThreadRow) == 0


def test_an_edit_is_a_new_version(engine: Engine, keyed: Keyed, now: datetime) -> None:
    save(engine, keyed, a_post(keyed), now=now)
    edited = replace(a_post(keyed, text="It came back."), products=("Claude",))
    assert save(engine, keyed, edited, now=now) == posts.Saved(changed=1)
    with read(engine) as connection:
        row = connection.execute(select(PostRow.version, PostRow.state)).one()
        texts = connection.scalars(select(PostText.text).order_by(PostText.version)).all()
        products = connection.scalars(select(PostProduct.product)).all()
    assert row == (2, PostState.EDITED.value)
    assert texts == ["My history is gone.", "It came back."]
    assert products == ["Claude"]
    assert count(engine, ChangeLog) == 1


def test_a_deletion_purges_and_stays(engine: Engine, keyed: Keyed, now: datetime) -> None:
    save(engine, keyed, a_post(keyed), now=now)
    gone = replace(a_post(keyed, text=""), state=PostState.DELETED, title="")
    assert save(engine, keyed, gone, now=now) == posts.Saved(deleted=1)
    assert save(engine, keyed, a_post(keyed), now=now) == posts.Saved(unchanged=1)
    with read(engine) as connection:
        assert connection.scalars(select(PostText.text)).all() == [None]
        assert connection.scalar(select(PostRow.state)) == PostState.DELETED.value
    assert count(engine, AddressRow) == 0
    assert count(engine, Tombstone) == 1


def test_a_purged_text_is_not_in_the_file(
    sqlite_engine: Engine, keyed: Keyed, now: datetime
) -> None:
    secret = "a sentence that nobody else would write 7319"
    save(sqlite_engine, keyed, a_post(keyed, text=secret), now=now)
    with write(sqlite_engine) as connection:
        purge(connection, [a_post(keyed).key], "asked for", now, keyed)
    with sqlite_engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    sqlite_engine.dispose()
    file = Path(str(sqlite_engine.url.database))
    for part in file.parent.glob(file.name + "*"):
        assert secret.encode() not in part.read_bytes(), part


def test_a_buried_post_does_not_come_back(engine: Engine, keyed: Keyed, now: datetime) -> None:
    with write(engine) as connection:
        connection.execute(
            Tombstone.__table__.insert(),  # type: ignore[attr-defined]  # a table, typed as any FROM
            [{"post": a_post(keyed).key, "reason": "asked for", "at": now}],
        )
    assert save(engine, keyed, a_post(keyed), now=now) == posts.Saved()
    assert count(engine, PostRow) == 0


def test_a_failed_page_leaves_nothing_and_the_cursor_where_it_was(
    engine: Engine, keyed: Keyed, now: datetime
) -> None:
    def killed() -> None:
        with write(engine) as connection:
            posts.save_places(connection, [PLACE])
            posts.save_threads(connection, [a_thread(keyed)], now)
            posts.save_posts(connection, [a_post(keyed)], now, keyed)
            cursors.move(connection, "github", "a/b", {"since": "x"}, now)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert count(engine, PostRow) == 0
    with read(engine) as connection:
        assert cursors.get(connection, "github", "a/b") is None


@pytest.mark.parametrize("change", [delete(ChangeLog), update(ChangeLog).values(what="x")])
def test_the_change_log_only_grows(
    engine: Engine, keyed: Keyed, now: datetime, change: object
) -> None:
    save(engine, keyed, a_post(keyed), now=now)
    save(engine, keyed, a_post(keyed, text="another"), now=now)
    with pytest.raises(DatabaseError, match="append-only"), write(engine) as connection:
        connection.execute(change)  # type: ignore[call-overload]  # either statement
    assert count(engine, ChangeLog) == 1
