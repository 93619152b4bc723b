"""Quotes of deleted posts in other threads: looked for once, at the end of the run.

No index leads from a passage to the posts of other threads that quote it, so all posts with quoted
lines that are not older than the oldest of the deleted ones are read, once for all deletions of a
run. Only lines with `> ` count, and eight words in a row: shorter sentences, and what others say
elsewhere in the same words, are their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Engine, func, select, tuple_, update

from db.engine import read, write
from db.quotes import Said, blank
from db.tables import Passage, PostRow, PostText
from domain.keyed import Keyed
from domain.quotes import Author, Remembered, repeated

BATCH = 500  # posts read at once; those of them that quote are written in one transaction


def take_elsewhere(engine: Engine, keyed: Keyed, now: datetime) -> int:
    """Fills what other threads quote of posts deleted since the last call; gives in how many texts.

    Stopped anywhere, the next call begins anew.
    """
    with read(engine) as connection:
        hashes, first = _to_seek(connection)
    if not hashes:
        return 0
    known = Remembered(dict.fromkeys(hashes), keyed)
    found = 0
    for batch in _quoting(engine, first):
        hits = [one for one in batch if repeated(one.text, known, elsewhere=True)]
        if hits:
            with write(engine) as connection:
                found += sum(blank(connection, one, [known], now, elsewhere=True) for one in hits)
    with write(engine) as connection:
        connection.execute(update(Passage).where(~Passage.sought).values(sought=True))
    return found


def _to_seek(connection: Connection) -> tuple[Sequence[str], date]:
    """Hashes that were not looked for yet, and the first day on which they can be quoted."""
    hashes = connection.scalars(select(Passage.hash).where(~Passage.sought)).all()
    if not hashes:
        return (), date.max
    posts = select(Passage.post).where(~Passage.sought)
    first = connection.scalar(select(func.min(PostRow.day)).where(PostRow.key.in_(posts)))
    return hashes, first or date.min


def _quoting(engine: Engine, first: date) -> Iterator[list[Said]]:
    """Texts with quoted lines of posts from `first` on, in batches by day and key."""
    after = (first, "", 0)
    place = tuple_(PostRow.day, PostRow.key, PostText.version)
    query = (
        select(
            PostRow.day,
            PostRow.key,
            PostText.version,
            PostText.text,
            PostRow.author,
            PostRow.written_at,
        )
        .join(PostText, PostText.post == PostRow.key)
        .where(PostText.text.like("%>%"))
        .order_by(PostRow.day, PostRow.key, PostText.version)
        .limit(BATCH)
    )
    while True:
        with read(engine) as connection:
            rows = connection.execute(query.where(PostRow.day >= after[0], place > after)).all()
        if not rows:
            return
        yield [
            Said(
                post=key,
                version=version,
                title="",
                text=text or "",
                by=Author(name=author, at=written_at),
            )
            for _, key, version, text, author, written_at in rows
        ]
        after = (rows[-1].day, rows[-1].key, rows[-1].version)
