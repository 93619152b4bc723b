"""Every place's own part in an effect, or why it has none."""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

from trends.estimates import Asked, Looked
from trends.looks import frequent
from trends.panel import Ints
from trends.placebo import calibrated
from trends.ratio import rate_ratio
from trends.release_effect import SourceEffect
from trends.step import LEAST_EVENTS
from trends.windows import LEAST_SIDE

Floats = NDArray[np.float64]


class LeftOut(Enum):
    """Why a place has no estimate, most general reason first."""

    HISTORY = 0  # it was not collected yet
    DAYS = 1
    TORN = 2
    EVENTS = 3
    UNTOLD = 4


class Places:
    """The places of C causes around D dates; the arrays of a look as tables of plain numbers."""

    def __init__(self, asked: Asked, main: Looked) -> None:
        windows = main.windows
        seen = windows.seen
        self._names = asked.panel.places
        self.log_ratio = main.places.log_ratio
        self.weights = main.pooled.weights.swapaxes(1, 2)  # (C, S, D)
        self.events = _whole(windows.sides(np.where(seen, windows.counts, 0.0)))
        self.posts = _whole(windows.sides(np.where(seen, windows.exposure, 0.0)))  # (S, D, 2)
        self.days = _whole(windows.sides(seen.astype(np.float64)))  # (S, D, 2)
        self.left_out = _why(asked, self, torn=windows.torn)  # (C, S, D): a LeftOut or -1
        self.dispersion = main.places.dispersion
        self._binomial = frequent(windows) & np.isfinite(self.log_ratio)
        self._tables = _tables(self, main)

    def effects(self, cause: int, at: int) -> tuple[SourceEffect, ...]:
        """All places for one cause and date (indices), in the panel's order."""
        return tuple(self._effect(cause, place, at) for place in range(len(self._names)))

    def _effect(self, cause: int, place: int, at: int) -> SourceEffect:
        before, after = self.days[place, at].tolist()
        events, posts = self.events[cause, place, at].tolist(), self.posts[place, at].tolist()
        why = int(self.left_out[cause, place, at])
        known = {name: table[cause][place][at] for name, table in self._tables.items()}
        return SourceEffect(
            place=self._names[place],
            q=None,
            events_before=events[0],
            events_after=events[1],
            days_before=before,
            days_after=after,
            posts_before=posts[0],
            posts_after=posts[1],
            binomial=bool(self._binomial[cause, place, at]),
            left_out=None if why < 0 else _WORDS[LeftOut(why)].format(before=before, after=after),
            **known,
        )


_WORDS = {
    LeftOut.HISTORY: "{before} usable days before: the place was not collected long enough.",
    LeftOut.DAYS: f"{{before}} usable days before and {{after}} after; {LEAST_SIDE} are needed.",
    LeftOut.TORN: "A change of our own (query, coverage, classifier) lies within the window.",
    LeftOut.EVENTS: f"Fewer than {LEAST_EVENTS} reports, or none on one side.",
    LeftOut.UNTOLD: "The usable days don't tell a change from the weekdays.",
}


def _why(asked: Asked, places: Places, *, torn: NDArray[np.bool_]) -> Ints:
    panel = asked.panel
    length = panel.usable.shape[1]
    first = np.where(panel.usable, np.arange(length), length).min(axis=1, initial=length)
    young = first[:, None] > asked.at - LEAST_SIDE
    days, events = places.days, places.events
    few_days = (days < LEAST_SIDE).any(axis=-1)
    few = (events.sum(axis=-1) < LEAST_EVENTS) | (events < 1).any(axis=-1)
    made = np.where(few, LeftOut.EVENTS.value, LeftOut.UNTOLD.value)
    made = np.where(torn, LeftOut.TORN.value, made)
    made = np.where(few_days & ~torn, LeftOut.DAYS.value, made)
    made = np.where(young & (days[..., 0] < LEAST_SIDE), LeftOut.HISTORY.value, made)
    return np.where(np.isfinite(places.log_ratio), -1, made).astype(np.int64)


def _tables(places: Places, main: Looked) -> dict[str, list[list[list[float | None]]]]:
    """Field of `SourceEffect` -> its values by cause, place and date; None where there is none."""
    own, spread = main.places, main.place_spread()
    degrees = np.fmin(own.degrees, spread.degrees)
    degrees = np.where(np.isfinite(own.degrees), degrees, np.nan)
    test = calibrated(own.log_ratio, own.error, spread.tau, degrees)
    events, posts = places.events, places.posts
    exposed = np.all(posts > 0, axis=-1)
    safe = np.where(exposed[..., None], posts, 1)
    exact = rate_ratio(events[..., 1], safe[..., 1], events[..., 0], safe[..., 0])
    there = np.isfinite(own.log_ratio)
    shape = own.log_ratio.shape
    with np.errstate(over="ignore"):
        ratios = [np.exp(a) for a in (own.log_ratio, test.low, test.high)]
    values: dict[str, Floats] = {
        "ratio": ratios[0],
        "low": ratios[1],
        "high": ratios[2],
        "p": test.p,
        "log_ratio": own.log_ratio,
        "error": own.error,
        "tau": np.where(there, spread.tau, np.nan),
        "degrees": degrees,
        "dispersion": own.dispersion,
        "weight": np.where(there, places.weights, np.nan),
        "exact_low": np.where(exposed, exact.low, np.nan),
        "exact_high": np.where(exposed, exact.high, np.nan),
    }
    return {name: plain(np.broadcast_to(table, shape)) for name, table in values.items()}


def plain(values: Floats) -> list[list[list[float | None]]]:
    """Nested lists; None for what isn't finite."""
    made = values.astype(object)
    made[~np.isfinite(values)] = None
    listed: list[list[list[float | None]]] = made.tolist()
    return listed


def _whole(values: Floats) -> Ints:
    return np.rint(values).astype(np.int64)
