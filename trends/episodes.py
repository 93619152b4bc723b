"""Stretches of days on which more was reported than was to be expected, in every series of a panel.

A series is one cause at one place. No baseline holds days on both sides of a change of our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import inf, isfinite

import numpy as np

from domain.causes import Cause
from trends.panel import Panel
from trends.spikes import joined
from trends.watch import Watched, watch

SPIKE = "spike"


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmDay:
    """A day on which more reporters wrote than was to be expected.

    `p` is None where only a crude rule could judge the day, for want of history.
    """

    cause: Cause
    place: str
    day: date
    reporters: int
    expected: float
    posts: int
    p: float | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Spike:
    """Alarm days with at most two others between any two of them, in order; at least one."""

    days: tuple[AlarmDay, ...]

    @property
    def strength(self) -> float:
        """Reporters of the alarm days, as a multiple of those expected."""
        expected = sum(day.expected for day in self.days)
        return sum(day.reporters for day in self.days) / expected if expected else inf


def alarm_days(panel: Panel, first: int, last: int) -> tuple[AlarmDay, ...]:
    """The alarm days among the panel's days from index `first` to `last` inclusive.

    Only the 63 days before `first` have a part in what comes out, and nothing after `last`.
    """
    if last < first:
        return ()
    made: list[AlarmDay] = []
    changes = np.flatnonzero((np.diff(panel.eras[:, first : last + 1]) != 0).any(axis=0)) + 1
    edges = [first, *(first + changes).tolist(), last + 1]
    for begun, after in pairwise(edges):
        era = panel.eras[:, begun : begun + 1]
        mine = panel.usable[:, :after] & (panel.eras[:, :after] == era)
        counts, exposure = panel.counts[..., :after], panel.exposure[:, :after]
        found = watch(counts, exposure, missing=~mine, last=after - begun)
        made += _alarms(panel, found, begun)
    return tuple(sorted(made, key=lambda a: (a.cause.value, a.place, a.day)))


def joined_alarms(alarms: Iterable[AlarmDay]) -> tuple[Spike, ...]:
    """Alarm days of all series joined to spikes."""
    series: dict[tuple[Cause, str], list[AlarmDay]] = {}
    for alarm in sorted(alarms, key=lambda a: a.day):
        series.setdefault((alarm.cause, alarm.place), []).append(alarm)
    made = []
    for mine in series.values():
        first = mine[0].day
        at = {(alarm.day - first).days: alarm for alarm in mine}
        days = np.zeros(max(at) + 1, dtype=np.bool_)
        days[list(at)] = True
        made += [
            Spike(days=tuple(at[n] for n in range(run.began, run.ended + 1) if n in at))
            for run in joined(days)
        ]
    return tuple(made)


def _alarms(panel: Panel, found: Watched, first: int) -> Iterator[AlarmDay]:
    for c, s, t in zip(*np.nonzero(found.alarm), strict=True):
        if t >= first:
            yield AlarmDay(
                cause=panel.causes[c],
                place=panel.places[s],
                day=panel.day(int(t)),
                reporters=int(panel.counts[c, s, t]),
                expected=float(found.expected[c, s, t]),
                posts=int(panel.exposure[s, t]),
                p=float(found.p[c, s, t]) if isfinite(found.p[c, s, t]) else None,
            )
