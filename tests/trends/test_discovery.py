"""q-values against scipy, and the families inside families."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from trends.discovery import (
    benjamini_hochberg,
    benjamini_yekutieli,
    sufficient,
    within_selected,
)

values = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=60)
LEVEL = 0.05


@given(values)
def test_equals_scipy(p: list[float]) -> None:
    for ours, method in ((benjamini_hochberg(p), "bh"), (benjamini_yekutieli(p), "by")):
        theirs = false_discovery_control(p, method=method)
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-300)


@given(values, st.integers(0, 5))
def test_what_was_not_tested_counts_nowhere(p: list[float], holes: int) -> None:
    wide = np.insert(np.array(p), np.linspace(0, len(p), holes).astype(int), np.nan)
    made = benjamini_hochberg(wide)
    assert np.isnan(made).sum() == holes
    np.testing.assert_allclose(made[np.isfinite(made)], benjamini_hochberg(p))


@given(values)
def test_q_keeps_the_order_and_only_grows(p: list[float]) -> None:
    q, by = benjamini_hochberg(p), benjamini_yekutieli(p)
    assert np.all(q >= np.array(p) - 1e-12)
    assert np.all(by >= q - 1e-12)
    order = np.argsort(p, kind="stable")
    assert np.all(np.diff(q[order]) >= -1e-15)


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=40))
def test_a_sufficient_p_suffices(p: list[float]) -> None:
    enough = sufficient(p)
    for at in range(len(p)):
        if benjamini_hochberg(p)[at] > LEVEL:
            replaced = [*p[:at], enough, *p[at + 1 :]]
            assert benjamini_hochberg(replaced)[at] <= LEVEL + 1e-12


def test_a_little_more_does_not_suffice() -> None:
    p = [0.001, 0.5, 0.6, 0.7]
    assert sufficient(p) == pytest.approx(0.025)  # the second of four
    assert benjamini_hochberg([0.001, 0.0251, 0.6, 0.7])[1] > LEVEL
    assert sufficient([0.2]) == pytest.approx(LEVEL)


def test_nothing_tested() -> None:
    assert np.isnan(sufficient([np.nan]))
    assert benjamini_hochberg([]).tolist() == []
    assert benjamini_yekutieli([np.nan]).shape == (1,)


def test_members_of_pairs_that_passed() -> None:
    pairs = [0.001, 0.9, np.nan, 0.02]
    members = [[0.001, 0.5], [0.0001, 0.2], [0.01, 0.01], [0.03, np.nan]]
    made = within_selected(pairs, members)
    # Two of three pairs pass, so each of their places is tested at 2/3 of the level.
    np.testing.assert_allclose(made[0], [0.002 * 1.5, 0.75])
    assert np.isnan(made[1]).all()
    assert np.isnan(made[2]).all()
    assert made[3, 0] == pytest.approx(0.03 * 1.5)
    assert np.isnan(made[3, 1])


def test_false_members_are_few_on_average() -> None:
    rng = np.random.default_rng(2)
    shares: list[float] = []
    for _ in range(400):
        pairs = np.concatenate([np.full(5, 1e-6), rng.uniform(size=45)])
        members = rng.uniform(size=(50, 10))
        members[:5, :3] = 1e-6  # three of ten places really changed
        found = within_selected(pairs, members) <= LEVEL
        wrong = found.copy()
        wrong[:5, :3] = False
        selected = benjamini_hochberg(pairs) <= LEVEL
        shares += (
            wrong[selected].sum(axis=1) / np.maximum(found[selected].sum(axis=1), 1)
        ).tolist()
    assert np.mean(shares) < 0.06


@pytest.mark.parametrize("p", [[-0.1], [1.1], [[0.1]]])
def test_what_is_no_p_is_refused(p: list[float]) -> None:
    with pytest.raises(ValueError, match="p-values"):
        benjamini_hochberg(p)


def test_members_fit_their_pairs() -> None:
    with pytest.raises(ValueError, match="members"):
        within_selected([0.1, 0.2], [[0.1]])
