"""What the verdict on a release promises, on series whose truth is known.

Small and seeded; `python -m benchmarks.trend_false_positives` measures the same at full size.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.naive_methods import two_proportions
from benchmarks.simulated_series import (
    FIRST_DAY,
    RELEASE,
    SCENARIOS,
    Change,
    Gap,
    simulate,
)
from benchmarks.trend_cells import CHANGED, VOLUMES, alone, dashboards, effects, power, tally
from trends.effects import ReleaseEffect, as_family, release_effects
from trends.panel import Panel
from trends.ratio import rate_ratio
from trends.verdict import Verdict

SEED = 5
PANELS = 100  # of four causes
FOUR = VOLUMES["2 + 5 + 20 + 100, four places"]
few = settings(max_examples=15, deadline=None)


@pytest.fixture(scope="module")
def ordinary() -> list[Panel]:
    """Scenario E at 20 reports a day: 400 series in which nothing happens."""
    return [
        simulate(SCENARIOS["E"], np.full((4, 1), 20.0), np.random.SeedSequence([SEED, number]))
        for number in range(PANELS)
    ]


def test_a_naive_test_sees_changes_where_there_are_none(ordinary: list[Panel]) -> None:
    """If it doesn't, the simulated series are too tame to prove anything."""
    p = [two_proportions(one.counts[:, 0], one.exposure[0], RELEASE) for one in ordinary]
    assert np.mean(np.array(p) < 0.05) >= 0.4


def test_the_verdict_does_not(ordinary: list[Panel]) -> None:
    made = tally(effects(panel) for panel in ordinary)
    assert made.pairs == made.tested == 4 * PANELS
    assert made.flagged <= 0.08 * made.pairs
    assert made.verdicts <= made.flagged
    assert made.flagged > 0  # a test that never speaks would pass as well


@pytest.mark.parametrize("seed", range(4))
def test_at_most_two_of_150_pairs_without_effect_are_called_changed(seed: int) -> None:
    assert max(dashboards("E", 20.0, 2, seed)) <= 2


def test_a_doubling_at_20_reports_a_day_is_seen() -> None:
    made = power("E", (20.0,), 2.0, PANELS, SEED)
    assert made.family >= 0.9 * PANELS
    assert made.covered >= 0.88 * PANELS  # 95 % intervals


def test_four_places_together_see_a_smaller_change() -> None:
    made = power("E", FOUR, 1.5, 30, SEED)
    assert made.family >= 0.9 * 30


@given(st.integers(2, 40), st.integers(0, 10_000))
@few
def test_an_exposure_in_another_unit_changes_nothing(factor: int, seed: int) -> None:
    panel = _small(seed)
    scaled = replace(panel, exposure=panel.exposure * factor)
    for one, other in zip(_family(panel), _family(scaled), strict=True):
        assert _numbers(other) == pytest.approx(_numbers(one), rel=1e-6, abs=1e-9, nan_ok=True)
        assert other.verdict is one.verdict
        assert other.posts_after == factor * one.posts_after


@given(st.integers(0, 10_000))
@few
def test_before_and_after_swapped_flips_the_sign(seed: int) -> None:
    panel = _small(seed)
    days = panel.exposure.shape[1]
    turned = replace(
        panel,
        counts=panel.counts[..., ::-1],
        exposure=panel.exposure[:, ::-1],
        usable=panel.usable[:, ::-1],
    )
    back = effects(turned, [days - 1 - RELEASE])
    for one, other in zip(effects(panel), back, strict=True):
        assert one.log_ratio is not None
        assert other.log_ratio == pytest.approx(-one.log_ratio, rel=1e-6, abs=1e-9)
        assert other.error == pytest.approx(one.error, rel=1e-6)
        assert (other.events_before, other.events_after) == (one.events_after, one.events_before)


@given(st.permutations(range(4)), st.integers(0, 10_000))
@few
def test_the_order_of_places_is_of_no_account(order: list[int], seed: int) -> None:
    panel = simulate(SCENARIOS["E"], np.tile(FOUR, (3, 1)), seed)
    moved = replace(
        panel,
        places=tuple(panel.places[at] for at in order),
        counts=panel.counts[:, order],
        exposure=panel.exposure[order],
    )
    for one, other in zip(_family(panel), _family(moved), strict=True):
        assert _numbers(other) == pytest.approx(_numbers(one), rel=1e-6, abs=1e-9, nan_ok=True)
        assert other.verdict is one.verdict
        found = {source.place: source.log_ratio for source in other.sources}
        for source in one.sources:
            assert found[source.place] == pytest.approx(source.log_ratio, rel=1e-6)


@given(st.integers(0, 500), st.integers(0, 5_000), st.integers(0, 10_000))
@few
def test_half_a_day_of_today_changes_nothing(reports: int, posts: int, seed: int) -> None:
    """Whatever stands for today, and whether it is marked or only beyond the last complete day."""
    panel = _until(_small(seed), RELEASE + 20)
    here = [panel.day(RELEASE)]
    yesterday = panel.day(panel.exposure.shape[1] - 1)
    for usable in (False, True):
        with_today = replace(
            panel,
            counts=np.concatenate([panel.counts, np.full((3, 1, 1), reports)], axis=-1),
            exposure=np.concatenate([panel.exposure, np.full((1, 1), posts)], axis=-1),
            usable=np.concatenate([panel.usable, np.full((1, 1), usable)], axis=-1),
            eras=np.concatenate([panel.eras, panel.eras[:, -1:]], axis=-1),
        )
        through = yesterday if usable else None
        assert release_effects(with_today, here, complete_through=through) == release_effects(
            panel, here
        )


