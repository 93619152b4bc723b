"""Lasting steps of weekly rates, and weeks above their season, in every series of a panel.

A series is one cause at one place. No segment holds weeks on both sides of a change of our own:
each era of a place is a series of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from domain.causes import Cause
from domain.nouns import Release
from trends.arrays import Bools, Ints
from trends.changepoints import Segmentation, change_points, nearest_date
from trends.drift import drift
from trends.farrington import farrington
from trends.panel import Panel
from trends.periods import ONE_DAY, monday_of

STEP, SEASON = "step", "above_season"
SEASONS = 157  # weeks of history without which nothing is said of seasons: three years
LOOKED_BACK = 26  # weeks that are held against their season
_WEEK = 7


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Series:
    """One cause at one place, in one era: the weeks of others are missing."""

    cause: Cause
    place: str
    counts: Ints  # (W,)
    exposure: Ints  # (W,)
    missing: Bools  # (W,)


@dataclass(frozen=True, kw_only=True, slots=True)
class SeasonWeek:
    """A week with more reporters than the same season of three years lets expect."""

    cause: Cause
    place: str
    monday: date
    reporters: int
    expected: float
    upper: float
    posts: int
    p: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """Weeks of one rate: reporters for each judged post, with its 95 % interval."""

    rate: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A lasting change of a weekly rate, somewhere from `first` to `last`, best put at `monday`.

    `nearest`: the id of the nearest release, `days` from it to the step; `chance`: the share of all
    days as near as a week to some release. `shape`: whether a line does as well as the steps.
    """

    cause: Cause
    place: str
    first: date
    monday: date
    last: date
    before: Segment
    after: Segment
    shape: str
    nearest: str | None
    days: int | None
    chance: float


def steps(panel: Panel, releases: Sequence[Release]) -> tuple[Step, ...]:
    """The steps of every series of whole ISO weeks, each with the nearest deployment."""
    weeks = weekly(panel)
    dated = [(r, (r.deployed - weeks.monday).days) for r in releases if r.deployed]
    return tuple(s for one in _series(panel, weeks) for s in _steps(one, weeks, dated))


def above_season(panel: Panel) -> tuple[SeasonWeek, ...]:
    """Those of the last half year's whole weeks that stand above their season; none without three
    years before them."""
    weeks = weekly(panel)
    made: list[SeasonWeek] = []
    for one in _series(panel, weeks):
        last = len(one.missing)
        asked = [w for w in range(max(last - LOOKED_BACK, SEASONS), last) if not one.missing[w]]
        if not asked or (~one.missing).sum() < SEASONS:
            continue
        found = farrington(
            one.counts, one.exposure, missing=one.missing, first=weeks.monday, weeks=asked
        )
        made += [
            SeasonWeek(
                cause=one.cause,
                place=one.place,
                monday=_monday(weeks, asked[n]),
                reporters=int(one.counts[asked[n]]),
                expected=float(found.expected[n]),
                upper=float(found.upper[n]),
                posts=int(one.exposure[asked[n]]),
                p=float(found.p[n]),
            )
            for n in np.flatnonzero(found.alarm).tolist()
        ]
    return tuple(made)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Weeks:
    """A panel's ISO weeks; one with a day that isn't usable, or with two eras, is missing."""

    monday: date  # of the first
    counts: Ints  # (C, S, W)
    exposure: Ints  # (S, W)
    usable: Bools  # (S, W)
    eras: Ints  # (S, W)


def weekly(panel: Panel) -> Weeks:
    """The panel's days summed to the ISO weeks that lie in it from Monday to Sunday."""
    monday = monday_of(panel.first_day + 6 * ONE_DAY)
    skipped = (monday - panel.first_day).days
    number = max((panel.exposure.shape[1] - skipped) // _WEEK, 0)
    cut = slice(skipped, skipped + number * _WEEK)

    def days(of: Ints | Bools) -> Ints | Bools:
        return of[..., cut].reshape(*of.shape[:-1], number, _WEEK)

    eras = days(panel.eras)
    whole = days(panel.usable).all(axis=-1) & (eras[..., :1] == eras).all(axis=-1)
    return Weeks(
        monday=monday,
        counts=days(panel.counts).sum(axis=-1),
        exposure=days(panel.exposure).sum(axis=-1),
        usable=whole,
        eras=eras[..., 0].astype(np.int64),
    )


def _series(panel: Panel, weeks: Weeks) -> Iterator[Series]:
    for s, place in enumerate(panel.places):
        for era in np.unique(weeks.eras[s]).tolist():
            missing = ~(weeks.usable[s] & (weeks.eras[s] == era))
            if missing.all():
                continue
            for c, cause in enumerate(panel.causes):
                yield Series(
                    cause=cause,
                    place=place,
                    counts=weeks.counts[c, s],
                    exposure=weeks.exposure[s],
                    missing=missing,
                )


def _steps(one: Series, weeks: Weeks, dated: Sequence[tuple[Release, int]]) -> Iterator[Step]:
    found = change_points(one.counts, one.exposure, missing=one.missing)
    if not found.changes:
        return
    shape = drift(one.counts, one.exposure, missing=one.missing, steps=found).shape
    days = [day for _, day in dated]
    for number, week in enumerate(found.changes, start=1):
        begun, ended = found.bands[number - 1]
        near = nearest_date(week * _WEEK, days, span=len(one.exposure) * _WEEK)
        yield Step(
            cause=one.cause,
            place=one.place,
            first=_monday(weeks, begun),
            monday=_monday(weeks, week),
            last=_monday(weeks, ended) + 6 * ONE_DAY,
            before=_segment(found, number - 1),
            after=_segment(found, number),
            shape=shape.value,
            nearest=None if near.nearest is None else dated[near.nearest][0].id,
            days=near.days,
            chance=near.chance,
        )


def _monday(weeks: Weeks, week: int) -> date:
    return weeks.monday + timedelta(weeks=week)


def _segment(found: Segmentation, number: int) -> Segment:
    rate = found.rate
    return Segment(
        rate=float(rate.estimate[number]),
        low=float(rate.low[number]),
        high=float(rate.high[number]),
    )
