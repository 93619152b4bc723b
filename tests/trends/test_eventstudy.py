"""Weekly ratios and the test of the weeks before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tests.support.panels import DAYS, RELEASE, from_day, missing, panel, torn
from trends.eventstudy import between_weeks, level_before, weekly_ratios
from trends.glm import quasi_poisson
from trends.panel import Panel
from trends.weekly import WEEKS, curves_around

Floats = NDArray[np.float64]

K = 10
REFERENCE = 4

seeds = st.integers(0, 10_000)


def several(seed: int, mean: float, places: int = 1) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    exposure = rng.poisson(300.0, (places, 7 * K)).astype(float)
    return rng.negative_binomial(2 * mean, 2 / 3, (places, 7 * K)).astype(float), exposure


@given(seeds, st.floats(3.0, 50.0), st.integers(1, 3))
def test_is_the_regression_with_a_level_for_each_place_and_weekday(
    seed: int, mean: float, places: int
) -> None:
    counts, exposure = several(seed, mean, places)
    made = weekly_ratios(counts, exposure, REFERENCE)
    day = np.arange(7 * K)
    strata = np.kron(np.eye(places), np.eye(7)[day % 7])
    weeks = np.delete(np.eye(K)[day // 7], REFERENCE, axis=1)
    design = np.column_stack([strata, np.tile(weeks, (places, 1))])
    fit = quasi_poisson(design, counts.ravel(), exposure=exposure.ravel())
    others = np.arange(K) != REFERENCE
    np.testing.assert_allclose(made.log_ratio[others], fit.coefficients[7 * places :], atol=1e-7)
    np.testing.assert_allclose(
        made.covariance[np.ix_(others, others)],
        fit.covariance[7 * places :, 7 * places :],
        rtol=1e-5,
        atol=1e-9,
    )
    assert float(made.dispersion) == pytest.approx(float(fit.dispersion), rel=1e-6)
    assert made.degrees == fit.degrees
    assert made.log_ratio[REFERENCE] == 0.0


@given(seeds, st.floats(0.01, 1000.0))
def test_neither_the_unit_nor_the_order_of_places_matters(seed: int, k: float) -> None:
    counts, exposure = several(seed, 10.0, 3)
    one = weekly_ratios(counts, exposure, REFERENCE)
    for other in (
        weekly_ratios(counts, k * exposure, REFERENCE),
        weekly_ratios(counts[::-1], exposure[::-1], REFERENCE),
    ):
        np.testing.assert_allclose(one.log_ratio, other.log_ratio, atol=1e-7)
        np.testing.assert_allclose(one.error, other.error, rtol=1e-6)


def test_a_missing_day_is_not_there() -> None:
    counts, exposure = several(1, 10.0)
    usable = np.ones(7 * K, dtype=bool)
    usable[[3, 30, 31]] = False
    wrong = np.where(usable, counts, 1e9)
    one = weekly_ratios(wrong, exposure, REFERENCE, usable=usable)
    other = weekly_ratios(wrong, np.where(usable, exposure, 0.0), REFERENCE)
    np.testing.assert_allclose(one.log_ratio, other.log_ratio)
    assert np.abs(one.log_ratio).max() < 1.0
    assert one.degrees == 7 * K - 3 - 7 - (K - 1)


@pytest.mark.filterwarnings("error")
def test_weeks_without_events_have_no_ratio() -> None:
    counts, exposure = several(1, 10.0)
    counts[:, 14:21] = 0
    made = weekly_ratios(counts, exposure, REFERENCE)
    assert np.isnan(made.log_ratio).nonzero()[0].tolist() == [2]
    counts[:, 28:35] = 0
    assert np.isnan(weekly_ratios(counts, exposure, REFERENCE).log_ratio).all()
    assert np.isnan(weekly_ratios(0 * counts, exposure, REFERENCE).log_ratio).all()


@pytest.mark.filterwarnings("error")
def test_weeks_that_share_no_place_with_the_reference_have_no_ratio() -> None:
    counts, exposure = several(1, 10.0, 2)
    exposure[0, 35:] = 0
    exposure[1, :35] = 0
    made = weekly_ratios(counts, exposure, REFERENCE)
    assert np.isfinite(made.log_ratio[:5]).all()
    assert np.isnan(made.log_ratio[5:]).all()


def test_level_weeks_are_found_level_as_often_as_said() -> None:
    rng = np.random.default_rng(3)
    spread = between_weeks(np.array([0, 0.02, 0.03, 0.035, 0.04]), [-5, -4, -3, -2], -1)
    noise = 0.01 * (np.eye(4) + 1)
    b = rng.multivariate_normal(np.zeros(4), spread + noise, 4000)
    made = level_before(b, np.broadcast_to(spread + noise, (4000, 4, 4)), 1e6)
    assert (made.p < 0.05).mean() == pytest.approx(0.05, abs=0.012)
    assert (level_before(b, np.broadcast_to(noise, (4000, 4, 4)), 1e6).p < 0.05).mean() > 0.3


def test_the_f_test_leaves_unknown_weeks_out() -> None:
    covariance = np.full((3, 3), np.nan)
    covariance[:2, :2] = [[0.04, 0.01], [0.01, 0.09]]
    made = level_before([0.3, -0.2, np.nan], covariance, 20.0)
    b = np.array([0.3, -0.2])
    wanted = b @ np.linalg.inv(covariance[:2, :2]) @ b / 2
    assert float(made.statistic) == pytest.approx(wanted)
    assert float(made.p) == pytest.approx(stats.f.sf(wanted, 2, 20))
    assert made.weeks == 2
    assert np.isnan(level_before([np.nan], [[np.nan]], 20.0).p)


@settings(max_examples=50)
@given(st.lists(st.floats(0.0, 1.0), min_size=6, max_size=6))
def test_a_covariance_between_weeks_is_one(variances: list[float]) -> None:
    made = between_weeks(np.array([0.0, *variances]), np.arange(-7, -1), -1)
    assert np.linalg.eigvalsh(made).min() > -1e-9
    np.testing.assert_allclose(made, made.T, atol=1e-12)


def test_independent_weeks_share_only_the_reference() -> None:
    made = between_weeks(np.array([0.0, 0.2, 0.2, 0.2]), [-4, -3, -2], -1)
    np.testing.assert_allclose(made, 0.1 * (np.eye(3) + 1))


def test_what_does_not_fit_is_refused() -> None:
    counts, exposure = several(1, 10.0)
    with pytest.raises(ValueError, match="whole weeks"):
        weekly_ratios(counts[:, 1:], exposure[:, 1:], 0)
    with pytest.raises(ValueError, match="reference"):
        weekly_ratios(counts, exposure, K)
    with pytest.raises(ValueError, match="not negative"):
        weekly_ratios(-counts, exposure, 0)
    with pytest.raises(ValueError, match="reach"):
        between_weeks([0.0, 1.0], [-3, -2], -1)
    with pytest.raises(ValueError, match="covariance"):
        level_before([0.0, 0.0], np.eye(3), 4.0)


def one_curve(made: Panel, at: int = RELEASE, last: int = DAYS - 1) -> tuple[Floats, float]:
    found = curves_around(made, np.array([at]), last)
    return found.log_ratio[0, 0], float(found.pretest_p[0, 0])


def test_curves_hold_whole_weeks_only() -> None:
    made = curves_around(panel(), np.array([300, RELEASE]), DAYS - 1)
    first, later = (made.curve(0, at) for at in (0, 1))
    assert first is not None
    assert later is not None
    # 63 days lie after and on day 300, 33 after day 330: four whole weeks.
    assert first.weeks == tuple(range(-8, 9))
    assert later.weeks == tuple(range(-8, 4))
    assert first.calibrated
    at = first.weeks.index(-1)
    assert (first.ratio[at], first.low[at], first.high[at]) == (1.0, 1.0, 1.0)
    for low, ratio, high in zip(first.low, first.ratio, first.high, strict=True):
        assert low <= ratio <= high


def test_a_curve_shows_what_happened() -> None:
    doubled, _ = one_curve(panel((60.0,), times={0: from_day(300, 2.0)}), at=300)
    assert np.exp(doubled[:8]).mean() == pytest.approx(1.0, abs=0.12)
    assert np.exp(doubled[8:]).mean() == pytest.approx(2.0, abs=0.25)


def test_weeks_that_moved_before_fail_the_pretest() -> None:
    ramp = np.exp(np.clip((np.arange(DAYS) - (RELEASE - 35)) / 35, 0.0, 1.0))
    _, p = one_curve(panel((60.0,), times={0: ramp}))
    assert p < 0.01
    level = [one_curve(panel((20.0,), wander=0.2, seed=seed))[1] for seed in range(60)]
    assert np.mean(np.array(level) < 0.05) < 0.15


def test_another_era_is_not_in_the_curve() -> None:
    ratios, p = one_curve(torn(panel(), day=RELEASE - 30))
    # Week -5 holds only days of the other era, or too few of its own.
    assert np.isnan(ratios[WEEKS < -4]).all()
    assert np.isfinite(ratios[(WEEKS >= -4) & (WEEKS < 4)]).all()
    assert 0.0 <= p <= 1.0


def test_without_ordinary_weeks_bands_hold_noise_alone() -> None:
    found = curves_around(panel(days=140), np.array([90]), 139)
    curve = found.curve(0, 0)
    assert curve is not None
    assert not curve.calibrated
    assert np.isnan(found.pretest_p[0, 0])


def test_without_the_week_before_there_is_no_curve() -> None:
    gone = missing(panel(), day=slice(RELEASE - 7, RELEASE))
    assert curves_around(gone, np.array([RELEASE]), DAYS - 1).curve(0, 0) is None
