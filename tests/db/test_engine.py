"""Opening databases: the schema as the models say, one key, one run, one kind of content."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from db import engine as migrations
from db import key
from db.engine import claim, head, holds_demonstration, open_engine, read, revision, upgrade, write
from db.lock import run_lock
from db.tables import Table
from domain.errors import KeyMismatch, LockHeld, SchemaError, StoreError
from domain.keyed import Keyed


def test_migrations_and_models_agree(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_the_last_migration_is_the_head_that_alembic_knows(engine: Engine) -> None:
    folder = Path(migrations.__file__).parent / "migrations"
    assert head() == ScriptDirectory(str(folder)).get_current_head() == revision(engine)


def test_upgrading_twice_is_nothing(engine: Engine) -> None:
    before = revision(engine)
    upgrade(engine)
    assert revision(engine) == before is not None


def test_a_newer_schema_is_refused(engine: Engine) -> None:
    with write(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="newer whylost"):
        upgrade(engine)


def test_another_key_is_refused(engine: Engine, keyed: Keyed) -> None:
    claim(engine, keyed)
    with pytest.raises(KeyMismatch, match=r"another key .* Copy the file whylost\.key"):
        claim(engine, Keyed(b"y" * 32))


def test_demonstration_and_real_posts_stay_apart(engine: Engine, keyed: Keyed) -> None:
    assert not holds_demonstration(engine)
    with pytest.raises(StoreError, match="never mixed"):
        claim(engine, keyed, demonstration=True)


def test_a_second_run_is_turned_away(database_url: str) -> None:
    first, second = open_engine(database_url), open_engine(database_url)
    with run_lock(first):
        with pytest.raises(LockHeld) as held, run_lock(second):
            pass
        assert held.value.exit_code == 75
    with run_lock(second):
        pass


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "can't be read"),
        ("mysql://localhost/x", "mysql is not supported"),
        ("sqlite://", "keeps nothing"),
    ],
)
def test_an_unusable_address_is_one_line(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        open_engine(url)


def test_an_empty_database_says_what_to_run(database_url: str) -> None:
    with (
        pytest.raises(SchemaError, match="Run `whylost run`"),
        read(open_engine(database_url)) as connection,
    ):
        connection.execute(text("SELECT * FROM post"))


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "whylost.db"
    file.write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreError, match=r"whylost\.db is damaged"):
        upgrade(open_engine(f"sqlite:///{file}"))


def test_an_unreachable_server_is_one_line() -> None:
    engine = open_engine("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(StoreError, match="Is the server running"):
        upgrade(engine)


def test_sqlite_is_set_up_for_many_readers(sqlite_engine: Engine) -> None:
    with read(sqlite_engine) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_the_key_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    file = tmp_path / "home" / "whylost.key"
    made = key.load(file)
    assert key.load(file) == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in file.parent.iterdir()] == ["whylost.key"]
    assert made.secret.hex() not in repr(made)


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "whylost.key"
    key.load(file)
    file.chmod(0o644)
    with pytest.raises(StoreError, match="chmod 600"):
        key.load(file)


@pytest.mark.parametrize("content", ["", "zz", "00" * 16, "ÿ"])
def test_a_damaged_key_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "whylost.key"
    file.write_text(content, encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(StoreError, match="damaged"):
        key.load(file)


def test_password_is_never_in_a_message() -> None:
    engine = open_engine("postgresql://nobody:hunter2@127.0.0.1:1/nothing")
    with pytest.raises(StoreError) as failed:
        upgrade(engine)
    assert "hunter2" not in str(failed.value)
