"""A database ready to work with: opened, migrated, and written with our key."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.engine import make_url

from db import key
from db.engine import claim, open_engine, read, upgrade
from db.tables import PostRow
from domain.keyed import Keyed
from domain.settings import Settings


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """An engine, and the key with which its hashes are made."""

    engine: Engine
    keyed: Keyed


@contextmanager
def opened(settings: Settings, *, demonstration: bool = False) -> Iterator[Opened]:
    """The real database, or the demonstration's own file.

    Raises `StoreError` and its kinds, each naming what to do.
    """
    engine = open_engine(settings.demo_database if demonstration else settings.database)
    try:
        keyed = key.load(settings.key_file)
        upgrade(engine)
        claim(engine, keyed, demonstration=demonstration)
        yield Opened(engine=engine, keyed=keyed)
    finally:
        engine.dispose()


def count_posts(engine: Engine) -> int:
    """How many posts are held; a reader of several pages can ask it cheaply."""
    with read(engine) as connection:
        return connection.scalar(select(func.count()).select_from(PostRow)) or 0


def demonstration_there(settings: Settings) -> bool:
    """Whether the demonstration's file was made."""
    return Path(make_url(settings.demo_database).database or "").is_file()


def remove_demonstration(settings: Settings) -> bool:
    """Deletes the demonstration's file; tells whether there was one."""
    file = Path(make_url(settings.demo_database).database or "")
    there = file.is_file()
    for suffix in ("", "-wal", "-shm", ".lock"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    return there