@given(st.integers(-28, 28).filter(bool), st.integers(0, 10_000))
@few
def test_what_a_missing_day_holds_is_of_no_account(offset: int, seed: int) -> None:
    gap = Gap(start=RELEASE + offset, stop=RELEASE + offset + 1)
    panel = simulate(SCENARIOS["E"], np.full((3, 1), 20.0), seed, gaps=[gap])
    counts, exposure = panel.counts.copy(), panel.exposure.copy()
    counts[..., gap.start], exposure[..., gap.start] = 999, 1_000
    assert effects(replace(panel, counts=counts, exposure=exposure)) == effects(panel)


@given(st.integers(-28, 28).filter(bool), st.integers(0, 10_000))
@few
def test_a_missing_day_takes_away_its_own_information_only(offset: int, seed: int) -> None:
    """What is left is what a plain regression makes of the 55 other days."""
    from statsmodels.api import GLM, families

    gap = Gap(start=RELEASE + offset, stop=RELEASE + offset + 1)
    panel = simulate(SCENARIOS["E"], np.full((1, 1), 20.0), seed, gaps=[gap])
    offsets = np.array([at for at in range(-28, 29) if at not in (0, offset)])
    days = RELEASE + offsets
    design = np.column_stack([offsets > 0, *((days % 7 == weekday) for weekday in range(7))])
    fit = GLM(
        panel.counts[0, 0, days],
        design.astype(float),
        family=families.Poisson(),
        exposure=panel.exposure[0, days],
    ).fit(scale="X2")
    one = effects(panel)[0]
    assert one.days_before + one.days_after == 55
    assert one.log_ratio == pytest.approx(fit.params[0], abs=1e-6)
    widened = max(1.0, fit.scale) / fit.scale  # a dispersion under 1 is taken for 1
    assert one.error == pytest.approx(fit.bse[0] * np.sqrt(widened), rel=1e-5)


def test_a_gap_far_from_the_release_leaves_its_estimate_as_it_is() -> None:
    reports = np.full((3, 1), 20.0)
    whole = simulate(SCENARIOS["E"], reports, SEED)
    torn = simulate(SCENARIOS["E"], reports, SEED, gaps=[Gap(start=100, stop=103)])
    for one, other in zip(effects(whole), effects(torn), strict=True):
        assert other.log_ratio == one.log_ratio
        assert other.error == one.error
        assert other.placebo_dates < one.placebo_dates


@pytest.mark.parametrize("days_before", range(29, 240, 15))
def test_with_fewer_than_8_placebo_dates_there_is_no_verdict(days_before: int) -> None:
    """However large the change is."""
    change = [Change(start=days_before, ratio=5.0)]
    panel = simulate(
        SCENARIOS["A"], np.full((4, 1), 50.0), SEED, days=days_before + 29, changes=change
    )
    found = as_family(effects(panel, [days_before]))
    for one in found:
        assert (one.p is None) == (one.placebo_dates < 8)
        if one.placebo_dates < 8:
            assert one.verdict is Verdict.HISTORY_TOO_SHORT
            assert one.ratio == pytest.approx(5.0, rel=0.3)
        else:
            assert one.p is not None
            assert one.p < 0.05
    assert (found[0].placebo_dates < 8) == (days_before < 28 + 28 + 7 * 7)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 10_000), st.integers(1, 10_000))
def test_the_exact_test_knows_no_before_and_after(x: int, y: int, m: int, n: int) -> None:
    one, other = rate_ratio(x, m, y, n), rate_ratio(y, n, x, m)
    assert float(one.p) == pytest.approx(float(other.p), rel=1e-9)


def test_an_effect_alone_needs_no_family() -> None:
    """A pair that is tested alone rises with its p; among many it must be clearer."""
    change = [Change(start=RELEASE, ratio=2.0, cause=0)]
    panel = simulate(SCENARIOS["B"], np.full((4, 1), 20.0), SEED, changes=change)
    risen, *others = effects(panel)
    assert alone(risen) is Verdict.ROSE
    assert alone(risen, among=10**9) not in CHANGED
    assert all(alone(one) not in CHANGED for one in others)


def _small(seed: int) -> Panel:
    """Three causes at one place."""
    return simulate(SCENARIOS["E"], np.full((3, 1), 20.0), seed)


def _until(panel: Panel, stop: int) -> Panel:
    """The days before index `stop`."""
    assert panel.day(stop) == FIRST_DAY + timedelta(days=stop)
    return replace(
        panel,
        counts=panel.counts[..., :stop],
        exposure=panel.exposure[:, :stop],
        usable=panel.usable[:, :stop],
        eras=panel.eras[:, :stop],
    )


def _family(panel: Panel) -> tuple[ReleaseEffect, ...]:
    return as_family(effects(panel))


def _numbers(effect: ReleaseEffect) -> list[float]:
    """All estimates of an effect that have no unit."""
    named = ("log_ratio", "error", "low", "high", "p", "q", "tau", "degrees", "dispersion")
    more = ("i_squared", "tau2", "smallest_rise", "smallest_fall", "pretest_p", "drift")
    values = [getattr(effect, name) for name in (*named, *more)]
    values += [one.ratio for one in effect.sensitivities]
    return [np.nan if value is None else value for value in values]
