"""Class shares differ from place to place; probabilities can be moved from one mixture to another.

Both functions take posteriors of classes that exclude one another: rows sum to one. They assume
that only the shares of the classes differ (prior probability shift): within a class, posts look
alike in both mixtures. Saerens, Latinne and Decaestecker (2002), "Adjusting the outputs of a
classifier to new a priori probabilities", Neural Computation 14(1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from classify.ngrams import Floats

LEAST_SHARE = 1e-4  # no class is ruled out for good by a sample that happens to lack it
_ROUNDS = 1000
_STILL = 1e-9


@dataclass(frozen=True, slots=True)
class Estimated:
    """Shares of the classes, and whether the steps came to rest."""

    shares: Floats  # (k,), sum to one
    rounds: int
    settled: bool


def adjusted(probabilities: Floats, from_prior: Floats, to_prior: Floats) -> Floats:
    """Posteriors (n, k) as they would be in a mixture of shares `to_prior`, by Bayes' rule.

    `from_prior`: shares (k,) of the mixture on which `probabilities` are calibrated; above zero.
    """
    moved = probabilities * (_shares(to_prior) / _shares(from_prior))
    made: Floats = moved / moved.sum(axis=1, keepdims=True)
    return made


def estimated(
    probabilities: Floats,
    from_prior: Floats,
    weights: Floats | None = None,
    *,
    belief: float = 0.0,
) -> Estimated:
    """The shares of the classes in unlabelled posts, by expectation maximisation.

    Every step lowers no likelihood; the likelihood is concave in the shares, so the start doesn't
    matter. `weights` (n,): how many posts of the stream each row stands for; equal where None.
    `belief`: how much of `from_prior` is kept, from 0 to below 1: the posterior mode under a
    Dirichlet prior that weighs as belief / (1 - belief) of the posts. Without it a rare class ends
    at nothing, since its few posts look a little like the many of others.
    """
    start = _shares(from_prior)
    even = np.ones(len(probabilities)) if weights is None else weights
    if not len(probabilities) or even.sum() <= 0:
        return Estimated(start, 0, settled=True)
    ratio = probabilities / start
    share = even / even.sum()
    now = start
    for done in range(1, _ROUNDS + 1):
        moved = ratio * now
        found = share @ (moved / moved.sum(axis=1, keepdims=True))
        after = _shares((1 - belief) * found + belief * start)
        change = float(np.abs(after - now).max())
        now = after
        if change < _STILL:
            return Estimated(now, done, settled=True)
    return Estimated(now, _ROUNDS, settled=False)


def exclusive(report: Floats, causes: Floats) -> Floats:
    """Posteriors (n, k + 1) of "this cause alone" and, last, "no report".

    From the model's P(report) (n,) and joint P(report and cause) (n, k), which may overlap: what
    P(report) holds is split among the causes in proportion.
    """
    whole = np.maximum(causes.sum(axis=1, keepdims=True), 1e-12)
    made: Floats = np.column_stack([causes / whole * report[:, None], 1 - report])
    return made


def _shares(prior: Floats) -> Floats:
    kept = np.maximum(np.asarray(prior, float), LEAST_SHARE)
    made: Floats = kept / kept.sum()
    return made
