"""Marks: what grouping needs of a text, read while the text is at hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from classify import near
from classify.corroborate import corroborates
from db import marks
from db.engine import read, write
from db.handles import Connection, Engine
from db.marks import Mark, Readable
from domain.keyed import Keyed

BATCH = 500  # texts read, then noted in one transaction


def mark(connection: Connection, texts: Iterable[Readable], keyed: Keyed) -> None:
    """Notes what grouping needs of these texts; call in the transaction that saves verdicts."""
    readable = list(texts)
    made = [_mark(one, keyed) for one in readable]
    noted = [m for m, one in zip(made, readable, strict=True) if one.report or m.corroborates]
    marks.save_marks(connection, {one.post: one.version for one in readable}, noted)


def _mark(one: Readable, keyed: Keyed) -> Mark:
    return Mark(
        post=one.post,
        version=one.version,
        corroborates=one.answers and corroborates(one.text),
        sketch=near.sketch(one.title, one.text, keyed) if one.report else None,
    )


def mark_again(engine: Engine, keyed: Keyed) -> None:
    """Reads all texts anew where the marks that are held were made by another method, or by none.

    Call before texts are judged: what is marked then by the new method may be purged at once.
    Killed on the way, it begins anew the next time.
    """
    with read(engine) as connection:
        made_by = marks.method(connection)
    if made_by == near.METHOD:
        return
    if made_by is not None:
        with write(engine) as connection:
            marks.begin_anew(connection)
    after = ""
    while True:
        with read(engine) as connection:
            texts: Sequence[Readable] = marks.judged_after(connection, after, BATCH)
        if not texts:
            break
        with write(engine) as connection:
            mark(connection, texts, keyed)
        after = texts[-1].post
    with write(engine) as connection:
        marks.note_method(connection, near.METHOD)


def mark_missing(engine: Engine, posts: Collection[str], keyed: Keyed) -> None:
    """Reads those of `posts` that nothing was noted of: reports by a person's decision alone."""
    with read(engine) as connection:
        texts = marks.unmarked(connection, posts)
    for start in range(0, len(texts), BATCH):
        with write(engine) as connection:
            mark(connection, texts[start : start + BATCH], keyed)
