"""Measures against brute force, and estimates of a stream against a stream whose truth is known."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.strata import converted
from classify import reliability, risk, scores
from classify.labels import Labelled
from classify.predicted import CAUSE_NAMES, Predicted
from classify.strata import Weighted, read_sizes, weighted
from classify.stream import stream
from classify.text import Content
from domain.errors import InputError

PROBABILITIES = st.lists(
    st.one_of(st.floats(0, 1), st.sampled_from([0.0, 0.5, 1.0])), min_size=1, max_size=60
)


@settings(deadline=None)
@given(PROBABILITIES)
def test_bins_hold_every_row_once_and_never_part_equals(values: list[float]) -> None:
    probability = np.array(values)
    made = scores.bins(probability)
    assert sorted(np.concatenate(made).tolist()) == list(range(len(values)))
    for before, after in pairwise(made):
        assert probability[before].max() < probability[after].min()


def test_bins_of_different_values_are_of_equal_size() -> None:
    made = scores.bins(np.linspace(0, 1, 100))
    assert [len(part) for part in made] == [10] * 10
    weights = np.r_[np.full(50, 3.0), np.full(50, 1.0)]
    heavy = scores.bins(np.linspace(0, 1, 100), weights)
    assert len(heavy[0]) < len(heavy[-1])


@settings(deadline=None)
@given(PROBABILITIES, st.randoms(use_true_random=False))
def test_even_weights_change_no_calibration_error(values: list[float], dice: object) -> None:
    probability = np.array(values)
    truth = probability > 0.4
    plain = scores.expected_calibration_error(probability, truth)
    same = scores.expected_calibration_error(probability, truth, np.full(len(values), 7.0))
    assert same == pytest.approx(plain, abs=1e-9)
    assert 0 <= plain <= 1


def test_a_constant_is_measured_against_the_other_groups() -> None:
    truth = np.array([True] * 6 + [False] * 4 + [True] * 2 + [False] * 8)
    groups = ["a"] * 10 + ["b"] * 10
    made = reliability.base_rates(truth, groups)
    assert set(made[:10]) == {0.2}
    assert set(made[10:]) == {0.6}
    assert scores.expected_calibration_error(made, truth) == pytest.approx(0.4)
    assert set(reliability.base_rates(truth, ["a"] * 20)) == {0.4}


def test_points_of_a_diagram_count_every_post() -> None:
    dice = np.random.default_rng(1)
    probability = dice.random(500)
    made = reliability.points(probability, dice.random(500) < probability)
    assert sum(p["posts"] for p in made) == 500
    assert all(p["low"] <= p["frequency"] <= p["high"] for p in made)
    assert sum(p["low"] <= p["probability"] <= p["high"] for p in made) >= 8


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.1, 0.5, 0.7, 0.9]), st.booleans()), min_size=1, max_size=40
    )
)
def test_risks_don_t_depend_on_the_order_of_equals(rows: list[tuple[float, bool]]) -> None:
    confidence = np.array([c for c, _ in rows])
    wrong = np.array([w for _, w in rows])
    made = risk.risks(confidence, wrong)
    assert made[-1] == pytest.approx(wrong.mean())
    again = np.random.default_rng(2).permutation(len(rows))
    assert risk.risks(confidence[again], wrong[again]) == pytest.approx(made)
    assert risk.least_area(wrong) <= risk.area(confidence, wrong) + 1e-9


def test_the_area_of_a_small_case() -> None:
    confidence, wrong = np.array([0.9, 0.8, 0.7]), np.array([False, True, False])
    assert risk.area(confidence, wrong) == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    assert risk.least_area(wrong) == pytest.approx((0 + 0 + 1 / 3) / 3)


def test_an_exact_interval_agrees_with_its_definition() -> None:
    from scipy.stats import binom

    low, high = scores.exact_interval(3, 20)
    assert binom.sf(2, 20, low) == pytest.approx(0.025)
    assert binom.cdf(3, 20, high) == pytest.approx(0.025)
    assert scores.exact_interval(0, 20)[0] == 0.0
    assert scores.exact_interval(20, 20)[1] == 1.0
    assert scores.exact_interval(0, 0) == (0.0, 1.0)


def test_strata_are_drawn_whole() -> None:
    strata = ["a"] * 5 + ["b"] * 15
    seen = []

    def measure(rows: NDArray[np.int64]) -> float:
        seen.append(Counter(np.array(strata)[rows].tolist()))
        return 0.0

    scores.bootstrap(measure, [str(i) for i in range(20)], strata=strata, resamples=20)
    assert {(c["a"], c["b"]) for c in seen} == {(5, 15)}


CSV = "source,stratum,population\ns,hit,40\ns,nohit,960\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no column"),
        ("source,stratum\n", "population"),
        ("source,stratum,population\n", "no stratum"),
        (CSV + "s,hit,40\n", "repeats"),
        (CSV + "t,hit,many\n", "not a number"),
        (CSV + "t,hit,0\n", "at least one"),
        (CSV + "t,hit\n", "not a number"),
    ],
)
def test_a_strata_file_that_can_t_be_read_is_named(text: str, why: str, tmp_path: Path) -> None:
    file = tmp_path / "strata.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=why):
        read_sizes(file)


def test_a_strata_file_that_isn_t_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be read"):
        read_sizes(tmp_path / "none.csv")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="UTF-8"):
        read_sizes(tmp_path / "bytes")


def test_a_table_becomes_a_strata_file(tmp_path: Path) -> None:
    file = tmp_path / "strata.csv"
    table = (
        "| source | stratum | population | drawn |\n|---|---|---|---|\n| s | hit | 1,040 | 7 |\n"
    )
    file.write_text(converted(table), encoding="utf-8")
    assert read_sizes(file) == {("s", "hit"): 1040}


def _posts(sizes: dict[str, int], shares: dict[str, float], seed: int) -> list[Predicted]:
    """A stream: its posts by stratum, a share of each of one cause, judged with errors."""
    dice = np.random.default_rng(seed)
    made = []
    for stratum, size in sizes.items():
        for i in range(size):
            true = dice.random() < shares[stratum]
            said = dice.random() < (0.8 if true else 0.03)
            row = Labelled(
                id=f"{len(made):x}",
                content=Content(text="x", source="s"),
                report=bool(true),
                cause="context_limit" if true else None,
                secondary=None,
                place="s",
                thread=f"{stratum} {i}",
                stratum=stratum,
            )
            causes = dict.fromkeys(CAUSE_NAMES, 0.01) | {"context_limit": 0.9 if said else 0.05}
            likely = "context_limit" if said else "not_a_report"
            made.append(
                Predicted(
                    row=row,
                    report=0.95 if said else 0.1,
                    causes=causes,
                    likely=likely,
                    decision=likely,
                    abstained_because=None,
                )
            )
    return made


SIZES = {"hit": 2_000, "nohit": 18_000}


def test_estimates_of_a_stream_are_those_of_all_its_posts() -> None:
    population = _posts(SIZES, {"hit": 0.5, "nohit": 0.01}, 3)
    true = np.array([p.row.report for p in population])
    said = np.array([p.likely == "context_limit" for p in population])
    dice = np.random.default_rng(4)
    by_stratum = {k: [p for p in population if p.row.stratum == k] for k in SIZES}
    drawn = [
        by_stratum[k][i]
        for k, n in (("hit", 600), ("nohit", 1_500))
        for i in dice.choice(SIZES[k], n, replace=False)
    ]
    told = stream(drawn, {("s", k): n for k, n in SIZES.items()})
    asked = {
        "prevalence": (told["prevalence"]["context_limit"], true.mean()),
        "precision": (told["forced_choice"]["context_limit"]["precision"], true[said].mean()),
        "recall": (told["forced_choice"]["context_limit"]["recall"], said[true].mean()),
    }
    for name, (measured, truth) in asked.items():
        assert measured["low"] <= truth <= measured["high"], name
    wrong = told["unmatched"]["all"]["decided"]
    unmatched = np.array([p.row.stratum == "nohit" for p in population])
    assert wrong["low"] <= 1000 * (said & ~true)[unmatched].mean() <= wrong["high"]
    assert told["stands_for"] == 20_000


def test_weights_sum_to_the_population_and_unknown_strata_stay_out() -> None:
    rows = _posts(
        {"hit": 10, "nohit": 30, "strong": 5}, dict.fromkeys(("hit", "nohit", "strong"), 0.5), 5
    )
    made = weighted(rows, {("s", "hit"): 20, ("s", "nohit"): 900, ("t", "hit"): 50})
    assert made.weights.sum() == pytest.approx(920)
    assert (made.left_out, len(made.rows)) == (5, 40)
    assert made.sizes == {("s", "hit"): 20, ("s", "nohit"): 900}
    even = replace(made, weights=np.ones(40))
    assert even.effective == pytest.approx(40)
    assert made.effective < 40


def test_a_stream_without_known_strata_says_so() -> None:
    assert stream(_posts({"strong": 4}, {"strong": 0.5}, 6), {("t", "hit"): 5}) == {
        "posts": 0,
        "left_out": 4,
    }
    assert Weighted(rows=(), weights=np.empty(0), left_out=0, sizes={}).effective == 0.0
