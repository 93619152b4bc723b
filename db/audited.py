"""The audit sample beside a model's verdicts and people's decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select

from db.queries.reports import probabilities
from db.reviews import counting
from db.samples import Stream
from db.tables import PlaceRow, PostRow, ReviewRow, SampleRow, VerdictRow
from domain.causes import Cause, Decision


@dataclass(frozen=True, kw_only=True, slots=True)
class Audited:
    """A post of the audit sample: what a model says of it, and what people do.

    `decision` is None where nobody has judged it; `said` where the model has no verdict on the
    version that people judged (on the one that was drawn, before they have).
    """

    post: str
    thread: str
    place: str
    source: str
    stratum: str
    chance: float
    version: int
    decision: Decision | None
    secondary: Cause | None
    blind: bool
    said: Decision | None
    report_probability: float
    causes: Mapping[Cause, float]
    counts: bool  # the model doesn't refuse to judge the post


def audited(connection: Connection, model: str) -> list[Audited]:
    """The audit sample beside the verdicts of `model`, by key."""
    found: dict[str, Any] = {}
    for row in connection.execute(_audited(model)):
        known = found.get(row.post)
        if known is None or (row.number or 0) > (known.number or 0):
            found[row.post] = row
    return [
        Audited(
            post=row.post,
            thread=row.thread,
            place=row.place,
            source=row.source,
            stratum=row.stratum,
            chance=row.chance,
            version=row.version,
            decision=Decision(row.decision) if row.decision else None,
            secondary=Cause(row.secondary) if row.secondary else None,
            blind=bool(row.blind),
            said=Decision(row.said) if row.said else None,
            report_probability=row.report_probability or 0.0,
            causes=probabilities(row.causes or {}),
            counts=bool(row.judged),
        )
        for _, row in sorted(found.items())
    ]


def _audited(model: str) -> Select[Any]:
    """A row for each reviewed version of a drawn post, at least one for each post."""
    version = func.coalesce(counting.c.version, SampleRow.version)
    said = and_(
        VerdictRow.post == SampleRow.post, VerdictRow.version == version, VerdictRow.model == model
    )
    columns = (
        SampleRow.post,
        PostRow.thread,
        PostRow.place,
        PlaceRow.source,
        SampleRow.stratum,
        SampleRow.chance,
        version.label("version"),
        ReviewRow.number,
        ReviewRow.decision,
        ReviewRow.secondary,
        ReviewRow.blind,
        VerdictRow.decision.label("said"),
        VerdictRow.report_probability,
        VerdictRow.causes,
        VerdictRow.judged,
    )
    return (
        select(*columns)
        .join(PostRow, PostRow.key == SampleRow.post)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .outerjoin(counting, counting.c.post == SampleRow.post)
        .outerjoin(ReviewRow, ReviewRow.number == counting.c.number)
        .outerjoin(VerdictRow, said)
        .where(SampleRow.stream == Stream.AUDIT.value)
    )
