"""Days on which a rate stood above what the nine weeks before let expect.

Farrington's ideas (see `trends.reweight`) on daily data: a quasi-Poisson line through eight weeks
that end eight days before, past spikes weighing less, and the upper tail of a negative binomial
with the moments of the prediction. On simulated series without a spike it gives about one false
alarm a year at .3 to 20 reports a day, and two at 100; series that wander give more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike
from scipy.special import betainc, gammainc

from trends.arrays import Bools, Floats, Observed, observed
from trends.discovery import benjamini_hochberg
from trends.glm import quasi_poisson
from trends.reweight import anscombe_weights

BASELINE = 56  # days: eight of each weekday
GUARD = 7  # days between baseline and day, so that a spike's beginning isn't in its own baseline
HISTORY = BASELINE + GUARD
LEAST_DAYS = 42  # of the baseline must be usable
LEAST_SAME_WEEKDAY = 4  # of these
ALPHA = 0.001
FALSE_DISCOVERIES = 0.05  # among the alarms of one day over all series
LEAST_EVENTS, RECENT = 5, 7  # events in so many days up to this one, or it is no alarm
# Under 35 events, or 5 on the weekday itself, weekday terms are left out, as in the release test;
# the line is where a half of the baseline has under 5, for its end would be a guess; under 11
# nothing is known of the dispersion.
WEEKDAY_EVENTS, WEEKDAY_OWN = 35, 5
LINE_HALF = 5
FIT_EVENTS = 11
GAP = 2  # days without alarm that don't end a spike


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Spikes:
    """Of shape (..., T): `expected` events, tail `p`, `q` over the series of a day, and the alarm.

    NaN on days that are missing or have too little history.
    """

    expected: Floats
    p: Floats
    q: Floats
    alarm: Bools


def spikes(
    counts: ArrayLike,
    exposure: ArrayLike | None = None,
    *,
    missing: ArrayLike | None = None,
    last: int | None = None,
    alpha: float = ALPHA,
    false_discoveries: float = FALSE_DISCOVERIES,
) -> Spikes:
    """Each day against days t-63 to t-8 of its own series, for series (..., T) of days in a row.

    Arguments broadcast; a missing day is left out of baselines and has no prediction. The model has
    a log rate with weekdays and a line, both left out where events are few; under 11 events the
    rate is one number, and its prediction the negative binomial of a gamma with Jeffreys' prior.
    An alarm has p < `alpha`, q <= `false_discoveries` over all series of the same day, and at least
    5 events in the 7 days up to it. With `last`, only so many days at the end are predicted.
    No later day has any part in a day's result.
    Raises `ValueError` for an alpha or a share outside (0, 1), or a `last` under 1.
    """
    if not (0.0 < alpha < 1.0 and 0.0 < false_discoveries < 1.0) or (last is not None and last < 1):
        raise ValueError("alpha and the share lie between 0 and 1, and the last days are some")
    series = observed(counts, exposure, missing)
    shape, days = series.counts.shape, series.counts.shape[-1]
    expected, p = np.full((2, *shape), np.nan)
    begin = max(HISTORY, days - (days if last is None else last))
    if begin < days:
        expected[..., begin:], p[..., begin:] = _predict(series, begin)
    q = np.full(shape, np.nan)
    for day in range(begin, days):
        q[..., day] = benjamini_hochberg(p[..., day].ravel()).reshape(shape[:-1])
    alarm = (p < alpha) & (q <= false_discoveries) & enough_events(series.counts)
    return Spikes(expected=expected, p=p, q=q, alarm=alarm)


def enough_events(counts: Floats) -> Bools:
    """(..., T): whether 5 events or more are in the 7 days up to each, missing days being 0."""
    recent = np.cumsum(counts, axis=-1)
    recent[..., RECENT:] -= recent[..., :-RECENT].copy()
    made: Bools = recent >= LEAST_EVENTS
    return made


def _predict(series: Observed, begin: int) -> tuple[Floats, Floats]:
    """Expected events and tail of every day from `begin` on: (..., T - begin)."""
    days = series.counts.shape[-1]

    def windows(values: Floats) -> Floats:
        cut = values[..., begin - HISTORY : days - GUARD - 1]
        made: Floats = sliding_window_view(cut, BASELINE, axis=-1).reshape(-1, BASELINE)
        return made

    y, units, there = (
        windows(a) for a in (series.counts, series.exposure, series.usable.astype(np.float64))
    )
    used = there > 0
    today = series.exposure[..., begin:].reshape(-1)
    own = np.arange(BASELINE) % 7 == 0  # the window begins 63 days before: on the same weekday
    judged = (today > 0) & (used.sum(axis=-1) >= LEAST_DAYS)
    judged &= used[:, own].sum(axis=-1) >= LEAST_SAME_WEEKDAY
    made = _predicted_rates(y, units, used, own)
    mean = made[0] * today
    tail = upper_tail(series.counts[..., begin:].reshape(-1), mean, made[1] + mean * made[2])
    shape = (*series.counts.shape[:-1], days - begin)
    return (
        np.where(judged, mean, np.nan).reshape(shape),
        np.where(judged, tail, np.nan).reshape(shape),
    )


def _predicted_rates(y: Floats, units: Floats, used: Bools, own: Bools) -> Floats:
    """Rate on the day, dispersion and variance of the log rate, from baselines (B, 56): (3, B)."""
    events, exposed = y.sum(axis=-1), units.sum(axis=-1)
    flat = np.divide(events + 0.5, exposed, out=np.full(events.shape, np.nan), where=exposed > 0)
    made = np.stack([flat, np.ones_like(flat), 1.0 / (events + 0.5)])
    fitted = events >= FIT_EVENTS
    halves = y.reshape(-1, 2, BASELINE // 2).sum(axis=-1)
    lined = fitted & (halves >= LINE_HALF).all(axis=-1)
    weekly = lined & (events >= WEEKDAY_EVENTS) & (y[:, own].sum(axis=-1) >= WEEKDAY_OWN)
    for rows, columns in ((fitted & ~lined, 1), (lined & ~weekly, 2), (weekly, 8)):
        if not rows.any():
            continue
        design, seen, there = _DESIGN[:, :columns], y[rows], used[rows]
        if columns > 2:
            # A weekday without events has no finite term, and no say in the others.
            weekdays = seen.reshape(-1, BASELINE // 7, 7).sum(axis=1) > 0
            there = there & np.tile(weekdays, BASELINE // 7)
        once = quasi_poisson(design, seen, exposure=units[rows], weights=there)
        weights = anscombe_weights(design, seen, there, once)
        fit = quasi_poisson(design, seen, exposure=units[rows], weights=weights)
        variance = fit.covariance[:, 0, 0]
        made[:, rows] = np.exp(fit.coefficients[:, 0]), fit.dispersion, variance
    return made


def _columns() -> Floats:
    """Baseline rows as seen from the day itself: level, line, six other weekdays (56, 8)."""
    ago = np.arange(HISTORY, GUARD, -1)
    weekdays = (-ago % 7)[:, None] == np.arange(1, 7)
    return np.column_stack([np.ones(BASELINE), -ago / 7.0, weekdays])


_DESIGN = _columns()


def upper_tail(counts: ArrayLike, mean: ArrayLike, dispersion: ArrayLike) -> Floats:
    """P(Y >= count) of a negative binomial with variance `dispersion` * mean; arguments broadcast.

    A dispersion of 1 is the Poisson distribution. NaN in a mean gives NaN.
    """
    y, m, phi = np.broadcast_arrays(
        np.asarray(counts, np.float64), np.asarray(mean, np.float64), np.asarray(dispersion)
    )
    some = np.maximum(y, 1.0)
    over = np.maximum(phi - 1.0, 0.0)
    wide = over > 1e-9
    size = np.divide(m, over, out=np.ones(m.shape), where=wide)
    made: Floats = np.where(
        wide, betainc(some, size, over / np.where(wide, phi, 1.0)), gammainc(some, m)
    )
    return np.where((y > 0) | np.isnan(m), made, 1.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class AlarmRun:
    """Alarm days from `began` to `ended`, with at most `GAP` days without alarm in between."""

    began: int
    ended: int


def joined(alarm: ArrayLike, *, gap: int = GAP) -> tuple[AlarmRun, ...]:
    """The stretches of one series' alarm days (T,), in order.

    A missing day is a day without alarm. Raises `ValueError` for anything but one series.
    """
    days = np.asarray(alarm, dtype=np.bool_)
    if days.ndim != 1 or gap < 0:
        raise ValueError("one series of alarm days, and a gap isn't negative")
    at = np.flatnonzero(days)
    return tuple(
        AlarmRun(began=int(run[0]), ended=int(run[-1]))
        for run in np.split(at, np.flatnonzero(np.diff(at) > gap + 1) + 1)
        if len(run)
    )
