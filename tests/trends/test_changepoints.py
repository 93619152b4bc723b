"""Steps against trying every partition, on series of known truth, and near releases."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import exp, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trends.changepoints import (
    chance_of_nearness,
    change_points,
    nearest_date,
    weekly_dispersion,
)
from trends.drift import Shape, drift

WEEKS = 52
short = st.lists(st.integers(0, 40), min_size=0, max_size=11)


def simulate(
    dice: np.random.Generator, a_day: float, log_rate: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A year of weeks: weekday pattern, wandering log rate (AR(1) .6, sd .2), phi 1.5."""
    days = np.arange(WEEKS * 7)
    posts = np.where(days % 7 >= 5, 700.0, 1_000.0)
    noise = np.empty(len(days))
    noise[0] = dice.normal(0, 0.2)
    for day in days[1:]:
        noise[day] = 0.6 * noise[day - 1] + dice.normal(0, 0.16)
    mean = a_day * posts / 1_000 * np.where(days % 7 >= 5, 0.9, 1.0) * np.exp(noise + log_rate)
    counts = dice.negative_binomial(mean / 0.5, 1 / 1.5)
    return counts.reshape(WEEKS, 7).sum(axis=1), posts.reshape(WEEKS, 7).sum(axis=1)


def cost_of(counts: list[int], exposure: list[float], cuts: tuple[int, ...], fee: float) -> float:
    edges, total = [0, *cuts, len(counts)], len(cuts) * fee
    for a, b in pairwise(edges):
        events, units = sum(counts[a:b]), sum(exposure[a:b])
        total += 2 * (events - events * log(events / units)) if events else 0.0
    return total


@settings(max_examples=60, deadline=None)
@given(short, st.integers(1, 3), st.floats(0.5, 12.0), st.data())
def test_no_partition_is_cheaper(
    counts: list[int], least: int, fee: float, data: st.DataObject
) -> None:
    exposure = data.draw(st.lists(st.floats(0.5, 9.0), min_size=len(counts), max_size=len(counts)))
    made = change_points(counts, exposure, penalty=fee, least_weeks=least, dispersion=1.0)
    inner = range(1, len(counts))
    costs = [
        cost_of(counts, exposure, cuts, fee)
        for number in range(len(counts))
        for cuts in combinations(inner, number)
        if all(b - a >= least for a, b in zip((0, *cuts), (*cuts, len(counts)), strict=True))
    ] or [cost_of(counts, exposure, (), fee)]
    assert made.cost == pytest.approx(min(costs), abs=1e-9)
    if made.changes:
        assert cost_of(counts, exposure, made.changes, fee) == pytest.approx(min(costs), abs=1e-9)


def test_a_step_is_found_where_it_is() -> None:
    made = change_points([20] * 20 + [60] * 20)
    assert made.changes == (20,)
    assert made.ends == (19, 39)
    assert made.bands == ((18, 22),)
    assert made.rate.estimate == pytest.approx([20.0, 60.0])
    assert made.penalty == pytest.approx(6 * log(40))
    assert made.rate.low[1] > made.rate.high[0]


def test_a_step_in_the_exposure_alone_is_none() -> None:
    counts = [20] * 20 + [60] * 20
    assert change_points(counts, [100] * 20 + [300] * 20).changes == ()


def test_missing_weeks_are_left_out_and_keep_their_place() -> None:
    counts, missing = [20.0] * 20 + [60.0] * 20, np.zeros(40, dtype=bool)
    missing[[3, 20, 21]] = True
    made = change_points([*counts[:20], np.nan, -5, *counts[22:]], missing=missing)
    assert made.changes == (22,)
    assert made.weeks == 37
    assert made.ends[0] == 19


@given(st.lists(st.integers(0, 50), min_size=8, max_size=40), st.sampled_from([0.125, 4.0, 1024.0]))
def test_the_unit_of_the_exposure_says_nothing(counts: list[int], k: float) -> None:
    exposure = np.arange(1.0, len(counts) + 1)
    one, scaled = change_points(counts, exposure), change_points(counts, exposure * k)
    assert scaled.dispersion == pytest.approx(one.dispersion)
    assert scaled.rate.estimate.sum() * k >= 0
    shift = 2 * sum(counts) * log(k) / one.dispersion
    assert scaled.cost == pytest.approx(one.cost + shift, abs=1e-6)


