"""Spikes on series of known truth, their properties, and what can't be judged."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from trends.discovery import benjamini_hochberg
from trends.spikes import HISTORY, joined, spikes, upper_tail
from trends.watch import watch

YEAR = 364
POSTS = np.where(np.arange(YEAR) % 7 >= 5, 700.0, 1_000.0)


def simulate(dice: np.random.Generator, series: int, a_day: float) -> np.ndarray:
    """(series, YEAR): weekday pattern and phi 1.5, nothing else."""
    mean = a_day * POSTS / 1_000 * np.where(np.arange(YEAR) % 7 >= 5, 0.9, 1.0)
    return dice.negative_binomial(np.broadcast_to(mean / 0.5, (series, YEAR)), 1 / 1.5)


@pytest.fixture(scope="module")
def dice() -> np.random.Generator:
    return np.random.default_rng(20_261_123)


@pytest.mark.parametrize("a_day", [0.3, 2, 20])
def test_one_or_two_false_alarms_a_year(dice: np.random.Generator, a_day: float) -> None:
    counts = simulate(dice, 40, a_day)
    starts = [len(joined(alarm)) for alarm in spikes(counts, POSTS).alarm]
    assert 0.2 <= np.mean(starts) * 365 / (YEAR - HISTORY) <= 2.0


def test_p_is_what_it_says(dice: np.random.Generator) -> None:
    p = spikes(simulate(dice, 60, 20), POSTS).p[:, HISTORY:]
    for level in (0.01, 0.05, 0.5):
        # Counts are lumpy: P(Y >= y) is above a uniform variable.
        assert np.mean(p < level) == pytest.approx(level, abs=0.12 * level + 0.004)


def test_three_days_of_thrice_the_rate_are_found(dice: np.random.Generator) -> None:
    counts = simulate(dice, 60, 20)
    counts[:, 300:303] += simulate(dice, 60, 40)[:, 300:303]
    found = spikes(counts[:, :303], POSTS[:303], last=3).alarm.any(axis=1)
    assert found.mean() >= 0.95


def test_a_spike_in_the_past_hardly_raises_the_limit(dice: np.random.Generator) -> None:
    counts = simulate(dice, 40, 20)
    spoiled = counts.copy()
    spoiled[:, 240:243] *= 5
    usual, after = (spikes(c, POSTS, last=70).expected[:, -70:] for c in (counts, spoiled))
    assert np.nanmean(after / usual) < 1.03


def test_weekdays_and_posts_are_no_spike() -> None:
    weekly = np.tile([10, 10, 10, 10, 10, 40, 40], 20)
    assert not spikes(weekly).alarm.any()
    flood = np.where(np.arange(140) >= 130, 8.0, 1.0)
    assert not spikes(10 * flood, 100 * flood).alarm.any()
    assert spikes(10 * flood, 100 * np.ones(140)).alarm[130:].all()


def test_few_events_alarm_only_when_they_come_together() -> None:
    counts = np.zeros(120, dtype=int)
    counts[100] = 4
    assert not spikes(counts).alarm.any()
    counts[101] = 2
    assert spikes(counts).alarm.tolist() == [False] * 101 + [True] + [False] * 18


def test_the_model_of_few_events_is_a_gamma_poisson() -> None:
    counts = np.zeros(64)
    counts[[3, 20]] = 2
    counts[63] = 3
    made = spikes(counts, np.full(64, 7.0))
    shape, size = 4.5, 56 * 7.0
    assert made.expected[63] == pytest.approx(shape / size * 7)
    assert made.p[63] == pytest.approx(stats.nbinom.sf(2, shape, size / (size + 7)))


def test_the_prediction_is_that_of_another_program() -> None:
    """Unweighted, where no baseline day stands out: statsmodels' quasi-Poisson fit."""
    days = np.arange(64)
    counts = np.array([20, 22, 19, 21, 24, 9, 8] * 9 + [23]) + days // 9
    design = np.column_stack([np.ones(56), days[:56], (days[:56, None] % 7) == np.arange(1, 7)])
    fit = sm.GLM(counts[:56], design, family=sm.families.Poisson()).fit(scale=1.0)
    now = np.array([1.0, 63, *(np.arange(1, 7) == 0)])
    mean = np.exp(now @ fit.params)
    made = spikes(counts)
    assert made.expected[63] == pytest.approx(mean, rel=1e-8)
    over = mean * (now @ fit.cov_params() @ now)  # phi is 1: less noise than a Poisson count has
    assert made.p[63] == pytest.approx(stats.nbinom.sf(29, mean / over, 1 / (1 + over)), rel=1e-7)


series = st.lists(st.integers(0, 40), min_size=64, max_size=90)


@settings(max_examples=40, deadline=None)
@given(series, st.lists(st.integers(0, 900), min_size=1, max_size=9), st.data())
def test_later_days_change_no_alarm(
    counts: list[int], later: list[int], data: st.DataObject
) -> None:
    days = len(counts)
    missing = data.draw(st.lists(st.booleans(), min_size=days, max_size=days))
    made = watch(counts, missing=missing)
    longer = watch(counts + later, missing=missing + [False] * len(later))
    assert longer.p[:days] == pytest.approx(made.p, rel=1e-9, nan_ok=True)
    assert np.array_equal(longer.alarm[:days], made.alarm)
    only = watch(counts, missing=missing, last=3)
    assert only.p[-3:] == pytest.approx(made.p[-3:], rel=1e-9, nan_ok=True)
    assert np.array_equal(only.alarm[-3:], made.alarm[-3:])
    assert not only.alarm[:-3].any()


