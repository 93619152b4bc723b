"""From the database to arrays: the panels that tests of changes work on, one a product.

Only the models' verdicts are read, each day as its model judged it, and only places whose frame
allows rates. A day is usable if it is whole (`trends.periods`), lies in no gap, holds no change of
our own and is complete as far as delays are known. Today is never in a panel.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from db.handles import Connection
from db.judges import CLASSIFIER_CHANGED, EVERYWHERE, Judges
from db.queries.collected import OwnChange, own_changes
from db.queries.delays import first_seen
from db.queries.tested import Tested, TestedPlace, tested
from domain.causes import Cause
from domain.products import ANY, UNKNOWN
from trends.panel import Bools, Ints, Panel
from trends.periods import Seen, State, Stretch, day_states
from trends.waiting import DELAY_DAYS, Completeness, completeness

CAUSES = tuple(Cause)


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """All that is tested, by product; `*` holds every post once.

    `posts`: the same panels with posts counted instead of reporters. `waiting`: how complete the
    last days of each place are.
    """

    judges: Judges
    panels: Mapping[str, Panel]
    posts: Mapping[str, Panel]
    waiting: Mapping[str, Completeness]


def load(
    connection: Connection, judges: Judges, today: date, products: Collection[str] = ()
) -> Loaded:
    """The panels of `products` (none: of all that were judged), of those with any post."""
    kept = tested(connection, judges)
    since = today - timedelta(days=DELAY_DAYS)
    waiting = completeness(first_seen(connection, since), kept.places, today)
    days = [day for day, *_ in kept.exposure if day < today]
    if not days:
        return Loaded(judges=judges, panels={}, posts={}, waiting=waiting)
    first = min(days)
    axes = _Axes(kept, first, (today - first).days, products)
    usable = _usable(kept, axes, waiting, today)
    eras, changed = _eras(axes, own_changes(connection), judges)
    exposure, posts, reporters = axes.filled(kept)
    panels, raw = {}, {}
    for number, product in enumerate(axes.products):
        there = np.flatnonzero(exposure[number].any(axis=1))
        if not there.size:
            continue
        panels[product], raw[product] = (
            Panel(
                product=product,
                first_day=first,
                causes=CAUSES,
                places=tuple(axes.places[s] for s in there),
                counts=counts[number][:, there],
                exposure=exposure[number][there],
                usable=(usable & ~changed)[there],
                eras=eras[there],
            )
            for counts in (reporters, posts)
        )
    return Loaded(judges=judges, panels=panels, posts=raw, waiting=waiting)


class _Axes:
    """Products, places and days of the arrays, and where each of them stands."""

    def __init__(self, kept: Tested, first: date, length: int, products: Collection[str]) -> None:
        """`products`: those wanted; none: all."""
        named = {product for _, _, product, _ in kept.exposure} - {UNKNOWN}
        wanted = named & set(products) if products else named
        self.products = tuple(sorted(wanted, key=lambda name: (name != ANY, name)))
        self.places = tuple(place.name for place in kept.places)
        self.first = first
        self.length = length
        self._product = {name: at for at, name in enumerate(self.products)}
        self._place = {name: at for at, name in enumerate(self.places)}

    def filled(self, kept: Tested) -> tuple[Ints, Ints, Ints]:
        """Exposure (P, S, T), posts and reporters (P, C, S, T)."""
        shape = (len(self.products), len(self.places), self.length)
        exposure = np.zeros(shape, dtype=np.int64)
        for day, place, product, number in kept.exposure:
            if (at := self._at(day, place, product)) is not None:
                exposure[at] = number
        posts = np.zeros((shape[0], len(CAUSES), *shape[1:]), dtype=np.int64)
        reporters = np.zeros_like(posts)
        cause = {name.value: at for at, name in enumerate(CAUSES)}
        for day, place, product, decision, reports, who in kept.counts:
            c = cause.get(decision)
            if c is not None and (at := self._at(day, place, product)) is not None:
                p, s, t = at
                posts[p, c, s, t], reporters[p, c, s, t] = reports, who
        return exposure, posts, reporters

    def _at(self, day: date, place: str, product: str) -> tuple[int, int, int] | None:
        t = (day - self.first).days
        p = self._product.get(product)
        return (p, self._place[place], t) if p is not None and t < self.length else None


def _usable(kept: Tested, axes: _Axes, waiting: Mapping[str, Completeness], today: date) -> Bools:
    """(S, T): whole days that are complete."""
    judged: dict[str, dict[date, int]] = {}
    for day, place, product, number in kept.exposure:
        if product == ANY:
            judged.setdefault(place, {})[day] = number
    usable = np.zeros((len(axes.places), axes.length), dtype=np.bool_)
    for s, collected in enumerate(kept.places):
        states = day_states(_seen(collected, judged.get(collected.name, {})), today=today)
        through = waiting[collected.name].through
        for day, state in states.items():
            whole = state is State.WHOLE and day <= through
            usable[s, (day - axes.first).days] = whole
    return usable


def _seen(place: TestedPlace, posts: Mapping[date, int]) -> Seen:
    return Seen(
        posts=posts,
        visited_at=place.visited_at,
        gaps=[Stretch(began=began, ended=ended) for began, ended, _ in place.gaps],
    )


def _eras(axes: _Axes, changes: Iterable[OwnChange], judges: Judges) -> tuple[Ints, Bools]:
    """(S, T) twice: the era of every day, and whether a day lies on both sides of a change.

    A classifier takes over whole days; a query or the coverage changes in the middle of one.
    """
    borders = np.zeros((len(axes.places), axes.length), dtype=np.bool_)
    mixed = np.zeros_like(borders)
    found: Sequence[tuple[str, str, date]] = [
        *((change.place, change.kind, change.day) for change in changes),
        *((EVERYWHERE, CLASSIFIER_CHANGED, span.first) for span in judges.spans[1:]),
    ]
    for place, kind, day in found:
        t = (day - axes.first).days
        if not 0 <= t < axes.length:
            continue
        mine = [place in (EVERYWHERE, name) for name in axes.places]
        borders[mine, t] = True
        if kind != CLASSIFIER_CHANGED:
            mixed[mine, t] = True
    return borders.cumsum(axis=1, dtype=np.int64), mixed
