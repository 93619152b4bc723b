"""Errors of a model estimated from a sample: against the truth in invented populations."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.audit import audit, effective

NAMES = ("a", "b", "none")


def test_all_audited_and_all_right() -> None:
    said = np.array([0, 0, 1, 2, 2, 2])
    made = audit(said, said, np.ones(6), NAMES)
    assert made.confusion.tolist() == [[2, 0, 0], [0, 1, 0], [0, 0, 3]]
    for one in made.classes:
        assert one.precision.value == one.recall.value == 1
        assert one.precision.high == 1
        assert one.precision.low < 0.5  # so few posts promise little
    assert made.classes[2].prevalence.value == 0.5


def test_weights_count() -> None:
    said, true = np.array([0, 0, 2, 2]), np.array([0, 2, 0, 2])
    made = audit(said, true, np.array([1.0, 3.0, 10.0, 6.0]), NAMES)
    one = made.classes[0]
    assert one.precision.value == pytest.approx(1 / 4)
    assert one.recall.value == pytest.approx(1 / 11)
    assert one.prevalence.value == pytest.approx(11 / 20)
    assert one.claimed == pytest.approx(4 / 20)
    assert np.isnan(made.classes[1].precision.value)


def test_known_totals_replace_what_the_weights_say() -> None:
    said, true = np.array([0, 0, 2, 2]), np.array([0, 2, 2, 2])
    made = audit(said, true, np.ones(4), NAMES, {"a": 10, "none": 90})
    assert made.confusion.sum() == pytest.approx(100)
    assert made.classes[0].prevalence.value == pytest.approx(0.05)
    assert made.classes[0].claimed == pytest.approx(0.1)


@settings(deadline=None)
@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=30))
def test_effective_number(weights: list[float]) -> None:
    assert 1 - 1e-9 <= effective(np.array(weights)) <= len(weights) + 1e-9


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_intervals_hold_their_values_and_stay_in_0_to_1(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 25))
    classes = st.lists(st.integers(0, 2), min_size=size, max_size=size)
    said, true = (np.array(data.draw(classes)) for _ in range(2))
    weights = data.draw(st.lists(st.floats(1, 50), min_size=size, max_size=size))
    for totals in (None, Counter(NAMES[i] for i in said for _ in range(7))):
        for one in audit(said, true, np.array(weights), NAMES, totals).classes:
            for found in (one.precision, one.recall, one.prevalence):
                if not np.isnan(found.value):
                    assert -1e-9 <= found.low <= found.value + 1e-6
                    assert found.value - 1e-6 <= found.high <= 1 + 1e-9


@pytest.mark.parametrize("with_totals", [False, True])
def test_intervals_cover_the_truth(with_totals: bool) -> None:
    """Poisson samples of an invented population: nine times in ten the truth lies inside."""
    dice = np.random.default_rng(3)
    size = 4_000
    true = dice.choice(3, size, p=[0.05, 0.15, 0.8])
    said = np.where(dice.random(size) < 0.8, true, dice.choice(3, size, p=[0.05, 0.15, 0.8]))
    totals = {name: int((said == i).sum()) for i, name in enumerate(NAMES)}
    chance = np.array([0.25, 0.15, 0.04])[said]
    right = (said == 0) & (true == 0)
    truth = [
        right.sum() / (said == 0).sum(),
        right.sum() / (true == 0).sum(),
        (true == 0).mean(),
    ]
    inside, values = np.zeros(3), []
    rounds = 120
    for _ in range(rounds):
        drawn = dice.random(size) < chance
        made = audit(
            said[drawn], true[drawn], 1 / chance[drawn], NAMES, totals if with_totals else None
        ).classes[0]
        found = (made.precision, made.recall, made.prevalence)
        inside += [f.low <= t <= f.high for f, t in zip(found, truth, strict=True)]
        values.append([f.value for f in found])
    assert (inside / rounds > 0.87).all(), inside / rounds
    assert np.allclose(np.mean(values, axis=0), truth, rtol=0.12)
