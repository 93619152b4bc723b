"""The daily alarm of every series: `trends.spikes`, and EARS C2 until nine weeks are there for it.

C2 rather than C1: at equal false alarms it finds more, for the beginning of a spike isn't in its
baseline. Both are crude: about twelve false alarms a year at 2 reports a day, eight at 20.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trends.arrays import Bools, Floats, observed
from trends.ears import EarsMethod, ears
from trends.spikes import enough_events, spikes


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Watched:
    """Of shape (..., T); NaN on days that no rule can judge.

    `crude` marks the days judged by EARS: they have no `p`, and an alarm there says so.
    """

    expected: Floats
    p: Floats
    alarm: Bools
    crude: Bools


def watch(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    missing: ArrayLike | None = None,
    last: int | None = None,
) -> Watched:
    """The alarms of series (..., T) of days in a row, by the better rule that a day's past allows.

    Arguments and errors as of `spikes`; with `last`, only so many days at the end are judged.
    """
    found = spikes(counts, exposure, missing=missing, last=last)
    series = observed(counts, exposure, missing)
    days = series.counts.shape[-1]
    asked = np.arange(days) >= (0 if last is None else days - last)
    short = ears(series.counts, series.exposure, missing=~series.usable, method=EarsMethod.C2)
    crude = np.isnan(found.p) & np.isfinite(short.upper) & asked
    return Watched(
        expected=np.where(crude, short.expected, found.expected),
        p=found.p,
        alarm=found.alarm | (crude & short.alarm & enough_events(series.counts)),
        crude=crude,
    )
