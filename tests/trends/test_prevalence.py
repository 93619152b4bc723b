"""Corrected rates on samples of known truth: how often the interval holds it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trends.prevalence import (
    AuditTable,
    ErrorRates,
    audit_table,
    corrected_prevalence,
    error_rates,
    ratio_shrinkage,
)

SAID = np.array([0.04, 0.05, 0.03, 0.88])  # how often the model gives each of four answers
SHARE = np.array([0.85, 0.05, 0.08, 0.004])  # of each that truly is of cause 0
RECALL = SAID[0] * SHARE[0] / (SAID * SHARE).sum()
WRONG = SAID[0] * (1 - SHARE[0]) / (SAID * (1 - SHARE)).sum()
DRAWN = np.array([80, 80, 60, 150])  # audited posts by answer


def sample(dice: np.random.Generator) -> AuditTable:
    """An audit sample by answer, of uneven chances."""
    said = np.repeat(np.arange(4), DRAWN)
    true = np.where(dice.random(len(said)) < SHARE[said], 0, 3)
    weights = (SAID / DRAWN)[said] * dice.choice([0.5, 1.5], len(said))
    return audit_table(said, true, weights, classes=4)


def exactly(recall: float, wrong: float, posts: float = 1e7) -> ErrorRates:
    """Error rates that are known."""
    truly, rest = 0.1 * posts, 0.9 * posts
    confusion = np.array(
        [[truly * recall, rest * wrong], [truly * (1 - recall), rest * (1 - wrong)]]
    )
    table = AuditTable(confusion=confusion, effective=confusion.sum(axis=1))
    return error_rates(table, 0, totals=confusion.sum(axis=1))


def test_the_intervals_hold_the_truth_as_often_as_they_say() -> None:
    dice = np.random.default_rng(20_261_123)
    prevalences, posts = (0.01, 0.03, 0.06), 20_000
    held, samples = dict.fromkeys([*prevalences, "recall", "wrong", "factor"], 0), 300
    for _ in range(samples):
        errors = error_rates(sample(dice), 0, totals=SAID * 1e6)
        held["recall"] += errors.recall.low <= RECALL <= errors.recall.high
        held["wrong"] += errors.false_positives.low <= WRONG <= errors.false_positives.high
        for p in prevalences:
            found = dice.binomial(posts, RECALL * p + WRONG * (1 - p))
            made = corrected_prevalence(found, posts, errors).corrected
            held[p] += made.low <= p <= made.high
        early = RECALL * 0.01 + WRONG * 0.99
        factor = ratio_shrinkage((dice.binomial(posts, early), posts), (1, posts), errors).factor
        held["factor"] += factor.low <= 1 - WRONG / early <= factor.high
    assert all(0.92 <= number / samples <= 0.985 for number in held.values()), held


@settings(deadline=None)
@given(st.floats(0.2, 1.0), st.floats(0.0, 0.1), st.floats(0.0, 1.0))
def test_known_errors_are_taken_out_exactly(recall: float, wrong: float, share: float) -> None:
    posts = 10_000_000
    found = round(posts * (recall * share + wrong * (1 - share)))
    made = corrected_prevalence(found, posts, exactly(recall, wrong)).corrected
    assert float(made.estimate) == pytest.approx(share, abs=1e-5)
    assert 0 <= made.low <= made.estimate <= made.high <= 1


@settings(deadline=None)
@given(st.floats(0.2, 1.0), st.floats(0.001, 0.05), st.floats(0.01, 0.5), st.floats(1.0, 1.9))
def test_recall_cancels_from_what_a_ratio_shrinks_by(
    recall: float, wrong: float, share: float, ratio: float
) -> None:
    posts = 10_000_000
    errors = exactly(recall, wrong)
    early, late = (recall * p + wrong * (1 - p) for p in (share, share * ratio))
    made = ratio_shrinkage((early * posts, posts), (late * posts, posts), errors)
    assert float(made.observed.estimate) == pytest.approx(late / early)
    assert float(made.corrected.estimate) == pytest.approx(ratio, rel=1e-6)
    assert made.observed_of(ratio) == pytest.approx(late / early, rel=1e-6)
    assert float(made.factor.estimate) == pytest.approx(1 - wrong / early, rel=1e-6)


def test_a_ratio_shrinks_as_the_page_says() -> None:
    made = ratio_shrinkage((500, 50_000), (800, 50_000), exactly(0.7, 0.004))
    assert float(made.factor.estimate) == pytest.approx(0.6)
    assert made.observed_of(2.0) == pytest.approx(1.6)
    assert float(made.observed.estimate) == pytest.approx(1.6)
    assert float(made.corrected.estimate) == pytest.approx(2.0)


def test_a_rate_under_that_of_false_positives_is_0_and_says_so() -> None:
    errors = exactly(0.8, 0.02)
    made = corrected_prevalence(15, 1_000, errors).corrected
    assert (float(made.estimate), float(made.low)) == (0.0, 0.0)
    assert made.high > 0
    ratio = ratio_shrinkage((15, 1_000), (60, 1_000), errors)
    assert float(ratio.factor.estimate) == 0.0
    assert np.isnan(ratio.corrected.estimate)
    assert ratio.corrected.high == np.inf
    assert ratio.corrected.low > 1


def test_a_model_that_can_not_tell_says_nothing() -> None:
    made = corrected_prevalence(30, 1_000, exactly(0.02, 0.03)).corrected
    assert np.isnan(made.estimate)
    assert (float(made.low), float(made.high)) == (0.0, 1.0)


def test_weights_and_effective_numbers() -> None:
    made = audit_table([0, 0, 1, 1], [0, 1, 1, 1], [1.0, 3.0, 2.0, 2.0], classes=3)
    assert made.confusion.tolist() == [[1, 3, 0], [0, 4, 0], [0, 0, 0]]
    assert made.effective == pytest.approx([1.6, 2.0, 0.0])


@settings(max_examples=20, deadline=None)
@given(st.floats(0.01, 1e6), st.floats(1.0, 3.0))
def test_the_unit_of_weights_says_nothing(k: float, phi: float) -> None:
    table = sample(np.random.default_rng(2))
    one = error_rates(table, 0, totals=SAID)
    other = error_rates(
        AuditTable(confusion=table.confusion * k, effective=table.effective), 0, totals=SAID * k
    )
    assert float(other.recall.estimate) == pytest.approx(float(one.recall.estimate))
    assert float(other.recall.low) == pytest.approx(float(one.recall.low))
    exact = corrected_prevalence(400, 9_000, one).corrected
    wide = corrected_prevalence(400, 9_000, one, dispersion=phi).corrected
    assert float(exact.estimate) == float(wide.estimate)


def test_unknown_totals_widen() -> None:
    table = sample(np.random.default_rng(2))
    known, unknown = (
        error_rates(table, 0, totals=table.confusion.sum(axis=1)),
        error_rates(table, 0),
    )
    assert float(known.recall.estimate) == pytest.approx(float(unknown.recall.estimate))
    assert unknown.recall.high - unknown.recall.low > known.recall.high - known.recall.low


def test_what_was_not_audited_is_not_known() -> None:
    table = audit_table([0, 0, 1], [0, 1, 1], [1.0, 1.0, 1.0], classes=3)
    unseen = error_rates(table, 0, totals=[10, 80, 10])
    assert np.isnan(unseen.recall.estimate)
    assert np.isnan(corrected_prevalence(5, 10, unseen).corrected.high)
    assert np.isnan(ratio_shrinkage((5, 10), (5, 10), unseen).factor.low)
    never_given = error_rates(table, 0, totals=[20, 80, 0])
    assert float(never_given.recall.estimate) == 1.0
    nothing = error_rates(AuditTable(confusion=np.zeros((2, 2)), effective=np.zeros(2)), 0)
    assert np.isnan(nothing.recall.estimate)
    no_posts = corrected_prevalence(0, 0, never_given)
    assert np.isnan(no_posts.raw.estimate)
    assert np.isnan(no_posts.corrected.low)
    assert np.isnan(ratio_shrinkage((0, 0), (5, 10), never_given).corrected.estimate)


def test_the_same_question_has_the_same_answer() -> None:
    errors = error_rates(sample(np.random.default_rng(1)), 0)
    one, other = (corrected_prevalence(40, 900, errors).corrected for _ in range(2))
    assert (float(one.low), float(one.high)) == (float(other.low), float(other.high))


def test_what_makes_no_sense_is_refused() -> None:
    errors = exactly(0.8, 0.01)
    with pytest.raises(ValueError, match="counts lie"):
        corrected_prevalence(5, 4, errors)
    with pytest.raises(ValueError, match="dispersion"):
        corrected_prevalence(1, 4, errors, dispersion=0.5)
    with pytest.raises(ValueError, match="each audited"):
        audit_table([0], [0, 1], [1.0], classes=2)
    with pytest.raises(ValueError, match="classes"):
        audit_table([0], [2], [1.0], classes=2)
    with pytest.raises(ValueError, match="classes"):
        audit_table([0], [1], [0.0], classes=2)
    table = sample(np.random.default_rng(1))
    with pytest.raises(ValueError, match="the cause"):
        error_rates(table, 4)
    with pytest.raises(ValueError, match="totals"):
        error_rates(table, 0, totals=[1, 2])
