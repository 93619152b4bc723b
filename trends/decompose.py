"""Where a rise came from: the mix of places and languages, or the rates within them.

Kitagawa, E. M. (1955). Components of a difference between two rates. Journal of the American
Statistical Association 50, 1168-1194; for two factors in order, Das Gupta, P. (1993).
Standardization and decomposition of rates. US Bureau of the Census, P23-186. Each difference of a
product is shared out evenly, so that the parts add up to the rise exactly and don't depend on which
period is called the first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri

from trends.arrays import Bools, Floats
from trends.intervals import Interval


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Decomposition:
    """Events per unit of exposure, each with its interval; NaN where a period has no exposure.

    `source_mix + language_mix + within.sum() + remainder` is `rise`, and so is
    `source_mix + language_mix + by_source.sum() + remainder`.
    """

    before: Interval  # ()
    after: Interval  # ()
    rise: Interval  # ()
    source_mix: Interval  # (): the sources' shares of the exposure moved
    language_mix: Interval  # (): the languages' shares within the sources moved
    within: Interval  # (V,): the rate within a source and language moved, by kind of reporter
    by_source: Interval  # (S,): the same by source
    remainder: Interval  # (): sources and languages with exposure in only one of the periods


def decompose_rise(
    counts: ArrayLike, exposure: ArrayLike, *, dispersion: float = 1.0, level: float = 0.95
) -> Decomposition:
    """The parts of the difference between the rates of two periods, the earlier one first.

    `counts` are events (2, S, L, V) by period, source, language and kind of reporter (as new and
    known ones; "unknown" is a kind, and a language, like another); `exposure` is (2, S, L), posts.
    A factor that doesn't matter has length 1. Languages are compared within their source, so that a
    source's own language doesn't count twice. A source or language that only one period has can't
    be compared: what it adds, above or below the mean rate, is the remainder.

    Intervals are normal, exposure taken as given and counts with variance `dispersion` times their
    mean: rough under some ten events.
    Raises `ValueError` for shapes that don't fit, for events without exposure, for values that are
    negative or not finite, for a dispersion under 1 or a level outside (0, 1).
    """
    events, posts = _checked(counts, exposure)
    if not dispersion >= 1.0 or not 0.0 < level < 1.0:
        raise ValueError("a dispersion is 1 or more, a level lies between 0 and 1")
    unknown = np.nan if np.any(posts.sum(axis=(1, 2)) == 0) else 0.0
    kinds = _over(events, posts[..., None]) + unknown
    # A rate seen in no event still varies: half an event stands for it, as in Jeffreys' prior.
    spread = _over(np.maximum(events, 0.5) * dispersion, posts[..., None] ** 2)
    rate = kinds.sum(axis=-1)
    noise = _over(np.maximum(events.sum(axis=-1), 0.5) * dispersion, posts**2)
    reach = float(ndtri(0.5 + level / 2.0))
    # Every part is linear in the rates: its coefficients are what single rates of 1 would give.
    cells = np.eye(posts.size).reshape(posts.size, *posts.shape)
    coefficients = {
        name: np.moveaxis(part, 0, -1).reshape(*part.shape[1:], *posts.shape)
        for name, part in _parts(cells, posts).items()
    }

    def measured(name: str) -> Interval:
        value = (coefficients[name] * rate).sum(axis=(-3, -2, -1))
        half = reach * np.sqrt((coefficients[name] ** 2 * noise).sum(axis=(-3, -2, -1)))
        return Interval(estimate=value, low=value - half, high=value + half)

    inner = coefficients["by_source"].sum(axis=0)[..., None]
    moved = (inner * kinds).sum(axis=(0, 1, 2))
    half = reach * np.sqrt((inner**2 * spread).sum(axis=(0, 1, 2)))
    return Decomposition(
        **{name: measured(name) for name in coefficients},
        within=Interval(estimate=moved, low=moved - half, high=moved + half),
    )


def _checked(counts: ArrayLike, exposure: ArrayLike) -> tuple[Floats, Floats]:
    events, posts = np.asarray(counts, np.float64), np.asarray(exposure, np.float64)
    if events.ndim != 4 or len(events) != 2 or posts.shape != events.shape[:3]:
        raise ValueError(
            "counts are (2, sources, languages, kinds), exposure (2, sources, languages)"
        )
    if not all(np.all(np.isfinite(a) & (a >= 0)) for a in (events, posts)):
        raise ValueError("counts and exposures are finite and not negative")
    if np.any(events.sum(axis=-1)[posts == 0] > 0):
        raise ValueError("events without exposure")
    return events, posts


def _parts(rate: Floats, posts: Floats) -> dict[str, Floats]:
    """The parts for rates (..., 2, S, L): by name, (...) or (..., S)."""
    whole = posts.sum(axis=(1, 2))
    share = _over(posts.sum(axis=2), whole[:, None])  # (2, S)
    inner = _over(posts, posts.sum(axis=2, keepdims=True))  # (2, S, L)
    of_source = (inner * rate).sum(axis=-1)
    period = (share * of_source).sum(axis=-1)
    sources = _kitagawa(share, of_source, period.mean(axis=-1), posts.sum(axis=2) > 0)
    languages = _kitagawa(inner, rate, of_source.mean(axis=-2), posts > 0)
    # What moves inside a source counts by its mean share of the exposure.
    common = np.where((posts.sum(axis=2) > 0).all(axis=0), share.mean(axis=0), 0.0)
    return {
        "before": period[..., 0],
        "after": period[..., 1],
        "rise": period[..., 1] - period[..., 0],
        "source_mix": sources[0],
        "language_mix": (common * languages[0]).sum(axis=-1),
        "by_source": common * languages[1],
        "remainder": sources[2] + (common * languages[2]).sum(axis=-1),
    }


def _kitagawa(
    share: Floats, rate: Floats, mean: Floats, there: Bools
) -> tuple[Floats, Floats, Floats]:
    """Mix, rates and remainder of the difference of sum(share * rate) over the last axis.

    The last three axes are (2, ..., groups). Rates are taken from their `mean`, which leaves the
    difference as it is: a group that grows adds what it has above the others.
    """
    periods = -share.ndim
    first, second = np.take(share, 0, axis=0), np.take(share, 1, axis=0)
    above = rate - np.expand_dims(mean[..., None], periods)
    early, late = np.take(above, 0, axis=periods), np.take(above, 1, axis=periods)
    both = there.all(axis=0)
    mix = np.where(both, (second - first) * (early + late) / 2.0, 0.0)
    moved = np.where(both, (second + first) / 2.0 * (late - early), 0.0)
    rest = np.where(both, 0.0, second * late - first * early)
    return mix.sum(axis=-1), moved.sum(axis=-1), rest.sum(axis=-1)


def _over(values: Floats, units: Floats) -> Floats:
    """Values over units, 0 where there are none."""
    made: Floats = np.divide(values, units, out=np.zeros(values.shape), where=units > 0)
    return made
