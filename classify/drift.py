"""Whether what the model is given, and what it says, has changed: months against a reference.

Two distances of distributions, the population stability index (Siddiqi 2006) and the
Jensen-Shannon divergence (Lin 1991), stand beside what sampling alone would show: whole threads
are dealt anew to the reference and the month (a permutation test), since posts of a thread are
alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classify.ngrams import Floats

DEALS = 200
NOISE = 0.99  # of the deals lie below: one comparison in a hundred is beyond by chance
LEAST_POSTS = 30  # in a month that is compared
REFERENCE_POSTS = 500  # that a reference chosen by us holds, if there are twice as many
_SMOOTHING = 0.5  # posts added to every cell: an empty one makes no distance infinite
Counts = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """A post: its month, its thread, a category of every variable that is known of it, and numbers
    of which means are told."""

    month: str
    thread: str
    categories: Mapping[str, str]
    cues: frozenset[str]
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Shift:
    """How far a variable lies from the reference. `stability` (PSI, 0 and up), `divergence` (bits,
    0 to 1); `noise`: the stability index below which 99 of 100 deals of the same threads stay.
    `most`: the category whose share changed most, with its shares before and now."""

    variable: str
    posts: int
    stability: float
    divergence: float
    noise: float
    most: str
    before: float
    now: float

    @property
    def beyond(self) -> bool:
        """Whether sampling alone would hardly show it."""
        return self.stability > self.noise


@dataclass(frozen=True, kw_only=True, slots=True)
class CueShift:
    """How often a cue speaks: before, now, and the largest change that chance would bring to the
    cue that changes most."""

    cue: str
    before: float
    now: float
    noise: float

    @property
    def beyond(self) -> bool:
        """Whether sampling alone would hardly show it."""
        return abs(self.now - self.before) > self.noise


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """One month against the reference; without shifts where it holds too few posts."""

    month: str
    posts: int
    threads: int
    shifts: tuple[Shift, ...]
    cues: tuple[CueShift, ...]
    means: Mapping[str, tuple[float, float]]  # of numbers: in the reference, now


@dataclass(frozen=True, kw_only=True, slots=True)
class Drift:
    """The reference's months and posts, and every later month."""

    reference: tuple[str, ...]
    posts: int
    months: tuple[Month, ...]


def drift(posts: Iterable[Observed], until: str = "", seed: int = 1) -> Drift:
    """Compares each later month with the months up to `until` ("2026-03"); where that is empty,
    with the earliest months that together hold `REFERENCE_POSTS`, or half of all posts."""
    by_month: dict[str, list[Observed]] = {}
    for post in posts:
        by_month.setdefault(post.month, []).append(post)
    months = sorted(by_month)
    reference = _reference({m: len(by_month[m]) for m in months}, until)
    before = [post for month in reference for post in by_month[month]]
    dice = np.random.default_rng(seed)
    later = months[len(reference) :]
    return Drift(
        reference=tuple(reference),
        posts=len(before),
        months=tuple(_month(m, by_month[m], before, dice) for m in later),
    )


def _reference(counts: Mapping[str, int], until: str) -> list[str]:
    months = sorted(counts)
    if until:
        return [m for m in months if m <= until]
    enough = min(REFERENCE_POSTS, sum(counts.values()) / 2)
    chosen: list[str] = []
    for month in months[:-1]:
        chosen.append(month)
        if sum(counts[m] for m in chosen) >= enough:
            break
    return chosen


def _month(
    month: str, now: Sequence[Observed], before: Sequence[Observed], dice: np.random.Generator
) -> Month:
    shifts: list[Shift] = []
    cues: tuple[CueShift, ...] = ()
    if len(now) >= LEAST_POSTS and len(before) >= LEAST_POSTS:
        variables = sorted({v for p in (*now, *before) for v in p.categories})
        found = [_shift(v, before, now, dice) for v in variables]
        shifts = [s for s in found if s is not None]
        cues = _cue_shifts(before, now, dice)
    return Month(
        month=month,
        posts=len(now),
        threads=len({p.thread for p in now}),
        shifts=tuple(shifts),
        cues=cues,
        means=_means(before, now),
    )


