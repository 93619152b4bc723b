"""Stimulated reporting: a rise that began soon after something was published about the failure.

Publicity makes people report what they would have kept to themselves, so that reports rise where
failures need not (Weber, J. C. P. (1984), Advances in Inflammation Research 6, 1-7, for drugs). Two
signs can be had from public posts, neither of them proof: the days of post-mortems and
announcements, which the catalogue knows, and how many reports name the release or link to an
article. Articles themselves aren't collected.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

import numpy as np
from numpy.typing import ArrayLike, NDArray

from trends.intervals import Interval, wilson_share
from trends.ratio import RateRatio, rate_ratio

WITHIN = 14  # days: reports after a publication come in its first weeks


@dataclass(frozen=True, kw_only=True, slots=True)
class Publicity:
    """Publications near one rise: indices among those given, in order of their days.

    `before`: published on its first day or up to 14 days earlier: the rise is marked. `during`:
    published later while it lasted: it can't have begun the rise, but may have prolonged it.
    `chance`: the share of all days that have some publication so near before them.
    """

    before: tuple[int, ...]
    during: tuple[int, ...]
    chance: float

    @property
    def marked(self) -> bool:
        """Whether the rise is shown as perhaps stimulated."""
        return bool(self.before)


def publicity(
    rises: ArrayLike, published: ArrayLike, *, span: int, within: int = WITHIN
) -> tuple[Publicity, ...]:
    """For each of (R, 2) rises, first and last day, which publications stand near it.

    A rise is an episode or the days after a release. All days are counted from the same one; `span`
    is how many days were looked at. With k publications strewn over them the chance is
    1 - exp(-k (within + 1) / span): dense publications mark every rise and mean nothing.
    Raises `ValueError` for a rise that ends before it begins, or days that aren't whole.
    """
    given = np.asarray(rises, dtype=np.float64).reshape(-1, 2)
    days = np.asarray(published, dtype=np.float64).ravel()
    if np.any(given % 1 != 0) or np.any(days % 1 != 0) or np.any(given[:, 0] > given[:, 1]):
        raise ValueError("days are whole, and a rise ends on its first day or later")
    if span < 1 or within < 0:
        raise ValueError("the span has a day or more, and days within aren't negative")
    chance = 1.0 - exp(-len(days) * (within + 1) / span)
    order = np.argsort(days, kind="stable")
    return tuple(
        Publicity(
            before=_at(order, (days >= began - within) & (days <= began)),
            during=_at(order, (days > began) & (days <= ended)),
            chance=chance,
        )
        for began, ended in given
    )


def _at(order: NDArray[np.int64], chosen: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(i) for i in order if chosen[i])


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Naming:
    """How many reports name the release or link to an article, before and after; shape ().

    `marked`: the share grew by more than chance, as reports do that echo what was published.
    `without`: the ratio of the rates of the other reports, after to before: what is left of the
    rise. It compares counts as if they were Poisson, so it describes and decides nothing.
    """

    before: Interval  # of the reports
    after: Interval
    without: RateRatio
    marked: bool


def naming(
    before: tuple[int, int, float], after: tuple[int, int, float], *, level: float = 0.95
) -> Naming:
    """From (reports that name it, reports, judged posts) of two periods.

    The growth of the share is judged by the interval of a difference of Newcombe, R. G. (1998),
    Statistics in Medicine 17, 873-890, method 10, and not at all without reports in both.
    Raises `ValueError` for more namings than reports, or no posts.
    """
    named, reports, posts = (
        np.array([a, b], np.float64) for a, b in zip(before, after, strict=True)
    )
    share = wilson_share(named, reports, level=level)
    down, up = share.estimate[1] - share.low[1], share.high[0] - share.estimate[0]
    least = share.estimate[1] - share.estimate[0] - np.hypot(down, up)
    others = reports - named
    first, second = (
        Interval(estimate=share.estimate[i], low=share.low[i], high=share.high[i]) for i in (0, 1)
    )
    return Naming(
        before=first,
        after=second,
        without=rate_ratio(others[1], posts[1], others[0], posts[0], level=level),
        marked=bool(least > 0),
    )
