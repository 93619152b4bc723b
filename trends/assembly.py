"""From arrays to `ReleaseEffect`s: looks, curves and other looks at the same dates together."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, isfinite, isnan

import numpy as np
from numpy.typing import NDArray

from trends import looks
from trends.agreement import Beside, beside
from trends.detectable import smallest_detectable, sufficient_ratio
from trends.estimates import Asked, Looked, look_at
from trends.placebo import LEAST_DATES, calibrated
from trends.places import LeftOut, Places
from trends.release_effect import ReleaseEffect
from trends.sensitivity import Sensitivity
from trends.step import LEAST_EVENTS
from trends.verdict import LEVEL, Verdict, decide
from trends.weekly import Curves
from trends.windows import LEAST_SIDE, SIDE

Floats = NDArray[np.float64]

_LARGEST = 700.0  # log ratio that a float can hold


def effects_of(asked: Asked, curves: Curves, more: Beside) -> list[list[ReleaseEffect]]:
    """The effects of every date of `asked`, by date and then by cause; without q.

    `curves` are those around the same dates.
    """
    main = look_at(asked, looks.rates)
    made = _Assembly(asked, main, curves, beside(asked, main, more))
    causes = range(len(asked.panel.causes))
    return [[made.effect(cause, at) for cause in causes] for at in range(len(asked.at))]


class _Assembly:
    """What is known of C causes around D dates."""

    def __init__(
        self,
        asked: Asked,
        main: Looked,
        curves: Curves,
        others: Callable[[int, int], tuple[Sensitivity, ...]],
    ) -> None:
        self.asked, self.main, self.curves, self.others = asked, main, curves, others
        self.places = Places(asked, main)
        self.test = main.test()
        alone = calibrated(main.pooled.estimate, main.pooled.error, 0.0, _own_degrees(main))
        enough = np.isfinite(main.spread.tau)
        self.low = np.where(enough, self.test.low, alone.low)
        self.high = np.where(enough, self.test.high, alone.high)
        self.detectable = smallest_detectable(self.test.error, main.degrees)
        self.needed = sufficient_ratio(self.test.error, main.degrees, p=LEVEL)

    def effect(self, cause: int, at: int) -> ReleaseEffect:
        """One of them; the arguments are indices."""
        main, here = self.main, (cause, at)
        estimate = float(main.pooled.estimate[here])
        others = self.others(cause, at)
        pretest_p = _known(self.curves.pretest_p[here])
        events, posts, days = self._sums(cause, at)
        verdict, reasons = self._verdict(cause, at, pretest_p, others)
        needed = _known(self.needed[here])
        if needed is not None and estimate < 0:
            needed = 1.0 / needed
        return ReleaseEffect(
            cause=self.asked.panel.causes[cause],
            day=self.asked.panel.day(int(self.asked.at[at])),
            verdict=verdict,
            preliminary=self.asked.days_after < SIDE,
            reasons=reasons,
            ratio=_ratio(estimate),
            low=_ratio(float(self.low[here])),
            high=_ratio(float(self.high[here])),
            p=_known(self.test.p[here]),
            q=None,
            q_dependent=None,
            log_ratio=_known(estimate),
            error=_known(main.pooled.error[here]),
            tau=_known(main.spread.tau[at]) if isfinite(estimate) else None,
            drift=_ratio(float(main.drift[here])),
            degrees=_known(main.degrees[here]),
            placebo_dates=int(main.spread.dates[at]),
            i_squared=_known(main.pooled.i_squared[here]),
            tau2=_known(main.pooled.tau2[here]),
            smallest_rise=_known(self.detectable.rise[here]),
            smallest_fall=_known(self.detectable.fall[here]),
            needed=needed,
            pretest_p=pretest_p,
            curve=self.curves.curve(cause, at),
            sources=self.places.effects(cause, at),
            sensitivities=others,
            dispersion=self._dispersion(cause, at),
            events_before=events[0],
            events_after=events[1],
            posts_before=posts[0],
            posts_after=posts[1],
            days_before=days[0],
            days_after=days[1],
        )

    def _sums(self, cause: int, at: int) -> tuple[list[int], list[int], list[int]]:
        """Events, posts and days before and after: of the pooled places, of all where none was."""
        places = self.places
        pooled = np.isfinite(places.log_ratio[cause, :, at])
        pooled = pooled if pooled.any() else np.ones_like(pooled)
        events = places.events[cause, pooled, at].sum(axis=0).tolist()
        posts = places.posts[pooled, at].sum(axis=0).tolist()
        return events, posts, places.days[pooled, at].max(axis=0, initial=0).tolist()

    def _dispersion(self, cause: int, at: int) -> float | None:
        """Mean over the pooled places, weighted by events."""
        phi = self.places.dispersion[cause, :, at]
        weight = np.where(np.isfinite(phi), self.places.events[cause, :, at].sum(axis=-1), 0)
        if not weight.any():
            return None
        return float((np.nan_to_num(phi) * weight).sum() / weight.sum())

    def _verdict(
        self, cause: int, at: int, pretest_p: float | None, others: tuple[Sensitivity, ...]
    ) -> tuple[Verdict, tuple[str, ...]]:
        main = self.main
        estimate = float(main.pooled.estimate[cause, at])
        if not isfinite(estimate):
            return self._untested(cause, at)
        if isnan(float(main.spread.tau[at])):
            number = int(main.spread.dates[at])
            short = f"Ordinary dates to compare with: {number}; {LEAST_DATES} are needed."
            return Verdict.HISTORY_TOO_SHORT, (short,)
        return decide(
            log_ratio=estimate,
            error=float(self.test.error[cause, at]),
            degrees=float(main.degrees[cause, at]),
            q=None,
            pretest_p=pretest_p,
            sensitivities=others,
        )

    def _untested(self, cause: int, at: int) -> tuple[Verdict, tuple[str, ...]]:
        """Why no place has an estimate: what the nearest of them to one lacks."""
        if (complete := self.asked.days_after) < LEAST_SIDE:
            late = f"Complete days after: {complete}; {LEAST_SIDE} are needed."
            return Verdict.INCOMPLETE_DAYS, (late,)
        codes = self.places.left_out[cause, :, at]
        nearest = LeftOut(int(codes.max(initial=LeftOut.HISTORY.value)))
        return _VERDICTS[nearest]


_VERDICTS: dict[LeftOut, tuple[Verdict, tuple[str, ...]]] = {
    LeftOut.HISTORY: (
        Verdict.HISTORY_TOO_SHORT,
        (f"No place was collected for {LEAST_SIDE} days before.",),
    ),
    LeftOut.DAYS: (Verdict.INCOMPLETE_DAYS, ("Too many days are missing.",)),
    LeftOut.TORN: (
        Verdict.INCOMPLETE_DAYS,
        ("A change of our own (query, coverage, classifier) lies within the window.",),
    ),
    LeftOut.EVENTS: (
        Verdict.TOO_FEW,
        (f"No place has {LEAST_EVENTS} reports with one on each side.",),
    ),
    LeftOut.UNTOLD: (
        Verdict.TOO_FEW,
        ("The usable days don't tell a change from the weekdays.",),
    ),
}


def _own_degrees(main: Looked) -> Floats:
    """Degrees of the fits alone: (C, D)."""
    own = np.nan_to_num(main.places.degrees, nan=np.inf).min(axis=1, initial=np.inf)
    return np.where(np.isfinite(main.pooled.estimate), own, np.nan)


def _ratio(log_ratio: float) -> float | None:
    """None for what isn't known, or too large to be a number."""
    return exp(log_ratio) if isfinite(log_ratio) and log_ratio < _LARGEST else None


def _known(value: float) -> float | None:
    return float(value) if isfinite(value) else None
