"""Real parts for every test: a migrated database on SQLite and on PostgreSQL, a key, a clock.

What the machine lacks is skipped with one line that says how to get it; under CI=true a missing
PostgreSQL server is a failure, so that nothing goes untested unseen.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from templates import Templates, make_quick

from db.engine import open_engine, read
from db.tables import Table
from domain.keyed import Keyed

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
KEYED = Keyed(b"a key for tests, never for data.")
CI = os.environ.get("CI") == "true"
SERVER = os.environ.get("WHYLOST_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")


def missing(what: str, how: str) -> None:
    """Skips with one line; under CI=true what CI must have is a failure."""
    if CI:
        pytest.fail(f"{what} is missing under CI: {how}")
    pytest.skip(f"{what} is missing: {how}")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data beside the checkout; no user's machine has it."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared is missing: it comes with the project's own workplace")
    return SHARED


@pytest.fixture
def keyed() -> Keyed:
    """The same key in every test, so that a hash in a failure message can be looked up."""
    return KEYED


@pytest.fixture
def now() -> datetime:
    """The moment at which tests run."""
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of a PostgreSQL server on which databases may be made."""
    try:
        probe = create_engine(make_url(SERVER).set(drivername="postgresql+psycopg"))
        with probe.connect():
            return SERVER
    except OperationalError:
        missing(
            "a PostgreSQL server",
            "start one on 127.0.0.1:5432 with trust authentication, or set WHYLOST_TEST_POSTGRES",
        )
        raise


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A new, empty PostgreSQL database, dropped afterwards."""
    name = f"whylost_test_{secrets.token_hex(6)}"
    server = create_engine(
        make_url(postgres_server).set(drivername="postgresql+psycopg"),
        isolation_level="AUTOCOMMIT",
    )
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        make_quick(connection, name)
    try:
        yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        server.dispose()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite file that isn't there yet."""
    return f"sqlite:///{tmp_path / 'whylost.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, once on each of the two kinds."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(fixture))


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """Databases that are filled once and copied: migrating one takes as long as many a test."""
    made = Templates(folder=tmp_path_factory.mktemp("templates"), keyed=KEYED)
    yield made
    made.drop()


@pytest.fixture
def engine(database_url: str, templates: Templates) -> Iterator[Engine]:
    """A migrated database without posts, once on each of the two kinds."""
    yield from _migrated(database_url, templates)


@pytest.fixture
def sqlite_engine(sqlite_url: str, templates: Templates) -> Iterator[Engine]:
    """A migrated SQLite file, where the kind of database doesn't matter."""
    yield from _migrated(sqlite_url, templates)


def _migrated(url: str, templates: Templates) -> Iterator[Engine]:
    templates.lay(url, "empty", lambda _engine: None)
    made = open_engine(url)
    yield made
    made.dispose()


# What two undisturbed runs may differ in: when a row was made, and the number it got.
_UNLIKE = {
    *("first_seen_at", "seen_at", "moved_at", "found_at", "at", "number", "first_used_at"),
    *("purged_at", "due_at"),
}
# Delays follow from first-seen times; digests from delays and gaps.
_LEFT_OUT = {"run", "run_source", "gap", "completeness", "computed"}

Dump = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def canonical_dump() -> Callable[[Engine], Dump]:
    """What "the same database" means: all tables by content, without times and numbers."""

    def dump(engine: Engine) -> Dump:
        with read(engine) as connection:
            return {
                name: sorted(
                    (
                        tuple(_plain(row[c.name]) for c in table.columns if c.name not in _UNLIKE)
                        for row in connection.execute(select(table)).mappings()
                    ),
                    key=repr,
                )
                for name, table in Table.metadata.tables.items()
                if name not in _LEFT_OUT
            }

    return dump


def _plain(value: object) -> object:
    """Floats as both databases give them back, JSON in one order."""
    match value:
        case float():
            return round(value, 12)
        case dict():
            return tuple(sorted((k, _plain(v)) for k, v in value.items()))
        case list():
            return tuple(_plain(v) for v in value)
        case _:
            return value
