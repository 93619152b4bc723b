"""The step between two stretches of days: against the regression it stands for, and by nature."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.special import expit

from trends.glm import quasi_binomial, quasi_poisson
from trends.step import Step, rate_step, relative_step, share_step

Floats = NDArray[np.float64]

OFFSETS = np.concatenate([np.arange(-28, 0), np.arange(1, 29)])
AFTER = OFFSETS > 0
WEEKDAY = OFFSETS % 7

seeds = st.integers(0, 10_000)
means = st.floats(0.3, 60.0)


def days(seed: int, mean: float) -> tuple[Floats, Floats]:
    """Counts and exposure of 56 days, with a weekly pattern."""
    rng = np.random.default_rng(seed)
    exposure = rng.poisson(400 * (1 - 0.3 * (WEEKDAY >= 5))).astype(float)
    return rng.negative_binomial(2 * mean * exposure / 400, 2 / 3).astype(float), exposure


def columns(weekdays: bool) -> Floats:
    levels = np.eye(7)[WEEKDAY] if weekdays else np.ones((len(AFTER), 1))
    return np.column_stack([levels, AFTER])


def same(one: Step, other: Step, names: tuple[str, ...]) -> None:
    for name in names:
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), rtol=1e-7, atol=1e-9, err_msg=name
        )


@given(seeds, st.floats(2.0, 60.0), st.booleans())
def test_a_rate_step_is_the_regression(seed: int, mean: float, weekdays: bool) -> None:
    counts, exposure = days(seed, mean)
    made = rate_step(counts, exposure, AFTER, WEEKDAY, weekday_events=0 if weekdays else np.inf)
    fit = quasi_poisson(columns(weekdays), counts, exposure=exposure)
    assert float(made.log_ratio) == pytest.approx(fit.coefficients[-1], rel=1e-7, abs=1e-9)
    assert float(made.error) == pytest.approx(np.sqrt(fit.covariance[-1, -1]), rel=1e-7)
    assert float(made.dispersion) == pytest.approx(float(fit.dispersion), rel=1e-7)
    assert made.degrees == fit.degrees


@given(seeds, st.floats(3.0, 60.0))
def test_a_relative_step_is_the_regression(seed: int, mean: float) -> None:
    counts, _ = days(seed, mean)
    others, _ = days(seed + 1, 2 * mean)
    made = relative_step(counts, others, AFTER, WEEKDAY, weekday_events=0)
    there = counts + others > 0
    fit = quasi_binomial(columns(True)[there], counts[there], (counts + others)[there])
    assert float(made.log_ratio) == pytest.approx(fit.coefficients[-1], rel=1e-6, abs=1e-8)
    assert float(made.error) == pytest.approx(np.sqrt(fit.covariance[-1, -1]), rel=1e-6)


@given(seeds)
def test_a_share_step_is_the_standardised_regression(seed: int) -> None:
    rng = np.random.default_rng(seed)
    _, trials = days(seed, 5.0)
    counts = rng.binomial(trials.astype(int), 0.3).astype(float)
    made = share_step(counts, trials, AFTER, WEEKDAY)
    fit = quasi_binomial(columns(True), counts, trials)
    posts = np.array([trials[day == WEEKDAY].sum() for day in range(7)])

    def log_ratio(parameters: Floats) -> float:
        before = (posts * expit(parameters[:7])).sum()
        return float(np.log((posts * expit(parameters[:7] + parameters[7])).sum() / before))

    assert float(made.log_ratio) == pytest.approx(log_ratio(fit.coefficients), rel=1e-6, abs=1e-9)
    nudge = 1e-6 * np.eye(8)
    slope = [
        (log_ratio(fit.coefficients + n) - log_ratio(fit.coefficients - n)) / 2e-6 for n in nudge
    ]
    wanted = np.sqrt(np.array(slope) @ fit.covariance @ np.array(slope))
    assert float(made.error) == pytest.approx(wanted, rel=1e-5)
    assert np.sign(made.log_ratio) == np.sign(fit.coefficients[7])


def test_where_reports_are_rare_a_share_is_a_rate() -> None:
    counts, _ = days(5, 20.0)
    posts = np.full(56, 2e6)
    share, rate = (f(counts, posts, AFTER, WEEKDAY) for f in (share_step, rate_step))
    same(share, rate, ("events", "units", "days", "degrees"))
    assert float(share.log_ratio) == pytest.approx(float(rate.log_ratio), rel=1e-4)
    assert float(share.error) == pytest.approx(float(rate.error), rel=1e-4)


@given(seeds, means, st.sampled_from([0.01, 0.5, 3.0, 1e4]))
def test_scaling_the_exposure_changes_nothing(seed: int, mean: float, k: float) -> None:
    counts, exposure = days(seed, mean)
    one, scaled = (rate_step(counts, n, AFTER, WEEKDAY) for n in (exposure, k * exposure))
    same(one, scaled, ("log_ratio", "error", "dispersion", "degrees"))


@given(seeds, means)
def test_swapping_before_and_after_flips_the_sign(seed: int, mean: float) -> None:
    counts, exposure = days(seed, mean)
    others, _ = days(seed + 1, mean)
    for one, swapped in (
        [rate_step(counts, exposure, side, WEEKDAY) for side in (AFTER, ~AFTER)],
        [relative_step(counts, others, side, WEEKDAY) for side in (AFTER, ~AFTER)],
        [share_step(counts, 4 * counts + 1, side, WEEKDAY) for side in (AFTER, ~AFTER)],
    ):
        np.testing.assert_allclose(one.log_ratio, -swapped.log_ratio, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(one.error, swapped.error, rtol=1e-5)


@given(seeds, means, st.lists(st.integers(0, 55), max_size=12, unique=True))
def test_a_missing_day_is_not_there(seed: int, mean: float, gone: list[int]) -> None:
    counts, exposure = days(seed, mean)
    usable = np.ones(56, dtype=bool)
    usable[gone] = False
    wrong = np.where(usable, counts, 1e9)
    masked = rate_step(wrong, exposure, AFTER, WEEKDAY, usable=usable)
    shorter = rate_step(counts[usable], exposure[usable], AFTER[usable], WEEKDAY[usable])
    unexposed = rate_step(wrong, np.where(usable, exposure, 0.0), AFTER, WEEKDAY)
    names = ("log_ratio", "error", "dispersion", "degrees", "events", "units", "days")
    same(masked, shorter, names)
    same(masked, unexposed, names)


@given(seeds, st.integers(0, 6))
def test_which_weekday_is_first_does_not_matter(seed: int, turn: int) -> None:
    counts, exposure = days(seed, 10.0)
    one, turned = (rate_step(counts, exposure, AFTER, (WEEKDAY + t) % 7) for t in (0, turn))
    same(one, turned, ("log_ratio", "error", "dispersion"))


def test_a_batch_is_its_members() -> None:
    made = [days(seed, 4.0) for seed in range(6)]
    counts, exposure = (np.array(part).reshape(2, 3, 56) for part in zip(*made, strict=True))
    batch = rate_step(counts, exposure, AFTER, WEEKDAY)
    assert batch.log_ratio.shape == (2, 3)
    assert batch.events.shape == (2, 3, 2)
    for at in np.ndindex(2, 3):
        one = rate_step(counts[at], exposure[at], AFTER, WEEKDAY)
        assert batch.error[at] == pytest.approx(float(one.error), rel=1e-9)


@pytest.mark.parametrize(
    ("before", "after", "told"), [(5, 5, False), (5, 6, True), (11, 0, False), (1, 10, True)]
)
def test_the_least_number_of_events(before: int, after: int, told: bool) -> None:
    counts = np.zeros(56)
    counts[:before], counts[28 : 28 + after] = 1, 1
    made = rate_step(counts, np.full(56, 100.0), AFTER, WEEKDAY)
    assert np.isfinite(made.log_ratio) == told
    assert made.events.tolist() == [before, after]


def test_weekday_terms_need_35_events() -> None:
    counts = np.zeros(56)
    counts[:34] = 1
    few = rate_step(counts, np.full(56, 100.0), AFTER, WEEKDAY)
    assert few.degrees == 56 - 2
    counts[34] = 1
    many = rate_step(counts, np.full(56, 100.0), AFTER, WEEKDAY)
    assert many.degrees == 56 - 8


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("step", [rate_step, share_step, relative_step])
def test_hopeless_days_give_nothing_and_warn_of_nothing(step: type[Step]) -> None:
    some = np.arange(56.0)
    for counts, units in (
        (np.zeros(56), np.ones(56)),
        (np.zeros(56), np.zeros(56)),
        (some * AFTER, some),
        (some * ~AFTER, some),
    ):
        made = step(counts, units, AFTER, WEEKDAY)  # type: ignore[call-arg]  # one of three
        assert np.isnan(made.log_ratio)
        assert np.isnan(made.error)


@pytest.mark.filterwarnings("error")
def test_a_side_with_other_weekdays_tells_nothing() -> None:
    counts, exposure = days(1, 20.0)
    usable = np.where(AFTER, WEEKDAY < 3, WEEKDAY >= 3)
    made = rate_step(counts, exposure, AFTER, WEEKDAY, usable=usable)
    assert np.isnan(made.log_ratio)


@pytest.mark.filterwarnings("error")
def test_huge_counts_are_fitted() -> None:
    exposure = np.full(56, 1e12)
    counts = np.where(AFTER, 3e9, 1e9)
    made = rate_step(counts, exposure, AFTER, WEEKDAY)
    assert float(made.log_ratio) == pytest.approx(np.log(3))
    assert float(made.error) < 1e-4


@pytest.mark.parametrize(
    ("counts", "units", "after", "weekday"),
    [
        ([-1.0, 2.0], [1.0, 1.0], [0, 1], [0, 1]),
        ([1.0, np.inf], [1.0, 1.0], [0, 1], [0, 1]),
        ([1.0, 2.0], [1.0, -1.0], [0, 1], [0, 1]),
        ([1.0, 2.0], [1.0, 1.0], [0, 1, 1], [0, 1]),
        ([1.0, 2.0], [1.0, 1.0], [0, 1], [0, 7]),
    ],
)
def test_what_is_no_count_is_refused(
    counts: list[float], units: list[float], after: list[int], weekday: list[int]
) -> None:
    with pytest.raises(ValueError, match=r"counts|after|weekdays"):
        rate_step(counts, units, after, weekday)


def test_more_reports_than_posts_are_no_share() -> None:
    with pytest.raises(ValueError, match="more counts than trials"):
        share_step([3.0, 1.0], [2.0, 2.0], [0, 1], [0, 1])
