"""What people decided about the same posts without knowing of one another: for agreement."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from db.reviews import ADJUDICATION
from db.tables import ReviewRow
from domain.causes import Decision


@dataclass(frozen=True, kw_only=True, slots=True)
class Independent:
    """One reviewer's decision about one version of a post, saved before seeing any other."""

    post: str
    version: int
    reviewer: str
    decision: Decision


def independent(connection: Connection) -> list[Independent]:
    """Every blind review that its reviewer didn't replace, the earliest first.

    Only blind ones: who saw what the model or another reviewer says agrees with that, too.
    """
    query = (
        select(ReviewRow.post, ReviewRow.version, ReviewRow.reviewer, ReviewRow.decision)
        .where(
            ReviewRow.blind.is_(True),
            ReviewRow.replaced.is_(False),
            ReviewRow.stream != ADJUDICATION,
        )
        .order_by(ReviewRow.number)
    )
    return [
        Independent(
            post=row.post,
            version=row.version,
            reviewer=row.reviewer,
            decision=Decision(row.decision),
        )
        for row in connection.execute(query)
    ]
