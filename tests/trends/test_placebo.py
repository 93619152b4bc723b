"""How ordinary dates spread, and tests that allow for it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from trends.placebo import calibrated, degrees, ordinary, quantile

pairs = st.lists(st.tuples(st.floats(-1.0, 1.0), st.floats(0.05, 0.5)), min_size=2, max_size=30)


@settings(deadline=None)  # scipy's optimiser from three starts
@given(pairs, st.booleans())
def test_nothing_is_more_likely(several: list[tuple[float, float]], free: bool) -> None:
    b, se = (np.array(part) for part in zip(*several, strict=True))

    def unlikely(mean: float, tau: float) -> float:
        return float(-stats.norm.logpdf(b, mean, np.hypot(tau, se)).sum())

    made = ordinary(b, se, free_mean=free)
    ours = unlikely(float(made.mean), float(made.tau))
    starts = [(0.0, 0.0), (b.mean(), b.std()), (0.0, 1.0)]
    theirs = min(
        optimize.minimize(
            lambda x: unlikely(x[0] if free else 0.0, abs(x[1])), start, method="Nelder-Mead"
        ).fun
        for start in starts
    )
    assert ours <= theirs + 1e-6
    assert free or made.mean == 0.0


@given(pairs, st.floats(0.01, 100.0))
def test_the_scale_does_not_matter(several: list[tuple[float, float]], k: float) -> None:
    b, se = (np.array(part) for part in zip(*several, strict=True))
    one, scaled = ordinary(b, se).tau, ordinary(k * b, k * se).tau
    assert float(scaled) == pytest.approx(k * float(one), rel=1e-4, abs=1e-4 * k)


def test_the_spread_is_found_again() -> None:
    rng = np.random.default_rng(1)
    se = rng.uniform(0.05, 0.2, (20, 400))
    made = ordinary(rng.normal(0.1, np.hypot(0.2, se)), se, free_mean=True)
    assert made.tau == pytest.approx(0.2, abs=0.03)
    assert made.mean == pytest.approx(0.1, abs=0.04)
    assert made.estimates.tolist() == [400] * 20


def test_what_is_not_known_is_left_out() -> None:
    one = ordinary([0.3, -0.2, 0.1], [0.1, 0.1, 0.1])
    more = ordinary([0.3, np.nan, -0.2, 0.1, 5.0], [0.1, 0.1, 0.1, 0.1, np.nan])
    assert float(one.tau) == pytest.approx(float(more.tau))
    assert more.estimates == 3
    nothing = ordinary([[np.nan, np.nan], [0.1, 0.1]], 0.1)
    assert np.isnan(nothing.tau[0])
    assert nothing.tau[1] == 0.0
    assert np.isnan(ordinary(np.zeros((2, 0)), 1.0).tau).all()


@given(st.floats(-3, 3), st.floats(0.01, 1), st.floats(0, 1), st.floats(1.0, 200))
def test_equals_students_distribution(b: float, se: float, tau: float, of: float) -> None:
    made = calibrated(b, se, tau, of)
    wide = np.hypot(se, tau)
    assert float(made.p) == pytest.approx(2 * stats.t.sf(abs(b) / wide, of), rel=1e-9, abs=1e-300)
    low, high = stats.t.interval(0.95, of, b, wide)
    assert float(made.low) == pytest.approx(low, rel=1e-9, abs=1e-9)
    assert float(made.high) == pytest.approx(high, rel=1e-9, abs=1e-9)
    assert (made.p < 0.05) == (not made.low <= 0 <= made.high)


@given(st.floats(-2, 2), st.floats(0.01, 1), st.floats(1.0, 50), st.floats(0, 1))
def test_a_wider_spread_only_makes_a_test_milder(
    b: float, se: float, of: float, tau: float
) -> None:
    assert calibrated(b, se, tau, of).p >= calibrated(b, se, 0.0, of).p


def test_endless_degrees_are_the_normal() -> None:
    assert float(calibrated(1.96, 1.0, 0.0).p) == pytest.approx(0.05, abs=1e-4)
    assert quantile(0.975, [np.inf, np.nan, 0.0])[0] == pytest.approx(1.959964, abs=1e-6)
    assert np.isnan(quantile(0.975, [np.nan, 0.0, -1.0])).all()


def test_degrees_are_the_smaller_of_fit_and_windows() -> None:
    # 56 days from first to last are three windows of 28; half of them in each of four series.
    assert degrees(48, 100, 156, 4) == 6.0
    assert degrees(48, 100, 156, 40) == 48.0
    assert degrees(48, 100, 100, 1) == 0.5


def test_tests_of_nothing_are_right_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    tau, se = 0.15, 0.1
    elsewhere = rng.normal(0.0, np.hypot(tau, se), (4000, 40))
    spread = ordinary(elsewhere, se)
    p = calibrated(rng.normal(0.0, np.hypot(tau, se), 4000), se, spread.tau, 40.0).p
    assert 0.035 < (p < 0.05).mean() < 0.065


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        ordinary([0.1], [0.0])
    with pytest.raises(ValueError, match="axis"):
        ordinary(0.1, 0.1)
    with pytest.raises(ValueError, match="level"):
        calibrated(0.1, 0.1, 0.1, level=1.0)
