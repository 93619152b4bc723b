"""Rises near publications, and reports that echo them."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.stimulated import naming, publicity

rises = st.tuples(st.integers(0, 300), st.integers(0, 40)).map(lambda r: (r[0], r[0] + r[1]))
days = st.lists(st.integers(-20, 360), max_size=12)


def test_a_rise_soon_after_a_publication_is_marked() -> None:
    one, other, third = publicity([(100, 110), (50, 60), (80, 85)], [105, 98, 35, 60], span=365)
    assert (one.before, one.during, one.marked) == ((1,), (0,), True)
    assert (other.before, other.during, other.marked) == ((), (3,), False)
    assert (third.before, third.during) == ((), ())
    assert one.chance == pytest.approx(1 - exp(-4 * 15 / 365))
    assert publicity([(49, 50)], [35], span=365)[0].marked
    assert publicity([(50, 50)], [50], span=365)[0].marked


@given(st.lists(rises, max_size=4), days, st.integers(0, 30), st.integers(-50, 50))
def test_each_publication_counts_once_and_only_distances_matter(
    found: list[tuple[int, int]], published: list[int], within: int, shift: int
) -> None:
    made = publicity(found, published, span=365, within=within)
    assert len(made) == len(found)
    for one, (began, ended) in zip(made, found, strict=True):
        assert not set(one.before) & set(one.during)
        assert all(began - within <= published[i] <= began for i in one.before)
        assert all(began < published[i] <= ended for i in one.during)
        assert [published[i] for i in one.before] == sorted(published[i] for i in one.before)
    moved = publicity(
        [(a + shift, b + shift) for a, b in found],
        [day + shift for day in published],
        span=365,
        within=within,
    )
    assert moved == made


def test_the_chance_is_how_often_an_ordinary_day_is_marked() -> None:
    dice = np.random.default_rng(4)
    marked = [
        publicity([(day, day)], dice.integers(0, 365, 12), span=365)[0].marked
        for day in dice.integers(14, 365, 1_500)
    ]
    chance = publicity([], range(12), span=365)
    assert chance == ()
    assert np.mean(marked) == pytest.approx(1 - exp(-12 * 15 / 365), abs=0.04)


def test_reports_that_name_the_release_are_told_from_the_others() -> None:
    made = naming((4, 100, 10_000), (60, 200, 10_000))
    assert made.marked
    assert float(made.before.estimate) == pytest.approx(0.04)
    assert float(made.after.estimate) == pytest.approx(0.30)
    assert float(made.without.ratio) == pytest.approx(140 / 96)
    assert not naming((4, 100, 10_000), (9, 200, 10_000)).marked
    assert not naming((60, 200, 10_000), (4, 100, 10_000)).marked


def test_the_mark_is_rare_where_nothing_changed() -> None:
    dice = np.random.default_rng(9)
    falsely = [
        naming((dice.binomial(80, 0.1), 80, 1e4), (dice.binomial(120, 0.1), 120, 1e4)).marked
        for _ in range(1_000)
    ]
    assert np.mean(falsely) <= 0.04


def test_without_reports_nothing_is_marked() -> None:
    made = naming((0, 0, 500), (0, 0, 500))
    assert not made.marked
    assert np.isnan(made.before.estimate)
    assert np.isnan(made.without.ratio)
    assert not naming((0, 0, 500), (3, 3, 500)).marked
    assert publicity([], [], span=1) == ()
    assert publicity([(3, 4)], [], span=30)[0].chance == 0.0


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="ends"):
        publicity([(5, 4)], [], span=30)
    with pytest.raises(ValueError, match="whole"):
        publicity([(5, 6)], [1.5], span=30)
    with pytest.raises(ValueError, match="span"):
        publicity([(5, 6)], [1], span=0)
    with pytest.raises(ValueError, match="more successes"):
        naming((5, 4, 10), (1, 2, 10))
    with pytest.raises(ValueError, match="exposures"):
        naming((1, 4, 0), (1, 2, 10))
