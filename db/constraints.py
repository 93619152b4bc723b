"""What people decided about incidents: which posts belong together, and which don't.

Decisions are of posts, not of incidents, so that they outlast new members, new verdicts and new
models. None is ever altered: where two contradict each other, the later one counts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, insert, select

from db.among import among
from db.changes import log
from db.grouping import due
from db.tables import ConstrainedPost, ConstraintRow

Kind = Literal["merge", "split"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Constraint:
    """One decision of a person. Posts of one side belong together, those of two sides apart."""

    number: int  # later decisions have higher ones
    kind: Kind
    person: str
    reason: str
    at: datetime
    sides: tuple[tuple[str, ...], ...]


def constrain(
    connection: Connection,
    kind: Kind,
    sides: Sequence[Collection[str]],
    *,
    person: str,
    reason: str,
    now: datetime,
) -> int:
    """Keeps a decision; gives its number. The posts' incidents are due to be grouped anew.

    No text of a post belongs in `reason`: it could not be purged.
    """
    row = {"kind": kind, "person": person, "reason": reason, "at": now}
    made = insert(ConstraintRow).returning(ConstraintRow.number)
    number = connection.execute(made, row).scalar_one()
    named = [
        {"number": number, "post": post, "side": side}
        for side, posts in enumerate(sides)
        for post in sorted(posts)
    ]
    connection.execute(insert(ConstrainedPost), named)
    due(connection, {post for side in sides for post in side})
    told = {"person": person, "reason": reason, "sides": [sorted(side) for side in sides]}
    log(connection, "incident", min(sides[0]), kind, after=told, now=now)
    return number


def constraints_of(connection: Connection, posts: Collection[str]) -> list[Constraint]:
    """Every decision that names any of `posts`, the latest first, with all posts it names."""
    if not posts:
        return []
    numbers = select(ConstrainedPost.number).where(among(connection, ConstrainedPost.post, posts))
    rows = connection.execute(
        select(ConstrainedPost.number, ConstrainedPost.side, ConstrainedPost.post)
        .where(ConstrainedPost.number.in_(numbers))
        .order_by(ConstrainedPost.number, ConstrainedPost.side, ConstrainedPost.post)
    )
    sides: dict[int, dict[int, list[str]]] = {}
    for number, side, post in rows:
        sides.setdefault(number, {}).setdefault(side, []).append(post)
    if not sides:
        return []
    decided = connection.execute(
        select(ConstraintRow)
        .where(ConstraintRow.number.in_(sorted(sides)))
        .order_by(ConstraintRow.number.desc())
    )
    return [
        Constraint(
            number=row.number,
            kind=row.kind,
            person=row.person,
            reason=row.reason,
            at=row.at,
            sides=tuple(tuple(posts) for _, posts in sorted(sides[row.number].items())),
        )
        for row in decided
    ]
