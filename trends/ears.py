"""EARS C1 and C2: a day against the week before it, for series with under nine weeks of history.

Hutwagner, L. et al. (2003). The bioterrorism preparedness and response Early Aberration Reporting
System (EARS). Journal of Urban Health 80 (2 Suppl 1), i89-i96. A crude rule: on series without any
spike it gave 5 to 14 false alarms a year at alpha = .001. C3 isn't built: the one implementation
to compare with departs from its own description.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike
from scipy.special import ndtri

from trends.arrays import Bools, Floats, observed

LEAST_SHARE = 0.7  # of the baseline's days must be usable: 5 of 7


class EarsMethod(StrEnum):
    """How the baseline lies before the day."""

    C1 = "C1"  # it ends the day before
    C2 = "C2"  # two days lie between, so that the beginning of a spike isn't in it


GUARD = {EarsMethod.C1: 0, EarsMethod.C2: 2}


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class EarsLimits:
    """Of shape (..., T). `expected` and `upper` are counts; NaN where a day can't be judged."""

    expected: Floats
    upper: Floats
    alarm: Bools


def ears(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    missing: ArrayLike | None = None,
    method: EarsMethod = EarsMethod.C1,
    baseline: int = 7,
    least_sigma: float = 0.5,
    alpha: float = 0.001,
) -> EarsLimits:
    """Mean of the `baseline` days before plus z(1 - alpha) standard deviations, for every day.

    `counts`, `exposure` and `missing` are (..., T) in a row of days and broadcast. With an exposure
    the baseline is of rates, and the limit is that rate times the day's exposure. `least_sigma`,
    in counts, keeps a flat baseline from calling every report an alarm. A missing day, and a day
    with under 70 % of its baseline, has no limit and no alarm.
    Raises `ValueError` for a baseline under 2 days, an alpha outside (0, 1), a negative sigma.
    """
    if baseline < 2 or not 0.0 < alpha < 1.0 or not least_sigma >= 0.0:
        raise ValueError(
            "a baseline has 2 days or more, alpha lies in (0, 1), sigma isn't negative"
        )
    series = observed(counts, exposure, missing)
    before = baseline + GUARD[method]
    ahead = [(0, 0)] * (series.counts.ndim - 1) + [(before, 0)]

    def baselines(values: Floats) -> Floats:
        made: Floats = sliding_window_view(np.pad(values, ahead), baseline, axis=-1)
        return made[..., : values.shape[-1], :]

    rate = np.divide(
        series.counts, series.exposure, out=np.zeros_like(series.counts), where=series.usable
    )
    there = baselines(series.usable.astype(np.float64))
    days = there.sum(axis=-1)
    mean = (baselines(rate) * there).sum(axis=-1) / np.maximum(days, 1.0)
    spread = (((baselines(rate) - mean[..., None]) ** 2) * there).sum(axis=-1)
    sigma = np.sqrt(spread / np.maximum(days - 1.0, 1.0)) * series.exposure
    judged = series.usable & (days >= max(LEAST_SHARE * baseline, 2.0))
    expected = np.where(judged, mean * series.exposure, np.nan)
    upper = expected + float(ndtri(1.0 - alpha)) * np.maximum(sigma, least_sigma)
    return EarsLimits(expected=expected, upper=upper, alarm=judged & (series.counts > upper))
