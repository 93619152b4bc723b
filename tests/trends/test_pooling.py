"""Random effects against statsmodels and by their properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.meta_analysis import combine_effects

from trends.pooling import pool

estimates = st.lists(st.tuples(st.floats(-2.0, 2.0), st.floats(0.05, 1.0)), min_size=2, max_size=8)


@given(estimates)
def test_equals_statsmodels(pairs: list[tuple[float, float]]) -> None:
    b, se = (np.array(part) for part in zip(*pairs, strict=True))
    ours = pool(b, se)
    with np.errstate(all="ignore"):  # it lets the variance between places fall below 0
        theirs = combine_effects(b, se**2, method_re="dl", use_t=False)
    varied = theirs.tau2 > 0
    mean = theirs.mean_effect_re if varied else theirs.mean_effect_fe
    error = theirs.sd_eff_w_re if varied else theirs.sd_eff_w_fe
    assert float(ours.estimate) == pytest.approx(mean, rel=1e-9, abs=1e-12)
    assert float(ours.error) == pytest.approx(error, rel=1e-9)
    assert float(ours.tau2) == pytest.approx(max(theirs.tau2, 0.0), rel=1e-9, abs=1e-12)
    assert float(ours.i_squared) == pytest.approx(theirs.i2 if varied else 0.0, abs=1e-9)
    assert ours.weights.sum() == pytest.approx(1.0)


@given(estimates, st.randoms())
def test_the_order_of_places_does_not_matter(
    pairs: list[tuple[float, float]], dice: object
) -> None:
    shuffled = list(pairs)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    one, other = (pool(*zip(*several, strict=True)) for several in (pairs, shuffled))
    assert float(one.estimate) == pytest.approx(float(other.estimate), abs=1e-12)
    assert float(one.error) == pytest.approx(float(other.error), rel=1e-12)


@given(estimates)
def test_what_is_not_known_is_left_out(pairs: list[tuple[float, float]]) -> None:
    b, se = zip(*pairs, strict=True)
    one, more = pool(b, se), pool([*b, np.nan, 1.0], [*se, 0.1, np.nan])
    assert float(one.estimate) == pytest.approx(float(more.estimate), abs=1e-12)
    assert more.weights[-2:].tolist() == [0.0, 0.0]
    assert more.places == len(b)


def test_one_place_is_itself_and_none_is_nothing() -> None:
    made = pool([[0.4, np.nan], [np.nan, np.nan]], [[0.2, 0.1], [0.1, 0.1]])
    assert made.estimate[0] == pytest.approx(0.4)
    assert made.error[0] == pytest.approx(0.2)
    assert made.tau2[0] == 0.0
    assert np.isnan(made.i_squared[0])
    assert np.isnan([made.estimate[1], made.error[1], made.tau2[1]]).all()
    assert made.places.tolist() == [1, 0]


def test_errors_are_above_zero() -> None:
    with pytest.raises(ValueError, match="above 0"):
        pool([1.0, 2.0], [0.1, 0.0])
    with pytest.raises(ValueError, match="axis"):
        pool(1.0, 0.1)
