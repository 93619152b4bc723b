"""The smallest change that could have been seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trends.detectable import smallest_detectable, sufficient_ratio
from trends.placebo import calibrated

errors = st.floats(0.01, 1.0)
freedom = st.floats(3.0, 200.0)


@given(errors, freedom)
def test_is_the_formula_and_its_mirror(error: float, degrees: float) -> None:
    made = smallest_detectable(error, degrees)
    reach = (stats.t.ppf(0.975, degrees) + stats.norm.ppf(0.8)) * error
    assert float(made.rise) == pytest.approx(np.exp(reach), rel=1e-9)
    assert float(made.rise) * float(made.fall) == pytest.approx(1.0)


def test_known_figures() -> None:
    # phi 1.5, 20 a day, spread 0.12 beyond noise: x1.48 by the closed form.
    error = np.hypot(np.sqrt(1.5 * 2 / (28 * 20)), 0.12)
    assert float(smallest_detectable(error, np.inf).rise) == pytest.approx(1.48, abs=0.01)


def test_is_seen_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    error, degrees = 0.2, 60.0
    change = np.log(smallest_detectable(error, degrees).rise)
    p = calibrated(rng.normal(change, error, 20_000), error, 0.0, degrees).p
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=0.01)


@given(errors, freedom, st.floats(0.001, 0.2))
def test_a_sufficient_ratio_just_suffices(error: float, degrees: float, p: float) -> None:
    ratio = sufficient_ratio(error, degrees, p=p)
    assert float(calibrated(np.log(ratio), error, 0.0, degrees).p) == pytest.approx(p, rel=1e-6)


def test_what_is_not_known_stays_unknown() -> None:
    assert np.isnan(smallest_detectable(np.nan, 10.0).rise)
    assert np.isnan(smallest_detectable(0.1, np.nan).fall)


def test_levels_are_shares() -> None:
    with pytest.raises(ValueError, match="level and power"):
        smallest_detectable(0.1, 10.0, power=1.0)
    with pytest.raises(ValueError, match="p lies"):
        sufficient_ratio(0.1, 10.0, p=0.0)
