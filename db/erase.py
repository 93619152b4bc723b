"""Purged words out of the database's files: what was set to NULL may still lie there.

SQLite overwrites freed space at once (`secure_delete`), but the write-ahead log holds old pages
until it is written back. PostgreSQL keeps the old rows until it cleans the tables. A purge notes in
its own transaction that there is something to erase, so that a killed run leaves it to the next.
"""

from __future__ import annotations

import logging
from contextlib import closing

from sqlalchemy import Connection, Engine, delete, select

from db.engine import BUSY_MILLISECONDS, read, write
from db.tables import Meta
from db.upsert import upsert

_DUE = "erase_due"
_PATIENCE_MILLISECONDS = 5_000  # with a reader that holds the log
_TOUCHED = "post_text, thread, address, fact, evidence, verdict"
logger = logging.getLogger(__name__)


def note(connection: Connection) -> None:
    """Notes that purged words may still be in the files."""
    upsert(connection, Meta, [{"name": _DUE, "value": "yes"}])


def due(connection: Connection) -> bool:
    """Whether something is to be erased."""
    return connection.scalar(select(Meta.value).where(Meta.name == _DUE)) is not None


def erase(engine: Engine) -> bool:
    """Erases what is due; False where a reader was in the way, and the next run must try again.

    Call when no transaction of this program is open.
    """
    with read(engine) as connection:
        if not due(connection):
            return True
    done = _checkpoint(engine) if engine.dialect.name == "sqlite" else _vacuum(engine)
    if not done:
        logger.warning("Deleted texts are still in the database's files: a reader holds them.")
        return False
    with write(engine) as connection:
        connection.execute(delete(Meta).where(Meta.name == _DUE))
    return True


def _checkpoint(engine: Engine) -> bool:
    """Writes the log back and empties it, outside of any transaction."""
    with closing(engine.raw_connection()) as plain:
        cursor = plain.cursor()
        cursor.execute(f"PRAGMA busy_timeout={_PATIENCE_MILLISECONDS}")
        (busy, _frames, _written) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.close()
        return not busy


def _vacuum(engine: Engine) -> bool:
    """Frees the old rows; an older reader's are left to the server's own cleaning."""
    with engine.connect() as plain:
        connection = plain.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql(f"VACUUM {_TOUCHED}")
    return True
