"""What the difference between two spans of days is made of, for every cause of a product.

On the days that tests of changes use, and at places that have them on both sides of the border; a
place of which a change of our own (query, coverage, classifier) lies within is left out, as there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np

from db.handles import Connection
from db.judges import Judges
from db.queries.parts import Days, Parted, Reporter, parted
from domain.causes import Cause
from trends.arrays import Floats
from trends.clusters import WINDOW
from trends.decompose import Decomposition, decompose_rise
from trends.panel import Panel
from trends.windows import LEAST_SIDE

LEAST_REPORTS = 10  # in each span: the parts' intervals are normal ones
LEAST_BACK = WINDOW  # of history before the first span, or new and known aren't told apart


class Lacking(StrEnum):
    """Why there are no parts."""

    DAYS = "days"  # no place has enough usable days on both sides
    REPORTS = "reports"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Parts:
    """The parts of one cause, or what is lacking.

    Of two periods, the earlier first; the axes of `made` are `places` and `reporters`.
    """

    cause: Cause
    reports: tuple[int, int]
    posts: tuple[int, int]
    places: tuple[str, ...]
    languages: tuple[str, ...]
    reporters: tuple[Reporter, ...]
    back: timedelta  # for how long before each span reporters were looked for
    made: Decomposition | None
    lacking: Lacking | None


def spans_around(day: date) -> tuple[Days, Days]:
    """The days that a test around `day` compares."""
    one = timedelta(days=1)
    return Days(day - WINDOW, day - one), Days(day, day + WINDOW - one)


def parts_of_rise(
    connection: Connection,
    judges: Judges,
    panel: Panel,
    spans: tuple[Days, Days],
    dispersion: Mapping[Cause, float | None],
) -> tuple[Parts, ...]:
    """The parts of every cause of the panel, in its order; `dispersion` is 1 where it isn't known.

    Reports are posts here, not reporters: whoever writes twice has two parts.
    """
    there = _places(panel, spans)
    back = _back(panel, there, spans[0].first)
    found = parted(connection, judges, panel.product, spans, back)
    tables = _Tables(found, panel, there, spans)
    return tuple(
        _parts(tables, cause, back, dispersion.get(cause) or 1.0) for cause in panel.causes
    )


def _places(panel: Panel, spans: tuple[Days, Days]) -> tuple[str, ...]:
    """Those with enough usable days on both sides and no change of our own within them."""
    at = [_clipped(panel, span) for span in spans]
    days = np.r_[at[0], at[1]]
    made = []
    for s, place in enumerate(panel.places):
        usable = days[panel.usable[s, days]]
        enough = all(panel.usable[s, side].sum() >= LEAST_SIDE for side in at)
        if enough and len(set(panel.eras[s, usable].tolist())) == 1:
            made.append(place)
    return tuple(made)


def _clipped(panel: Panel, span: Days) -> slice:
    """The indices of the span's days in the panel."""
    length = panel.exposure.shape[1]
    first, after = panel.index(span.first), panel.index(span.last) + 1
    return slice(min(max(first, 0), length), min(max(after, 0), length))


def _back(panel: Panel, places: Sequence[str], first: date) -> timedelta:
    """For how long before `first` all of the places were collected; 0 where that is too short."""
    held = panel.exposure[[panel.places.index(place) for place in places]] > 0
    began = [panel.day(int(row.argmax())) for row in held if row.any()]
    shortest = min((first - day for day in began), default=timedelta(0))
    return shortest if shortest >= LEAST_BACK else timedelta(0)


def _parts(tables: _Tables, cause: Cause, back: timedelta, dispersion: float) -> Parts:
    counts, posts = tables.counts(cause), tables.posts
    reports = counts.sum(axis=(1, 2, 3))
    lacking = None
    if not tables.places:
        lacking = Lacking.DAYS
    elif reports.min() < LEAST_REPORTS:
        lacking = Lacking.REPORTS
    kinds = np.flatnonzero(counts.sum(axis=(0, 1, 2)))
    made = None
    if lacking is None:
        made = decompose_rise(counts[..., kinds], posts, dispersion=max(dispersion, 1.0))
    return Parts(
        cause=cause,
        reports=(int(reports[0]), int(reports[1])),
        posts=(int(posts[0].sum()), int(posts[1].sum())),
        places=tables.places,
        languages=tables.languages,
        reporters=tuple(tuple(Reporter)[kind] for kind in kinds),
        back=back,
        made=made,
        lacking=lacking,
    )


class _Tables:
    """Posts (2, S, L) and reports (2, S, L, V) of the usable days."""

    def __init__(
        self, found: Parted, panel: Panel, places: tuple[str, ...], spans: tuple[Days, Days]
    ) -> None:
        """`places`: those of the panel that are compared."""
        self._found, self._panel, self._spans = found, panel, spans
        self.places = places
        self._place = {name: at for at, name in enumerate(places)}
        shown = [one for one in found.posts if self._period(one.day, one.place) is not None]
        self.languages = tuple(sorted({one.language for one in shown}))
        self._language = {name: at for at, name in enumerate(self.languages)}
        self.posts: Floats = np.zeros((2, len(places), len(self.languages)))
        for one in shown:
            period = self._period(one.day, one.place)
            self.posts[period, self._place[one.place], self._language[one.language]] += one.posts

    def counts(self, cause: Cause) -> Floats:
        """Reports of one cause, by every kind of reporter."""
        made: Floats = np.zeros((*self.posts.shape, len(Reporter)))
        kinds = list(Reporter)
        for one in self._found.reports:
            period = self._period(one.day, one.place)
            if one.decision.value == cause.value and period is not None:
                at = (self._place[one.place], self._language[one.language])
                made[(period, *at, kinds.index(one.reporter))] += one.reports
        return made

    def _period(self, day: date, place: str) -> int | None:
        """0 or 1; None where the place isn't compared or the day isn't usable."""
        t = self._panel.index(day)
        if place not in self._place or not 0 <= t < self._panel.usable.shape[1]:
            return None
        if not self._panel.usable[self._panel.places.index(place), t]:
            return None
        return 0 if self._spans[0].hold(day) else 1
