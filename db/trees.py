"""How posts hang together: their depth and their thread follow from the posts that are held.

Many archives name only a post's parent, and the parent may come later, or in another file. A post
is saved with the best guess; here the guess is mended as soon as what it lacks is held.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, exists, func, select, update
from sqlalchemy.orm import InstrumentedAttribute, aliased

from db import passages
from db.among import among
from db.grouping import due
from db.tables import PostRow, Table, ThreadRow

DEEPEST = 2**15 - 1  # what the column holds


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where a post stands in its thread, as it is stored."""

    parent: str | None
    depth: int


def opened_elsewhere(connection: Connection, openers: Mapping[str, str]) -> dict[str, str]:
    """Of threads whose opener turned out to be an answer: the thread in which that one stands.

    `openers`: the key of a thread to the key of the post that opened it.
    """
    by_opener = {opener: thread for thread, opener in openers.items()}
    query = select(PostRow.key, PostRow.thread).where(among(connection, PostRow.key, by_opener))
    found = connection.execute(query).all()
    return {by_opener[key]: real for key, real in found if real != by_opener[key]}


def merge(connection: Connection, threads: Mapping[str, str]) -> None:
    """Moves the posts of threads that are part of another one there; most of them aren't held.

    `threads`: the key of such a thread to the key of the whole one.
    """
    query = select(ThreadRow.key).where(among(connection, ThreadRow.key, threads))
    for key in connection.scalars(query).all():
        mine = select(PostRow.key).where(PostRow.thread == key)
        due(connection, connection.scalars(mine).all())
        move = update(PostRow).where(PostRow.thread == key).values(thread=threads[key])
        connection.execute(move)
        passages.move(connection, key, threads[key])
        connection.execute(delete(ThreadRow).where(ThreadRow.key == key))


def settle(connection: Connection, keys: Collection[str], threads: Iterable[str]) -> None:
    """Sets the depth of posts just saved, and of those that waited for them in `threads`.

    A post without a parent, or with one that is not held, keeps the depth that it was told to have.
    Call it in the transaction that saves the posts: then depths are right at any moment.
    """
    family = _stands(connection, PostRow.key, keys)
    within, parents = list(threads), set(family)
    while parents:
        children = _stands(connection, PostRow.parent, parents, within)
        parents = children.keys() - family.keys()
        family |= children
    outside = {s.parent for s in family.values() if s.parent is not None} - family.keys()
    above = {key: s.depth for key, s in _stands(connection, PostRow.key, outside).items()}
    right = _depths(family, above)
    changed = {key: depth for key, depth in right.items() if depth != family[key].depth}
    set_depths(connection, changed)


def set_depths(connection: Connection, depths: Mapping[str, int]) -> None:
    """Sets the depth of posts by key."""
    if depths:
        post = Table.metadata.tables[PostRow.__tablename__]
        connection.execute(
            update(post).where(post.c.key == bindparam("of")).values(depth=bindparam("to")),
            [{"of": key, "to": min(depth, DEEPEST)} for key, depth in depths.items()],
        )


def orphans(connection: Connection, places: Collection[str]) -> int:
    """How many answers in these places have a parent that is not held, or name none."""
    above = aliased(PostRow)
    is_held = exists().where(above.key == PostRow.parent)
    query = select(func.count()).select_from(PostRow)
    query = query.where(among(connection, PostRow.place, places), PostRow.depth > 0, ~is_held)
    return connection.scalar(query) or 0


def _depths(family: Mapping[str, _Stand], above: Mapping[str, int]) -> dict[str, int]:
    """The depth of each post from that of its parent; a circle ends where it is entered."""
    right: dict[str, int] = {}
    for key in family:
        path: dict[str, None] = {}
        at: str | None = key
        while at is not None and at in family and at not in right and at not in path:
            path[at] = None
            at = family[at].parent
        below = None if at is None else right.get(at, above.get(at))
        for one in reversed(path):
            below = family[one].depth if below is None else min(below + 1, DEEPEST)
            right[one] = below
    return right


def _stands(
    connection: Connection,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    values: Collection[str],
    threads: Collection[str] | None = None,
) -> dict[str, _Stand]:
    """The posts of which `column` is among `values`; `threads`: only in these."""
    query = select(PostRow.key, PostRow.parent, PostRow.depth)
    query = query.where(among(connection, column, values))
    if threads is not None:
        query = query.where(among(connection, PostRow.thread, threads))
    rows = connection.execute(query).all() if values else ()
    return {key: _Stand(parent, depth) for key, parent, depth in rows}
