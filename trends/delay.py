"""How late posts are seen, and what the last days will come to once all of theirs are.

Lawless, J. F. (1994). Adjustments for reporting delays and the prediction of occurred but not
reported events. Canadian Journal of Statistics 22, 15-31 (the actuaries' chain ladder). Höhle, M.
and an der Heiden, M. (2014). Bayesian nowcasting during the STEC O104:H4 outbreak in Germany, 2011.
Biometrics 70, 993-1002: given n seen of a share that is beta distributed, what is still to come is
beta-negative binomial.

First-seen times are honest only from the day on which the collector ran: posts from before were all
"seen" on its first day, and must not be in the triangle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln

from trends.arrays import Bools, Floats, Ints

WINDOW = 60  # days of posts from which the delay is estimated
DEPTH = 14  # days; later ones count as this late
COMPLETE = 0.95  # a day with less of its posts seen isn't shown as a point, nor tested
PRIOR = 0.1  # posts added to each delay: the concentration of a symmetric Dirichlet prior
_FARTHEST = 1 << 17  # posts still to come, beyond which no upper limit is given


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Triangle:
    """`counts[t, d]`: posts of day t first seen d days later; the last column holds later ones too.

    `observed[t, d]` is false where that day lies after `now`, the last of the T days.
    """

    first: int  # day number of row 0
    counts: Ints  # (T, D + 1)
    observed: Bools  # (T, D + 1)


def reporting_triangle(
    posted: ArrayLike, seen: ArrayLike, *, first: int, now: int, depth: int = DEPTH
) -> Triangle:
    """From the day on which each post was written and the one on which it was first seen.

    All are day numbers counted from the same day. Rows are the days `first` to `now`: `first` is
    the day on which the collector began to run, so that what was filled in for the time before is
    left out; so are posts seen after `now`. A post seen before it was written (a clock that is
    ahead) was seen the same day.
    Raises `ValueError` where `posted` and `seen` differ in length, or `now` is before `first`.
    """
    written, noticed = np.asarray(posted, dtype=np.int64), np.asarray(seen, dtype=np.int64)
    if written.ndim != 1 or written.shape != noticed.shape:
        raise ValueError("each post has a day on which it was written and one on which it was seen")
    if now < first or depth < 1:
        raise ValueError("the last day isn't before the first, and a delay has a day or more")
    days = now - first + 1
    inside = (written >= first) & (written <= now) & (noticed <= now)
    rows = written[inside] - first
    late = np.clip(noticed[inside] - written[inside], 0, depth)
    counts = np.zeros((days, depth + 1), dtype=np.int64)
    np.add.at(counts, (rows, late), 1)
    reach = np.arange(days)[:, None] + np.arange(depth + 1)
    return Triangle(first=first, counts=counts, observed=reach < days)


def known_on(posted: ArrayLike, seen: ArrayLike, *, first: int, now: int, then: int) -> Ints:
    """(T,): how many posts of each day `first` to `now` had been seen by the end of day `then`.

    What a chart of day `then` could have said of those days. Day numbers as in the triangle.
    """
    written, noticed = np.asarray(posted, dtype=np.int64), np.asarray(seen, dtype=np.int64)
    if now < first:
        raise ValueError("the last day isn't before the first")
    inside = (written >= first) & (written <= now) & (noticed <= then)
    return np.bincount(written[inside] - first, minlength=now - first + 1)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Delay:
    """F(d), the share of a day's posts seen within d days, of shape (D + 1,); F(D) = 1.

    `share` is NaN throughout where no posts were seen. `at_delay[d]` are the posts seen exactly d
    days late, `up_to[d]` those seen at most d days late among the days that could show it.
    """

    share: Floats
    at_delay: Ints
    up_to: Ints

    @property
    def posts(self) -> int:
        """How many posts the estimate rests on."""
        return int(self.at_delay.sum())

    @property
    def complete_after(self) -> int | None:
        """The least number of days after which 95 % are seen; None where nothing is known."""
        there = np.flatnonzero(self.share >= COMPLETE)
        return int(there[0]) if len(there) else None


def completeness(
    triangle: Triangle, *, window: int | None = WINDOW, left_out: ArrayLike = False
) -> Delay:
    """Lawless' estimate from the last `window` days of posts (None: all).

    Among posts seen at most x days late, the share g(x) seen exactly x days late is known from the
    days that are x days old; F(d) is the product of 1 - g(x) over x > d. `left_out` marks, of all
    (T,) days, those whose posts were fetched late for a reason of our own, as in a gap.
    Raises `ValueError` for a window under one day.
    """
    if window is not None and window < 1:
        raise ValueError("a window has a day or more")
    days = len(triangle.counts)
    used = ~np.broadcast_to(np.asarray(left_out, dtype=np.bool_), (days,))
    used &= np.arange(days) >= (0 if window is None else days - window)
    there = triangle.observed & used[:, None]
    at_delay = np.where(there, triangle.counts, 0).sum(axis=0)
    up_to = np.where(there, triangle.counts.cumsum(axis=1), 0).sum(axis=0)
    hazard = np.divide(at_delay, up_to, out=np.zeros(len(up_to)), where=up_to > 0)
    later = np.append(np.cumprod((1.0 - hazard[1:])[::-1])[::-1], 1.0)
    share = later if at_delay.sum() else np.full(len(up_to), np.nan)
    return Delay(share=share, at_delay=at_delay, up_to=up_to)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Nowcast:
    """What days will come to, of the arguments' common shape.

    `estimate` is n / F (NaN where F is 0 or unknown); `median`, `low` and `high` belong to the
    distribution of the final count, `high` infinite where so little is known that no limit can be
    given. `incomplete`: under 95 % is seen, or nobody knows: hatch it and test nothing with it.
    """

    estimate: Floats
    median: Floats
    low: Floats
    high: Floats
    share: Floats
    incomplete: Bools


def nowcast(
    counts: ArrayLike,
    ages: ArrayLike,
    delay: Delay,
    *,
    level: float = 0.95,
    ignore_truncation: bool = False,
) -> Nowcast:
    """Final counts of days of which `counts` posts are seen so far, `ages` days after their end.

    Age 0 is the day that is `now`. Days older than the delay's depth are final. F(age) is taken as
    beta distributed: the product over later delays of independent betas, by its first two moments.
    With `ignore_truncation` the beta is that of the delays seen so far, as in the method
    "bayes.notrunc.bnb" of the authors' R package, although young days can only show short delays:
    on a growing series it promises too few posts.
    Raises `ValueError` for a negative or fractional count or age, or a level outside (0, 1).
    """
    n, age = np.broadcast_arrays(
        np.asarray(counts, dtype=np.float64), np.asarray(ages, dtype=np.float64)
    )
    if not np.all((n >= 0) & (age >= 0) & (n % 1 == 0) & (age % 1 == 0)):
        raise ValueError("counts and ages are whole numbers and not negative")
    if not 0.0 < level < 1.0:
        raise ValueError("the level lies between 0 and 1")
    depth = len(delay.share) - 1
    at = np.minimum(age, depth).astype(np.int64)
    share = delay.share[at]
    alpha, beta = _seen_so_far(delay) if ignore_truncation else _chain_ladder(delay)
    tail = (1.0 - level) / 2.0
    quantiles = np.array(
        [
            _still_to_come(float(one), alpha[a], beta[a], (0.5, tail, 1.0 - tail))
            for one, a in zip(n.ravel(), at.ravel(), strict=True)
        ]
    ).reshape(*n.shape, 3)
    made = n[..., None] + quantiles
    return Nowcast(
        estimate=np.divide(n, share, out=np.full(n.shape, np.nan), where=share > 0),
        median=made[..., 0],
        low=made[..., 1],
        high=made[..., 2],
        share=share,
        incomplete=~(share >= COMPLETE),
    )


def _seen_so_far(delay: Delay) -> tuple[Floats, Floats]:
    """Parameters of the beta distribution of F(d) for every d; beta 0 at the last."""
    posts = delay.at_delay + PRIOR
    alpha = np.cumsum(posts)
    return alpha, posts.sum() - alpha


def _chain_ladder(delay: Delay) -> tuple[Floats, Floats]:
    """The same where each delay's share is a beta of its own: a generalised Dirichlet."""
    depth = len(delay.share) - 1
    earlier = (delay.up_to - delay.at_delay)[1:] + PRIOR * np.arange(1, depth + 1)
    both = delay.up_to[1:] + PRIOR * np.arange(2, depth + 2)
    logs = np.cumsum(np.log(earlier / both)[::-1])[::-1]
    # The squared coefficient of variation, without the cancellation of E(F^2) - E(F)^2.
    spread = np.log1p((both - earlier) / ((both + 1.0) * earlier))
    spread = np.expm1(np.cumsum(spread[::-1])[::-1])
    mean, rest = np.exp(logs), -np.expm1(logs)
    size = (rest / mean - spread) / spread
    return np.append(mean * size, 1.0), np.append(rest * size, 0.0)


def _still_to_come(
    seen: float, alpha: float, beta: float, levels: tuple[float, ...]
) -> list[float]:
    """Quantiles of the beta-negative binomial number of posts not seen yet."""
    if beta <= 0.0:
        return [0.0] * len(levels)
    size, most = 256, max(levels)
    while True:
        k = np.arange(size, dtype=np.float64)
        logs = gammaln(seen + 1.0 + alpha) + gammaln(k + beta) + gammaln(seen + 1.0 + k)
        logs += gammaln(alpha + beta) - gammaln(seen + 1.0 + k + alpha + beta)
        logs -= gammaln(seen + 1.0) + gammaln(k + 1.0) + gammaln(alpha) + gammaln(beta)
        below = np.cumsum(np.exp(logs))
        if below[-1] > most or size >= _FARTHEST:
            break
        size *= 4
    at = np.searchsorted(below, levels, side="right")
    return [float(i) if i < size else float("inf") for i in at]
