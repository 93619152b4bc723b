"""Release effects as a whole: what must not change them, and what is said where little is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.causes import Cause
from tests.support.panels import DAYS, RELEASE, from_day, missing, panel, torn
from trends.claims import violations
from trends.effects import ReleaseEffect, as_family, judged, release_effects
from trends.panel import Panel
from trends.verdict import Verdict

few = settings(max_examples=12, deadline=None)
seeds = st.integers(0, 10_000)


def at(made: Panel, day: int = RELEASE, **more: object) -> tuple[ReleaseEffect, ...]:
    return release_effects(made, [made.day(day)], **more)  # type: ignore[arg-type]


def same(one: ReleaseEffect, other: ReleaseEffect, rel: float = 1e-6) -> None:
    names = ("ratio", "low", "high", "p", "tau", "error", "degrees", "smallest_rise", "pretest_p")
    for name in names:
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=rel), name
    assert (one.cause, one.verdict, one.reasons) == (other.cause, other.verdict, other.reasons)
    assert [s.agrees for s in one.sensitivities] == [s.agrees for s in other.sensitivities]


def test_comes_by_day_as_given_and_then_by_cause() -> None:
    made = panel(causes=3)
    days = [made.day(at) for at in (RELEASE, 200, RELEASE, DAYS + 5, -3)]
    found = release_effects(made, days)
    assert [(one.day, one.cause) for one in found] == [
        (day, cause) for day in days for cause in made.causes
    ]
    for one, again in zip(found[:3], found[6:9], strict=True):
        same(one, again)
    assert release_effects(made, []) == ()


def test_a_doubling_rose_and_its_numbers_fit_together() -> None:
    made = panel((20.0, 5.0), times={0: from_day(RELEASE + 1, 2.0)}, wander=0.2)
    rose, quiet = as_family(at(made))
    assert rose.verdict is Verdict.ROSE
    assert quiet.verdict in {Verdict.UNCLEAR, Verdict.NO_MEANINGFUL_CHANGE}
    assert rose.ratio is not None
    assert rose.low is not None
    assert rose.high is not None
    assert rose.low < 2.0 < rose.high
    assert rose.low < rose.ratio < rose.high
    assert rose.smallest_rise is not None
    assert rose.needed is not None
    assert 1.0 < rose.needed < rose.smallest_rise
    assert rose.smallest_rise * (rose.smallest_fall or 0) == pytest.approx(1.0)
    assert not rose.preliminary
    assert (rose.days_before, rose.days_after) == (28, 28)
    assert rose.events_before == int(made.counts[0, :, RELEASE - 28 : RELEASE].sum())
    assert rose.posts_after == int(made.exposure[:, RELEASE + 1 : RELEASE + 29].sum())
    assert sum(one.weight or 0 for one in rose.sources) == pytest.approx(1.0)
    assert all(one.q is not None for one in rose.sources)
    assert all(one.q is None for one in quiet.sources)
    for one in rose.sources:
        assert one.exact_low is not None
        assert one.exact_low < (one.ratio or 0)


def test_a_halving_fell() -> None:
    made = panel((40.0,), times={1: from_day(RELEASE + 1, 0.5)}, wander=0.2)
    _, fell = as_family(at(made))
    assert fell.verdict is Verdict.FELL
    assert fell.needed is not None
    assert fell.needed < 1.0


@few
@given(seeds, st.sampled_from([2, 7, 1000]))
def test_scaling_the_exposure_changes_nothing(seed: int, k: int) -> None:
    made = panel((20.0, 4.0), wander=0.2, seed=seed)
    scaled = replace(made, exposure=made.exposure * k)
    for one, other in zip(at(made), at(scaled), strict=True):
        same(one, other)


@few
@given(seeds)
def test_swapping_before_and_after_flips_the_sign(seed: int) -> None:
    made = panel((20.0, 4.0), wander=0.2, seed=seed, days=361)
    back = replace(
        made,
        counts=made.counts[..., ::-1],
        exposure=made.exposure[:, ::-1],
    )
    for one, other in zip(at(made, 180), at(back, 180), strict=True):
        assert one.log_ratio == pytest.approx(-(other.log_ratio or 0), rel=1e-6)
        assert one.error == pytest.approx(other.error, rel=1e-6)


@few
@given(seeds, st.permutations(range(3)), st.permutations(range(3)))
def test_the_order_of_places_and_causes_changes_nothing(
    seed: int, places: list[int], causes: list[int]
) -> None:
    made = panel((20.0, 2.0, 8.0), causes=3, wander=0.2, seed=seed)
    shuffled = replace(
        made,
        causes=tuple(made.causes[number] for number in causes),
        places=tuple(made.places[number] for number in places),
        counts=made.counts[np.ix_(causes, places)],
        exposure=made.exposure[places],
    )
    other = {one.cause: one for one in as_family(at(shuffled))}
    for one in as_family(at(made)):
        same(one, other[one.cause])
        assert one.q == pytest.approx(other[one.cause].q)
        by_place = {source.place: source for source in other[one.cause].sources}
        for source in one.sources:
            assert source.p == pytest.approx(by_place[source.place].p)


@few
@given(seeds, st.integers(0, 20))
def test_a_partial_today_changes_nothing(seed: int, posts: int) -> None:
    made = panel((20.0, 4.0), wander=0.2, seed=seed)
    count = np.full((2, 2, 1), posts)
    today = replace(
        made,
        counts=np.concatenate([made.counts, count], axis=-1),
        exposure=np.concatenate([made.exposure, np.full((2, 1), 25)], axis=-1),
        usable=np.concatenate([made.usable, np.zeros((2, 1), dtype=bool)], axis=-1),
        eras=np.concatenate([made.eras, np.zeros((2, 1), dtype=np.int64)], axis=-1),
    )
    for day in (RELEASE, DAYS - 20, DAYS - 5):
        assert at(today, day) == at(made, day)


def test_days_after_the_last_complete_one_are_not_there() -> None:
    made = panel((20.0, 4.0))
    last = made.day(RELEASE + 20)
    shorter = missing(made, day=slice(RELEASE + 21, None))
    assert at(made, complete_through=last) == at(shorter)


@few
@given(seeds, st.integers(-28, 28).filter(bool))
def test_a_gap_takes_away_no_more_than_its_day(seed: int, offset: int) -> None:
    made = panel((30.0,), wander=0.1, seed=seed)
    gap = missing(made, day=RELEASE + offset)
    for one, other in zip(at(made), at(gap), strict=True):
        assert other.days_before + other.days_after == 55
        assert one.log_ratio is not None
        assert one.error is not None
        # A 28th of a side's days: the estimate moves by a share of its own error.
        assert other.log_ratio == pytest.approx(one.log_ratio, abs=0.6 * one.error)
        assert other.error == pytest.approx(one.error, rel=0.25)
        assert other.tau == pytest.approx(one.tau, rel=0.2, abs=0.02)
        assert other.placebo_dates == one.placebo_dates


def test_a_gap_elsewhere_leaves_the_estimate_alone() -> None:
    made = panel((30.0,), wander=0.1)
    for one, other in zip(at(made), at(missing(made, day=150)), strict=True):
        assert other.log_ratio == one.log_ratio
        assert other.tau == pytest.approx(one.tau, rel=0.05, abs=0.005)


def test_counts_of_missing_days_are_never_read() -> None:
    made = panel((30.0, 5.0))
    one, other = (missing(made, day=slice(RELEASE - 9, RELEASE - 4)) for _ in range(2))
    other = replace(other, counts=np.where(other.usable, other.counts, 0))
    assert at(one) == at(other)


def test_a_window_that_is_not_over_is_preliminary() -> None:
    made = panel((60.0,), times={0: from_day(340, 2.0)})
    early = {day: as_family(at(made, day))[0] for day in (RELEASE, 340, 349, 350)}
    assert [one.preliminary for one in early.values()] == [False, True, True, True]
    assert early[340].verdict is Verdict.ROSE
    assert early[340].days_after == 23
    assert early[349].p is not None
    assert early[350].verdict is Verdict.INCOMPLETE_DAYS
    assert early[350].p is None
    assert early[350].ratio is None
    assert early[350].events_before > 0


def test_a_window_that_has_not_begun_is_incomplete() -> None:
    found = at(panel(), DAYS + 40)[0]
    assert found.verdict is Verdict.INCOMPLETE_DAYS
    assert found.preliminary
    assert found.curve is None


def test_a_short_history_gives_a_provisional_estimate_and_no_verdict() -> None:
    made = panel((40.0, 40.0), days=140, times={0: from_day(101, 3.0, 140)})
    found = as_family(at(made, 100))[0]
    assert found.verdict is Verdict.HISTORY_TOO_SHORT
    assert found.placebo_dates < 8
    assert found.ratio == pytest.approx(3.0, abs=0.3)
    assert found.low is not None
    assert (found.p, found.q, found.smallest_rise, found.needed) == (None, None, None, None)
    assert all(source.p is None for source in found.sources)


def test_no_history_at_all() -> None:
    for day in (-200, 3):
        found = at(panel(), day)[0]
        assert found.verdict is Verdict.HISTORY_TOO_SHORT
        assert found.ratio is None
        assert all("not collected" in (one.left_out or "") for one in found.sources)


def test_eight_ordinary_dates_are_enough_and_seven_are_not() -> None:
    dates = {}
    for days in range(130, 170):
        one = at(panel((40.0,), days=days), days - 29)[0]
        dates[one.placebo_dates] = one.verdict
    assert dates[7] is Verdict.HISTORY_TOO_SHORT
    assert dates[8] is not Verdict.HISTORY_TOO_SHORT


@pytest.mark.parametrize("day", [RELEASE - 10, RELEASE, RELEASE + 15])
def test_no_window_straddles_a_change_of_our_own(day: int) -> None:
    made = panel((20.0, 20.0))
    both = at(torn(made, day=day))[0]
    assert both.verdict is Verdict.INCOMPLETE_DAYS
    assert "change of our own" in both.reasons[0]
    one = at(torn(made, place=0, day=day))[0]
    assert one.p is not None
    assert "change of our own" in (one.sources[0].left_out or "")
    assert one.sources[1].weight == pytest.approx(1.0)
    assert one.events_before == one.sources[1].events_before


def test_a_change_of_our_own_elsewhere_only_costs_ordinary_dates() -> None:
    made = panel((20.0,))
    plain, broken = at(made)[0], at(torn(made, day=150))[0]
    assert broken.log_ratio == plain.log_ratio
    assert plain.placebo_dates - 9 <= broken.placebo_dates < plain.placebo_dates


def test_too_few_reports_show_counts_and_the_exact_interval() -> None:
    found = as_family(at(panel((0.1,))))[0]
    assert found.verdict is Verdict.TOO_FEW
    assert (found.ratio, found.p) == (None, None)
    source = found.sources[0]
    assert source.left_out == "Fewer than 11 reports, or none on one side."
    assert source.exact_high is None or source.exact_low is not None
    assert found.events_before == source.events_before


def test_a_small_place_is_left_out_of_the_pool() -> None:
    found = at(panel((30.0, 0.05)))[0]
    assert found.sources[1].left_out is not None
    assert found.sources[1].weight is None
    assert found.sources[0].weight == pytest.approx(1.0)
    assert found.i_squared is None


def test_frequent_reports_are_shares() -> None:
    made = panel((60.0,), share=0.3, times={0: from_day(RELEASE + 1, 1.5)})
    found = at(made)[0]
    assert found.sources[0].binomial
    assert found.ratio == pytest.approx(1.5, abs=0.1)
    rare = panel((60.0,), share=0.02)
    assert not at(rare)[0].sources[0].binomial


def test_the_family_decides() -> None:
    made = panel((20.0,), times={0: from_day(RELEASE + 1, 1.35)}, seed=4)
    found = at(made)
    assert found[0].p is not None
    assert found[0].verdict not in {Verdict.ROSE, Verdict.FELL}
    alone = as_family(found[:1])[0]
    assert alone.q == pytest.approx(found[0].p)
    assert alone.verdict is Verdict.ROSE
    crowd = as_family([found[0], *(replace(found[1], p=0.9) for _ in range(400))])[0]
    assert crowd.q == pytest.approx(min(1.0, 401 * found[0].p))
    assert crowd.verdict is not Verdict.ROSE
    assert crowd.needed is not None
    assert alone.needed is not None
    assert crowd.needed > alone.needed
    assert as_family([]) == ()


def test_frozen_q_values_give_the_same_verdict() -> None:
    family = as_family(at(panel((20.0,), times={0: from_day(RELEASE + 1, 2.0)})))
    again = judged(
        replace(family[0], q=None, verdict=Verdict.UNCLEAR),
        q=family[0].q,
        q_dependent=family[0].q_dependent,
        threshold=0.05,
    )
    assert again.verdict is family[0].verdict
    untested = at(panel((0.1,)))[0]
    assert judged(untested, q=0.01, q_dependent=0.01, threshold=0.05) == untested


def test_the_exposure_of_a_day_fits_the_panel() -> None:
    made = panel()
    with pytest.raises(ValueError, match="exposure"):
        at(made, unnamed={made.day(RELEASE): np.ones((3, 4), dtype=np.int64)})


def cornered(kind: str) -> Panel:
    made = panel((20.0, 5.0))
    zero, days = np.zeros_like(made.counts), np.arange(DAYS)
    match kind:
        case "no reports":
            return replace(made, counts=zero)
        case "no posts":
            return replace(made, exposure=np.zeros_like(made.exposure))
        case "no usable day":
            return missing(made, day=slice(None))
        case "every post is a report":
            return replace(made, counts=np.broadcast_to(made.exposure, zero.shape).copy())
        case "more reports than posts":
            return replace(made, counts=made.counts + 1_000)
        case "none after":
            return replace(made, counts=np.where(days > RELEASE, 0, made.counts))
        case "none before":
            return replace(made, counts=np.where(days < RELEASE, 0, made.counts))
        case "one weekday alone":
            return replace(made, counts=np.where(days % 7 == 2, made.counts, 0))
        case "huge":
            return replace(made, counts=made.counts * 10**10, exposure=made.exposure * 10**12)
        case "an era a week":
            return replace(made, eras=np.broadcast_to(days // 7, made.eras.shape).copy())
        case "no place":
            return replace(
                made,
                places=(),
                counts=made.counts[:, :0],
                exposure=made.exposure[:0],
                usable=made.usable[:0],
                eras=made.eras[:0],
            )
        case _:
            return replace(
                made,
                counts=made.counts[..., :0],
                exposure=made.exposure[:, :0],
                usable=made.usable[:, :0],
                eras=made.eras[:, :0],
            )


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("kind", "verdicts"),
    [
        ("no reports", {Verdict.TOO_FEW}),
        ("no posts", {Verdict.INCOMPLETE_DAYS}),
        ("no usable day", {Verdict.INCOMPLETE_DAYS}),
        ("every post is a report", {Verdict.TOO_FEW}),
        ("more reports than posts", {Verdict.NO_MEANINGFUL_CHANGE, Verdict.ALREADY_MOVING}),
        ("none after", {Verdict.TOO_FEW}),
        ("none before", {Verdict.TOO_FEW}),
        ("one weekday alone", {Verdict.UNCLEAR, Verdict.NO_MEANINGFUL_CHANGE}),
        ("huge", {Verdict.UNCLEAR, Verdict.NO_MEANINGFUL_CHANGE}),
        ("an era a week", {Verdict.INCOMPLETE_DAYS}),
        ("no place", {Verdict.INCOMPLETE_DAYS}),
        ("no day", {Verdict.INCOMPLETE_DAYS}),
    ],
)
def test_hopeless_series_have_a_verdict_and_warn_of_nothing(
    kind: str, verdicts: set[Verdict]
) -> None:
    for one in as_family(at(cornered(kind))):
        assert one.verdict in verdicts
        words = (*one.reasons, *(source.left_out or "" for source in one.sources))
        for sentence in (*words, *(way.note for way in one.sensitivities)):
            assert violations(sentence) == ()


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_panel_has_verdicts(data: st.DataObject) -> None:
    rng = np.random.default_rng(data.draw(seeds))
    causes, places, days = (data.draw(st.integers(1, most)) for most in (4, 3, 200))
    volume = 10.0 ** rng.uniform(-2, 4, (places, 1))
    exposure = rng.poisson(10.0 ** rng.uniform(0, 5, (places, 1)) * np.ones(days))
    made = Panel(
        product="Claude",
        first_day=panel().first_day,
        causes=tuple(Cause)[:causes],
        places=tuple(str(number) for number in range(places)),
        counts=rng.poisson(volume * np.ones((causes, places, days))),
        exposure=exposure,
        usable=rng.random((places, days)) < data.draw(st.sampled_from([0.0, 0.7, 0.97, 1.0])),
        eras=np.cumsum(rng.random((places, days)) < 0.003, axis=1),
    )
    asked = [made.first_day + timedelta(days=int(day)) for day in rng.integers(-30, days + 30, 2)]
    found = as_family(release_effects(made, asked, comparators=[made]))
    assert len(found) == 2 * causes
    for one in found:
        assert (one.p is None) == (one.q is None)
        for value in (one.ratio, one.low, one.high, one.p, one.smallest_rise):
            assert value is None or np.isfinite(value)
