"""The daily counts of one product as arrays: what every statistic about changes works on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from domain.causes import Cause

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Panel:
    """C causes at S places over T UTC days in a row; only places whose frame allows rates.

    A day that isn't usable (a gap, an edge of the collection, incomplete, today) is missing, not
    zero, whatever the arrays hold for it. An era ends with each change of our own (query, coverage,
    classifier): no window may hold days of two eras of a place.
    """

    product: str
    first_day: date
    causes: tuple[Cause, ...]  # C
    places: tuple[str, ...]  # S
    counts: Ints  # (C, S, T): reporters, each once in a thread
    exposure: Ints  # (S, T): judged posts
    usable: Bools  # (S, T)
    eras: Ints  # (S, T): does not fall from day to day

    def __post_init__(self) -> None:
        """Raises `ValueError` where the shapes don't fit or a count is negative."""
        places, days = self.exposure.shape
        if self.counts.shape != (len(self.causes), places, days) or places != len(self.places):
            raise ValueError("counts are (causes, places, days), exposure (places, days)")
        if self.usable.shape != (places, days) or self.eras.shape != (places, days):
            raise ValueError("usable days and eras are (places, days), as the exposure is")
        if self.counts.min(initial=0) < 0 or self.exposure.min(initial=0) < 0:
            raise ValueError("counts and exposures are not negative")

    def index(self, day: date) -> int:
        """Where `day` stands among the T days; may lie outside them."""
        return (day - self.first_day).days

    def day(self, index: int) -> date:
        """The day at `index`."""
        return self.first_day + timedelta(days=index)
