"""Moving probabilities from one mixture of classes to another, on mixtures whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from classify.calibration import log_loss
from classify.priors import adjusted, estimated, exclusive

Floats = NDArray[np.float64]
CLASSES = 4


def shares(values: Floats) -> Floats:
    return values / values.sum()


PRIORS = arrays(float, CLASSES, elements=st.floats(0.05, 1)).map(shares)
ROWS = st.integers(1, 30).flatmap(
    lambda n: arrays(float, (n, CLASSES), elements=st.floats(0.01, 1)).map(
        lambda rows: rows / rows.sum(axis=1, keepdims=True)
    )
)


def drawn(prior: Floats, posts: int, seed: int) -> tuple[Floats, NDArray[np.int64]]:
    """Normal scores a class apart, and the classes that they were drawn from."""
    dice = np.random.default_rng(seed)
    true = dice.choice(CLASSES, size=posts, p=prior)
    return 2.0 * np.eye(CLASSES)[true] + dice.normal(size=(posts, CLASSES)), true


def posteriors(scores: Floats, prior: Floats) -> Floats:
    """The exact posteriors of such scores under a prior: calibrated by construction."""
    raised = prior * np.exp(2.0 * scores)
    return raised / raised.sum(axis=1, keepdims=True)


@settings(deadline=None)
@given(ROWS, PRIORS)
def test_the_same_prior_changes_nothing(rows: Floats, prior: Floats) -> None:
    assert adjusted(rows, prior, prior) == pytest.approx(rows)


@settings(deadline=None)
@given(ROWS, PRIORS, PRIORS)
def test_there_and_back_again(rows: Floats, here: Floats, there: Floats) -> None:
    moved = adjusted(rows, here, there)
    assert moved.sum(axis=1) == pytest.approx(1)
    assert adjusted(moved, there, here) == pytest.approx(rows)


@settings(deadline=None)
@given(PRIORS, PRIORS)
def test_adjusting_gives_the_exact_posteriors_of_the_other_mixture(a: Floats, b: Floats) -> None:
    scores, _ = drawn(a, 50, 3)
    assert adjusted(posteriors(scores, a), a, b) == pytest.approx(posteriors(scores, b))


@settings(max_examples=25, deadline=None)
@given(PRIORS, PRIORS, st.integers(0, 1000))
def test_the_prior_of_unlabelled_posts_is_found(a: Floats, b: Floats, seed: int) -> None:
    scores, _ = drawn(b, 6_000, seed)
    found = estimated(posteriors(scores, a), a)
    assert found.settled
    assert found.shares == pytest.approx(b, abs=0.04)


def test_an_unchanged_prior_is_found_unchanged() -> None:
    prior = np.array([0.1, 0.2, 0.3, 0.4])
    scores, _ = drawn(prior, 40_000, 5)
    assert estimated(posteriors(scores, prior), prior).shares == pytest.approx(prior, abs=0.01)


@settings(max_examples=25, deadline=None)
@given(PRIORS, PRIORS, st.floats(0.05, 0.9))
def test_what_is_kept_of_the_prior_is_kept(a: Floats, b: Floats, belief: float) -> None:
    scores, _ = drawn(b, 2_000, 9)
    rows = posteriors(scores, a)
    free, held = estimated(rows, a).shares, estimated(rows, a, belief=belief).shares
    assert (held >= belief * a - 1e-6).all()
    assert likelihood(rows, a, held) <= likelihood(rows, a, free) + 1e-6


def likelihood(rows: Floats, prior: Floats, found: Floats) -> float:
    """Mean log-likelihood of shares, up to a constant."""
    return float(np.log((rows * found / prior).sum(axis=1)).mean())


def test_a_weight_counts_like_so_many_posts() -> None:
    prior = np.full(CLASSES, 1 / CLASSES)
    scores, _ = drawn(np.array([0.7, 0.1, 0.1, 0.1]), 400, 6)
    rows = posteriors(scores, prior)
    times = np.random.default_rng(7).integers(1, 5, size=len(rows))
    weighted = estimated(rows, prior, times.astype(float)).shares
    assert weighted == pytest.approx(estimated(np.repeat(rows, times, axis=0), prior).shares)


def test_the_found_prior_lowers_the_log_loss_where_the_mixture_changed() -> None:
    a, b = np.array([0.4, 0.3, 0.2, 0.1]), np.array([0.02, 0.03, 0.05, 0.9])
    scores, true = drawn(b, 5_000, 8)
    before = posteriors(scores, a)
    after = adjusted(before, a, estimated(before, a).shares)
    for c in range(CLASSES):
        assert log_loss(after[:, c], true == c) < log_loss(before[:, c], true == c)


def test_nothing_to_learn_from_keeps_the_prior() -> None:
    prior = np.array([0.5, 0.3, 0.1, 0.1])
    assert estimated(np.empty((0, CLASSES)), prior).shares == pytest.approx(prior)


def test_a_class_that_is_absent_is_not_ruled_out() -> None:
    prior = np.full(CLASSES, 1 / CLASSES)
    found = estimated(np.tile([0.97, 0.01, 0.01, 0.01], (500, 1)), prior)
    assert (found.shares > 0).all()


@settings(deadline=None)
@given(arrays(float, 5, elements=st.floats(0, 1)), arrays(float, (5, 3), elements=st.floats(0, 1)))
def test_exclusive_classes_share_the_report(report: Floats, causes: Floats) -> None:
    causes = np.minimum(causes + 1e-4, 1)
    made = exclusive(report, causes)
    assert made.sum(axis=1) == pytest.approx(1)
    assert made[:, -1] == pytest.approx(1 - report)
    assert (made >= 0).all()
