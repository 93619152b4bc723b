"""What the audit sample says of the current model's answers: for correcting rates of its errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from db.audited import audited
from db.judges import Judges
from db.tables import DailyCountRow, ExposureRow
from domain.causes import Decision
from domain.products import ANY


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """Audited posts, one item each: what the model says, what people do, 1 / chance of being drawn.

    Posts that the model refuses to judge aren't among them: they are in no count. `totals`: how
    often the model gives each answer among all posts that count; None where it doesn't judge all
    days, since the posts that it does judge are others then. `blind`: how many were judged without
    seeing the model's answer.
    """

    model: str
    said: tuple[Decision, ...]
    true: tuple[Decision, ...]
    weights: tuple[float, ...]
    totals: Mapping[Decision, int] | None
    blind: int


def answers(connection: Connection, judges: Judges) -> Answers:
    """The audited answers of the current model."""
    found = [
        (one.said, one.decision, 1.0 / one.chance, one.blind)
        for one in audited(connection, judges.current)
        if one.said is not None and one.decision is not None and one.counts
    ]
    return Answers(
        model=judges.current,
        said=tuple(said for said, _, _, _ in found),
        true=tuple(true for _, true, _, _ in found),
        weights=tuple(weight for _, _, weight, _ in found),
        totals=_totals(connection, judges) if len(judges.spans) == 1 else None,
        blind=sum(blind for _, _, _, blind in found),
    )


def _totals(connection: Connection, judges: Judges) -> dict[Decision, int]:
    """From the kept counts: every judged post has one answer."""
    count, posts = DailyCountRow, ExposureRow
    rows = connection.execute(
        select(count.decision, func.sum(count.reports))
        .where(count.model == judges.current, count.product == ANY)
        .group_by(count.decision)
    )
    made = {Decision(decision): int(number) for decision, number in rows}
    judged = select(func.sum(posts.posts)).where(
        posts.model == judges.current, posts.product == ANY
    )
    rest = (connection.scalar(judged) or 0) - sum(made.values())
    return made | {Decision.NOT_A_REPORT: int(rest)}
