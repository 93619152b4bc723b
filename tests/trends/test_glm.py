"""Regressions against statsmodels, row by row, and at the edges."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from trends.glm import quasi_binomial, quasi_poisson

Floats = NDArray[np.float64]

seeds = st.integers(0, 10_000)


def design(rng: np.random.Generator, rows: int = 40) -> Floats:
    return np.column_stack([np.ones(rows), np.arange(rows) >= rows // 2, rng.normal(size=rows)])


@given(seeds, st.floats(0.5, 200.0))
def test_poisson_equals_statsmodels(seed: int, mean: float) -> None:
    rng = np.random.default_rng(seed)
    columns, exposure = design(rng), rng.uniform(0.5, 2.0, 40)
    counts = rng.negative_binomial(mean, 0.5, 40)
    ours = quasi_poisson(columns, counts, exposure=exposure, least_dispersion=0)
    theirs = sm.GLM(counts, columns, family=sm.families.Poisson(), exposure=exposure).fit(
        scale="X2", tol=1e-14
    )
    assert ours.converged
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(np.sqrt(np.diag(ours.covariance)), theirs.bse, rtol=1e-6)
    assert float(ours.dispersion) == pytest.approx(theirs.scale, rel=1e-6)


@given(seeds)
def test_binomial_equals_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns, trials = design(rng), rng.integers(20, 80, 40)
    hits = rng.binomial(trials, rng.uniform(0.2, 0.6, 40))
    ours = quasi_binomial(columns, hits, trials, least_dispersion=0)
    both = np.column_stack([hits, trials - hits])
    theirs = sm.GLM(both, columns, family=sm.families.Binomial()).fit(tol=1e-14)
    # Its own scale="X2" forgets the trials, so the dispersion is worked out here.
    share = theirs.fittedvalues
    phi = ((hits - trials * share) ** 2 / (trials * share * (1 - share))).sum() / (40 - 3)
    np.testing.assert_allclose(ours.coefficients, theirs.params, rtol=1e-6, atol=1e-8)
    assert float(ours.dispersion) == pytest.approx(phi, rel=1e-6)
    np.testing.assert_allclose(ours.covariance, phi * theirs.cov_params(), rtol=1e-5, atol=1e-9)


@given(seeds)
def test_a_row_without_weight_is_not_there(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns, counts = design(rng), rng.poisson(5.0, 40).astype(float)
    kept = rng.random(40) < 0.8
    counts[~kept] = np.nan
    weighted = quasi_poisson(columns, counts, weights=kept)
    shorter = quasi_poisson(columns[kept], counts[kept])
    np.testing.assert_allclose(weighted.coefficients, shorter.coefficients, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(weighted.covariance, shorter.covariance, rtol=1e-6, atol=1e-12)
    assert weighted.degrees == shorter.degrees


def test_a_batch_is_its_members() -> None:
    rng = np.random.default_rng(3)
    columns, counts = design(rng), rng.poisson(8.0, (2, 3, 40))
    batch = quasi_poisson(columns, counts)
    assert batch.coefficients.shape == (2, 3, 3)
    for at in np.ndindex(2, 3):
        one = quasi_poisson(columns, counts[at])
        np.testing.assert_allclose(batch.coefficients[at], one.coefficients, rtol=1e-9)
        np.testing.assert_allclose(batch.fitted[at], one.fitted, rtol=1e-9)


def test_a_column_that_adds_nothing_is_left_out() -> None:
    rng = np.random.default_rng(4)
    columns, counts = design(rng), rng.poisson(8.0, 40)
    doubled = np.column_stack([columns, columns[:, 0] - columns[:, 1], np.zeros(40)])
    made, plain = quasi_poisson(doubled, counts), quasi_poisson(columns, counts)
    assert np.isnan(made.coefficients[3:]).all()
    np.testing.assert_allclose(made.coefficients[:3], plain.coefficients, rtol=1e-8)
    assert made.degrees == plain.degrees
    assert made.dispersion == pytest.approx(plain.dispersion)


def test_the_dispersion_has_a_floor() -> None:
    counts = np.tile([5.0, 5.0], 10)
    assert quasi_poisson(np.ones((20, 1)), counts).dispersion == 1.0
    assert quasi_poisson(np.ones((20, 1)), counts, least_dispersion=0).dispersion < 1e-9


@pytest.mark.filterwarnings("error")
def test_events_on_one_side_only_warn_of_nothing() -> None:
    columns = np.column_stack([np.ones(20), np.arange(20) >= 10])
    made = quasi_poisson(columns, np.where(np.arange(20) < 10, 3.0, 0.0))
    assert made.coefficients[1] < -10
    assert made.covariance[1, 1] > 100
    none = quasi_poisson(columns, np.zeros(20))
    assert np.all(none.fitted < 1e-9)


@pytest.mark.parametrize(
    ("columns", "counts", "options"),
    [
        (np.ones((3, 1)), [1, 2], {}),
        (np.ones(3), [1, 2, 3], {}),
        (np.ones((3, 1)), [1, -2, 3], {}),
        (np.ones((3, 1)), [1, np.nan, 3], {}),
        (np.ones((3, 1)), [1, 2, 3], {"exposure": [1, 0, 1]}),
        (np.ones((3, 1)), [1, 2, 3], {"weights": [1, -1, 1]}),
        (np.full((3, 1), np.nan), [1, 2, 3], {}),
    ],
)
def test_what_cannot_be_fitted_is_refused(
    columns: Floats, counts: list[float], options: dict[str, list[float]]
) -> None:
    with pytest.raises(ValueError, match=r"design|weights|counts"):
        quasi_poisson(columns, counts, **options)


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(ValueError, match="more successes than trials"):
        quasi_binomial(np.ones((2, 1)), [3, 1], [2, 2])
