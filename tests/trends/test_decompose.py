"""The parts of a rise add up, whatever the data, and are those that were put in."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.decompose import Decomposition, decompose_rise

PARTS = ("rise", "source_mix", "language_mix", "within", "by_source", "remainder")


@st.composite
def tables(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Counts (2, S, L, V) and exposure (2, S, L), some cells without posts."""
    size = [draw(st.integers(1, 3)) for _ in range(3)]
    dice = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    posts = dice.poisson(dice.choice([0, 4, 300], size=(2, *size[:2])))
    counts = dice.poisson(posts[..., None] * dice.uniform(0, 0.3, (2, *size)))
    return np.minimum(counts, posts[..., None]), posts


def added(made: Decomposition) -> tuple[float, float]:
    rest = made.source_mix.estimate + made.language_mix.estimate + made.remainder.estimate
    return float(rest + made.within.estimate.sum()), float(rest + made.by_source.estimate.sum())


@given(tables())
def test_the_parts_add_up_to_the_rise(table: tuple[np.ndarray, np.ndarray]) -> None:
    counts, posts = table
    made = decompose_rise(counts, posts)
    whole = posts.sum(axis=(1, 2))
    if np.any(whole == 0):
        assert all(np.isnan(getattr(made, name).estimate).all() for name in PARTS)
        return
    rates = counts.sum(axis=(1, 2, 3)) / whole
    assert float(made.rise.estimate) == pytest.approx(rates[1] - rates[0], abs=1e-12)
    assert added(made) == pytest.approx([rates[1] - rates[0]] * 2, abs=1e-12)
    for name in PARTS:
        part = getattr(made, name)
        assert np.all((part.low <= part.estimate) & (part.estimate <= part.high))


@given(tables())
def test_periods_swapped_flip_every_sign(table: tuple[np.ndarray, np.ndarray]) -> None:
    counts, posts = table
    one, other = decompose_rise(counts, posts), decompose_rise(counts[::-1], posts[::-1])
    for name in PARTS:
        assert getattr(other, name).estimate == pytest.approx(
            -getattr(one, name).estimate, abs=1e-12, nan_ok=True
        )


@given(tables(), st.randoms())
def test_the_order_of_sources_and_languages_says_nothing(
    table: tuple[np.ndarray, np.ndarray], dice: Random
) -> None:
    counts, posts = table
    sources, languages = list(range(posts.shape[1])), list(range(posts.shape[2]))
    dice.shuffle(sources)
    dice.shuffle(languages)
    one = decompose_rise(counts, posts)
    other = decompose_rise(counts[:, sources][:, :, languages], posts[:, sources][:, :, languages])
    for name in PARTS:
        mine = getattr(one, name).estimate
        mine = mine[sources] if name == "by_source" else mine
        assert getattr(other, name).estimate == pytest.approx(mine, abs=1e-12, nan_ok=True)


@given(tables(), st.floats(0.01, 1e4))
def test_the_unit_of_the_exposure_scales_all(
    table: tuple[np.ndarray, np.ndarray], k: float
) -> None:
    counts, posts = table
    one, scaled = decompose_rise(counts, posts), decompose_rise(counts, posts * k)
    for name in PARTS:
        for limit in ("estimate", "low", "high"):
            assert getattr(getattr(scaled, name), limit) * k == pytest.approx(
                getattr(getattr(one, name), limit), rel=1e-9, abs=1e-12, nan_ok=True
            )


def test_a_shift_to_a_source_with_more_reports_is_all_mix() -> None:
    posts = np.array([[[900.0], [100.0]], [[500.0], [500.0]]])
    counts = posts[..., None] * np.array([0.01, 0.05])[:, None, None]
    made = decompose_rise(counts, posts)
    assert float(made.rise.estimate) == pytest.approx(0.016)
    assert float(made.source_mix.estimate) == pytest.approx(0.016)
    assert made.by_source.estimate == pytest.approx([0, 0], abs=1e-15)
    assert float(made.language_mix.estimate) == pytest.approx(0, abs=1e-15)


def test_new_reporters_of_one_source_are_told_apart() -> None:
    posts = np.full((2, 2, 1), 1_000.0)
    counts = np.array([[[[5, 5]], [[10, 10]]], [[[25, 5]], [[10, 10]]]], dtype=float)
    made = decompose_rise(counts, posts)
    assert made.within.estimate == pytest.approx([0.01, 0.0])
    assert made.by_source.estimate == pytest.approx([0.01, 0.0])


def test_languages_are_compared_within_their_source() -> None:
    posts = np.array([[[800.0, 200.0], [500.0, 500.0]], [[200.0, 800.0], [500.0, 500.0]]])
    counts = posts[..., None] * np.array([[0.01, 0.03], [0.02, 0.02]])[:, :, None]
    made = decompose_rise(counts, posts)
    assert float(made.language_mix.estimate) == pytest.approx(0.006)
    assert float(made.rise.estimate) == pytest.approx(0.006)


def test_a_source_that_is_new_is_the_remainder() -> None:
    posts = np.array([[[1_000.0], [0.0]], [[1_000.0], [1_000.0]]])
    counts = np.array([[[[10]], [[0]]], [[[10]], [[50]]]], dtype=float)
    made = decompose_rise(counts, posts)
    assert float(made.rise.estimate) == pytest.approx(0.02)
    assert made.by_source.estimate == pytest.approx([0, 0])
    assert float(made.remainder.estimate + made.source_mix.estimate) == pytest.approx(0.02)
    same = np.array([[[[10]], [[0]]], [[[10]], [[10]]]], dtype=float)
    assert float(decompose_rise(same, posts).remainder.estimate) == pytest.approx(0, abs=1e-15)


def test_intervals_hold_the_parts_that_were_put_in() -> None:
    dice = np.random.default_rng(12)
    posts = np.array([[[3_000, 500], [800, 700]], [[2_500, 900], [1_600, 600]]], dtype=float)
    rate = np.array([[0.004, 0.008], [0.015, 0.01]])
    rates = np.stack([rate, rate * [[1.5, 1.2], [1.0, 1.3]]])[..., None] * np.array([0.6, 0.4])
    truth = decompose_rise(posts[..., None] * rates, posts)
    held = dict.fromkeys(PARTS[:-1], 0.0)
    for _ in range(300):
        made = decompose_rise(dice.poisson(posts[..., None] * rates), posts)
        for name in held:
            part, true = getattr(made, name), getattr(truth, name).estimate
            held[name] += np.mean((part.low <= true) & (true <= part.high)) / 300
    assert all(0.92 <= share <= 0.98 for share in held.values()), held


@pytest.mark.parametrize(
    ("counts", "exposure", "options"),
    [
        (np.zeros((2, 1, 1)), np.zeros((2, 1)), {}),
        (np.zeros((3, 1, 1, 1)), np.zeros((3, 1, 1)), {}),
        (-np.ones((2, 1, 1, 1)), np.ones((2, 1, 1)), {}),
        (np.ones((2, 1, 1, 1)), np.zeros((2, 1, 1)), {}),
        (np.ones((2, 1, 1, 1)), np.ones((2, 1, 1)), {"dispersion": 0.5}),
        (np.ones((2, 1, 1, 1)), np.ones((2, 1, 1)), {"level": 0.0}),
    ],
)
def test_what_makes_no_sense_is_refused(
    counts: np.ndarray, exposure: np.ndarray, options: dict[str, float]
) -> None:
    with pytest.raises(ValueError, match=r"sources|negative|without exposure|dispersion"):
        decompose_rise(counts, exposure, **options)
