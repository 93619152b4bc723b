"""The overview of one `Filter`: what the page draws and `whylost trends` prints.

Places are never added up: each has its own denominator, and a sum would move with their mix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from db.handles import Connection
from db.judges import Judges, judges
from db.queries import collected
from db.queries import series as queries
from db.queries.collected import CollectedPlace
from db.queries.series import DailyRow
from domain.causes import Decision
from domain.filter import Filter
from domain.nouns import Frame
from trends import missing
from trends.curves import Measure, Series, make_series
from trends.missing import Missing
from trends.periods import Period, Seen, State, Stretch, day_states


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenPlace:
    """A place in the overview, with the judged posts of all its days."""

    name: str
    source: str
    frame: Frame
    first_day: date | None
    last_day: date | None
    posts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Total:
    """Counts of the whole period, distinct over it; `decision` None: all reports together."""

    decision: Decision | None
    reports: int
    reporters: int
    threads: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Overview:
    """All that is drawn and said of one `Filter`. `totals` include today and partial days."""

    model: str | None
    period: Period
    explored: bool  # the filter asks for what the exposure lacks: shares instead of rates
    series: tuple[Series, ...]  # by place, then in the order of the decisions
    places: tuple[SeenPlace, ...]
    totals: tuple[Total, ...]
    missing: tuple[Missing, ...]
    notes: tuple[str, ...]  # sentences to print under the chart


def overview_series(
    connection: Connection,
    filter: Filter,  # noqa: A002 - the noun
    period: Period,
    now: datetime,
) -> Overview:
    """What there is to see and what is missing; `connection` is one of `db.engine.read`."""
    explored = queries.is_narrow(filter)
    shown = judges(connection)
    if shown is None:
        return Overview(
            model=None,
            period=period,
            explored=explored,
            series=(),
            places=(),
            totals=(),
            missing=(missing.nothing_judged(),),
            notes=(),
        )
    places = collected.collected(connection, filter, shown)
    states = {place.name: _states(place, filter, now.date()) for place in places}
    rows = queries.daily(connection, filter, shown)
    lines = _lines(rows, places, states, filter, period, now.date())
    return Overview(
        model=shown.current,
        period=period,
        explored=explored,
        series=lines,
        places=tuple(_seen(place) for place in places),
        totals=_totals(connection, filter, shown),
        missing=missing.find(connection, filter, shown, places, states, period, now),
        notes=missing.notes(explored=explored, measures={line.measure for line in lines}),
    )


def _states(place: CollectedPlace, wanted: Filter, today: date) -> dict[date, State]:
    """The days of a place that the filter lets through."""
    seen = Seen(
        posts=place.posts,
        visited_at=place.visited_at,
        gaps=[Stretch(began=began, ended=ended) for began, ended, _ in place.gaps],
        steady=place.frame.allows_rates,
    )
    first, last = wanted.first_day or date.min, wanted.last_day or date.max
    return {d: s for d, s in day_states(seen, today=today).items() if first <= d <= last}


def _lines(
    rows: Sequence[DailyRow],
    places: Sequence[CollectedPlace],
    states: Mapping[str, Mapping[date, State]],
    wanted: Filter,
    period: Period,
    today: date,
) -> tuple[Series, ...]:
    mine: dict[tuple[str, Decision], list[DailyRow]] = {}
    for row in rows:
        mine.setdefault((row.place, row.decision), []).append(row)
    return tuple(
        make_series(
            mine.get((place.name, decision), []),
            states[place.name],
            place=place.name,
            source=place.source,
            decision=decision,
            measure=_measure(place.frame, wanted),
            period=period,
            today=today,
        )
        for place in places
        if states[place.name]
        for decision in queries.decisions(wanted)
    )


def _measure(frame: Frame, wanted: Filter) -> Measure:
    if not frame.allows_rates:
        return Measure.COUNT
    return Measure.SHARE if queries.is_narrow(wanted) else Measure.RATE


def _seen(place: CollectedPlace) -> SeenPlace:
    days = sorted(place.posts)
    return SeenPlace(
        name=place.name,
        source=place.source,
        frame=place.frame,
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        posts=sum(place.posts.values()),
    )


def _totals(connection: Connection, wanted: Filter, judges: Judges) -> tuple[Total, ...]:
    counted = queries.three_counts(connection, wanted, judges)
    order = (*queries.decisions(wanted), None)
    return tuple(
        Total(decision=d, reports=c.reports, reporters=c.reporters, threads=c.threads)
        for d in order
        if (c := counted.get(d))
    )
