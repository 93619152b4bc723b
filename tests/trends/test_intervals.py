"""Intervals against R's values, against scipy's distributions, and by their properties."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trends.intervals import poisson_rate, wilson_share

counts = st.integers(0, 5_000)
exposures = st.floats(0.01, 1e7)
levels = st.sampled_from([0.5, 0.9, 0.95, 0.99])


@pytest.fixture(scope="module")
def rates(shared: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads((shared / "reference/out/rates.json").read_text())
    return made


def test_garwood_equals_r(rates: dict[str, Any]) -> None:
    assert rates["one_sample"]
    for case in rates["one_sample"]:
        made = poisson_rate(case["x"], case["T"])
        assert [float(made.low), float(made.high)] == pytest.approx(
            case["garwood_ci95"], rel=1e-9, abs=1e-9
        )


def test_wilson_equals_r(rates: dict[str, Any]) -> None:
    assert rates["proportions"]
    for case in rates["proportions"]:
        made = wilson_share(case["x"], case["n"])
        assert [float(made.low), float(made.high)] == pytest.approx(
            case["wilson"], rel=1e-9, abs=1e-9
        )


@given(counts, exposures, levels)
def test_garwood_equals_chi_square_quantiles(count: int, exposure: float, level: float) -> None:
    made = poisson_rate(count, exposure, level=level)
    tail = (1 - level) / 2
    low = stats.chi2.ppf(tail, 2 * count) / 2 / exposure if count else 0.0
    high = stats.chi2.isf(tail, 2 * count + 2) / 2 / exposure
    assert float(made.low) == pytest.approx(low, rel=1e-9)
    assert float(made.high) == pytest.approx(high, rel=1e-9)


@given(counts, exposures, st.floats(0.001, 1_000))
def test_scaling_the_exposure_scales_the_rate(count: int, exposure: float, k: float) -> None:
    one, scaled = poisson_rate(count, exposure), poisson_rate(count, exposure * k)
    for name in ("estimate", "low", "high"):
        assert float(getattr(scaled, name)) * k == pytest.approx(
            float(getattr(one, name)), rel=1e-9
        )


@given(st.lists(counts, min_size=2, max_size=20).map(sorted), exposures)
def test_more_events_never_lower_a_limit(several: list[int], exposure: float) -> None:
    made = poisson_rate(several, exposure)
    for values in (made.estimate, made.low, made.high):
        assert np.all(np.diff(values) >= 0)


@given(counts, exposures, st.floats(1.0, 20.0))
def test_dispersion_widens_by_its_root(count: int, exposure: float, phi: float) -> None:
    exact, wide = poisson_rate(count, exposure), poisson_rate(count, exposure, dispersion=phi)
    assert float(wide.high - wide.estimate) == pytest.approx(
        float(exact.high - exact.estimate) * phi**0.5, rel=1e-9
    )
    assert 0.0 <= float(wide.low) <= float(exact.low)


def test_no_events_leave_a_limit_and_no_exposure_leaves_nothing() -> None:
    made = poisson_rate([0, 0, 3], [28, 0, 0])
    assert made.low[0] == 0.0
    assert made.high[0] == pytest.approx(-np.log(0.025) / 28)
    assert np.isnan(made.estimate[1:]).all()
    assert np.isnan(made.low[1:]).all()
    assert np.isnan(made.high[1:]).all()


def test_garwood_covers_at_least_as_often_as_it_says() -> None:
    for mean in (0.3, 1.0, 4.0, 17.5):
        k = np.arange(200)
        made = poisson_rate(k, 1.0)
        covered = (made.low <= mean) & (mean <= made.high)
        assert stats.poisson.pmf(k, mean)[covered].sum() >= 0.95


@given(st.integers(0, 3_000), st.integers(1, 3_000), levels)
def test_wilson_contains_the_share_and_mirrors(hits: int, misses: int, level: float) -> None:
    tried = hits + misses
    made, other = wilson_share(hits, tried, level=level), wilson_share(misses, tried, level=level)
    assert 0.0 <= made.low <= made.estimate <= made.high <= 1.0
    assert float(made.low) == pytest.approx(1.0 - float(other.high), abs=1e-12)
    reference = stats.binomtest(hits, tried).proportion_ci(level, method="wilson")
    assert float(made.low) == pytest.approx(reference.low, abs=1e-9)
    assert float(made.high) == pytest.approx(reference.high, abs=1e-9)


def test_wilson_of_nothing_is_undefined() -> None:
    made = wilson_share([0, 0], [0, 4])
    assert np.isnan(made.low[0])
    assert np.isnan(made.high[0])
    assert made.low[1] == 0.0


@pytest.mark.parametrize(
    ("events", "units", "options"),
    [
        (-1, 1, {}),
        (1, -1, {}),
        (float("nan"), 1, {}),
        (1, float("inf"), {}),
        (1, 1, {"level": 1.0}),
        (1, 1, {"dispersion": 0.9}),
        (1, 1, {"dispersion": float("nan")}),
    ],
)
def test_what_is_no_count_is_refused(
    events: float, units: float, options: dict[str, float]
) -> None:
    with pytest.raises(ValueError, match=r"finite|level|dispersion"):
        poisson_rate(events, units, **options)


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="more successes than trials"):
        wilson_share(3, 2)
