"""In which state the database is: what is shown, and when what was computed has to be again."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from db.tables import ChangeLog, ReviewRow, RunRow


def latest_run(connection: Connection) -> int:
    """The number of the latest run that ended, 0 before the first: what caches are keyed by."""
    ended = select(func.max(RunRow.number)).where(RunRow.finished_at.is_not(None))
    return connection.scalar(ended) or 0


def state(connection: Connection) -> str:
    """Changes with every run that ended and every change that a person made."""
    changed = connection.scalar(select(func.max(ChangeLog.number))) or 0
    reviewed = connection.scalar(select(func.max(ReviewRow.number))) or 0
    return f"{latest_run(connection)}.{changed}.{reviewed}"
