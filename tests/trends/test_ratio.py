"""Exact tests and limits of two rates, against scipy and by their symmetries."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trends.ratio import clopper_pearson, rate_ratio

counts = st.integers(0, 400)
exposures = st.floats(0.1, 1e5)


@given(counts, exposures, counts, exposures)
def test_the_p_is_symmetric(x: int, m: float, y: int, n: float) -> None:
    one, other = rate_ratio(x, m, y, n), rate_ratio(y, n, x, m)
    assert float(one.p) == pytest.approx(float(other.p), rel=1e-9, abs=1e-12)
    if x and y:
        assert float(one.ratio) == pytest.approx(1.0 / float(other.ratio), rel=1e-9)
        assert float(one.low) == pytest.approx(1.0 / float(other.high), rel=1e-6)


@given(counts, exposures, counts, exposures)
def test_equals_two_binomial_tails(x: int, m: float, y: int, n: float) -> None:
    share = m / (m + n)
    few = stats.binom.cdf(x, x + y, share)
    many = stats.binom.sf(x - 1, x + y, share)
    assert float(rate_ratio(x, m, y, n).p) == pytest.approx(
        min(1.0, 2 * min(few, many)), rel=1e-6, abs=1e-12
    )


@given(st.integers(1, 200), st.integers(1, 200), st.floats(0.5, 2.0))
def test_limits_are_where_the_test_turns(x: int, y: int, n: float) -> None:
    made = rate_ratio(x, 1.0, y, n)
    # At a true ratio of `low` the events after fall with the odds low * 1 / n.
    for limit, tail in ((made.low, "greater"), (made.high, "less")):
        share = float(limit) / (float(limit) + n)
        p = stats.binomtest(x, x + y, share, alternative=tail).pvalue
        assert p == pytest.approx(0.025, rel=1e-4)


@given(counts, exposures, counts, exposures, st.floats(0.001, 1000))
def test_only_the_ratio_of_exposures_matters(x: int, m: float, y: int, n: float, k: float) -> None:
    one, scaled = rate_ratio(x, m, y, n), rate_ratio(x, k * m, y, k * n)
    assert float(one.p) == pytest.approx(float(scaled.p), rel=1e-9)
    assert float(one.high) == pytest.approx(float(scaled.high), rel=1e-9)


@given(counts, counts, st.sampled_from([0.8, 0.95, 0.99]))
def test_shares_equal_scipy(hits: int, misses: int, level: float) -> None:
    made = clopper_pearson(hits, hits + misses, level=level)
    if hits + misses == 0:
        assert np.isnan(made.low)
        return
    reference = stats.binomtest(hits, hits + misses).proportion_ci(level, method="exact")
    assert float(made.low) == pytest.approx(reference.low, abs=1e-9)
    assert float(made.high) == pytest.approx(reference.high, abs=1e-9)


def test_no_events_say_nothing() -> None:
    made = rate_ratio([0, 0, 3], 10.0, [0, 3, 0], 10.0)
    assert np.isnan(made.ratio[0])
    assert (made.low[0], made.high[0], made.p[0]) == (0.0, np.inf, 1.0)
    assert made.ratio[1] == 0.0
    assert made.ratio[2] == np.inf
    assert made.high[2] == np.inf
    assert made.low[2] > 0.0


@pytest.mark.parametrize(
    "given_", [(-1, 1, 1, 1), (1.5, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, np.inf), (np.nan, 1, 1, 1)]
)
def test_what_is_no_count_is_refused(given_: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"counts|exposures"):
        rate_ratio(*given_)


def test_shares_are_of_counts() -> None:
    with pytest.raises(ValueError, match="more successes"):
        clopper_pearson(3, 2)
    with pytest.raises(ValueError, match="level"):
        clopper_pearson(1, 2, level=0.0)
