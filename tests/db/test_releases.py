"""Releases as rows: what is retired isn't shown, and the user's hand goes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, select, text

from db import engine as migrations
from db.engine import open_engine, read, upgrade, write
from db.queries.announced import announced
from db.queries.releases import release, releases
from db.releases import retire, save_releases, unlinked
from db.tables import ChangeLog
from domain.nouns import Release
from tests.support.timeline import release as made

ONE = made("one", 0, title="A larger window for all", claimed_effect="Fewer limits")
TWO = replace(made("two", None), contained_in="one")


def save(engine: Engine, now: datetime, *given: Release, hand: str = "shipped") -> tuple[int, int]:
    with write(engine) as connection:
        saved = save_releases(connection, given, hand, now)  # type: ignore[arg-type]  # a literal
    return saved.changed, saved.kept


def lines(engine: Engine) -> list[tuple[str, object, object]]:
    with read(engine) as connection:
        found = connection.execute(
            select(ChangeLog.what, ChangeLog.before, ChangeLog.after).order_by(ChangeLog.number)
        )
        return [(line.what, line.before, line.after) for line in found]


def test_a_link_comes_back_as_it_was_saved(engine: Engine, now: datetime) -> None:
    save(engine, now, ONE, TWO)
    with read(engine) as connection:
        assert release(connection, "two") == TWO
        assert releases(connection) == [ONE, TWO]


def test_only_links_to_nothing_are_named(engine: Engine, now: datetime) -> None:
    save(engine, now, ONE)
    with read(engine) as connection:
        lost = replace(TWO, id="lost", contained_in="one gone two")
        assert unlinked(connection, [TWO, lost]) == [("lost", "gone")]
        assert unlinked(connection, []) == []


def test_what_is_retired_is_shown_only_where_it_is_asked_for(engine: Engine, now: datetime) -> None:
    save(engine, now, ONE, TWO)
    opened = datetime(2026, 3, 2, tzinfo=UTC)
    with write(engine) as connection:
        assert announced(connection, "A larger window for all", opened) == ONE
        retire(connection, "one", "a test only", now)
        gone = replace(ONE, retired="a test only")
        assert releases(connection) == [TWO]
        assert releases(connection, retired=True) == [gone, TWO]
        assert release(connection, "one") == gone
        assert announced(connection, "A larger window for all", opened) is None
    assert lines(engine) == [("retired", {"retired": ""}, {"retired": "a test only"})]


def test_what_is_retired_stays_so_and_restored_is_the_catalogues_again(
    engine: Engine, now: datetime
) -> None:
    newer = replace(ONE, note="seen by a second source")
    save(engine, now, ONE)
    with write(engine) as connection:
        retire(connection, "one", "a test only", now)
    assert save(engine, now, newer) == (0, 1)
    with write(engine) as connection:
        retire(connection, "one", "", now)
    assert save(engine, now, newer) == (1, 0)
    with read(engine) as connection:
        assert release(connection, "one") == newer
    assert [what for what, _, _ in lines(engine)] == ["retired", "restored", "shipped"]


def test_a_users_own_entry_stays_the_users_after_it_was_restored(
    engine: Engine, now: datetime
) -> None:
    save(engine, now, ONE, hand="imported")
    with write(engine) as connection:
        retire(connection, "one", "a test only", now)
        retire(connection, "one", "", now + timedelta(hours=1))
    assert save(engine, now, replace(ONE, title="Otherwise")) == (0, 1)


def test_a_database_of_before_gets_both_columns_empty(database_url: str, now: datetime) -> None:
    engine = open_engine(database_url)
    config = Config()
    config.set_main_option(
        "script_location", str(migrations.__file__).replace("engine.py", "migrations")
    )
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        connection.execute(
            text(
                "INSERT INTO release (id, announced, date_precision, vendor, product, affects, "
                "kind, title, claimed_effect, source_url, source_title, confidence, note) VALUES "
                "('old', '2026-03-02', 'day', 'Acme', 'unknown', '', 'policy_change', 'Old', '', "
                "'https://vendor.example', '', 'high', '')"
            )
        )
    upgrade(engine)
    with read(engine) as connection:
        held = release(connection, "old")
    engine.dispose()
    assert held is not None
    assert (held.contained_in, held.retired, held.announced) == ("", "", date(2026, 3, 2))
