"""The simulated series are what they say: by theory, and by how naive methods fail on them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmarks.naive_methods import METHODS
from benchmarks.simulated_series import (
    PHI,
    RELEASE,
    SCENARIOS,
    SHARE,
    Change,
    Gap,
    Scenario,
    simulate,
    wandering,
)
from trends.panel import Panel

SERIES = 1_000
# Per cent of series with no effect that each method calls changed, at 20 reports a day, as another
# program with series of the same description found it (2,000 series a cell).
ELSEWHERE = {
    "reports changed by more than 20 %": (1, 1, 22, 84, 65, 61, 60),
    "t-test on daily counts": (5, 2, 39, 96, 66, 62, 50),
    "t-test on daily rates": (5, 5, 4, 43, 34, 59, 29),
    "two-rate Poisson test without exposure": (12, 11, 84, 100, 93, 86, 87),
    "two-rate Poisson test with exposure": (11, 11, 11, 64, 65, 81, 72),
    "two-proportion z-test": (12, 12, 12, 67, 67, 82, 73),
    "segmented Poisson regression": (10, 11, 11, 10, 52, 78, 68),
}
NEAR = 7  # points; both figures are counts of chance events, and bursts are described in words only


@pytest.fixture(scope="module")
def cells() -> dict[str, Panel]:
    """One cause at many places, a panel a scenario."""
    reports = np.full((1, SERIES), 20.0)
    return {name: simulate(one, reports, 11) for name, one in SCENARIOS.items()}


@pytest.mark.parametrize("method", METHODS)
def test_naive_methods_fail_as_often_as_another_program_found(
    cells: dict[str, Panel], method: str
) -> None:
    flagged = [
        100 * np.mean(METHODS[method](cell.counts[0], cell.exposure, RELEASE) < 0.05)
        for cell in cells.values()
    ]
    assert flagged == pytest.approx(ELSEWHERE[method], abs=NEAR)


def test_a_poisson_test_errs_as_theory_says_where_counts_vary_more(
    cells: dict[str, Panel],
) -> None:
    """With variance PHI times the mean, z has the standard deviation sqrt(PHI)."""
    steady = cells["A"]
    p = METHODS["two-rate Poisson test with exposure"](steady.counts[0], steady.exposure, RELEASE)
    expected = 2 * stats.norm.sf(stats.norm.isf(0.025) / np.sqrt(PHI))
    assert stats.binomtest(int((p < 0.05).sum()), SERIES, expected).pvalue > 0.001


def test_the_average_day_has_the_reports_and_the_spread_that_were_asked_for() -> None:
    panel = simulate(SCENARIOS["A"], [[2.0, 20.0], [1.0, 20.0]], 3, days=20_000)
    means, spreads = panel.counts.mean(axis=2), panel.counts.var(axis=2)
    assert means == pytest.approx(np.array([[2.0, 20.0], [1.0, 20.0]]), rel=0.03)
    # A share's exposure varies by chance as well: it adds SHARE of the mean to the variance.
    assert spreads / means == pytest.approx(np.full((2, 2), PHI + SHARE), abs=0.1)
    assert panel.exposure.mean(axis=1) == pytest.approx(np.array([2.0, 20.0]) / SHARE, rel=0.01)


def test_the_wandering_has_its_spread_and_its_memory() -> None:
    made = wandering((50, 4_000), 0.6, np.random.default_rng(5))
    assert made.std() == pytest.approx(1.0, abs=0.02)
    for lag in (1, 2, 5):
        assert np.mean(made[:, lag:] * made[:, :-lag]) == pytest.approx(0.6**lag, abs=0.02)


def test_growth_drift_and_weekends_are_as_described() -> None:
    panel = simulate(SCENARIOS["D"], np.full((1, 400), 20.0), 4)
    posts, rate = panel.exposure.sum(axis=0), panel.counts[0].sum(axis=0) / panel.exposure.sum(0)
    weekend = np.array([panel.day(t).weekday() >= 5 for t in range(posts.size)])
    for values, daily, ratio in ((posts, 0.005, 0.7), (rate, 0.003, 0.9)):
        slope = np.polyfit(np.flatnonzero(~weekend), np.log(values[~weekend]), 1)[0]
        assert slope == pytest.approx(daily, rel=0.05)
        level = values / np.exp(daily * np.arange(posts.size))
        assert level[weekend].mean() / level[~weekend].mean() == pytest.approx(ratio, rel=0.02)


def test_a_change_is_put_where_it_is_asked_for() -> None:
    change = Change(start=100, stop=110, ratio=3.0, cause=1, place=0)
    calm = simulate(Scenario(), np.full((2, 2), 500.0), 8, days=200)
    made = simulate(Scenario(), np.full((2, 2), 500.0), 8, days=200, changes=[change])
    ratio = made.counts.mean(axis=2, where=_days(100, 110)) / 500.0
    assert ratio[1, 0] == pytest.approx(3.0, rel=0.1)
    assert np.delete(ratio.ravel(), 2) == pytest.approx(np.ones(3), rel=0.1)
    np.testing.assert_array_equal(made.counts[..., :100], calm.counts[..., :100])


def test_a_gap_is_missing_and_holds_nothing() -> None:
    gap = Gap(start=10, stop=13, place=1)
    panel = simulate(SCENARIOS["B"], np.full((2, 2), 20.0), 8, days=60, gaps=[gap])
    assert np.flatnonzero(~panel.usable[1]).tolist() == [10, 11, 12]
    assert panel.usable[0].all()
    assert panel.exposure[1, 10:13].sum() == panel.counts[:, 1, 10:13].sum() == 0


def test_the_same_seed_gives_the_same_series() -> None:
    one, same, other = (simulate(SCENARIOS["G"], [[20.0]], seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.counts, same.counts)
    assert not np.array_equal(one.counts, other.counts)


def test_what_wanders_together_is_correlated() -> None:
    still = Scenario(correlation=0.6, wander=0.5)
    panel = simulate(still, np.full((2, 1), 5_000.0), 9, days=4_000, together=0.5)
    logs = np.log(panel.counts[:, 0] / panel.exposure[0])
    assert np.corrcoef(logs)[0, 1] == pytest.approx(0.5, abs=0.08)


def _days(start: int, stop: int) -> np.ndarray:
    days = np.zeros(200, dtype=bool)
    days[start:stop] = True
    return np.broadcast_to(days, (2, 2, 200))
