"""Ways of looking at the days around a date; each gives a log ratio of after to before.

The main one is the rate. The others are shown beside it: a trend taken out, relative to the other
causes, and bare counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trends.glm import quasi_poisson
from trends.panel import Bools
from trends.step import (
    FREQUENT,
    LEAST_EVENTS,
    WEEKDAY_EVENTS,
    Step,
    rate_step,
    relative_step,
    share_step,
)
from trends.windows import Windows

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Estimates:
    """Log ratios of C causes at S places around K dates; NaN where there is none."""

    log_ratio: Floats  # (C, S, K)
    error: Floats
    degrees: Floats
    dispersion: Floats

    @classmethod
    def of(cls, step: Step) -> Estimates:
        """What a step of windows gives."""
        return cls(
            log_ratio=step.log_ratio,
            error=step.error,
            degrees=step.degrees,
            dispersion=step.dispersion,
        )

    def chosen(self, where: Bools) -> Estimates:
        """These at `where` (broadcasts), NaN elsewhere."""
        return Estimates(
            log_ratio=np.where(where, self.log_ratio, np.nan),
            error=np.where(where, self.error, np.nan),
            degrees=np.where(where, self.degrees, np.nan),
            dispersion=np.where(where, self.dispersion, np.nan),
        )

    def put(self, where: Bools, others: Estimates) -> None:
        """Replaces those at `where` (C, S, K) by `others` (m,), in place."""
        self.log_ratio[where] = others.log_ratio
        self.error[where] = others.error
        self.degrees[where] = others.degrees
        self.dispersion[where] = others.dispersion


Look = Callable[[Windows], Estimates]


def rates(windows: Windows) -> Estimates:
    """Events per judged post, as shares where reports are frequent."""
    days = (windows.after, windows.weekday)
    made = Estimates.of(rate_step(windows.counts, windows.exposure, *days, usable=windows.seen))
    often = frequent(windows)
    if not often.any():
        return made
    exposure, seen = (
        np.broadcast_to(a, windows.counts.shape)[often] for a in (windows.exposure, windows.seen)
    )
    shares = share_step(windows.counts[often], exposure, *days, usable=seen)
    made.put(often, Estimates.of(shares))
    return made


def frequent(windows: Windows) -> Bools:
    """Where reports are more than a tenth of the posts of the window: (C, S, K).

    Never where some day has more reports than posts: a share can't be.
    """
    seen = windows.seen
    events = np.where(seen, windows.counts, 0.0).sum(axis=-1)
    posts = np.where(seen, windows.exposure, 0.0).sum(axis=-1)
    over = np.any(seen & (windows.counts > windows.exposure), axis=-1)
    made: Bools = (events > FREQUENT * posts) & ~over
    return made


def counts(windows: Windows) -> Estimates:
    """Events without a denominator."""
    return Estimates.of(
        rate_step(windows.counts, 1.0, windows.after, windows.weekday, usable=windows.seen)
    )


def relative(windows: Windows) -> Estimates:
    """Events of a cause relative to those of all the other causes of the panel."""
    others = windows.counts.sum(axis=0) - windows.counts
    return Estimates.of(
        relative_step(windows.counts, others, windows.after, windows.weekday, usable=windows.seen)
    )


def trend(windows: Windows) -> Estimates:
    """Events per judged post, with a linear trend of the log rate through the whole window."""
    events = np.where(windows.seen, windows.counts, 0.0)
    total, after = events.sum(axis=-1), events[..., windows.after].sum(axis=-1)
    enough = (total >= LEAST_EVENTS) & (after >= 1) & (total - after >= 1)
    slope = np.column_stack([windows.after, windows.offsets / len(windows.offsets)])
    weekdays = np.eye(7)[windows.weekday]
    made = _nowhere(total.shape)
    for levels, where in (
        (weekdays, enough & (total >= WEEKDAY_EVENTS)),
        (np.ones((len(slope), 1)), enough & (total < WEEKDAY_EVENTS)),
    ):
        if where.any():
            _fit_trend(np.column_stack([levels, slope]), windows, where, made)
    return made


def _fit_trend(design: Floats, windows: Windows, where: Bools, into: Estimates) -> None:
    shape = windows.counts.shape
    fit = quasi_poisson(
        design,
        windows.counts[where],
        exposure=np.broadcast_to(windows.exposure, shape)[where],
        weights=np.broadcast_to(windows.seen, shape)[where],
    )
    step = design.shape[1] - 2
    error = np.sqrt(fit.covariance[:, step, step])
    there = np.isfinite(error) & (fit.degrees > 0)
    found = Estimates(
        log_ratio=fit.coefficients[:, step],
        error=error,
        degrees=fit.degrees,
        dispersion=fit.dispersion,
    )
    into.put(where, found.chosen(there))


def _nowhere(shape: tuple[int, ...]) -> Estimates:
    return Estimates(
        log_ratio=np.full(shape, np.nan),
        error=np.full(shape, np.nan),
        degrees=np.full(shape, np.nan),
        dispersion=np.full(shape, np.nan),
    )
