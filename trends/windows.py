"""The days around a date, cut out of a panel: what a release and every placebo date are fitted on.

Placebo dates are the same weekday of every week of the calendar, so that they don't move with the
day on which somebody looks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trends.panel import Bools, Ints, Panel
from trends.placebo import WINDOW

Floats = NDArray[np.float64]

SIDE = WINDOW  # days on either side of the date, which itself is left out: a roll-out takes its day
LEAST_SIDE = 14  # usable days on a side without which there is no estimate
MISSING_SHARE = 0.1  # of a side's days, at placebo dates: two of 28
HISTORY = 365  # days that placebo dates are taken from
_PLACEBO_WEEKDAY = 3  # of date.toordinal() % 7: Wednesdays


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Windows:
    """K windows of n days of the panel's C causes at S places."""

    offsets: Ints  # (n,): days from the date
    counts: Floats  # (C, S, K, n)
    exposure: Floats  # (S, K, n)
    seen: Bools  # (S, K, n): usable days with exposure, of the era of the date
    torn: Bools  # (S, K): usable days of more than one era

    @property
    def after(self) -> Bools:
        """Which of the n days lie after the date."""
        return self.offsets > 0

    @property
    def weekday(self) -> Ints:
        """A number for each weekday; which is which doesn't matter to a fit."""
        return self.offsets % 7

    @property
    def ordinary(self) -> Bools:
        """Places that serve at a placebo date: one era, hardly a day missing on either side."""
        wanted = self.sides(np.ones(len(self.offsets))) * (1.0 - MISSING_SHARE)
        seen = self.sides(self.seen.astype(np.float64))
        made: Bools = np.all(seen >= wanted, axis=-1) & ~self.torn
        return made

    def sides(self, of: Floats) -> Floats:
        """Sums of (..., n) before and after: (..., 2)."""
        return np.stack([of[..., ~self.after].sum(-1), of[..., self.after].sum(-1)], axis=-1)


def around(days_before: int, days_after: int) -> Ints:
    """Offsets of the days before and after a date, without the date."""
    return np.concatenate([np.arange(-days_before, 0), np.arange(1, days_after + 1)])


def cut(panel: Panel, at: Ints, offsets: Ints, last: int) -> Windows:
    """The windows around the days `at` (K,) of the panel; days after `last` are missing.

    A date outside the panel has no days of its era, so its window is empty.
    """
    length = panel.exposure.shape[1]
    days = at[:, None] + offsets
    there = (days >= 0) & (days < min(length, last + 1))
    within = np.clip(days, 0, max(length - 1, 0))
    centre = np.clip(at, 0, max(length - 1, 0))
    if not length:
        return _nothing(panel, at, offsets)
    exposure = panel.exposure[:, within].astype(np.float64)
    usable = there & panel.usable[:, within] & (exposure > 0)
    eras = panel.eras[:, within]
    own = (
        usable & (eras == panel.eras[:, centre][:, :, None]) & ((at >= 0) & (at < length))[:, None]
    )
    return Windows(
        offsets=offsets,
        counts=panel.counts[:, :, within].astype(np.float64),
        exposure=exposure,
        seen=own,
        torn=np.any(usable & ~own, axis=-1),
    )


def placebo_days(panel: Panel, last: int) -> Ints:
    """Every 7th day of the panel, up to `last`: (J,)."""
    first = panel.first_day.toordinal()
    days = np.arange(min(panel.exposure.shape[1], last + 1))
    made: Ints = days[(days + first) % 7 == _PLACEBO_WEEKDAY]
    return made


def chosen(panel: Panel, at: Ints, placebo: Ints, days_after: int, last: int) -> Bools:
    """Which placebo dates a release at each of `at` is compared with: (D, J).

    At least 28 days from it, with windows inside one year: the one that ends with the release's own
    window, or the first year of the panel where less lies before.
    """
    end = year_of(panel, at, last)[:, None]
    inside = (placebo - SIDE > end - HISTORY) & (placebo + days_after <= end)
    made: Bools = inside & (np.abs(placebo - at[:, None]) >= WINDOW)
    return made


def year_of(panel: Panel, at: Ints, last: int) -> Ints:
    """The last day of the year that ordinary dates of a release at each of `at` lie in: (D,)."""
    seen = np.flatnonzero(panel.usable[:, : last + 1].any(axis=0))
    begin = int(seen[0]) if len(seen) else 0
    return np.minimum(np.maximum(at + SIDE, begin + HISTORY - 1), last)


def _nothing(panel: Panel, at: Ints, offsets: Ints) -> Windows:
    causes, places = len(panel.causes), len(panel.places)
    shape = (places, len(at), len(offsets))
    return Windows(
        offsets=offsets,
        counts=np.zeros((causes, *shape)),
        exposure=np.zeros(shape),
        seen=np.zeros(shape, dtype=bool),
        torn=np.zeros(shape[:2], dtype=bool),
    )
