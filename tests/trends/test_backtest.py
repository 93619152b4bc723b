"""Confirmed faults against days with a known truth: what is scored, and what is no test at all."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from domain.causes import Cause
from domain.nouns import ConfirmedFault
from trends.backtest import LEAST_SCORED, backtest, products_of
from trends.catalogue import read_faults
from trends.claims import violations
from trends.injection import (
    LONG,
    RATIOS,
    STEP_HISTORY,
    injected,
    room,
    sensitivity,
    shown,
    smallest_rise,
    trials,
)
from trends.panel import Panel
from trends.spikes import HISTORY

FIRST = date(2026, 1, 1)
CAUSES = (Cause.SESSION_MANAGEMENT, Cause.OTHER)


def calm(days: int = 200, posts: int = 600, rate: float = 0.03, seed: int = 7) -> Panel:
    """Two places with steady rates and nothing else."""
    dice = np.random.default_rng(seed)
    exposure = dice.poisson(posts, (2, days))
    return Panel(
        product="Claude Code",
        first_day=FIRST,
        causes=CAUSES,
        places=("a", "b"),
        counts=dice.poisson(exposure * rate, (2, 2, days)),
        exposure=exposure,
        usable=np.ones((2, days), dtype=np.bool_),
        eras=np.zeros((2, days), dtype=np.int64),
    )


def fault(first: int, days: int, name: str = "f", product: str = "Claude Code") -> ConfirmedFault:
    began = FIRST + timedelta(days=first)
    return ConfirmedFault(
        id=name,
        vendor="Anthropic",
        product=product,
        began=began,
        ended=began + timedelta(days=days - 1),
        cause=Cause.SESSION_MANAGEMENT,
        symptom="",
        mechanism="",
        source_url="https://vendor.example",
        confidence="high",
    )


def broken(panel: Panel, first: int, days: int, ratio: float = 6.0) -> Panel:
    dice = np.random.default_rng(1)
    return injected(panel, Cause.SESSION_MANAGEMENT, first, days, ratio, dice)


def test_the_products_that_a_fault_names_are_known_by_their_whole_names() -> None:
    assert {f.id: products_of(f) for f in read_faults()} == {
        "anthropic-2025-08": ("Claude Code", "Claude"),
        "anthropic-2026-03-effort": ("Claude Code",),
        "anthropic-2026-03-idle": ("Claude Code",),
        "anthropic-2026-04-terse": ("Claude Code",),
        "openai-2023-03": ("ChatGPT",),
        "openai-2025-04": ("ChatGPT",),
        "anthropic-2026-06": ("Claude",),
    }
    assert products_of(fault(0, 1, product="Claudette")) == ()


@pytest.mark.parametrize("days", [3, LONG + 10])
def test_a_fault_in_plenty_of_days_is_shown_and_calm_days_show_none(days: int) -> None:
    panel = calm()
    wanted = fault(150, days)
    there = backtest([wanted], {"Claude Code": broken(panel, 150, days)}).cases[0]
    assert (there.reason, there.seen, there.covered) == ("", True, days)
    assert there.smallest is not None
    assert there.smallest <= 2.0
    none = backtest([wanted], {"Claude Code": panel}).cases[0]
    assert (none.reason, none.seen) == ("", False)
    assert none.reports_a_day == pytest.approx(36, abs=6)
    assert none.posts == panel.exposure[:, 150 : 150 + days].sum()
    assert none.reports == panel.counts[0, :, 150 : 150 + days].sum() < there.reports


@pytest.mark.parametrize(
    ("panel", "wanted", "says"),
    [
        (None, fault(150, 3), "No post of this product was collected in those days."),
        (calm(), fault(300, 3), "No post of this product was collected in those days."),
        (calm(), fault(-9, 3), "No post of this product was collected in those days."),
        (calm(), fault(-2, 5), "The history before it is too short to say what could"),
        (calm(), fault(-8, 10), "Only 2 of its 10 days are covered."),
        (calm(), fault(70, 3), "The history before it is too short to say what could"),
        (calm(rate=0.0005), fault(150, 3), "With so few reports even a doubling would mostly"),
    ],
)
def test_what_could_not_have_been_shown_says_why_and_is_not_scored(
    panel: Panel | None, wanted: ConfirmedFault, says: str
) -> None:
    found = backtest([wanted], {} if panel is None else {"Claude Code": panel})
    assert found.cases[0].reason.startswith(says)
    assert found.cases[0].seen is None
    assert (found.scored, found.seen, found.rate) == (0, 0, None)
    assert violations(found.cases[0].reason) == ()
    assert violations(found.note) == ()


def test_days_that_are_missing_are_not_covered() -> None:
    panel = calm()
    panel.usable[:, 148:154] = False
    found = backtest([fault(150, 6)], {"Claude Code": panel}).cases[0]
    assert (found.covered, found.reason) == (2, "Only 2 of its 6 days are covered.")


def test_there_is_no_rate_under_five_and_an_interval_with_it() -> None:
    begins = [110 + 40 * n for n in range(LEAST_SCORED)]  # hardly in one another's baseline
    panel = calm(days=300, posts=3_000)
    for first in begins[1:]:
        panel = broken(panel, first, 2, 3.0)
    faults = [fault(first, 2, f"f{first}") for first in begins]
    panels = {"Claude Code": panel}
    few = backtest(faults[1:], panels)
    assert (few.scored, few.seen, few.rate, few.low) == (4, 4, None, None)
    assert few.note == (
        "4 of 4 confirmed faults could have shown in what was collected; under 5 there is no rate."
    )
    all_of_them = backtest(faults, panels)
    assert (all_of_them.scored, all_of_them.seen, all_of_them.rate) == (5, 4, 0.8)
    assert all_of_them.low == pytest.approx(0.3755, abs=1e-4)
    assert all_of_them.high == pytest.approx(0.9638, abs=1e-4)
    assert violations(all_of_them.note) == ()
    assert backtest(faults, panels) == all_of_them


def test_a_fault_of_two_products_counts_once() -> None:
    wanted = fault(150, 3, product="Claude, Claude API, Claude Code")
    panels = {"Claude": calm(), "Claude Code": broken(calm(), 150, 3)}
    found = backtest([wanted], panels)
    assert [(c.product, c.seen) for c in found.cases] == [("Claude Code", True), ("Claude", False)]
    assert (found.scored, found.seen) == (1, 1)


def test_an_injected_fault_adds_posts_that_are_reports_and_nothing_else() -> None:
    panel = calm()
    made = broken(panel, 120, 20, 3.0)
    more = made.counts - panel.counts
    assert more[1].sum() == 0
    assert not more[0, :, :120].any()
    assert not more[0, :, 140:].any()
    assert np.array_equal(made.exposure - panel.exposure, more[0])
    # Twice the rate of the 28 days before is added at each place.
    before = panel.counts[0, :, 92:120].sum(axis=1) / panel.exposure[:, 92:120].sum(axis=1)
    expected = 2.0 * before * panel.exposure[:, 120:140].sum(axis=1)
    assert np.all(np.abs(more[0].sum(axis=1) - expected) < 4 * np.sqrt(expected))
    same = broken(panel, 120, 20, 1.0)
    assert np.array_equal(same.counts, panel.counts)


@pytest.mark.parametrize("ratio", [0.5, float("nan")])
def test_a_fault_raises_reports(ratio: float) -> None:
    with pytest.raises(ValueError, match="doesn't lower"):
        broken(calm(), 120, 3, ratio)


def test_a_cause_that_is_not_counted_has_no_fault() -> None:
    with pytest.raises(ValueError, match="no context_limit"):
        shown(calm(), Cause.CONTEXT_LIMIT, 120, 3)


def test_trials_stay_within_one_era_and_days_that_are_there() -> None:
    panel = calm()
    assert room(panel, 3).tolist() == list(range(HISTORY, 198))
    assert room(panel, LONG).tolist() == list(range(STEP_HISTORY, 186))
    panel.eras[:, 100:] = 1
    assert room(panel, 3).tolist() == [*range(HISTORY, 98), *range(100 + HISTORY, 198)]
    panel.usable[:, 170] = False
    assert room(panel, 1).tolist() == [
        *range(HISTORY, 100),
        *range(100 + HISTORY, 170),
        *range(171, 200),
    ]
    panel.usable[:] = False
    assert room(panel, 1).size == 0
    assert room(calm(days=30), 1).size == 0


def test_larger_faults_are_seen_more_often_and_nothing_seldom() -> None:
    told = sensitivity(
        calm(),
        np.random.default_rng(3),
        causes=CAUSES[:1],
        lengths=(3,),
        ratios=(1.0, 1.5, 4.0),
        draws=30,
    )
    assert [(t.ratio, t.days, t.tried) for t in told] == [
        (1.0, 3, 30),
        (1.5, 3, 30),
        (4.0, 3, 30),
    ]
    nothing, some, much = (t.seen for t in told)
    assert nothing <= 2
    assert nothing <= some <= much == 30
    assert told[2].low == pytest.approx(0.8865, abs=1e-4)


def test_the_same_seed_tells_the_same() -> None:
    first, second = (
        sensitivity(calm(), np.random.default_rng(5), lengths=(1,), ratios=(2.0,), draws=10)
        for _ in range(2)
    )
    assert first == second


def test_without_room_nothing_is_tried() -> None:
    dice = np.random.default_rng(1)
    made = trials(calm(days=30), CAUSES[0], room(calm(days=30), 3), 3, 2.0, dice)
    assert (made.tried, made.seen, made.low, made.high) == (0, 0, None, None)
    assert smallest_rise(calm(days=30), CAUSES[0], [], 3, dice) is None


def test_the_smallest_rise_is_one_of_the_sizes_and_falls_with_more_posts() -> None:
    at = np.arange(100, 180, 4)
    few, many = (
        smallest_rise(calm(posts=posts), CAUSES[0], at, 3, np.random.default_rng(2))
        for posts in (150, 1500)
    )
    assert few in RATIOS
    assert many in RATIOS
    assert many < few  # type: ignore[operator]  # both are numbers
    none = replace(calm(), counts=np.zeros_like(calm().counts))
    assert smallest_rise(none, CAUSES[0], at, 3, np.random.default_rng(2)) is None


def test_a_tripling_stands_out_of_real_reviews_and_ordinary_days_do_not(shared: Path) -> None:
    """82 days of store reviews; one or two stars stand for reports."""
    with (shared / "data/play_chatgpt_reviews.csv").open(encoding="utf-8", newline="") as file:
        told = [(row["at"][:10], row["score"] in {"1", "2"}) for row in csv.DictReader(file)]
    posts, low = Counter(day for day, _ in told), Counter(day for day, poor in told if poor)
    first = date.fromisoformat(min(posts))
    days = [first + timedelta(days=n) for n in range((date.fromisoformat(max(posts)) - first).days)]
    exposure = np.array([[posts[day.isoformat()] for day in days]])
    panel = Panel(
        product="ChatGPT",
        first_day=first,
        causes=(Cause.OTHER,),
        places=("play",),
        counts=np.array([[[low[day.isoformat()] for day in days]]]),
        exposure=exposure,
        usable=exposure > 0,
        eras=np.zeros_like(exposure),
    )
    dice = np.random.default_rng(20_261_123)
    nothing, tripled = sensitivity(panel, dice, lengths=(3,), ratios=(1.0, 3.0))
    assert nothing.tried == tripled.tried >= 15
    assert nothing.seen <= 1
    assert tripled.seen >= 0.8 * tripled.tried
