"""A place that gives nothing where much is usual: the feed may be dead, and nobody would notice."""

from __future__ import annotations

from datetime import datetime, timedelta

from db import cursors
from db.engine import read
from db.handles import Engine
from db.queries.collected import written_between

BEFORE = timedelta(days=28)  # the time by which "usual" is judged
SURPRISING = 7.0  # posts expected where none came: by chance once in 1,100 (Poisson, exp(-7))


def silence(engine: Engine, source: str, place: str, now: datetime) -> str:
    """What to tell of a place that was read well and has been silent; "" where that is usual."""
    with read(engine) as connection:
        last = cursors.found_at(connection, source, place)
        if last is None or last >= now:
            return ""
        usual = written_between(connection, place, last - BEFORE, last) / BEFORE.days
    days = (now - last) / timedelta(days=1)
    if usual * days < SURPRISING:
        return ""
    return (
        f"{place} gave nothing for {days:.1f} days where {usual:.1f} posts a day are usual: "
        "look whether it moved or was closed."
    )
