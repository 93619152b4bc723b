"""Days summed to 14 cells, weekdays by side, and the step between the sides fitted to them.

The likelihood of a step with weekday terms depends on the days only through these sums. Its Hessian
is an arrow (each weekday touches itself and the step), so that Newton's step needs no matrix.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_WEEKDAYS = 7
_ROUNDS = 60
_CLOSE = 1e-12  # squared Newton decrement before the last step, which leaves its square
_LONGEST = 2.0  # step on the log scale, so that no exponential runs away
_STEEPEST = 30.0  # log ratio beyond which a fit has no maximum


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Cells:
    """Sums by side (0 before, 1 after) and weekday, and the days that they came from."""

    events: Floats  # (..., 2, 7)
    units: Floats  # (..., 2, 7)
    days: Floats  # (..., 2, 7)
    daily_events: Floats  # (..., n)
    daily_units: Floats  # (..., n): 0 on a missing day
    side: NDArray[np.int64]  # (n,)
    weekday: NDArray[np.int64]  # (n,)
    one: Bools  # (...): weekdays merged into the first

    @classmethod
    def of(
        cls, events: Floats, units: Floats, seen: Bools, after: ArrayLike, weekday: ArrayLike
    ) -> Cells:
        """Sums of days; raises `ValueError` for sides or weekdays that don't fit the days."""
        side = np.asarray(after, dtype=bool).astype(np.int64)
        of_week = np.asarray(weekday, dtype=np.int64)
        length = events.shape[-1] if events.ndim else 0
        if side.shape != (length,) or of_week.shape != (length,):
            raise ValueError("after and weekday have one value a day")
        if np.any((of_week < 0) | (of_week >= _WEEKDAYS)):
            raise ValueError("weekdays are 0 to 6")
        into = np.zeros((length, 2 * _WEEKDAYS))
        into[np.arange(length), side * _WEEKDAYS + of_week] = 1.0

        def summed(values: Floats) -> Floats:
            return (values @ into).reshape(*values.shape[:-1], 2, _WEEKDAYS)

        return cls(
            events=summed(events),
            units=summed(units),
            days=summed(seen.astype(np.float64)),
            daily_events=events,
            daily_units=units,
            side=side,
            weekday=of_week,
            one=np.zeros(events.shape[:-1], dtype=bool),
        )

    def enough(self, least: float) -> Bools:
        """Whether there are `least` events, and one on either side."""
        sides = self.events.sum(axis=-1)
        made: Bools = (sides.sum(axis=-1) >= least) & np.all(sides >= 1, axis=-1)
        return made

    def failures(self) -> Cells:
        """Units without an event in the place of events; raises `ValueError` if any is negative."""
        if np.any(self.daily_events > self.daily_units):
            raise ValueError("more counts than trials on a usable day")
        return replace(
            self,
            events=self.units - self.events,
            daily_events=self.daily_units - self.daily_events,
        )

    def fewest(self) -> Floats:
        """Events or failures, whichever are fewer: (...)."""
        made: Floats = np.minimum(
            self.events.sum(axis=(-1, -2)), (self.units - self.events).sum(axis=(-1, -2))
        )
        return made

    def merged(self, where: Bools) -> Cells:
        """The same with all weekdays as one at `where` (...)."""
        first = np.zeros(_WEEKDAYS)
        first[0] = 1.0

        def folded(values: Floats) -> Floats:
            total = values.sum(axis=-1, keepdims=True) * first
            return np.where(where[..., None, None], total, values)

        return replace(
            self,
            events=folded(self.events),
            units=folded(self.units),
            days=folded(self.days),
            one=self.one | where,
        )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Solved:
    """The fitted step; `variance` is the model's own, without dispersion."""

    level: Floats  # (..., 7): log rate or logit before; of weekdays in the fit
    live: Bools  # (..., 7): weekdays in the fit
    step: Floats  # (...)
    variance: Floats  # (...)
    weights: Floats  # (..., 2, 7): variances of the cells' counts
    converged: Bools  # (...)

    def dispersion(self, cells: Cells, *, binomial: bool) -> tuple[Floats, Floats]:
        """Pearson's chi-square over its degrees, at least 1, and the degrees; NaN without any."""
        of = np.where(cells.one[..., None], 0, cells.weekday)
        level = np.take_along_axis(self.level, of, axis=-1)
        used = (cells.daily_units > 0) & np.take_along_axis(self.live, of, axis=-1)
        linear = level + self.step[..., None] * cells.side
        mean, variance = _moments(linear, cells.daily_units, binomial=binomial)
        off = (cells.daily_events - mean) ** 2
        pearson = np.divide(off, variance, out=np.zeros_like(off), where=used & (variance > 0))
        degrees = used.sum(axis=-1) - self.live.sum(axis=-1) - 1.0
        chi = pearson.sum(axis=-1)
        over = np.divide(chi, degrees, out=np.full_like(chi, np.nan), where=degrees > 0)
        return np.maximum(over, 1.0), degrees

    def standardised(self, cells: Cells) -> tuple[Floats, Floats]:
        """Log ratio of the mean share after to that before, over all units, and its error."""
        units = np.where(self.live, cells.units.sum(axis=-2), 0.0)
        before, after = expit(self.level), expit(self.level + self.step[..., None])
        low, high = (units * before).sum(axis=-1), (units * after).sum(axis=-1)
        toward, both = self.weights[..., 1, :], self.weights.sum(axis=-2)
        with np.errstate(invalid="ignore", divide="ignore"):
            up = units * after * (1.0 - after) / high[..., None]
            by_level = up - units * before * (1.0 - before) / low[..., None]
            part = np.where(both > 0, toward / both, 0.0)
            spread = np.where(both > 0, by_level**2 / both, 0.0).sum(axis=-1)
            along = up.sum(axis=-1) - (part * by_level).sum(axis=-1)
            return np.log(high / low), np.sqrt(self.variance * along**2 + spread)


