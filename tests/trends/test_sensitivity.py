"""The other ways of looking at a change, each where it is known what it should see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from domain.causes import Cause
from tests.support.panels import DAYS, RELEASE, from_day, missing, panel
from trends.effects import ReleaseEffect, release_effects
from trends.panel import Panel
from trends.sensitivity import (
    COMPARATOR,
    COUNTS,
    ONE_LEFT_OUT,
    RELATIVE,
    TREND,
    UNNAMED,
    Sensitivity,
)

Floats = NDArray[np.float64]


def effect(made: Panel, **more: object) -> ReleaseEffect:
    """Of the first cause."""
    return release_effects(made, [made.day(RELEASE)], **more)[0]  # type: ignore[arg-type]


def way(found: ReleaseEffect, name: str) -> Sensitivity:
    return next(one for one in found.sensitivities if one.name == name)


def exposed(made: Panel, factor: Floats) -> Panel:
    return replace(made, exposure=np.rint(made.exposure * factor).astype(np.int64))


def test_a_steady_rise_is_taken_out_by_the_trend() -> None:
    drift = np.exp(0.01 * (np.arange(DAYS) - RELEASE))
    found = effect(panel((100.0,), times={0: drift}))
    trend = way(found, TREND)
    assert found.ratio == pytest.approx(1.33, abs=0.06)
    assert trend.ratio == pytest.approx(1.0, abs=0.08)


def test_a_step_stays_with_the_trend() -> None:
    trend = way(effect(panel((100.0,), times={0: from_day(RELEASE + 1, 1.5)})), TREND)
    assert trend.ratio == pytest.approx(1.5, abs=0.12)
    assert trend.agrees is True
    assert trend.low is not None
    assert trend.low > 1.0


def test_the_trend_needs_days_before() -> None:
    late = missing(panel(), day=slice(RELEASE - 84, RELEASE - 28))
    trend = way(effect(late), TREND)
    assert (trend.ratio, trend.low, trend.agrees) == (None, None, None)
    assert "usable days" in trend.note


def test_what_hits_all_causes_drops_out_of_the_relative_change() -> None:
    step = from_day(RELEASE + 1, 1.6)
    both = effect(panel((100.0,), times={0: step, 1: step}))
    assert both.ratio == pytest.approx(1.6, abs=0.1)
    assert way(both, RELATIVE).ratio == pytest.approx(1.0, abs=0.08)
    one = way(effect(panel((100.0,), times={0: step})), RELATIVE)
    assert one.ratio == pytest.approx(1.6, abs=0.12)
    assert one.agrees is True


def test_one_cause_alone_has_no_others() -> None:
    alone = way(effect(panel(causes=1)), RELATIVE)
    assert (alone.ratio, alone.agrees) == (None, None)
    assert alone.note == "No other cause is counted."


def test_the_place_that_speaks_most_for_a_change_is_left_out() -> None:
    made = panel((40.0, 40.0, 40.0))
    counts = made.counts.copy()
    counts[0, 1, RELEASE + 1 :] *= 3
    found = effect(replace(made, counts=counts))
    left = way(found, ONE_LEFT_OUT)
    assert left.note == "Without place 1."
    assert left.ratio == pytest.approx(1.0, abs=0.15)
    assert found.ratio is not None
    assert found.ratio > 1.3


def test_one_place_cannot_be_left_out() -> None:
    left = way(effect(panel()), ONE_LEFT_OUT)
    assert (left.ratio, left.agrees, left.note) == (None, None, "Fewer than two places.")


def test_counts_must_not_rise_while_the_rate_falls() -> None:
    busy = from_day(RELEASE + 1, 2.0)
    steady = effect(exposed(panel((60.0,)), busy))
    assert steady.ratio == pytest.approx(0.5, abs=0.05)
    assert way(steady, COUNTS).agrees is True
    rising = effect(exposed(panel((60.0,), times={0: from_day(RELEASE + 1, 1.5)}), busy))
    assert rising.ratio == pytest.approx(0.75, abs=0.06)
    assert way(rising, COUNTS).ratio == pytest.approx(1.5, abs=0.1)
    assert way(rising, COUNTS).agrees is False


def test_posts_that_name_the_release_can_be_left_out_of_the_denominator() -> None:
    made = panel((60.0,))
    chatter = exposed(made, from_day(RELEASE + 1, 1.4))
    day = made.day(RELEASE)
    found = effect(chatter, unnamed={day: made.exposure})
    assert found.ratio == pytest.approx(1 / 1.4, abs=0.07)
    assert way(found, UNNAMED).ratio == pytest.approx(1.0, abs=0.08)
    assert all(one.name != UNNAMED for one in effect(chatter).sensitivities)
    other = effect(chatter, unnamed={day + timedelta(days=1): made.exposure})
    assert all(one.name != UNNAMED for one in other.sensitivities)


def test_another_product_that_moved_alike_leaves_nothing() -> None:
    step = from_day(RELEASE + 1, 1.6)
    made = panel((60.0,), times={0: step})
    for factor, wanted in ((step, 1.0), (np.ones(DAYS), 1.6)):
        other = replace(panel((60.0,), times={0: factor}, seed=9), product="ChatGPT")
        found = way(effect(made, comparators=[other]), COMPARATOR)
        assert found.ratio == pytest.approx(wanted, abs=0.15)
        assert found.note == "Relative to ChatGPT."


def test_panels_are_matched_by_date_and_cause() -> None:
    made, other = panel((60.0,)), panel((60.0,), seed=9)
    plain = way(effect(made, comparators=[other]), COMPARATOR)
    later = replace(
        other,
        first_day=other.first_day + timedelta(days=7),
        causes=other.causes[::-1],
        counts=other.counts[::-1, :, 7:],
        exposure=other.exposure[:, 7:],
        usable=other.usable[:, 7:],
        eras=other.eras[:, 7:],
    )
    moved = way(effect(made, comparators=[later]), COMPARATOR)
    assert moved.ratio == pytest.approx(plain.ratio)
    assert moved.low == pytest.approx(plain.low, rel=0.05)  # a week less of ordinary dates
    lacking = replace(other, causes=(Cause.OTHER, Cause.SAFETY_TRIGGER))
    assert way(effect(made, comparators=[lacking]), COMPARATOR).ratio is None


def test_the_same_counted_otherwise() -> None:
    made = panel((60.0,), share=0.01, times={0: from_day(RELEASE + 1, 1.6)})
    posts = replace(made, counts=made.counts * 2)
    found = way(effect(made, alternatives={"posts": posts}), "posts")
    assert found.ratio == pytest.approx(effect(made).ratio)
    assert found.agrees is True
