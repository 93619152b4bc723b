"""Quotes of deleted posts in the posts that we hold: found, filled in place, remembered as hashes.

A filler is as long as what it replaces, so that every other passage keeps its offsets. The text
keeps its hash: its author changed nothing, and the same post read again is no news.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, or_, select, update

from db import erase, passages
from db.changes import log
from db.tables import FactRow, PostRow, PostText
from domain.facts import FACTS
from domain.keyed import Keyed
from domain.quotes import Author, Known, Remembered, Span, Taken, blanked, repeated, repeats_title

# Facts whose values are names and numbers that many accounts share; any other is an author's words.
LABELS = tuple(name for name, info in FACTS.items() if not info.words)


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One version of a post that still has words, and who said them when."""

    post: str
    version: int
    title: str
    text: str
    by: Author


def take(
    connection: Connection, thread: str, gone: Collection[str], now: datetime, keyed: Keyed
) -> None:
    """Takes what the thread's other posts quote of those in `gone`, which still have their words.

    What is read later is known by hashes of their passages.
    """
    before = passages.wake(connection, thread, gone)
    said = _said_in(connection, thread)
    lost = [one for one in said if one.post in gone]
    if not lost and not before:
        return
    taken = _words(lost)
    laid_by = passages.of_threads(connection, [thread]).get(thread, {}) if before else {}
    for one in said:
        if one.post not in gone:
            known = Remembered(laid_by, keyed, one.by)
            blank(connection, one, (taken.asked_by(one.by), known), now)
            taken.discount(one.text, one.by)
    for one in lost:
        passages.keep(connection, thread, {one.post: _hashes(one, taken, keyed)})


def lay_by(connection: Connection, post: str, version: int, keyed: Keyed) -> None:
    """Remembers a version that goes before its post: should that be deleted, quotes go, too."""
    thread = select(PostRow.thread).where(PostRow.key == post)
    said = _said_in(connection, connection.execute(thread).scalar_one())
    lost = [one for one in said if (one.post, one.version) == (post, version)]
    taken = _words(lost)
    for one in said:
        if one.post != post:
            taken.discount(one.text, one.by)
    for one in lost:
        passages.lay_by(connection, post, _hashes(one, taken, keyed))


def _words(said: Sequence[Said]) -> Taken:
    taken = Taken()
    for one in said:
        for words in (one.title, one.text):
            taken.add(words, one.by)
    return taken


def _hashes(said: Said, taken: Taken, keyed: Keyed) -> set[str]:
    return taken.hashes(said.title, keyed) | taken.hashes(said.text, keyed)


def _said_in(connection: Connection, thread: str) -> list[Said]:
    """What stands in a thread, in the order in which it was said."""
    query = (
        select(PostText, PostRow.author, PostRow.written_at)
        .join(PostRow, PostRow.key == PostText.post)
        .where(
            PostRow.thread == thread, or_(PostText.title.is_not(None), PostText.text.is_not(None))
        )
    )
    found = []
    for row in connection.execute(query):
        later = (row.edited_at or row.seen_at) if row.version > 1 else row.written_at
        found.append(
            Said(
                post=row.post,
                version=row.version,
                title=row.title or "",
                text=row.text or "",
                by=Author(name=row.author, at=later),
            )
        )
    return sorted(found, key=lambda one: (one.by.at, one.post, one.version))


def blank(
    connection: Connection,
    said: Said,
    known: Sequence[Known],
    now: datetime,
    *,
    elsewhere: bool = False,
) -> bool:
    """Fills what `said` quotes of what is known; tells whether it quoted anything."""
    whole: list[Span] = [(0, len(said.title))]
    title = whole if any(repeats_title(said.title, one) for one in known) else []
    text = sorted({span for one in known for span in repeated(said.text, one, elsewhere=elsewhere)})
    if not title and not text:
        return False
    fields = (("title", said.title, title), ("text", said.text, text))
    filled = {name: blanked(words, spans) for name, words, spans in fields if spans}
    mine = and_(PostText.post == said.post, PostText.version == said.version)
    connection.execute(update(PostText).where(mine).values(**filled))
    for field, spans in (("title", title), ("text", text)):
        _take_facts(connection, said, field, spans)
    after = {"version": said.version, "passages": len(title) + len(text)}
    log(connection, "post", said.post, "quote_removed", after=after, now=now)
    erase.note(connection)
    return True


def take_facts(connection: Connection, post: str, version: int | None = None) -> None:
    """Takes facts that are an author's own words; of one version, or of all."""
    mine = [FactRow.post == post, FactRow.name.not_in(LABELS)]
    if version is not None:
        mine.append(FactRow.version == version)
    connection.execute(delete(FactRow).where(*mine))


def _take_facts(connection: Connection, said: Said, field: str, spans: Sequence[Span]) -> None:
    """Takes facts that were read from a passage that is no longer there."""
    mine = (FactRow.post == said.post, FactRow.version == said.version, FactRow.field == field)
    for start, end in spans:
        touched = (FactRow.start < end, FactRow.end > start)
        words = FactRow.name.not_in(LABELS)
        connection.execute(delete(FactRow).where(*mine, *touched, words))
