"""Delays of known truth come back, and what is still to come is foretold as often as it says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.delay import Delay, Triangle, completeness, known_on, nowcast, reporting_triangle

posts = st.lists(st.tuples(st.integers(-5, 40), st.integers(-2, 20)), max_size=80)


def triangle_of(found: list[tuple[int, int]], depth: int = 6) -> Triangle:
    written = [day for day, _ in found]
    return reporting_triangle(
        written, [day + late for day, late in found], first=0, now=30, depth=depth
    )


def simulate(dice: np.random.Generator, a_day: float, growth: float) -> tuple[Triangle, np.ndarray]:
    """Ninety days; each post is seen on a day with chance .45 until it is."""
    mean = a_day * np.exp(growth * (np.arange(90) - 89))
    final = dice.poisson(mean)
    written = np.repeat(np.arange(90), final)
    late = dice.geometric(0.45, len(written)) - 1
    return reporting_triangle(written, written + late, first=0, now=89), final


def test_a_triangle_by_hand() -> None:
    made = triangle_of(
        [(0, 0), (0, 0), (0, 1), (1, 9), (29, 1), (29, 2), (30, 0), (-1, 3), (40, 0)]
    )
    assert made.counts[0].tolist() == [2, 1, 0, 0, 0, 0, 0]
    assert made.counts[1].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert made.counts[29].tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert made.observed[29].tolist() == [True, True, False, False, False, False, False]
    assert made.counts.sum() == 6


def test_what_was_written_before_the_collector_ran_is_left_out() -> None:
    filled_in = [(day, 30 - day) for day in range(-5, 0)] * 50
    honest = [(day, day % 2) for day in range(25)]
    one, other = triangle_of(honest), triangle_of(honest + filled_in)
    assert np.array_equal(one.counts, other.counts)


def test_a_clock_that_is_ahead_is_the_same_day() -> None:
    assert triangle_of([(4, -2)]).counts[4, 0] == 1


@given(posts)
def test_completeness_rises_from_0_to_1(found: list[tuple[int, int]]) -> None:
    made = completeness(triangle_of(found))
    if made.posts == 0:
        assert np.isnan(made.share).all()
        assert made.complete_after is None
    else:
        assert np.all((made.share >= 0) & (made.share <= 1))
        assert np.all(np.diff(made.share) >= 0)
        assert made.share[-1] == 1.0
        assert made.share[made.complete_after or 0] >= 0.95


@given(posts, st.integers(0, 30))
def test_what_was_known_is_what_had_been_seen(found: list[tuple[int, int]], then: int) -> None:
    written, seen = [day for day, _ in found], [day + late for day, late in found]
    made = known_on(written, seen, first=0, now=30, then=then)
    assert made.shape == (31,)
    assert made.sum() == sum(0 <= day <= 30 and day + late <= then for day, late in found)
    assert np.all(made <= known_on(written, seen, first=0, now=30, then=then + 1))


def test_the_delay_that_was_put_in_comes_back() -> None:
    triangle, _ = simulate(np.random.default_rng(3), 200, 0.03)
    made = completeness(triangle)
    truth = 1 - 0.55 ** np.arange(1, 15)
    assert made.share[:-1] == pytest.approx(truth, abs=0.02)
    assert made.complete_after in (4, 5)  # .9497 are seen within four days


def test_days_of_a_gap_have_no_say() -> None:
    found = [(day, late) for day in range(31) for late in (0, 0, 0, 1)]
    late = found + [(day, 5) for day in range(10, 20) for _ in range(9)]
    left_out = np.zeros(31, dtype=bool)
    left_out[10:20] = True
    made = completeness(triangle_of(late), left_out=left_out)
    assert made.share[0] == pytest.approx(0.75, abs=0.01)
    assert completeness(triangle_of(late)).share[0] < 0.6


def test_only_the_last_days_count() -> None:
    found = [(day, 3 if day < 20 else 0) for day in range(31)]
    assert completeness(triangle_of(found), window=11).share[0] == 1.0
    assert completeness(triangle_of(found), window=None).share[0] < 0.5


def test_intervals_hold_the_final_counts() -> None:
    dice = np.random.default_rng(8)
    held = {False: np.zeros(4), True: np.zeros(4)}
    below = dict.fromkeys(held, 0.0)
    for _ in range(150):
        triangle, final = simulate(dice, 100, 0.02)
        seen, age = triangle.counts.sum(axis=1)[:-5:-1], np.arange(4)
        for ignoring in held:
            made = nowcast(seen, age, completeness(triangle), ignore_truncation=ignoring)
            held[ignoring] += (made.low <= final[:-5:-1]) & (final[:-5:-1] <= made.high)
            below[ignoring] += float((made.median - final[:-5:-1]).sum())
    assert np.all(held[False] / 150 >= 0.9)
    # On a growing series, delays that young days can't have shown yet are missed otherwise.
    assert below[True] < below[False] - 150


def test_without_young_days_both_betas_are_the_same() -> None:
    written = np.repeat(np.arange(31), 40)
    late = np.random.default_rng(2).integers(0, 6, len(written))
    old = reporting_triangle(written, written + late, first=0, now=90, depth=7)
    delay = completeness(old, window=None)
    one = nowcast([9, 20, 30], [0, 2, 5], delay)
    other = nowcast([9, 20, 30], [0, 2, 5], delay, ignore_truncation=True)
    assert one.median.tolist() == other.median.tolist()
    assert one.high.tolist() == other.high.tolist()


def test_a_day_that_is_complete_needs_no_guess() -> None:
    triangle, _ = simulate(np.random.default_rng(6), 50, 0.0)
    made = nowcast([50, 50, 50], [0, 5, 14], completeness(triangle))
    assert made.incomplete.tolist() == [True, False, False]
    assert made.estimate[0] == pytest.approx(50 / made.share[0])
    assert (made.low[2], made.median[2], made.high[2]) == (50, 50, 50)
    assert made.low[0] < made.median[0] < made.high[0]


def test_nothing_known_is_said_to_be_so() -> None:
    nothing = completeness(triangle_of([]))
    made = nowcast([4], [0], nothing)
    assert np.isnan(made.estimate[0])
    assert made.incomplete[0]
    assert made.high[0] == np.inf
    never_at_once = completeness(triangle_of([(day, 2) for day in range(20)]))
    made = nowcast([0, 3], [0, 3], never_at_once)
    assert np.isnan(made.estimate[0])
    assert made.estimate[1] == 3.0
    one_day = reporting_triangle([0, 0], [0, 0], first=0, now=0)
    assert isinstance(completeness(one_day), Delay)
    assert nowcast(np.zeros((2, 0)), 0, nothing).estimate.shape == (2, 0)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="each post"):
        reporting_triangle([1], [1, 2], first=0, now=2)
    with pytest.raises(ValueError, match="last day"):
        reporting_triangle([1], [1], first=3, now=2)
    with pytest.raises(ValueError, match="last day"):
        known_on([1], [1], first=3, now=2, then=2)
    with pytest.raises(ValueError, match="window"):
        completeness(triangle_of([]), window=0)
    for counts, ages, options in (([-1], [0], {}), ([1.5], [0], {}), ([1], [0], {"level": 1.0})):
        with pytest.raises(ValueError, match=r"whole|level"):
            nowcast(counts, ages, completeness(triangle_of([])), **options)
