"""A rate corrected for the model's errors, and how much they flatten a comparison of two rates.

Rogan, W. J. and Gladen, B. (1978). Estimating prevalence from the results of a screening test.
American Journal of Epidemiology 107, 71-76: of a share p of posts that are truly of a cause the
model finds q = r p + f (1 - p), with recall r and false-positive rate f, so p = (q - f) / (r - f).
The errors are those of the audit sample and are taken to be the same in the period looked at.

Intervals are from a parametric bootstrap: in each of the model's answers the share that is truly of
the cause is a beta variable with Jeffreys' prior (Brown, Cai and DasGupta 2001) at the effective
number of posts (Kish 1965), and so is the share that the model finds in a period.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from trends.arrays import Floats
from trends.intervals import Interval

SAMPLES = 4_000
_SEED = 20_261_123


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AuditTable:
    """`confusion[said, true]` adds up the weights of the audited posts, of shape (K, K).

    `effective[said]` is how many posts of equal weight say as much (Kish): the rows' sample sizes.
    """

    confusion: Floats
    effective: Floats


def audit_table(
    said: ArrayLike, true: ArrayLike, weights: ArrayLike, *, classes: int
) -> AuditTable:
    """From n audited posts: class numbers by model and by people, and 1 / chance of each.

    Raises `ValueError` for lengths that differ, unknown classes, weights that aren't above 0.
    """
    answer, truth = np.asarray(said, dtype=np.int64), np.asarray(true, dtype=np.int64)
    weight = np.asarray(weights, dtype=np.float64)
    if answer.ndim != 1 or answer.shape != truth.shape or answer.shape != weight.shape:
        raise ValueError("each audited post has an answer, a truth and a weight")
    both = np.concatenate([answer, truth])
    if np.any((both < 0) | (both >= classes)) or not np.all(np.isfinite(weight) & (weight > 0)):
        raise ValueError("classes are known, weights are finite and above 0")
    confusion = np.zeros((classes, classes))
    np.add.at(confusion, (answer, truth), weight)
    squares = np.bincount(answer, weight**2, classes)
    sums = confusion.sum(axis=1)
    effective = np.divide(sums**2, squares, out=np.zeros(classes), where=squares > 0)
    return AuditTable(confusion=confusion, effective=effective)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ErrorRates:
    """Of one cause; the intervals hold `level` of the draws, which are of shape (SAMPLES,).

    NaN throughout where the audit can't say: an answer that the model gives was never audited, or
    nothing in the sample is, or everything is, truly of the cause.
    """

    recall: Interval  # ()
    false_positives: Interval  # (): of the posts that aren't of the cause
    drawn_recall: Floats
    drawn_false_positives: Floats


def error_rates(
    table: AuditTable, cause: int, *, totals: ArrayLike | None = None, level: float = 0.95
) -> ErrorRates:
    """Recall and false-positive rate of class `cause`, with what the audit leaves open.

    `totals` (K,): to how many posts of the audited population the model gives each answer; where
    it isn't given the sample's own weights stand in, and vary.
    Raises `ValueError` for an unknown class, totals that don't fit, a level outside (0, 1).
    """
    sums, effective = table.confusion.sum(axis=1), table.effective
    known = None if totals is None else np.asarray(totals, dtype=np.float64)
    if not 0 <= cause < len(sums) or not 0.0 < level < 1.0:
        raise ValueError("the cause is a class of the table, the level lies between 0 and 1")
    if known is not None and (known.shape != sums.shape or not np.all(known >= 0)):
        raise ValueError("totals are one for each answer and not negative")
    answers = sums if known is None else known
    share = np.divide(
        table.confusion[:, cause], sums, out=np.full(len(sums), np.nan), where=sums > 0
    )
    share[answers == 0] = 0.0
    dice = np.random.default_rng([_SEED, cause])
    right = np.nan_to_num(share) * effective
    drawn = dice.beta(right + 0.5, effective - right + 0.5, (SAMPLES, len(sums)))
    drawn[:, answers == 0] = 0.0
    spread: Floats = answers[None]
    if known is None and sums.any():
        spread = np.zeros_like(drawn)
        there = sums > 0
        size = effective.sum() * sums[there] / sums.sum()
        spread[:, there] = dice.dirichlet(size, SAMPLES)
    recall, wrong = _two_rates(share, answers, cause)
    recalls, wrongs = _two_rates(drawn, spread, cause)
    if np.isnan(recall) or np.isnan(wrong):
        recalls, wrongs = np.full((2, SAMPLES), np.nan)
    return ErrorRates(
        recall=_held(recall, recalls, recalls, level),
        false_positives=_held(wrong, wrongs, wrongs, level),
        drawn_recall=recalls,
        drawn_false_positives=wrongs,
    )


def _two_rates(share: Floats, answers: Floats, cause: int) -> tuple[Floats, Floats]:
    """Recall and false-positive rate from the true share (..., K) in each answer."""
    true, false = share * answers, (1.0 - share) * answers
    return (
        _over(true[..., cause], true.sum(axis=-1)),
        _over(false[..., cause], false.sum(axis=-1)),
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Prevalence:
    """The share of posts the model gives a cause, and the share that truly is; shape ()."""

    raw: Interval
    corrected: Interval


def corrected_prevalence(
    counts: float, posts: float, errors: ErrorRates, *, dispersion: float = 1.0, level: float = 0.95
) -> Prevalence:
    """`counts` of `posts` judged posts bear the cause; corrected for the errors, within 0 and 1.

    `dispersion` widens for counts that vary more than independent posts. NaN without posts or error
    rates. Where recall isn't above the false-positive rate the estimate alone is NaN; a draw in
    which it isn't says nothing, so that many of them leave the interval 0 to 1.
    Raises `ValueError` for counts outside 0 to `posts`, a dispersion under 1, a bad level.
    """
    found = _found(counts, posts, dispersion, level, stream=0)
    share = _over(np.array(counts, np.float64), np.array(posts, np.float64))
    wrong, gain = errors.false_positives.estimate, errors.recall.estimate
    point = np.clip(_over(share - wrong, gain - wrong), 0.0, 1.0) if gain > wrong else np.nan
    excess = errors.drawn_recall - errors.drawn_false_positives
    drawn = np.clip(_over(found - errors.drawn_false_positives, excess), 0.0, 1.0)
    informs = ~(excess <= 0)
    return Prevalence(
        raw=_held(share, found, found, level),
        corrected=_held(
            np.asarray(point),
            np.where(informs, drawn, 0.0),
            np.where(informs, drawn, 1.0),
            level,
        ),
    )


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Shrinkage:
    """How far false positives flatten a ratio of two rates; shape ().

    `factor` is the share of the earlier rate that isn't false positives: (observed ratio - 1) =
    factor (true ratio - 1), whatever the recall. At .6 a true doubling reads as x1.6.
    """

    factor: Interval
    observed: Interval
    corrected: Interval

    def observed_of(self, ratio: float) -> float:
        """What a true ratio would read as."""
        return float(1.0 + self.factor.estimate * (ratio - 1.0))


def ratio_shrinkage(
    before: tuple[float, float],
    after: tuple[float, float],
    errors: ErrorRates,
    *,
    dispersion: float = 1.0,
    level: float = 0.95,
) -> Shrinkage:
    """Of the rates of two periods, each (counts, posts), under the same errors in both.

    Where the earlier rate may be false positives alone, the corrected ratio has no upper limit, and
    no estimate where it is at or under their rate. NaN where a period has no posts or the audit
    can't say. Raises `ValueError` as the prevalence does.
    """
    early = _found(*before, dispersion, level, stream=1)
    late = _found(*after, dispersion, level, stream=2)
    first, second = (_over(*np.array(period, np.float64)) for period in (before, after))
    wrong, drawn = errors.false_positives.estimate, errors.drawn_false_positives
    factor = np.clip(1.0 - _over(wrong, first), 0.0, 1.0)
    factors = np.clip(1.0 - _over(drawn, early), 0.0, 1.0)
    observed, ratios = _over(second, first), _over(late, early)
    true = np.maximum(_over(second - wrong, np.maximum(first - wrong, 0.0)), 0.0)
    excess = early - drawn
    above = _over(np.maximum(late - drawn, 0.0), excess)
    # An earlier rate of false positives alone: no ratio is too high, and where the later one is no
    # more, none too low.
    informs = ~(excess <= 0)
    endless = np.where(late > drawn, np.inf, 0.0)
    return Shrinkage(
        factor=_held(factor, factors, factors, level),
        observed=_held(observed, ratios, ratios, level),
        corrected=_held(
            true, np.where(informs, above, endless), np.where(informs, above, np.inf), level
        ),
    )


def _found(counts: float, posts: float, dispersion: float, level: float, stream: int) -> Floats:
    """Draws of the share that the model finds in a period; NaN without posts."""
    if not 0 <= counts <= posts < np.inf:
        raise ValueError("counts lie between 0 and the posts")
    if not dispersion >= 1.0 or not 0.0 < level < 1.0:
        raise ValueError("a dispersion is 1 or more, a level lies between 0 and 1")
    dice = np.random.default_rng([_SEED, 1_000 + stream])
    if posts == 0:
        return np.full(SAMPLES, np.nan)
    return dice.beta(counts / dispersion + 0.5, (posts - counts) / dispersion + 0.5, SAMPLES)


def _held(value: Floats, least: Floats, most: Floats, level: float) -> Interval:
    """The value with the interval from the low draws to the high ones; NaN where they are."""
    if np.isnan(least).any() or np.isnan(most).any():
        nothing = np.full(np.shape(value), np.nan)
        return Interval(estimate=nothing, low=nothing, high=nothing)
    tail = (1.0 - level) / 2.0
    low = np.quantile(least, tail, method="lower")
    high = np.quantile(most, 1.0 - tail, method="higher")
    return Interval(estimate=value, low=np.fmin(low, value), high=np.fmax(high, value))


def _over(values: Floats, units: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        made: Floats = np.where(units != 0, values / units, np.nan)
    return made
