"""Posts that name something, such as a release or a model, among those that count."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, Subquery, and_, func, or_, select

from db.fold import fold, folded
from db.judges import Judges
from db.tables import PostProduct, PostRow, PostText, ThreadRow
from db.tally import judged_posts
from domain.causes import Decision


@dataclass(frozen=True, kw_only=True, slots=True)
class Mention:
    """A judged post that names it; what the model of its day says of the post."""

    post: str
    thread: str
    place: str
    day: date
    decision: Decision


@dataclass(frozen=True, kw_only=True, slots=True)
class Mentions:
    """Mentions by day and key. `unread`: judged posts whose text is no longer held."""

    found: tuple[Mention, ...]
    judged: int
    unread: int


def mentions(
    connection: Connection,
    judges: Judges,
    names: Collection[str],
    product: str,
    first: date,
    last: date,
) -> Mentions:
    """Posts about `product`, judged and written from `first` to `last`, that name one of `names`.

    A name is found in the post or in its thread's title, in any case, between characters that are
    no part of a longer name or version number.
    """
    days = and_(PostRow.day >= first, PostRow.day <= last)
    mine = PostRow.key.in_(select(PostProduct.post).where(PostProduct.product == product))
    of = judged_posts(judges, among=and_(days, mine)).subquery("judged_post")
    everything = _texts(select(func.count(), func.count(PostText.text)), of)
    judged, held = connection.execute(everything).one()
    pattern = _pattern(names)
    rows = connection.execute(_naming(of, names)) if names else ()
    found = [
        Mention(
            post=row.key,
            thread=row.thread,
            place=row.place,
            day=row.day,
            decision=Decision(row.decision),
        )
        for row in rows
        if any(pattern.search(fold(words) or "") for words in (row.title, row.text, row.of_thread))
    ]
    return Mentions(
        found=tuple(sorted(found, key=lambda one: (one.day, one.post))),
        judged=int(judged),
        unread=int(judged - held),
    )


def _texts(query: Any, of: Subquery) -> Select[Any]:
    """`query` over judged posts with their current texts and their threads."""
    text = and_(PostText.post == PostRow.key, PostText.version == PostRow.version)
    made: Select[Any] = (
        query.select_from(of)
        .join(PostRow, PostRow.key == of.c.key)
        .join(PostText, text)
        .join(ThreadRow, ThreadRow.key == PostRow.thread)
    )
    return made


def _naming(of: Subquery, names: Collection[str]) -> Select[Any]:
    """Posts that hold the letters of a name, which may yet be a part of another one."""
    wanted = [fold(name) or "" for name in names]
    said = (of.c.key, of.c.thread, of.c.place, of.c.day, of.c.decision)
    fields = (PostText.title, PostText.text, ThreadRow.title)
    query = select(*said, *fields[:2], ThreadRow.title.label("of_thread"))
    letters = (folded(f).contains(w, autoescape=True) for f in fields for w in wanted)
    return _texts(query, of).where(or_(*letters))


def _pattern(names: Collection[str]) -> re.Pattern[str]:
    each = "|".join(re.escape(fold(name) or "") for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w.])(?:{each})(?!\w|\.\d)" if each else r"(?!)")
