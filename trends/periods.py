"""Which days and weeks of a place are whole, and how days add up to ISO weeks.

Only whole periods carry a rate. The running day and the running week don't exist yet; a day in a
known gap of the collection is missing, not zero; the day on which the collection of a place began
is seldom whole, and the last one is whole only if the place was seen after it had ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from statistics import median

ONE_DAY = timedelta(days=1)
# A day with fewer posts than this share of the median of the same weekday is an outage of the
# collection; only where that median is large enough for a Poisson count to hardly fall so low.
OUTAGE_SHARE = 0.2
OUTAGE_WEEKS = 4  # on either side: the volume of a place grows over a year
OUTAGE_LEAST_MEDIAN = 8.0  # P(1 or fewer | 8) = 0.3 %


class Period(StrEnum):
    """The length of the periods of a series."""

    DAY = "day"
    WEEK = "week"  # ISO 8601: Monday to Sunday


class State(StrEnum):
    """How much of a period was seen."""

    WHOLE = "whole"
    PARTIAL = "partial"  # an edge of the collection: counts are a lower bound
    MISSING = "missing"  # in a gap


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A known gap of the collection; `ended` is None while it lasts."""

    began: datetime
    ended: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What is known of the collection of one place.

    `posts`: UTC day -> posts of that place, of all products and languages; days without any may be
    left out. `visited_at`: when the place was last read without failure, where that is known.
    `steady`: whether a day with hardly any posts speaks for an outage (not in a capped feed).
    """

    posts: Mapping[date, int]
    visited_at: datetime | None = None
    gaps: Sequence[Stretch] = ()
    steady: bool = True


def day_states(seen: Seen, *, today: date) -> dict[date, State]:
    """State of every day from the first to the last collected one, in order; never `today`.

    Days before the first post and after the last don't exist, except days without posts that a
    later visit saw.
    """
    # Posts of today say nothing of how whole yesterday is: half a day may not change the past.
    collected = sorted(day for day, posts in seen.posts.items() if posts > 0 and day < today)
    if not collected:
        return {}
    first, last = collected[0], collected[-1]
    ended = first
    if seen.visited_at is not None:
        ended = seen.visited_at.astimezone(UTC).date() - ONE_DAY  # the last day it saw whole
    states = dict.fromkeys(days(first, min(max(last, ended), today - ONE_DAY)), State.WHOLE)
    for day in states:
        if day == first or (day == last and last > ended):
            states[day] = State.PARTIAL
    if seen.steady:
        for day in outages({day: seen.posts.get(day, 0) for day in states}):
            states[day] = State.MISSING
    for gap in seen.gaps:
        for day in touched(gap, states):
            states[day] = State.MISSING
    return states


def outages(posts: Mapping[date, int]) -> set[date]:
    """Days with far fewer posts than the same weekday has around them.

    `posts` names every day of a stretch, zeros included.
    """
    found: set[date] = set()
    for weekday in range(7):
        mine = sorted(day for day in posts if day.weekday() == weekday)
        for at, day in enumerate(mine):
            around = mine[max(at - OUTAGE_WEEKS, 0) : at + OUTAGE_WEEKS + 1]
            usual = median(posts[other] for other in around)
            if usual >= OUTAGE_LEAST_MEDIAN and posts[day] < OUTAGE_SHARE * usual:
                found.add(day)
    return found


def week_states(states: Mapping[date, State], *, today: date) -> dict[date, State]:
    """Monday -> state of each ISO week that `states` touches; never the week of `today`.

    A week is whole if all its seven days are, missing if any of them is, else partial.
    """
    made: dict[date, State] = {}
    for monday in dict.fromkeys(monday_of(day) for day in states):
        if monday >= monday_of(today):
            continue
        seven = [states.get(day) for day in days(monday, monday + 6 * ONE_DAY)]
        if State.MISSING in seven:
            made[monday] = State.MISSING
        elif all(state is State.WHOLE for state in seven):
            made[monday] = State.WHOLE
        else:
            made[monday] = State.PARTIAL
    return made


def monday_of(day: date) -> date:
    """The Monday of the ISO week that `day` lies in."""
    return day - day.weekday() * ONE_DAY


def start_of(day: date, period: Period) -> date:
    """The first day of the period that `day` lies in."""
    return day if period is Period.DAY else monday_of(day)


def days(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last` inclusive; none if `last` is earlier."""
    for offset in range((last - first).days + 1):
        yield first + offset * ONE_DAY


def touched(gap: Stretch, among: Iterable[date]) -> list[date]:
    """The days of `among` that the gap overlaps, even in part."""
    return [
        day
        for day in among
        if _begin(day + ONE_DAY) > gap.began and (gap.ended is None or _begin(day) < gap.ended)
    ]


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