def test_the_dispersion_is_that_of_neighbours() -> None:
    dice = np.random.default_rng(5)
    rough = dice.negative_binomial(400 / 2.0, 1 / 3.0, 40_000)
    assert weekly_dispersion(rough) == pytest.approx(3.0, abs=0.15)
    stepped = np.concatenate([dice.poisson(50, 1_000), dice.poisson(500, 1_000)])
    assert weekly_dispersion(stepped) == pytest.approx(1.0, abs=0.15)
    for little in ([], [4], [0, 0, 0, 0]):
        assert weekly_dispersion(little) == 1.0


def test_little_shows_nothing() -> None:
    nothing = change_points([])
    assert (nothing.starts, nothing.changes, nothing.bands, nothing.weeks) == ((), (), (), 0)
    assert nothing.rate.estimate.shape == (0,)
    assert change_points([5, 900, 5, 5]).changes == ()
    assert change_points([0] * 30).changes == ()
    assert change_points([1] * 30, [0.0] * 30).starts == ()
    assert change_points([7]).rate.estimate.tolist() == [7.0]


def test_a_wandering_series_shows_hardly_any_and_a_doubling_is_found() -> None:
    dice = np.random.default_rng(20_261_123)
    flat, late = np.zeros(WEEKS * 7), np.log(2) * (np.arange(WEEKS * 7) >= 185)
    falsely = [bool(change_points(*simulate(dice, 20, flat)).changes) for _ in range(100)]
    assert sum(falsely) <= 5
    found = [change_points(*simulate(dice, 20, late)).changes for _ in range(50)]
    assert sum(any(abs(week - 26.4) <= 2.5 for week in weeks) for weeks in found) >= 45


def test_a_drift_reads_as_a_line_and_a_doubling_as_a_step() -> None:
    dice = np.random.default_rng(11)
    days = np.arange(WEEKS * 7)
    read: dict[str, list[Shape]] = {"drift": [], "step": [], "flat": []}
    changes = {"drift": 0.003 * days, "step": np.log(2) * (days >= 185), "flat": 0.0 * days}
    for name, log_rate in changes.items():
        for _ in range(25):
            counts, posts = simulate(dice, 20, log_rate)
            read[name].append(drift(counts, posts, steps=change_points(counts, posts)).shape)
    assert read["drift"].count(Shape.DRIFT) >= 23
    assert read["step"].count(Shape.STEPS) >= 23
    assert read["flat"].count(Shape.LEVEL) >= 23


def test_the_line_has_the_growth_that_was_put_in() -> None:
    weeks = np.arange(80)
    counts = np.random.default_rng(4).poisson(100 * 1.01**weeks)
    made = drift(counts, steps=change_points(counts))
    assert float(made.growth.low) < 1.01 < float(made.growth.high)
    assert made.rate[-1] / made.rate[0] == pytest.approx(float(made.growth.estimate) ** 79)


def test_no_line_through_too_little() -> None:
    for counts in ([], [50, 60, 70], [1] * 10, [0] * 40):
        made = drift(counts, steps=change_points(counts))
        assert made.shape is Shape.UNKNOWN
        assert np.isnan(made.growth.estimate)
        assert made.rate.shape == (len(counts),)


def test_dense_dates_are_near_by_chance() -> None:
    made = nearest_date(100, [10, 97, 300], span=730)
    assert (made.nearest, made.days) == (1, 3)
    assert made.chance == pytest.approx(1 - exp(-3 * 15 / 730))
    assert chance_of_nearness(50, span=730) == pytest.approx(0.642, abs=0.001)
    nothing = nearest_date(100, [], span=730)
    assert (nothing.nearest, nothing.days, nothing.chance) == (None, None, 0.0)


def test_the_chance_is_how_often_a_day_is_so_near() -> None:
    dice = np.random.default_rng(1)
    near = [
        np.abs(dice.integers(0, 730) - dice.integers(0, 730, 50)).min() <= 7 for _ in range(3_000)
    ]
    assert np.mean(near) == pytest.approx(chance_of_nearness(50, span=730), abs=0.03)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="one series"):
        change_points([[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="segment"):
        change_points([1, 2], least_weeks=0)
    with pytest.raises(ValueError, match="penalty"):
        change_points([1, 2], penalty=-1.0)
    with pytest.raises(ValueError, match="negative"):
        chance_of_nearness(-1, span=10)
    with pytest.raises(ValueError, match="one series"):
        drift([[1, 2]], steps=change_points([1, 2]))
