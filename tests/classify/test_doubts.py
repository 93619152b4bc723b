"""Doubtful labels: wrong ones that were put in come out first."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.correction import Inputs
from classify.doubts import doubts, shares_of
from classify.model import CLASSES


def test_wrong_labels_come_first() -> None:
    dice = np.random.default_rng(1)
    true = dice.integers(0, 4, 300)
    shares = np.full((300, 4), 0.1)
    shares[np.arange(300), true] += 0.6 + 0.1 * dice.random(300)
    shares /= shares.sum(axis=1, keepdims=True)
    labels = true.copy()
    wrong = dice.choice(300, 15, replace=False)
    labels[wrong] = (labels[wrong] + 1) % 4
    found = doubts(labels, shares, "abcd")
    assert {one.row for one in found[:15]} == set(wrong.tolist())
    for one in found[:15]:
        assert one.instead == "abcd"[true[one.row]]
        assert one.label_probability < one.instead_probability


def test_agreement_leaves_no_doubt() -> None:
    labels = np.array([0, 1, 2, 0])
    assert doubts(labels, np.eye(3)[labels] * 0.9 + 0.03, "abc") == []


def test_a_class_that_nobody_used_is_never_suggested() -> None:
    shares = np.array([[0.2, 0.8, 0.0], [0.3, 0.0, 0.7]])
    assert doubts(np.array([0, 0]), shares, "abc") == []


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(0.0001, 0.9999), min_size=5, max_size=5), min_size=1))
def test_shares_add_up_to_one(rows: list[list[float]]) -> None:
    given_ = np.array(rows)
    told = Inputs(
        reports=given_[:, 0],
        causes=np.minimum(given_[:, 1:], given_[:, :1]),
        text=np.zeros((len(rows), len(CLASSES))),
        origins=(("", ""),) * len(rows),
        threads=("",) * len(rows),
    )
    shares = shares_of(told)
    assert (shares >= 0).all()
    assert np.allclose(shares.sum(axis=1), 1)
