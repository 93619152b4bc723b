"""Which earlier weeks belong to which season, seen from one week: Farrington's flexible method."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from trends.arrays import Ints

WEEKS_A_YEAR = 52
_ONE_WEEK = timedelta(days=7)


def reference_weeks(week: int, years: int, first: date | None) -> tuple[int, ...]:
    """Indices of the same week one year ago, two years ago and so on; may be negative.

    Where the day on which week 0 begins is known it is the week that begins nearest to the same
    date; else 52 weeks are a year.
    """
    if first is None:
        return tuple(week - WEEKS_A_YEAR * back for back in range(1, years + 1))
    begins = first + week * _ONE_WEEK
    days = ((_earlier(begins, back) - first).days for back in range(1, years + 1))
    return tuple((ago + 3) // 7 for ago in days)


def _earlier(day: date, years: int) -> date:
    """The same date so many years before; 29 February becomes 1 March."""
    if (day.month, day.day) == (2, 29):
        try:
            return day.replace(year=day.year - years)
        except ValueError:
            return date(day.year - years, 3, 1)
    return day.replace(year=day.year - years)


def season_groups(week: int, references: Sequence[int], half_window: int, periods: int) -> Ints:
    """(week + 1,): 0 for weeks of the same season, 1 to `periods` - 1 for the others, -1 for none.

    The weeks between two windows are shared out in order; the first parts take what is over. The
    window around the earliest reference must lie inside.
    """
    groups = np.full(week + 1, -1, dtype=np.int64)
    groups[max(week - half_window, 0) :] = 0
    later = week
    for reference in references:
        begin, end = reference + half_window + 1, later - half_window
        groups[reference - half_window : begin] = 0
        if periods > 1 and end > begin:
            sizes = np.full(periods - 1, (end - begin) // (periods - 1))
            sizes[: (end - begin) % (periods - 1)] += 1
            groups[begin:end] = np.repeat(np.arange(1, periods), sizes)
        later = reference
    return groups
