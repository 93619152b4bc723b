"""Seasons by hand, alarms on series of known truth, and what R's departures change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trends.farrington import ErrorScale, Limit, Settings, farrington
from trends.seasons import reference_weeks, season_groups

WEEKS = 220
LAST = list(range(208, WEEKS))
BEGAN = date(2022, 1, 3)


def simulate(seed: int, a_week: float = 40) -> np.ndarray:
    """Weeks with a season and phi 2."""
    mean = a_week * np.exp(0.5 * np.sin(2 * np.pi * np.arange(WEEKS) / 52.18))
    return np.random.default_rng(seed).negative_binomial(mean, 0.5)


def test_the_same_week_of_earlier_years_begins_nearest_to_the_date() -> None:
    week = (date(2026, 3, 2) - BEGAN).days // 7
    begun = [date.fromordinal(BEGAN.toordinal() + 7 * w) for w in reference_weeks(week, 3, BEGAN)]
    assert begun == [date(2025, 3, 3), date(2024, 3, 4), date(2023, 2, 27)]
    leap = (date(2024, 2, 29) - date(2020, 1, 2)).days // 7  # a series of Thursdays
    (ago,) = reference_weeks(leap, 1, date(2020, 1, 2))
    assert abs(date(2020, 1, 2).toordinal() + 7 * ago - date(2023, 3, 1).toordinal()) <= 3
    assert reference_weeks(200, 2, None) == (148, 96)


@given(st.integers(170, 400), st.integers(2, 12), st.integers(1, 4))
def test_seasons_share_out_the_year(week: int, periods: int, half: int) -> None:
    references = reference_weeks(week, 3, None)
    groups = season_groups(week, references, half, periods)
    assert np.all(groups[: references[-1] - half] == -1)
    for reference in references:
        assert np.all(groups[reference - half : reference + half + 1] == 0)
    sizes = np.bincount(groups[groups > 0])[1:]
    assert len(sizes) == periods - 1
    assert sizes.sum() == 3 * (52 - 2 * half - 1)
    assert sizes.max() - sizes.min() <= 3
    assert np.all(np.diff(sizes) <= 0)


def test_an_outbreak_is_seen_and_a_season_is_none() -> None:
    alarms = [farrington(simulate(seed), first=BEGAN, weeks=LAST).alarm for seed in range(20)]
    assert np.mean(alarms) <= 0.04
    for seed in range(5):
        counts = simulate(seed)
        counts[-1] = 160
        assert farrington(counts, first=BEGAN, weeks=[WEEKS - 1]).alarm[0]


@pytest.mark.parametrize("limit", list(Limit))
def test_alarms_are_counts_above_the_limit(limit: Limit) -> None:
    made = farrington(simulate(3), weeks=LAST, settings=Settings(limit=limit, alpha=0.2))
    seen = simulate(3)[LAST]
    assert np.array_equal(made.alarm, seen > made.upper)
    assert np.all(made.upper > made.expected)
    assert np.array_equal(made.score > 1, made.alarm)
    if limit is not Limit.DELTA:
        assert np.all(made.upper % 1 == 0)
        assert np.array_equal(made.alarm, made.p < 0.2)


def test_the_correct_error_is_the_default_and_differs() -> None:
    counts = simulate(9)
    counts[150:153] *= 4
    made = {
        scale: farrington(
            counts, weeks=LAST, settings=replace(Settings(weights_threshold=1.0), error_scale=scale)
        )
        for scale in ErrorScale
    }
    default = farrington(counts, weeks=LAST, settings=Settings(weights_threshold=1.0))
    assert np.array_equal(default.upper, made[ErrorScale.PEARSON].upper)
    assert not np.allclose(default.upper, made[ErrorScale.WORKING].upper)
    plain = Settings(weights_threshold=None)
    one, other = (
        farrington(counts, weeks=LAST, settings=replace(plain, error_scale=scale))
        for scale in (ErrorScale.PEARSON, ErrorScale.WORKING)
    )
    assert np.array_equal(one.upper, other.upper)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.001, 1e5))
def test_the_unit_of_the_exposure_says_nothing(seed: int, k: float) -> None:
    counts, posts = simulate(seed), 500.0 + np.arange(WEEKS)
    one, scaled = (farrington(counts, posts * by, weeks=LAST[-2:]) for by in (1.0, k))
    assert scaled.upper == pytest.approx(one.upper, rel=1e-6)
    assert scaled.trend == pytest.approx(one.trend, rel=1e-5, nan_ok=True)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.lists(st.integers(0, 400), min_size=1, max_size=5))
def test_later_weeks_change_nothing(seed: int, later: list[int]) -> None:
    counts = simulate(seed)
    made = farrington(counts, weeks=LAST[-2:])
    longer = farrington([*counts, *later], weeks=LAST[-2:])
    assert np.array_equal(made.upper, longer.upper)
    assert np.array_equal(made.alarm, longer.alarm)


def test_missing_weeks_are_left_out() -> None:
    counts = simulate(5).astype(float)
    missing = np.zeros(WEEKS, dtype=bool)
    missing[[100, 150, WEEKS - 1]] = True
    one = farrington(np.where(missing, np.nan, counts), missing=missing, weeks=LAST)
    other = farrington(np.where(missing, 1e6, counts), missing=missing, weeks=LAST)
    assert np.array_equal(one.upper, other.upper, equal_nan=True)
    assert np.isnan(one.upper[-1])
    assert not one.alarm[-1]
    missing[60:190] = True
    assert np.isnan(farrington(counts, missing=missing, weeks=LAST).upper).all()


def test_nothing_to_go_by_gives_no_alarm() -> None:
    for counts in ([], [4], [3] * 150, [0] * WEEKS):
        made = farrington(counts)
        assert np.isnan(made.p).all()
        assert made.alarm.shape == (len(counts),)
        assert not made.alarm.any()
    flat = farrington([5] * WEEKS, weeks=LAST)
    assert flat.expected == pytest.approx(5.0)
    assert not flat.alarm.any()
    assert np.isnan(farrington([5] * WEEKS, [0] * WEEKS).upper).all()
    rare = farrington([0, 0, 0, 0, 0, 1] * 40, weeks=LAST)
    assert not rare.enough.any()


@pytest.mark.parametrize(
    ("counts", "options"),
    [
        ([[1, 2]], {}),
        ([1, 2], {"weeks": [2]}),
        ([1, 2], {"settings": Settings(years=0)}),
        ([1, 2], {"settings": Settings(alpha=1.0)}),
        ([1, 2], {"settings": Settings(power=0.0)}),
    ],
)
def test_what_makes_no_sense_is_refused(counts: list[int], options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"one series|weeks to judge|years|alpha"):
        farrington(counts, **options)  # type: ignore[arg-type]
