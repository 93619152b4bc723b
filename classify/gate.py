"""Whether a correction is worse than the model that it corrects: judged on posts it never saw.

Both are scored on the same posts; whole threads are resampled, and the differences with them
(paired bootstrap, Efron and Tibshirani 1993). A correction passes where it is not inferior: the
one-sided 95 % bound of each difference stays within a margin stated here beforehand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classify.calibration import LEAST, Bools
from classify.correction import OUTPUTS, Inputs
from classify.model import CAUSES
from classify.ngrams import Floats
from domain.causes import STUDIED

LOG_LOSS_MARGIN = 0.005  # nats for an output, by which the loss may be greater
F1_MARGIN = 0.02  # by which the macro F1 of the three causes may be less
LEAST_POSTS = 50  # below, nothing can be said
RESAMPLES = 1_000
_SEED = 20_261_101
Classes = NDArray[np.int64]  # a number of CAUSES, or NONE
NONE = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """What people say of n posts. `weights`: how many posts each one stands for."""

    holds: Mapping[str, Bools]  # for each of OUTPUTS
    label: Classes  # the first cause; NONE for no report and for undetermined ones
    weights: Floats


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """A score of the model and of the correction. `bound`: the one-sided 95 % of the change."""

    before: float
    after: float
    bound: float
    fine: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """The comparison on one set of posts; None where there are too few to say anything."""

    name: str
    posts: int
    log_loss: Difference | None
    macro_f1: Difference | None
    why: str  # in plain words

    @property
    def fine(self) -> bool:
        """Whether the correction isn't worse here."""
        return all(d is not None and d.fine for d in (self.log_loss, self.macro_f1))


def gate(name: str, before: Inputs, after: Inputs, truth: Truth, threshold: float) -> Gate:
    """Compares two sets of probabilities of the same posts. `threshold`: of a report."""
    posts = len(truth.label)
    if posts < LEAST_POSTS:
        why = f"{posts} posts are too few to say anything; {LEAST_POSTS} are needed."
        return Gate(name=name, posts=posts, log_loss=None, macro_f1=None, why=why)
    drawn = _resampled(before.threads) * truth.weights
    weights = np.vstack([truth.weights, drawn])
    losses = [weights @ _losses(told, truth) / weights.sum(axis=1) for told in (before, after)]
    scores = [_macro_f1(forced(told, threshold), truth.label, weights) for told in (before, after)]
    loss = _difference(*losses, margin=LOG_LOSS_MARGIN, more_is_worse=True)
    score = _difference(*scores, margin=F1_MARGIN, more_is_worse=False)
    return Gate(name=name, posts=posts, log_loss=loss, macro_f1=score, why=_why(loss, score))


def forced(told: Inputs, threshold: float) -> Classes:
    """The forced choice: the likeliest cause of what is taken for a report, else NONE."""
    likely: Classes = told.causes.argmax(axis=1)
    return np.where(told.reports >= threshold, likely, NONE)


def _losses(told: Inputs, truth: Truth) -> Floats:
    """Log loss of each post, the mean over the outputs."""
    made = np.zeros(len(truth.label))
    for name in OUTPUTS:
        kept = np.clip(told.of(name), LEAST, 1 - LEAST)
        made -= np.log(np.where(truth.holds[name], kept, 1 - kept))
    return made / len(OUTPUTS)


def _macro_f1(said: Classes, label: Classes, weights: Floats) -> Floats:
    """(samples) of the mean F1 of the three causes; those that a sample lacks are left out."""
    made = []
    for cause in STUDIED:
        mine, true = said == CAUSES.index(cause), label == CAUSES.index(cause)
        both = weights @ (mine & true)
        either = weights @ mine + weights @ true
        with np.errstate(invalid="ignore", divide="ignore"):
            made.append(2 * both / either)
    scores = np.vstack(made)
    there = ~np.isnan(scores)
    with np.errstate(invalid="ignore"):
        mean: Floats = np.where(there, scores, 0).sum(axis=0) / there.sum(axis=0)
    return mean


def _resampled(threads: Sequence[str]) -> Floats:
    """(RESAMPLES, n): how often each post is in each sample of whole threads."""
    names = sorted(set(threads))
    number = {thread: i for i, thread in enumerate(names)}
    dice = np.random.default_rng(_SEED)
    counts = dice.multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLES)
    made: Floats = counts[:, [number[thread] for thread in threads]].astype(float)
    return made


def _difference(
    before: Floats, after: Floats, *, margin: float, more_is_worse: bool
) -> Difference | None:
    """First elements are the scores themselves, the others those of the samples."""
    if np.isnan([before[0], after[0]]).any():
        return None
    changes = (after - before)[1:]
    changes = changes[~np.isnan(changes)]
    bound = float(np.percentile(changes, 95 if more_is_worse else 5))
    fine = bound <= margin if more_is_worse else bound >= -margin
    return Difference(before=float(before[0]), after=float(after[0]), bound=bound, fine=fine)


def _why(loss: Difference | None, score: Difference | None) -> str:
    if loss is None or score is None:
        return "None of the three causes is among the posts: macro F1 can't be told."
    said = []
    if not loss.fine:
        said.append(f"log loss may rise by {loss.bound:.4f}, more than {LOG_LOSS_MARGIN}")
    if not score.fine:
        said.append(f"macro F1 may fall by {-score.bound:.3f}, more than {F1_MARGIN}")
    return f"Not shown to be no worse: {' and '.join(said)}." if said else "Not worse."