def solve(cells: Cells, *, binomial: bool) -> Solved:
    """The step's maximum-likelihood estimate; not converged where there is none.

    A weekday without events (of a binomial: without failures) tells nothing of the step.
    """
    batch = cells.events.shape[:-2]
    y, n = (values.reshape(-1, 2, _WEEKDAYS) for values in (cells.events, cells.units))
    total, among = y.sum(axis=1), n.sum(axis=1)
    live = (total > 0) & (among > 0) & ((total < among) | (not binomial))
    y, n = y * live[:, None, :], n * live[:, None, :]
    level, step = _start(y, n, live, binomial=binomial)
    done = np.zeros(len(y), dtype=bool)
    going = np.arange(len(y))
    for _ in range(_ROUNDS):
        move, by, decrement, flat = _newton(y[going], n[going], level[going], step[going], binomial)
        level[going] += move
        step[going] += by
        close = decrement < _CLOSE
        lost = flat | (np.abs(step[going]) > _STEEPEST)
        done[going[close & ~lost]] = True
        going = going[~close & ~lost]
        if not len(going):
            break
    _, weights = _moments(_linear(level, step), n, binomial=binomial)
    information = _harmonic(weights).sum(axis=-1)
    variance = np.divide(1.0, information, out=np.full_like(information, np.nan), where=done)
    return Solved(
        level=level.reshape(*batch, _WEEKDAYS),
        live=live.reshape(*batch, _WEEKDAYS),
        step=step.reshape(batch),
        variance=variance.reshape(batch),
        weights=weights.reshape(*batch, 2, _WEEKDAYS),
        converged=done.reshape(batch),
    )


def _start(y: Floats, n: Floats, live: Bools, *, binomial: bool) -> tuple[Floats, Floats]:
    total, among = y.sum(axis=1), n.sum(axis=1)
    if binomial:
        return np.where(live, logit((total + 0.5) / (among + 1.0)), 0.0), np.zeros(len(y))
    rates = (y.sum(axis=-1) + 0.5) / np.maximum(n.sum(axis=-1), 1e-300)
    step = np.clip(np.log(rates[:, 1] / rates[:, 0]), -_LONGEST, _LONGEST)
    scale = n[:, 0] + n[:, 1] * np.exp(step)[:, None]
    share = np.divide(total, scale, out=np.ones_like(total), where=live)
    return np.log(share), step


def _newton(
    y: Floats, n: Floats, level: Floats, step: Floats, binomial: bool
) -> tuple[Floats, Floats, Floats, Bools]:
    """Moves of the levels and the step, the squared decrement, and where nothing tells the step."""
    mean, weight = _moments(_linear(level, step), n, binomial=binomial)
    score = y - mean
    both = weight.sum(axis=1)
    there = both > 0
    part = np.divide(weight[:, 1], both, out=np.zeros_like(both), where=there)
    information = _harmonic(weight).sum(axis=-1)
    of_level, of_step = score.sum(axis=1), score[:, 1].sum(axis=-1)
    flat = ~(information > 0)
    left = of_step - (part * of_level).sum(axis=-1)
    by = np.divide(left, information, out=np.zeros_like(left), where=~flat)
    pull = of_level - weight[:, 1] * by[:, None]
    move = np.divide(pull, both, out=np.zeros_like(both), where=there)
    decrement = by * of_step + (move * of_level).sum(axis=-1)
    longest = np.maximum(np.abs(by), np.abs(move).max(axis=-1))
    shrink = np.minimum(1.0, _LONGEST / np.maximum(longest, _LONGEST))
    return move * shrink[:, None], by * shrink, decrement, flat


def _linear(level: Floats, step: Floats) -> Floats:
    made: Floats = np.stack([level, level + step[:, None]], axis=1)
    return made


def _moments(linear: Floats, units: Floats, *, binomial: bool) -> tuple[Floats, Floats]:
    """Mean and variance of the counts."""
    if binomial:
        share = expit(linear)
        return units * share, units * share * (1.0 - share)
    mean = units * np.exp(np.clip(linear, -700.0, 100.0))
    return mean, mean


def _harmonic(weights: Floats) -> Floats:
    """W0 W1 / (W0 + W1) of weights (..., 2, 7): what a weekday tells of the step."""
    both = weights.sum(axis=-2)
    made: Floats = np.divide(
        weights[..., 0, :] * weights[..., 1, :], both, out=np.zeros_like(both), where=both > 0
    )
    return made
