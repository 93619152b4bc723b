"""One run at a time. The lock is the operating system's or the server's: a kill frees it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Engine, text

from domain.errors import LockHeld, StoreError

_ADVICE = "Wait for it to end; nothing was changed."


@contextmanager
def run_lock(engine: Engine) -> Iterator[None]:
    """Holds the run lock of this database, or raises `LockHeld` at once."""
    lock = _file_lock if engine.dialect.name == "sqlite" else _server_lock
    with lock(engine):
        yield


@contextmanager
def _file_lock(engine: Engine) -> Iterator[None]:
    file = Path(f"{engine.url.database}.lock")
    lock = FileLock(file, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise LockHeld("Another whylost run is going.", _ADVICE) from error
    except OSError as error:
        raise StoreError(f"The lock {file} can't be taken: {error.strerror}.") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _server_lock(engine: Engine) -> Iterator[None]:
    """PostgreSQL's advisory lock, held by a connection of its own (pg_try_advisory_lock)."""
    number = int.from_bytes(blake2b(b"whylost run", digest_size=7).digest(), "big")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        got = connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), {"number": number})
        if not got:
            raise LockHeld("Another whylost run is going.", _ADVICE)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": number})
