"""Ways of looking that need the posts themselves, made for one release at a time.

Denominators without the posts that name the release (launch chatter moves them), and sums of the
models' probabilities instead of decisions. Both stand beside a verdict and never change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from db.handles import Connection
from db.judges import Judges
from db.queries.mentions import Mentions, mentions
from db.queries.probabilities import ProbabilityDay, probability_sums
from domain.causes import Cause
from domain.nouns import Release
from trends.arrays import Floats, Ints
from trends.clusters import WINDOW
from trends.effects import ReleaseEffect, release_effects
from trends.naming import names
from trends.panel import Panel
from trends.sensitivity import UNNAMED, Sensitivity

PROBABILITIES = "sums of probabilities instead of decisions"
Ways = dict[Cause, tuple[Sensitivity, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mentioned:
    """Judged posts about the product that name the release by one of `names`, within 28 days.

    `unread`: judged posts of these days whose text is no longer held.
    """

    names: tuple[str, ...]
    before: int
    after: int  # the day itself included
    unread: int


def look_closer(
    connection: Connection, judges: Judges, panel: Panel, release: Release, day: date
) -> tuple[Ways, Mentioned | None]:
    """The further ways of looking at each cause around `day`, and how many posts name the release.

    None where nothing names it but the name of its product.
    """
    product, last = panel.product, panel.day(panel.exposure.shape[1] - 1)
    sums = probability_sums(connection, judges, product, panel.first_day, last)
    called = names(release)
    found = None
    if called:
        found = mentions(connection, judges, called, product, day - WINDOW, day + WINDOW)
    made = release_effects(
        panel,
        [day],
        alternatives={PROBABILITIES: replace(panel, counts=expected_counts(panel, sums))},
        unnamed={day: _unnamed(panel, found)} if found else None,
    )
    ways = {effect.cause: _of(effect) for effect in made}
    return ways, _mentioned(called, found, day) if found else None


def expected_counts(panel: Panel, sums: Sequence[ProbabilityDay]) -> Ints:
    """(C, S, T): whole numbers of which every stretch of days adds up to its sum within one.

    What is rounded off on a day is carried to the next, so that small sums don't vanish.
    """
    exact: Floats = np.zeros(panel.counts.shape)
    causes = list(Cause)
    at = {place: number for number, place in enumerate(panel.places)}
    order = [causes.index(cause) for cause in panel.causes]
    for row in sums:
        t = panel.index(row.day)
        if row.place in at and 0 <= t < exact.shape[2]:
            exact[:, at[row.place], t] = np.array(row.sums)[order]
    whole = np.rint(np.cumsum(exact, axis=-1)).astype(np.int64)
    return np.diff(whole, axis=-1, prepend=0)


def _unnamed(panel: Panel, found: Mentions) -> Ints:
    """(S, T): judged posts without those that name the release, as far as they were looked at."""
    exposure = panel.exposure.copy()
    at = {place: number for number, place in enumerate(panel.places)}
    for mention in found.found:
        t = panel.index(mention.day)
        if mention.place in at and 0 <= t < exposure.shape[1]:
            exposure[at[mention.place], t] -= 1
    return np.maximum(exposure, 0)


def _of(effect: ReleaseEffect) -> tuple[Sensitivity, ...]:
    wanted = (UNNAMED, PROBABILITIES)
    return tuple(way for way in effect.sensitivities if way.name in wanted)


def _mentioned(called: tuple[str, ...], found: Mentions, day: date) -> Mentioned:
    before = sum(mention.day < day for mention in found.found)
    return Mentioned(
        names=called,
        before=before,
        after=len(found.found) - before,
        unread=found.unread,
    )
