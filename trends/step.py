"""The step of a rate, a share or an odds between two stretches of days, weekdays taken out.

A model with only a step and weekdays is settled by the sums of 14 cells (7 weekdays, before and
after), so that thousands of series are fitted at once; `trends.glm` gives the same numbers. The
dispersion comes from the days. Design: Lopez Bernal, J. et al. (2017), International Journal of
Epidemiology 46, 348-355; dispersion: Ver Hoef and Boveng (2007), Ecology 88, 2766-2772.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trends.cells import Cells, Floats, Solved, solve

LEAST_EVENTS = 11  # in the window; and one on each side
WEEKDAY_EVENTS = 35  # under these weekday terms cost more than they explain
FREQUENT = 0.1  # of the posts: from here on a count is no longer as good as Poisson

Bools = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Steps of a batch of shape (...); estimates are NaN where there are too few events."""

    log_ratio: Floats  # of after to before
    error: Floats  # its standard error, dispersion included
    dispersion: Floats  # Pearson's chi-square over degrees, at least 1
    degrees: Floats  # days less parameters
    events: Floats  # (..., 2): before, after
    units: Floats  # (..., 2): exposure or trials
    days: Floats  # (..., 2): days used


def rate_step(
    counts: ArrayLike,
    exposure: ArrayLike,
    after: ArrayLike,
    weekday: ArrayLike,
    *,
    usable: ArrayLike = True,
    least_events: float = LEAST_EVENTS,
    weekday_events: float = WEEKDAY_EVENTS,
) -> Step:
    """Quasi-Poisson: log of the ratio of events per unit of exposure after to before.

    `counts` (..., n) days; `exposure` and `usable` broadcast to it, `after` (n,) tells the side and
    `weekday` (n,) the weekday 0 to 6 of each day. A day that isn't usable or has no exposure is
    missing, whatever it holds. Under `least_events` events, or without one on either side, there is
    no estimate; under `weekday_events` there are no weekday terms.
    Raises `ValueError` for shapes that don't fit, and values that are negative or not finite.
    """
    y, n, seen = _checked(counts, exposure, usable)
    cells = Cells.of(y, n, seen, after, weekday)
    enough = cells.enough(least_events)
    merged = cells.merged(cells.events.sum(axis=(-1, -2)) < weekday_events)
    solved = solve(merged, binomial=False)
    return _step(cells, merged, solved, solved.step, np.sqrt(solved.variance), enough)


def share_step(
    counts: ArrayLike,
    trials: ArrayLike,
    after: ArrayLike,
    weekday: ArrayLike,
    *,
    usable: ArrayLike = True,
    least_events: float = LEAST_EVENTS,
    weekday_events: float = WEEKDAY_EVENTS,
) -> Step:
    """Quasi-binomial, for frequent reports: log of the ratio of the shares after to before.

    Fitted on the logit scale and standardised to all days of the window, so that it is a log rate
    ratio as `rate_step` gives it; the error is by the delta method. Shapes and errors as there;
    also `ValueError` for more counts than trials on a usable day.
    """
    y, n, seen = _checked(counts, trials, usable)
    cells = Cells.of(y, n, seen, after, weekday)
    enough = cells.enough(least_events) & cells.failures().enough(1)
    few = cells.fewest() < weekday_events
    merged = cells.merged(few)
    solved = solve(merged, binomial=True)
    ratio, error = solved.standardised(merged)
    return _step(cells, merged, solved, ratio, error, enough, binomial=True)


def relative_step(
    counts: ArrayLike,
    others: ArrayLike,
    after: ArrayLike,
    weekday: ArrayLike,
    *,
    usable: ArrayLike = True,
    least_events: float = LEAST_EVENTS,
    weekday_events: float = WEEKDAY_EVENTS,
) -> Step:
    """Quasi-binomial: log of (counts / others after) to (counts / others before).

    Whatever multiplies both alike drops out: Lopez Bernal, J. et al. (2018), International Journal
    of Epidemiology 47, 2082-2093. `others` are events of the control, (..., n); both need
    `least_events` and one on either side. A day without either is missing. Shapes and errors as in
    `rate_step`.
    """
    total = np.asarray(counts, dtype=np.float64) + np.asarray(others, dtype=np.float64)
    y, n, seen = _checked(counts, total, usable)
    cells = Cells.of(y, n, seen, after, weekday)
    enough = cells.enough(least_events) & cells.failures().enough(least_events)
    merged = cells.merged(cells.fewest() < weekday_events)
    solved = solve(merged, binomial=True)
    return _step(
        cells, merged, solved, solved.step, np.sqrt(solved.variance), enough, binomial=True
    )


def _step(
    cells: Cells,
    merged: Cells,
    solved: Solved,
    ratio: Floats,
    error: Floats,
    enough: Bools,
    *,
    binomial: bool = False,
) -> Step:
    dispersion, degrees = solved.dispersion(merged, binomial=binomial)
    there = enough & solved.converged & np.isfinite(dispersion)
    return Step(
        log_ratio=np.where(there, ratio, np.nan),
        error=np.where(there, error * np.sqrt(dispersion), np.nan),
        dispersion=np.where(there, dispersion, np.nan),
        degrees=np.where(there, degrees, np.nan),
        events=cells.events.sum(axis=-1),
        units=cells.units.sum(axis=-1),
        days=cells.days.sum(axis=-1),
    )


def _checked(
    counts: ArrayLike, units: ArrayLike, usable: ArrayLike
) -> tuple[Floats, Floats, Bools]:
    """Counts, units, usable days of one shape (..., n); 0 where a day is missing."""
    y, n = np.broadcast_arrays(
        np.asarray(counts, dtype=np.float64), np.asarray(units, dtype=np.float64)
    )
    seen = np.broadcast_to(np.asarray(usable, dtype=bool), y.shape) & ~(n == 0)
    y, n = np.where(seen, y, 0.0), np.where(seen, n, 0.0)
    if not (np.all(np.isfinite(y)) and np.all(np.isfinite(n))):
        raise ValueError("counts and exposures are finite")
    if np.any(y < 0) or np.any(n < 0):
        raise ValueError("counts and exposures are not negative")
    return y, n, seen
