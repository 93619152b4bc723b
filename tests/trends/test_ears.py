"""EARS by hand, by its properties, and on what it can't judge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.ears import EarsMethod, ears

WEEK = [3, 5, 4, 6, 2, 5, 3]
series = st.lists(st.integers(0, 60), min_size=12, max_size=40)
methods = st.sampled_from(list(EarsMethod))


def test_the_limit_is_the_week_before_and_three_sigmas() -> None:
    made = ears([*WEEK, 15])
    assert made.expected[-1] == pytest.approx(4.0)
    assert made.upper[-1] == pytest.approx(4.0 + 3.090232306167813 * np.std(WEEK, ddof=1))
    assert made.alarm.tolist() == [False] * 7 + [True]


def test_c2_leaves_two_days_between() -> None:
    made = ears([*WEEK, 40, 40, 15], method=EarsMethod.C2)
    assert made.expected[-1] == pytest.approx(4.0)
    assert made.alarm[-1]
    assert not ears([*WEEK, 40, 40, 15]).alarm[-1]


def test_a_flat_week_still_has_a_limit() -> None:
    made = ears([2] * 7 + [3])
    assert made.upper[-1] == pytest.approx(2 + 0.5 * 3.090232306167813)
    assert not made.alarm[-1]


def test_missing_days_are_left_out_and_too_many_leave_no_limit() -> None:
    missing = np.zeros(8, dtype=bool)
    missing[[0, 3]] = True
    made = ears([900, 5, 4, float("nan"), 2, 5, 3, 6], missing=missing)
    assert made.expected[-1] == pytest.approx(np.mean([5, 4, 2, 5, 3]))
    missing[1] = True
    assert np.isnan(ears([900, 5, 4, 0, 2, 5, 3, 60], missing=missing).upper[-1])
    assert not ears([900, 5, 4, 0, 2, 5, 3, 60], missing=missing).alarm.any()


@given(series, st.floats(0.01, 1e5), methods)
def test_a_constant_exposure_says_nothing(
    counts: list[int], exposure: float, method: EarsMethod
) -> None:
    plain = ears(counts, method=method)
    scaled = ears(counts, np.full(len(counts), exposure), method=method)
    assert scaled.upper == pytest.approx(plain.upper, rel=1e-9, nan_ok=True)
    near = np.abs(np.array(counts) - plain.upper) < 1e-6
    assert np.array_equal(scaled.alarm | near, plain.alarm | near)


@given(series, st.lists(st.integers(0, 500), min_size=1, max_size=10), methods)
def test_later_days_change_nothing(counts: list[int], later: list[int], method: EarsMethod) -> None:
    made, longer = ears(counts, method=method), ears(counts + later, method=method)
    assert np.array_equal(longer.upper[: len(counts)], made.upper, equal_nan=True)
    assert np.array_equal(longer.alarm[: len(counts)], made.alarm)


@given(series, series, methods)
def test_series_side_by_side_are_judged_alone(
    one: list[int], other: list[int], method: EarsMethod
) -> None:
    days = min(len(one), len(other))
    both = ears([one[:days], other[:days]], method=method)
    assert np.array_equal(both.upper[1], ears(other[:days], method=method).upper, equal_nan=True)


def test_nothing_to_go_by_gives_no_limit() -> None:
    for counts in ([], [4], [0] * 5):
        made = ears(counts)
        assert np.isnan(made.upper).all()
        assert not made.alarm.any()
    assert np.isnan(ears([3] * 10, [0.0] * 10).upper).all()


@pytest.mark.parametrize(
    ("counts", "options"),
    [
        ([-1], {}),
        ([1], {"exposure": [-2]}),
        ([float("nan")], {}),
        (3, {}),
        ([1], {"baseline": 1}),
        ([1], {"alpha": 0.0}),
        ([1], {"least_sigma": -1.0}),
    ],
)
def test_what_is_no_series_is_refused(counts: object, options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"negative|time axis|baseline"):
        ears(counts, **options)  # type: ignore[arg-type]
