"""Spikes and steps of every series of a panel: pieces fit together, no era leaks into another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
import timeline
from hypothesis import given, settings
from hypothesis import strategies as st

from db.judges import Judges
from domain.causes import Cause
from trends import kept_episodes
from trends.episodes import AlarmDay, alarm_days, joined_alarms
from trends.kept_episodes import renewed
from trends.panel import Panel
from trends.steps import above_season, steps, weekly

FIRST = date(2025, 1, 6)  # a Monday
JUDGES = Judges.only("model-1")
CAUSES = (Cause.CONTEXT_LIMIT, Cause.OTHER)
PLACES = ("forum:a", "hub:b")


def panel(days: int = 200, seed: int = 1, first: date = FIRST) -> Panel:
    dice = np.random.default_rng(seed)
    return Panel(
        product="Copilot",
        first_day=first,
        causes=CAUSES,
        places=PLACES,
        counts=dice.poisson(6.0, (2, 2, days)),
        exposure=np.full((2, days), 120),
        usable=np.ones((2, days), dtype=np.bool_),
        eras=np.zeros((2, days), dtype=np.int64),
    )


def changed(made: Panel, **arrays: np.ndarray) -> Panel:  # type: ignore[type-arg]
    return replace(made, **arrays)  # type: ignore[arg-type]  # any array


def with_spike(made: Panel, t: int, length: int = 3) -> Panel:
    counts = made.counts.copy()
    counts[0, 1, t : t + length] = 40
    return changed(made, counts=counts)


def with_step(made: Panel, t: int) -> Panel:
    counts = made.counts.copy()
    counts[1, 0, t:] *= 3
    return changed(made, counts=counts)


# -- spikes ----------------------------------------------------------------------------------------


def test_a_spike_is_found_where_it_is() -> None:
    made = with_spike(panel(), 150)
    (spike,) = joined_alarms(alarm_days(made, 100, 199))
    assert [day.day for day in spike.days] == [made.day(150 + n) for n in range(3)]
    assert {(day.cause, day.place, day.reporters) for day in spike.days} == {
        (CAUSES[0], PLACES[1], 40)
    }
    assert spike.strength == pytest.approx(120 / sum(day.expected for day in spike.days), rel=1e-12)
    assert spike.strength > 4


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(64, 198), max_size=4), st.integers(0, 5))
def test_days_in_parts_give_what_all_days_give(cuts: list[int], seed: int) -> None:
    made = with_spike(panel(seed=seed), 120)
    edges = sorted({0, 200, *cuts})
    parts = [
        alarm for first, after in pairwise(edges) for alarm in alarm_days(made, first, after - 1)
    ]
    parts.sort(key=lambda a: (a.cause.value, a.place, a.day))
    whole = alarm_days(made, 0, 199)
    assert [(a.cause, a.place, a.day) for a in parts] == [(a.cause, a.place, a.day) for a in whole]
    expected = [a.expected for a in whole]  # fitted in other company: the last digit may differ
    assert [a.expected for a in parts] == pytest.approx(expected, rel=1e-9)


def test_only_nine_weeks_before_have_a_part_in_an_alarm() -> None:
    made = with_spike(panel(), 150)
    other = made.counts.copy()
    other[..., :80] = 999
    other[..., 170:] = 999
    assert alarm_days(changed(made, counts=other), 143, 169) == alarm_days(made, 143, 169)


def test_no_baseline_reaches_over_a_change_of_our_own() -> None:
    made = panel()
    counts, eras = made.counts.copy(), made.eras.copy()
    counts[:, 0, 100:] *= 4  # the new query finds four times as much
    eras[0, 100:] = 1
    told = alarm_days(changed(made, counts=counts, eras=eras), 64, 199)
    one = alarm_days(changed(made, counts=counts), 64, 199)
    assert len([a for a in one if a.place == PLACES[0] and made.index(a.day) >= 100]) > 5
    assert len([a for a in told if a.place == PLACES[0]]) <= 2
    assert [a for a in told if a.place == PLACES[1]] == [a for a in one if a.place == PLACES[1]]


def test_gaps_of_two_days_don_t_end_a_spike() -> None:
    def alarm(day: int, cause: Cause = CAUSES[0]) -> AlarmDay:
        return AlarmDay(
            cause=cause,
            place=PLACES[0],
            day=FIRST + timedelta(days=day),
            reporters=9,
            expected=2.0,
            posts=100,
            p=1e-5,
        )

    found = joined_alarms([alarm(8), alarm(1), alarm(4), alarm(3, CAUSES[1])])
    assert [[(d.day - FIRST).days for d in spike.days] for spike in found] == [[1, 4], [8], [3]]


def test_nothing_asked_is_nothing_found() -> None:
    assert alarm_days(panel(), 50, 49) == ()
    assert joined_alarms(()) == ()


# -- weeks and steps -------------------------------------------------------------------------------


@pytest.mark.parametrize("first", [FIRST + timedelta(days=n) for n in range(7)])
def test_weeks_are_whole_iso_weeks(first: date) -> None:
    made = panel(40, first=first)
    weeks = weekly(made)
    assert weeks.monday.weekday() == 0
    assert 0 <= (weeks.monday - first).days < 7
    begun = (weeks.monday - first).days
    assert weeks.counts.shape[-1] == (40 - begun) // 7
    week = made.counts[..., begun + 7 : begun + 14].sum(axis=-1)
    assert weeks.counts[..., 1].tolist() == week.tolist()


def test_a_week_with_a_lost_day_or_two_eras_is_missing() -> None:
    made = panel(28)
    usable, eras = made.usable.copy(), made.eras.copy()
    usable[0, 8] = False
    eras[1, 17:] = 1
    weeks = weekly(changed(made, usable=usable, eras=eras))
    assert weeks.usable.tolist() == [[True, False, True, True], [True, True, False, True]]


def test_a_lasting_change_is_a_step_with_its_neighbours() -> None:
    on = 112  # a Monday
    releases = [timeline.release(name, None) for name in ("far", "near", "announced")]
    dated = [
        replace(releases[0], deployed=FIRST + timedelta(days=20)),
        releases[2],
        replace(releases[1], deployed=FIRST + timedelta(days=on - 3)),
    ]
    (found,) = steps(with_step(panel(280), on), dated)
    assert (found.cause, found.place) == (CAUSES[1], PLACES[0])
    assert found.first <= FIRST + timedelta(days=on) <= found.last
    assert (found.last - found.first).days == 34  # two weeks on either side
    assert found.after.rate / found.before.rate == pytest.approx(3.0, rel=0.15)
    assert found.before.low < found.before.rate < found.before.high
    assert found.nearest == "near"
    assert found.days == (found.monday - FIRST).days - (on - 3)
    assert 0 < found.chance < 1
    assert found.shape == "steps"


def test_a_change_of_our_own_is_no_step() -> None:
    made = with_step(panel(280), 112)
    eras = made.eras.copy()
    eras[0, 112:] = 1
    assert steps(made, ())
    assert steps(changed(made, eras=eras), ()) == ()


def test_seasons_want_three_years() -> None:
    short, long = panel(3 * 364), panel(4 * 364)
    counts = long.counts.copy()
    counts[0, 0, -14:-7] += 12
    found = above_season(changed(long, counts=counts))
    assert above_season(short) == ()
    assert [(w.cause, w.place, w.monday) for w in found if w.p < 1e-6] == [
        (CAUSES[0], PLACES[0], FIRST + timedelta(days=4 * 364 - 14))
    ]
    (week,) = [w for w in found if w.p < 1e-6]
    assert week.reporters > week.upper > week.expected


# -- as they are kept ------------------------------------------------------------------------------


def test_what_is_kept_is_renewed_where_days_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = with_spike(panel(), 130)
    once, noted = renewed(made, JUDGES, (), (), {}, ())
    assert once is not None
    assert renewed(made, JUDGES, (), (), noted, once)[0] is None
    asked: list[tuple[int, int]] = []

    def watched(of: Panel, first: int, last: int) -> tuple[AlarmDay, ...]:
        asked.append((first, last))
        return alarm_days(of, first, last)

    monkeypatch.setattr(kept_episodes, "alarm_days", watched)
    later = with_spike(made, 196)
    again, told = renewed(later, JUDGES, (), (), noted, once)
    assert asked == [(made.index(date(2025, 7, 1)), 199)]  # July alone
    assert again is not None
    whole, all_told = renewed(later, JUDGES, (), (), {}, ())
    assert told == all_told
    assert sorted(map(repr, again)) == sorted(map(repr, whole or ()))
    spikes = [one for one in again if one.kind == "spike" and one.strength > 4]
    assert [one.began for one in spikes] == [made.day(130), made.day(196)]


def test_another_release_renews_the_steps_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    made = with_step(with_spike(panel(280), 130), 112)
    once, noted = renewed(made, JUDGES, (), (), {}, ())
    near = replace(timeline.release("near", None), deployed=FIRST + timedelta(days=110))
    monkeypatch.setattr(kept_episodes, "alarm_days", None)
    again, _ = renewed(made, JUDGES, (near,), (), noted, once or ())
    assert again is not None
    told = {one.kind: one.detail.get("nearest") for one in again}
    assert told["step"] == "near"


def test_a_spike_soon_after_a_publication_is_marked() -> None:
    made = with_spike(panel(), 130)
    mortem = replace(
        timeline.release("mortem", None, "outage_or_postmortem"), announced=made.day(128)
    )
    once, _ = renewed(made, JUDGES, (), (mortem,), {}, ())
    (spike,) = [one for one in once or () if one.strength > 4]
    assert spike.detail["published"]["before"] == ["mortem"]


def test_another_model_computes_everything_anew() -> None:
    made = panel()
    once, noted = renewed(made, JUDGES, (), (), {}, ())
    again, told = renewed(made, Judges.only("model-2"), (), (), noted, once or ())
    assert again is not None
    assert noted.keys() == told.keys()
    assert not set(noted.values()) & set(told.values())
