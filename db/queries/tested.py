"""What tests of changes read: the models' verdicts alone, of all products and causes at once.

People review the days that strike them, so nothing of what they decide is in here; and no `Filter`
is asked, so that nothing a reader clicks can change a verdict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from db.judges import Judges
from db.queries.collected import KnownGap, known_gaps, visits
from db.tables import DailyCountRow, ExposureRow, PlaceRow
from domain.nouns import Frame

# day, place, product, judged posts in every language
Exposed = tuple[date, str, str, int]
# day, place, product, decision, reports, reporters
Counted = tuple[date, str, str, str, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class TestedPlace:
    """A place whose frame allows rates, and how it was collected."""

    name: str
    source: str
    frame: Frame
    visited_at: datetime | None  # start of the last run that read the source to its end
    gaps: tuple[KnownGap, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tested:
    """The kept counts of these places; days without any are not there."""

    places: tuple[TestedPlace, ...]  # by name
    exposure: Sequence[Exposed]
    counts: Sequence[Counted]


def tested(connection: Connection, judges: Judges) -> Tested:
    """The counts of every day as the model of that day judged it, of all products and decisions."""
    visited, gaps = visits(connection), known_gaps(connection)
    places = tuple(
        TestedPlace(
            name=row.name,
            source=row.source,
            frame=Frame(row.frame),
            visited_at=visited.get(row.source),
            gaps=gaps.get(row.name, ()),
        )
        for row in connection.execute(select(PlaceRow).order_by(PlaceRow.name))
        if Frame(row.frame).allows_rates
    )
    names = [place.name for place in places]
    posts, count = ExposureRow, DailyCountRow
    cell = (posts.day, posts.place, posts.product)
    exposure = connection.execute(
        select(*cell, func.sum(posts.posts))
        .where(judges.cover(posts.model, posts.day), posts.place.in_(names))
        .group_by(*cell)
    )
    columns = (count.day, count.place, count.product, count.decision, count.reports)
    counts = connection.execute(
        select(*columns, count.reporters).where(
            judges.cover(count.model, count.day), count.place.in_(names)
        )
    )
    return Tested(
        places=places,
        exposure=[(day, place, product, int(n)) for day, place, product, n in exposure],
        counts=[(d, p, q, c, n, who) for d, p, q, c, n, who in counts],
    )
