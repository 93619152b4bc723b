"""How far people agree who judged the same posts: Cohen's kappa and Krippendorff's alpha.

Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
Measurement 20, 37-46.
Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania.

Intervals are percentiles over resampled posts. Where nobody disagrees every resample agrees too, so
the lower limit there is that of an exact interval for the share of posts in agreement (Clopper and
Pearson 1934), with the categories as frequent as they were.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
# Units of each kind (n, kinds) -> shares in agreement: observed, and by chance; (n,) each.
Parts = Callable[[Floats], tuple[Floats, Floats]]

RESAMPLES = 2_000
LEVEL = 0.95
_SEED = 1960  # the same judgements give the same limits
_PERFECT = 1 - 1e-12


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """One person's answer about one unit (a version of a post)."""

    unit: Hashable
    rater: str
    answer: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """A coefficient with its 95 % interval.

    `units`: judged by two or more. `agreed`: the share of pairs of answers that are equal. All but
    `units` are None where nothing was judged twice; the coefficient and its limits also where only
    one answer was ever given, since chance alone would agree as often.
    """

    units: int
    agreed: float | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PairAgreement:
    """Two raters: overall, and each answer against all others (of those that either gave)."""

    raters: tuple[str, str]
    overall: Agreement
    answers: Mapping[str, Agreement]


def cohens_kappa(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Agreement of two raters; `pairs` are their answers about each unit, in the raters' order."""
    if not pairs:
        return Agreement(units=0)
    cells = dict(sorted(Counter(pairs).items()))  # in an order of its own: resamples depend on it
    names = sorted({answer for pair in cells for answer in pair})
    first = np.array([[pair[0] == name for name in names] for pair in cells], dtype=float)
    second = np.array([[pair[1] == name for name in names] for pair in cells], dtype=float)
    same = np.array([float(a == b) for a, b in cells])

    def parts(weights: Floats) -> tuple[Floats, Floats]:
        total = weights.sum(axis=1)
        observed = weights @ same / total
        chance = ((weights @ first) * (weights @ second)).sum(axis=1) / total**2
        return observed, chance

    return _measured(np.array(list(cells.values())), parts)


def krippendorffs_alpha(judgements: Iterable[Judgement]) -> Agreement:
    """Agreement of any number of raters, of whom not each need have judged every unit; nominal.

    Of a rater's several answers about one unit the last counts.
    """
    given = _by_unit(judgements)
    kinds = Counter(
        tuple(sorted(Counter(answers.values()).items()))
        for answers in given.values()
        if len(answers) > 1
    )
    if not kinds:
        return Agreement(units=0)
    kinds = Counter(dict(sorted(kinds.items())))  # in an order of its own: resamples depend on it
    names = sorted({name for kind in kinds for name, _ in kind})
    counts = np.array([[dict(kind).get(name, 0) for name in names] for kind in kinds], dtype=float)
    raters = counts.sum(axis=1)
    same = (counts * (counts - 1)).sum(axis=1) / (raters - 1)

    def parts(weights: Floats) -> tuple[Floats, Floats]:
        answers = weights @ counts
        total = answers.sum(axis=1)
        chance = (answers * (answers - 1)).sum(axis=1) / (total * (total - 1))
        return weights @ same / total, chance

    return _measured(np.array(list(kinds.values())), parts)


def pairwise_kappas(judgements: Iterable[Judgement]) -> list[PairAgreement]:
    """Cohen's kappa of each two raters who judged the same units, those with most units first."""
    answers: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for told in _by_unit(judgements).values():
        for a, b in combinations(sorted(told), 2):
            answers[a, b].append((told[a], told[b]))
    found = [
        PairAgreement(raters=raters, overall=cohens_kappa(pairs), answers=_each(pairs))
        for raters, pairs in answers.items()
    ]
    return sorted(found, key=lambda pair: (-pair.overall.units, pair.raters))


def _each(pairs: Sequence[tuple[str, str]]) -> dict[str, Agreement]:
    names = sorted({answer for pair in pairs for answer in pair})
    return {
        name: cohens_kappa([(str(a == name), str(b == name)) for a, b in pairs]) for name in names
    }


def _by_unit(judgements: Iterable[Judgement]) -> dict[Hashable, dict[str, str]]:
    given: dict[Hashable, dict[str, str]] = defaultdict(dict)
    for one in judgements:
        given[one.unit][one.rater] = one.answer
    return given


def _measured(counts: NDArray[np.int64], parts: Parts) -> Agreement:
    """`counts`: units of each kind; `parts` of (n, kinds) weights."""
    units = int(counts.sum())
    observed, chance = parts(counts[None, :].astype(float))
    agreed, by_chance = float(observed[0]), float(chance[0])
    if by_chance >= _PERFECT:  # one answer only: nothing could have disagreed
        return Agreement(units=units, agreed=agreed)
    value = (agreed - by_chance) / (1 - by_chance)
    if agreed >= _PERFECT:
        least = ((1 - LEVEL) / 2) ** (1 / units)
        low = max(-1.0, (least - by_chance) / (1 - by_chance))
        return Agreement(units=units, agreed=1.0, value=1.0, low=low, high=1.0)
    drawn = np.random.default_rng(_SEED).multinomial(units, counts / units, size=RESAMPLES)
    seen, luck = parts(drawn.astype(float))
    usable = luck < _PERFECT
    values = (seen[usable] - luck[usable]) / (1 - luck[usable])
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Agreement(
        units=units,
        agreed=agreed,
        value=value,
        low=min(float(low), value),
        high=max(float(high), value),
    )