@settings(max_examples=40, deadline=None)
@given(series, st.floats(0.001, 1e6))
def test_the_unit_of_the_exposure_says_nothing(counts: list[int], k: float) -> None:
    posts = 100 + np.arange(len(counts)) % 11
    one, scaled = spikes(counts, posts), spikes(counts, posts * k)
    assert scaled.expected == pytest.approx(one.expected, rel=1e-6, nan_ok=True)
    assert scaled.p == pytest.approx(one.p, rel=1e-5, abs=1e-12, nan_ok=True)


@settings(max_examples=20, deadline=None)
@given(st.lists(series.map(lambda s: s[:64]), min_size=1, max_size=4), st.randoms())
def test_the_order_of_series_says_nothing(rows: list[list[int]], shuffle: Random) -> None:
    order = list(range(len(rows)))
    shuffle.shuffle(order)
    one, other = spikes(rows), spikes([rows[i] for i in order])
    assert other.p == pytest.approx(one.p[order], rel=1e-9, nan_ok=True)
    assert other.q[:, 63] == pytest.approx(benjamini_hochberg(other.p[:, 63]), nan_ok=True)


def test_what_a_missing_day_holds_says_nothing(dice: np.random.Generator) -> None:
    counts = simulate(dice, 1, 20)[0].astype(float)
    missing = np.zeros(YEAR, dtype=bool)
    missing[[200, 201, 300]] = True
    one = watch(np.where(missing, 0, counts), POSTS, missing=missing)
    other = watch(np.where(missing, np.nan, counts), np.where(missing, -1, POSTS), missing=missing)
    assert np.array_equal(one.p, other.p, equal_nan=True)
    assert np.array_equal(one.expected, other.expected, equal_nan=True)
    assert np.isnan(one.p[missing]).all()
    assert not one.alarm[missing].any()
    assert np.array_equal(
        one.p, watch(counts, np.where(missing, 0, POSTS)).p, equal_nan=True
    )  # no posts at all is missing, too


def test_many_series_of_one_day_need_stronger_signs() -> None:
    counts = np.tile([5, 7, 6, 8, 4, 6, 5], 10)[:64].astype(int)
    alone = spikes([*counts[:63], 18])
    assert alone.alarm[63]
    assert alone.p[63] > 0.05 / 900
    crowd = np.tile(counts, (900, 1))
    crowd[0, 63] = 18
    assert not spikes(crowd).alarm[0, 63]


def test_short_history_is_watched_by_the_crude_rule() -> None:
    counts = np.array([6, 4, 5, 7, 5, 6, 4, 5, 6, 5] * 7)
    counts[[30, 68]] = 40
    made = watch(counts)
    assert made.alarm[[30, 68]].all()
    assert made.crude[30]
    assert np.isnan(made.p[30])
    assert not made.crude[HISTORY:].any()
    assert np.isnan(made.expected[:7]).all()  # five of seven days, two days before


def test_nothing_to_go_by_gives_no_alarm() -> None:
    for counts in ([], [3], [0] * 70, np.zeros((3, 0)), [5] * 70):
        made = spikes(counts)
        assert not made.alarm.any()
        assert made.p.shape == np.shape(counts)
        assert not watch(counts).alarm.any()
    none = spikes([5] * 70, [0] * 70)
    assert np.isnan(none.p).all()
    gaps = np.ones(70, dtype=bool)
    gaps[-20:] = False
    assert np.isnan(spikes([5] * 70, missing=gaps).p).all()


def test_an_hour_of_a_thousand_is_no_overflow() -> None:
    counts = np.array([1_000] * 63 + [10**6])
    made = spikes(counts)
    assert made.p[-1] == 0.0
    assert made.alarm[-1]


def test_alarm_days_are_joined_over_two_days() -> None:
    made = joined([0, 1, 0, 0, 1, 0, 0, 0, 1, 1])
    assert [(run.began, run.ended) for run in made] == [(1, 4), (8, 9)]
    assert joined([0, 0]) == ()
    assert joined([]) == ()
    with pytest.raises(ValueError, match="one series"):
        joined([[True]])


@given(st.integers(0, 300), st.floats(0.01, 200), st.floats(1.0, 20.0))
def test_the_tail_is_that_of_a_negative_binomial(count: int, mean: float, phi: float) -> None:
    made = float(upper_tail(count, mean, phi))
    if phi > 1 + 1e-6:
        assert made == pytest.approx(
            stats.nbinom.sf(count - 1, mean / (phi - 1), 1 / phi), rel=1e-6, abs=1e-12
        )
    elif phi == 1.0:
        assert made == pytest.approx(stats.poisson.sf(count - 1, mean), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("options", [{"alpha": 0.0}, {"false_discoveries": 1.0}, {"last": 0}])
def test_what_makes_no_sense_is_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"alpha|last"):
        spikes([1, 2], **options)  # type: ignore[arg-type]
