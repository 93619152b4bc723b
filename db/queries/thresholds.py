"""How many reports would be named what at each stored step of probability."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, func, or_

from db.judges import Judges
from db.queries.conditions import reports
from db.tables import VerdictRow
from domain.causes import Abstention, Cause
from domain.filter import Filter


def reports_by_step(
    connection: Connection,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
) -> dict[Cause, Counter[int]]:
    """Likeliest cause -> step of its probability -> reports that match, from stored steps alone.

    Reports that speak for two causes at once are left out: however probable one of them is, it is
    not named. What a person decided changes whether a post is a report, not which cause the model
    finds likeliest.
    """
    free = or_(
        VerdictRow.abstained_because.is_(None),
        VerdictRow.abstained_because != Abstention.CONTRADICTORY.value,
    )
    columns = (VerdictRow.likely_cause, VerdictRow.step)
    query = (
        reports(filter, judges, *columns, func.count().label("posts"))
        .where(VerdictRow.likely_cause.is_not(None), free)
        .group_by(*columns)
    )
    found: dict[Cause, Counter[int]] = {cause: Counter() for cause in Cause}
    for row in connection.execute(query):
        found[Cause(row.likely_cause)][row.step] = row.posts
    return found
