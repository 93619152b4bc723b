"""How the places were collected, and what the denominators leave out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, select

from db.judges import Judges
from db.queries import conditions, facets, series
from db.tables import Gap, PlaceRow, PostRow, RunRow, RunSource, SeriesEvent, VerdictRow
from domain.causes import Abstention, Decision
from domain.filter import Filter
from domain.nouns import Frame

KnownGap = tuple[datetime, datetime | None, str]  # began, ended, reason
_STATED = ("surfaces", "versions", "symptoms", "plans", "outcomes")


@dataclass(frozen=True, kw_only=True, slots=True)
class CollectedPlace:
    """A place and how it was collected: judged posts a day, whatever product or language."""

    name: str
    source: str
    frame: Frame
    posts: dict[date, int]
    visited_at: datetime | None  # start of the last run that read the source to its end
    gaps: tuple[KnownGap, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """Posts that the model did not judge; they are in no denominator."""

    reason: Abstention
    language: str
    posts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BackFilled:
    """Posts of a place that were read long after they were written."""

    place: str
    posts: int
    first_day: date
    last_day: date


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnChange:
    """A change of query, coverage or classifier; the place `*` means all places."""

    place: str
    kind: str
    day: date
    detail: str


def collected(connection: Connection, filter: Filter, judges: Judges) -> list[CollectedPlace]:  # noqa: A002 - the noun
    """The places that the filter lets through, by name, with all their days."""
    chosen = select(PlaceRow).where(PlaceRow.frame != Frame.OFFICIAL.value).order_by(PlaceRow.name)
    if filter.sources:
        chosen = chosen.where(PlaceRow.source.in_(filter.sources))
    if filter.places:
        chosen = chosen.where(PlaceRow.name.in_(filter.places))
    posts: dict[str, dict[date, int]] = {}
    whole = replace(Filter(), sources=filter.sources, places=filter.places)
    for (day, place), number in series.exposure(connection, whole, judges).items():
        posts.setdefault(place, {})[day] = number
    visited = visits(connection)
    gaps = known_gaps(connection)
    return [
        CollectedPlace(
            name=row.name,
            source=row.source,
            frame=Frame(row.frame),
            posts=posts.get(row.name, {}),
            visited_at=visited.get(row.source),
            gaps=gaps.get(row.name, ()),
        )
        for row in connection.execute(chosen)
    ]


def refused(connection: Connection, filter: Filter, judges: Judges) -> list[Refused]:  # noqa: A002 - the noun
    """What the model did not judge among the filter's days, places and products."""
    reasons = (Abstention.UNSUPPORTED_LANGUAGE, Abstention.TOO_LITTLE_TEXT)
    wanted = replace(series.broad(filter), causes=tuple(Decision), abstentions=reasons)
    cell = (VerdictRow.abstained_because, VerdictRow.language)
    query = conditions.reports(wanted, judges, *cell, func.count()).group_by(*cell)
    query = query.where(VerdictRow.judged.is_(False))  # on the first table read: a cheap scan
    found = [
        Refused(reason=Abstention(reason), language=language, posts=number)
        for reason, language, number in connection.execute(query)
    ]
    return sorted(found, key=lambda r: (-r.posts, r.reason, r.language))


def back_filled(connection: Connection, filter: Filter) -> list[BackFilled]:  # noqa: A002 - the noun
    """Back-filled posts of the filter's places and days, by place."""
    query = (
        select(
            PostRow.place,
            func.count().label("posts"),
            func.min(PostRow.day).label("first_day"),
            func.max(PostRow.day).label("last_day"),
        )
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .where(PostRow.back_filled.is_(True))
    )
    if filter.first_day:
        query = query.where(PostRow.day >= filter.first_day)
    if filter.last_day:
        query = query.where(PostRow.day <= filter.last_day)
    if filter.places:
        query = query.where(PostRow.place.in_(filter.places))
    if filter.sources:
        query = query.where(PlaceRow.source.in_(filter.sources))
    rows = connection.execute(query.group_by(PostRow.place).order_by(PostRow.place))
    return [BackFilled(**row._asdict()) for row in rows]


def unsaid(connection: Connection, filter: Filter, judges: Judges) -> dict[str, int]:  # noqa: A002 - the noun
    """For each stated thing the filter asks for: reports, matching else, that don't say it."""
    return {
        field: sum(
            value.reports
            for value in facets.values(connection, filter, judges, field)
            if value.value == conditions.UNKNOWN
        )
        for field in _STATED
        if getattr(filter, field)
    }


def own_changes(connection: Connection) -> list[OwnChange]:
    """Changes of our own that no comparison may straddle, by day."""
    query = select(SeriesEvent.place, SeriesEvent.kind, SeriesEvent.day, SeriesEvent.detail)
    rows = connection.execute(query.order_by(SeriesEvent.day, SeriesEvent.place, SeriesEvent.kind))
    return [OwnChange(place=p, kind=k, day=d, detail=t) for p, k, d, t in rows]


def known_gaps(connection: Connection) -> dict[str, tuple[KnownGap, ...]]:
    """Place -> its gaps, the earliest first."""
    gaps: dict[str, tuple[KnownGap, ...]] = {}
    for gap in connection.execute(select(Gap).order_by(Gap.place, Gap.began)):
        gaps[gap.place] = (*gaps.get(gap.place, ()), (gap.began, gap.ended, gap.reason))
    return gaps


def visits(connection: Connection) -> dict[str, datetime]:
    """Source -> start of the last run that read it to its end."""
    done = and_(RunSource.run == RunRow.number, RunSource.outcome == "done")
    query = select(RunSource.source, func.max(RunRow.started_at)).join(RunRow, done)
    return dict(connection.execute(query.group_by(RunSource.source)).all())


def written_between(connection: Connection, place: str, began: datetime, ended: datetime) -> int:
    """How many posts of a place that we hold were written from `began` until before `ended`."""
    query = select(func.count()).where(
        PostRow.place == place,
        PostRow.day >= began.date(),
        PostRow.written_at >= began,
        PostRow.written_at < ended,
    )
    return connection.scalar(query) or 0
