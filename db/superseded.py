"""Texts that their authors replaced: kept for thirty days, so that an edit can be understood.

Then title, text and stated words go. Hash, verdict, offsets of the evidence and other facts stay,
and hashes of the passages, by which quotes are found should the post be deleted later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Engine, select, tuple_, update
from sqlalchemy.orm import aliased

from db import erase, quotes
from db.changes import log
from db.engine import read, write
from db.tables import PostRow, PostText
from domain.keyed import Keyed

SUPERSEDED = "superseded"  # why a text was purged
KEPT = timedelta(days=30)
BATCH = 50  # versions of one transaction, each with a look at its thread


def purge_superseded(engine: Engine, keyed: Keyed, now: datetime) -> int:
    """Purges texts that were superseded long enough ago; gives how many.

    Each batch is a transaction of its own; what a killed run leaves the next one takes.
    """
    later = aliased(PostText)
    query = (
        select(PostText.post, PostText.version)
        .join(PostRow, PostRow.key == PostText.post)
        .join(later, (later.post == PostText.post) & (later.version == PostText.version + 1))
        .where(
            PostRow.version > 1,
            PostText.version < PostRow.version,
            PostText.purged_at.is_(None),
            later.seen_at <= now - KEPT,
        )
        .limit(BATCH)
    )
    purged = 0
    while True:
        with read(engine) as connection:
            rows = [(post, version) for post, version in connection.execute(query)]
        if not rows:
            return purged
        with write(engine) as connection:
            for post, version in rows:
                quotes.lay_by(connection, post, version, keyed)
            connection.execute(
                update(PostText)
                .where(tuple_(PostText.post, PostText.version).in_(rows))
                .values(title=None, text=None, purged_at=now, purged_because=SUPERSEDED)
            )
            for post, version in rows:
                quotes.take_facts(connection, post, version)
                log(connection, "post", post, "superseded", after={"version": version}, now=now)
            erase.note(connection)
        purged += len(rows)
