"""Which posts have changed since they were last counted, and what that changes in the counts.

Whatever a count reads of a post (its verdict, products, thread, place, author, day) is noted by
triggers of the database before the first change of it, as it was when it was last counted
(`CountedBefore`). A thread's share in the counts follows from its own posts alone. So the threads
of noted posts are counted twice, as they were and as they are, and the difference is what the kept
counts lack. Another model on any day changes everything: then all is counted anew.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy import Connection, delete, func, select

from db.among import among
from db.judges import COUNTED, Judges
from db.tables import CountedBefore, Meta, PostProduct, PostRow, ReviewRow
from db.tally import Cells, Key, add_thread, judged_posts, less
from db.upsert import upsert
from domain.causes import REPORT_DECISIONS
from domain.products import ANY, UNKNOWN

# From so many posts in the threads that changed, counting everything is no slower, and it reads
# outside of the transaction that writes.
MANY = 50_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A judged post, as counts see it."""

    post: str
    thread: str
    place: str
    day: date
    reporter: str
    products: tuple[str, ...]
    decision: str
    language: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """Posts that changed: their threads, and what was counted of them."""

    posts: frozenset[str]
    threads: frozenset[str]  # those in which they were, and those in which they are
    before: tuple[Said, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """What is to be added to the kept counts (values may be negative).

    `reviewed`: (day, place) of the posts in changed threads that somebody reviewed: what is shown
    there may have changed though the counts did not.
    """

    cells: Cells
    reviewed: frozenset[tuple[date, str]]


def counted_until(connection: Connection, judges: Judges) -> date | None:
    """The day on which everything was last counted, as `judges` have it; None where it never was.

    Also None where so much has changed that counting everything is no slower.
    """
    told = connection.scalar(select(Meta.value).where(Meta.name == COUNTED))
    kept = json.loads(told) if told else {}
    if kept.get("spans") != judges.to_json():
        return None
    noted = select(CountedBefore.post)
    threads = select(PostRow.thread).where(PostRow.key.in_(noted)).distinct()
    count = select(func.count()).select_from(PostRow).where(PostRow.thread.in_(threads))
    return date.fromisoformat(kept["until"]) if (connection.scalar(count) or 0) <= MANY else None


def counted(connection: Connection, judges: Judges, today: date) -> None:
    """Notes in the transaction that writes the counts how far they go: changes count from here."""
    told = json.dumps({"spans": judges.to_json(), "until": today.isoformat()})
    upsert(connection, Meta, [{"name": COUNTED, "value": told}], update=("value",))


def take(connection: Connection) -> Noted:
    """The posts that changed, which are noted no more.

    Call first in the transaction that writes the counts: what changes later is noted anew.
    """
    rows = connection.execute(delete(CountedBefore).returning(*CountedBefore.__table__.columns))
    found = rows.all()
    posts = {row.post for row in found}
    moved = connection.scalars(
        select(PostRow.thread).where(among(connection, PostRow.key, posts)).distinct()
    )
    return Noted(
        posts=frozenset(posts),
        threads=frozenset(row.thread for row in found).union(moved),
        before=tuple(
            Said(
                post=row.post,
                thread=row.thread,
                place=row.place,
                day=row.day,
                reporter=row.reporter,
                products=tuple(row.products.split("\n")) if row.products else (),
                decision=row.decision,
                language=row.language,
            )
            for row in found
            if row.decision is not None
        ),
    )


def difference(connection: Connection, judges: Judges, noted: Noted) -> Difference:
    """What the changed threads add up to now, less what they added up to before."""
    now = _judged(connection, judges, noted.threads)
    then = [said for said in now if said.post not in noted.posts]
    after, before = added_up(now, judges), added_up([*then, *noted.before], judges)
    cells = Cells(
        judges=judges,
        exposure=less(after.exposure, before.exposure),
        counts=less(after.counts, before.counts),
    )
    reviewed = _reviewed(connection, noted.threads)
    return Difference(cells=cells, reviewed=reviewed)


def added_up(posts: Iterable[Said], judges: Judges) -> Cells:
    """The cells of whole threads."""
    exposure: Counter[Key] = Counter()
    counts: dict[Key, list[int]] = {}
    for _, of_thread in groupby(sorted(posts, key=lambda said: said.thread), lambda s: s.thread):
        rows: list[tuple[date, str, Key]] = []
        for said in of_thread:
            for product in (ANY, *(said.products or (UNKNOWN,))):
                exposure[said.day, said.place, product, said.language] += 1
                if said.decision in _REPORTS:
                    group = (said.place, product, said.decision)
                    rows.append((said.day, said.reporter, group))
        add_thread(counts, rows)
    return Cells(
        judges=judges,
        exposure={key: (posts_,) for key, posts_ in exposure.items()},
        counts={key: (a, b, c) for key, (a, b, c) in counts.items()},
    )


_REPORTS = frozenset(decision.value for decision in REPORT_DECISIONS)


def _judged(connection: Connection, judges: Judges, threads: Collection[str]) -> list[Said]:
    """The judged posts of threads, as they are now."""
    rows = connection.execute(
        judged_posts(judges, among=among(connection, PostRow.thread, threads))
    ).all()
    products: dict[str, tuple[str, ...]] = {}
    named = select(PostProduct.post, PostProduct.product)
    named = named.where(among(connection, PostProduct.post, [row.key for row in rows]))
    for post, product in connection.execute(named):
        products[post] = (*products.get(post, ()), product)
    return [
        Said(
            post=row.key,
            thread=row.thread,
            place=row.place,
            day=row.day,
            reporter=row.reporter,
            products=products.get(row.key, ()),
            decision=row.decision,
            language=row.language,
        )
        for row in rows
    ]


def _reviewed(connection: Connection, threads: Collection[str]) -> frozenset[tuple[date, str]]:
    ever = select(PostRow.thread).join(ReviewRow, ReviewRow.post == PostRow.key)
    mine = among(connection, PostRow.thread, threads)
    query = select(PostRow.day, PostRow.place).where(mine, PostRow.thread.in_(ever)).distinct()
    return frozenset((day, place) for day, place in connection.execute(query))