def _means(before: Sequence[Observed], now: Sequence[Observed]) -> dict[str, tuple[float, float]]:
    names = sorted({n for p in now for n in p.numbers} & {n for p in before for n in p.numbers})
    return {
        name: (
            float(np.mean([p.numbers[name] for p in before if name in p.numbers])),
            float(np.mean([p.numbers[name] for p in now if name in p.numbers])),
        )
        for name in names
    }


def _shift(
    variable: str, before: Sequence[Observed], now: Sequence[Observed], dice: np.random.Generator
) -> Shift | None:
    old = [(p.thread, p.categories[variable]) for p in before if variable in p.categories]
    new = [(p.thread, p.categories[variable]) for p in now if variable in p.categories]
    if not old or not new:
        return None
    names = sorted({c for _, c in (*old, *new)})
    was, is_ = _counts(old, names), _counts(new, names)
    old_share, new_share = shares(was.sum(axis=0)), shares(is_.sum(axis=0))
    dealt = [stability(shares(a), shares(b)) for a, b in _deals(was, is_, dice)]
    most = int(np.abs(new_share - old_share).argmax())
    return Shift(
        variable=variable,
        posts=len(new),
        stability=stability(old_share, new_share),
        divergence=divergence(old_share, new_share),
        noise=float(np.quantile(dealt, NOISE)),
        most=names[most],
        before=float(old_share[most]),
        now=float(new_share[most]),
    )


def _cue_shifts(
    before: Sequence[Observed], now: Sequence[Observed], dice: np.random.Generator
) -> tuple[CueShift, ...]:
    """Every cue's rate. One band serves all: the change of the cue that chance changes most, in
    standard deviations, so that many cues bring no more false news than one."""
    names = sorted({c for p in (*before, *now) for c in p.cues})
    if not names:
        return ()
    was = _counts([(p.thread, c) for p in before for c in ("", *p.cues)], ["", *names])
    is_ = _counts([(p.thread, c) for p in now for c in ("", *p.cues)], ["", *names])
    changes = np.array([_rates(b) - _rates(a) for a, b in _deals(was, is_, dice)])
    spread = np.maximum(changes.std(axis=0), 1e-9)
    band = float(np.quantile(np.abs(changes / spread).max(axis=1), NOISE))
    old, new = _rates(was.sum(axis=0)), _rates(is_.sum(axis=0))
    return tuple(
        CueShift(cue=c, before=float(old[i]), now=float(new[i]), noise=float(band * spread[i]))
        for i, c in enumerate(names)
    )


def _rates(counts: Counts) -> Floats:
    """Posts with each cue by posts; the first column counts posts."""
    made: Floats = counts[1:] / max(counts[0], 1)
    return made


def _counts(pairs: Iterable[tuple[str, str]], names: Sequence[str]) -> Counts:
    """Posts by thread and category: (threads, categories)."""
    column = {name: i for i, name in enumerate(names)}
    row: dict[str, int] = {}
    cells = Counter((row.setdefault(thread, len(row)), column[name]) for thread, name in pairs)
    made = np.zeros((len(row), len(names)))
    for (i, k), n in cells.items():
        made[i, k] = n
    return made


def _deals(was: Counts, is_: Counts, dice: np.random.Generator) -> list[tuple[Counts, Counts]]:
    """Sums over threads dealt at random to the two sides, as many to each as there were."""
    both = np.vstack([was, is_])
    whole = both.sum(axis=0)
    later = np.zeros((DEALS, len(both)), np.float32)
    for deal in later:
        deal[dice.permutation(len(both))[: len(is_)]] = 1
    sums = later @ both.astype(np.float32)
    return [(whole - made, made) for made in sums.astype(float)]


def shares(counts: Counts) -> Floats:
    """Shares of categories, none of them empty."""
    made: Floats = (counts + _SMOOTHING) / (counts + _SMOOTHING).sum()
    return made


def stability(before: Floats, now: Floats) -> float:
    """The population stability index: the symmetric relative entropy, in nats."""
    return float(((now - before) * np.log(now / before)).sum())


def divergence(before: Floats, now: Floats) -> float:
    """The Jensen-Shannon divergence, in bits: 0 for equals, 1 for what has nothing in common."""
    middle = (before + now) / 2
    each = [(p * np.log2(p / middle)).sum() for p in (before, now)]
    return float(max(0.0, sum(each) / 2))
