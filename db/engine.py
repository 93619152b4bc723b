"""Opening the database: pragmas, transactions, the migration, the key's fingerprint.

Writing goes through `write`, which on SQLite takes the write lock at once (BEGIN IMMEDIATE): a
transaction that reads first and writes later would fail with "database is locked" whatever the
busy timeout. Keep them short: fetching, parsing and judging happen outside.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Connection,
    Engine,
    column,
    create_engine,
    event,
    insert,
    inspect,
    select,
    table,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from db.fold import SQLITE_NAME, fold
from db.tables import Meta
from domain.errors import KeyMismatch, SchemaError, StoreError
from domain.keyed import Keyed

if TYPE_CHECKING:
    from alembic.config import Config

BUSY_MILLISECONDS = 30_000
_FINGERPRINT = "key_fingerprint"
_MIGRATIONS = Path(__file__).parent / "migrations" / "versions"
_REVISION = table("alembic_version")
_CONTENT = "content"
DEMONSTRATION = "demonstration"


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///FILE` or `postgresql://...`; makes the file's folder if need be.

    Raises `StoreError` for an address that can't be used.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(
            "The database address can't be read.",
            "Write sqlite:////path/file.db or postgresql://user@host/name.",
        ) from error
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed.database or "")
        case "postgresql":
            return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        case other:
            raise StoreError(f"{other} is not supported.", "Use sqlite or postgresql.")


def _sqlite(file: str) -> Engine:
    if not file or file == ":memory:":
        raise StoreError("An in-memory database keeps nothing.", "Name a file.")
    path = Path(file).expanduser()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{path.parent} can't be made: {error.strerror}.") from error
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin where `write` and `read` say
        connection.create_function("lower", 1, _lower, deterministic=True)
        connection.create_function(SQLITE_NAME, 1, fold, deterministic=True)
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={BUSY_MILLISECONDS}",
            "temp_store=MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _lower(value: str | None) -> str | None:
    """SQLite's own `lower` knows ASCII only; PostgreSQL's knows Unicode."""
    return None if value is None else unicodedata.normalize("NFC", value).lower()


@contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: all of it is kept, or nothing."""
    with _named_errors(engine), engine.connect() as plain:
        connection = plain.execution_options(sqlite_begin="IMMEDIATE")
        with connection.begin():
            if engine.dialect.name == "postgresql":
                # Foreign keys are checked by a plan that a session makes once: made while a table
                # was empty, it would read the whole table for every row that is inserted later.
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
            yield connection


@contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees one state of the database and writes nothing."""
    with _named_errors(engine), engine.connect() as plain:
        options = {} if engine.dialect.name == "sqlite" else _SNAPSHOT
        connection = plain.execution_options(**options)
        with connection.begin():
            yield connection


_SNAPSHOT: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@contextmanager
def _named_errors(engine: Engine) -> Iterator[None]:
    """Turns what the driver says of the database (not of our statements) into one line."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        where = engine.url.render_as_string(hide_password=True)
        if "no such table" in reason:
            raise SchemaError(f"{where} has no tables yet.", "Run `whylost run`.") from error
        raise StoreError(f"The database {where} failed: {reason}.", _advice(reason)) from error
    except DatabaseError as error:
        reason = str(error.orig).strip().splitlines()[0]
        if "not a database" in reason or "malformed" in reason:
            where = engine.url.render_as_string(hide_password=True)
            raise StoreError(f"{where} is damaged: {reason}.", "Restore a backup.") from error
        if "does not exist" in reason and "relation" in reason:
            raise SchemaError("The database has no tables yet.", "Run `whylost run`.") from error
        raise


def _advice(reason: str) -> str:
    match reason:
        case r if "locked" in r:
            return "Another program is writing; try again in a moment."
        case r if "readonly" in r or "read-only" in r:
            return "Give this user the right to write the file and its folder."
        case r if "full" in r:
            return "Free some disk space; nothing was lost."
        case r if "connect" in r or "refused" in r:
            return "Is the server running, and is the address right?"
        case _:
            return "Nothing was written; try again."


def refresh_statistics(engine: Engine) -> None:
    """Tells the query planner what the tables hold now: after many rows came in.

    PostgreSQL does so by itself a minute later where autovacuum is on; until then it may read
    whole tables for a few rows.
    """
    command = "PRAGMA optimize" if engine.dialect.name == "sqlite" else "ANALYZE"
    with _named_errors(engine), engine.connect() as plain:
        options = {} if engine.dialect.name == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
        connection = plain.execution_options(**options)
        connection.exec_driver_sql(command)
        connection.commit()


def upgrade(engine: Engine) -> None:
    """Brings the tables to this program's version; does nothing where they are.

    Raises `SchemaError` where the database was written by a newer program.
    """
    if revision(engine) == head():
        return
    from alembic import command  # only where there is something to do: it takes long to load
    from alembic.util.exc import CommandError

    config = _alembic()
    with _named_errors(engine):
        try:
            with write(engine) as connection:
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
        except CommandError as error:
            raise SchemaError(
                "The database was written by a newer whylost.", "Update the program."
            ) from error


def _alembic() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS.parent))
    return config


def head() -> str:
    """The schema's revision that this program works with: the number of the last migration."""
    return max(file.name.partition("_")[0] for file in _MIGRATIONS.glob("[0-9]*_*.py"))


def revision(engine: Engine) -> str | None:
    """The schema's revision, or None for a database without our tables."""
    with _named_errors(engine), engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.scalar(select(column("version_num")).select_from(_REVISION))


def claim(engine: Engine, keyed: Keyed, *, demonstration: bool = False) -> None:
    """Notes the key's fingerprint at first use and refuses another key afterwards.

    Raises `KeyMismatch`: hashes made with two keys would never match.
    """
    told = {_FINGERPRINT: keyed.fingerprint(), _CONTENT: DEMONSTRATION if demonstration else "real"}
    with read(engine) as connection:
        rows = connection.execute(select(Meta.name, Meta.value)).all()
        known = dict(rows)
    if not known:
        with write(engine) as connection:
            connection.execute(insert(Meta), [{"name": n, "value": v} for n, v in told.items()])
        return
    if known.get(_FINGERPRINT) != told[_FINGERPRINT]:
        raise KeyMismatch(
            f"The database was written with another key (fingerprint {known.get(_FINGERPRINT)}, "
            f"this one is {told[_FINGERPRINT]}).",
            "Copy the file whylost.key from the machine that made the database, with mode 0600.",
        )
    if known.get(_CONTENT) != told[_CONTENT]:
        raise StoreError(
            f"The database holds {known.get(_CONTENT)} posts.",
            "Demonstration and real posts are never mixed; name another database.",
        )


def holds_demonstration(engine: Engine) -> bool:
    """Whether what this database shows is the demonstration."""
    with read(engine) as connection:
        found = connection.scalar(select(Meta.value).where(Meta.name == _CONTENT))
    return found == DEMONSTRATION
