"""Which days and weeks are whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trends.periods import (
    Period,
    Seen,
    State,
    Stretch,
    day_states,
    days,
    monday_of,
    outages,
    start_of,
    week_states,
)

MONDAY = date(2026, 6, 1)
TODAY = date(2026, 6, 25)
DAY = timedelta(days=1)


def steady(posts: int = 20, number: int = 24) -> dict[date, int]:
    return {MONDAY + n * DAY: posts for n in range(number)}


def moment(day: date, hour: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def test_the_first_day_and_a_last_day_not_seen_to_its_end_are_partial() -> None:
    states = day_states(Seen(posts=steady()), today=TODAY)
    assert list(states) == list(days(MONDAY, MONDAY + 23 * DAY))
    partial = [day for day, state in states.items() if state is State.PARTIAL]
    assert partial == [MONDAY, MONDAY + 23 * DAY]


def test_a_visit_after_midnight_makes_the_day_before_whole() -> None:
    last = MONDAY + 23 * DAY
    before = Seen(posts=steady(), visited_at=moment(last, 23))
    after = Seen(posts=steady(), visited_at=moment(last + DAY, 0))
    assert day_states(before, today=TODAY)[last] is State.PARTIAL
    assert day_states(after, today=TODAY)[last] is State.WHOLE


def test_today_is_never_there() -> None:
    posts = steady(number=25) | {TODAY: 7}
    seen = Seen(posts=posts, visited_at=moment(TODAY, 23))
    assert TODAY not in day_states(seen, today=TODAY)
    assert day_states(Seen(posts={TODAY: 7}), today=TODAY) == {}


def test_a_quiet_place_goes_on_with_zeros_as_far_as_it_was_visited() -> None:
    seen = Seen(posts={MONDAY: 1, MONDAY + DAY: 2}, visited_at=moment(MONDAY + 5 * DAY, 3))
    states = day_states(seen, today=TODAY)
    assert list(states) == list(days(MONDAY, MONDAY + 4 * DAY))
    assert states[MONDAY + 4 * DAY] is State.WHOLE


def test_a_gap_is_missing_on_every_day_it_touches() -> None:
    gap = Stretch(began=moment(MONDAY + 4 * DAY, 22), ended=moment(MONDAY + 6 * DAY))
    states = day_states(Seen(posts=steady(), gaps=[gap]), today=TODAY)
    missing = [day for day, state in states.items() if state is State.MISSING]
    assert missing == [MONDAY + 4 * DAY, MONDAY + 5 * DAY]  # it ended at midnight


def test_an_open_gap_lasts() -> None:
    gap = Stretch(began=moment(MONDAY + 20 * DAY, 1), ended=None)
    states = day_states(Seen(posts=steady(), gaps=[gap]), today=TODAY)
    assert [s for d, s in states.items() if d >= MONDAY + 20 * DAY] == [State.MISSING] * 4


def test_a_collapse_of_the_volume_is_an_outage_not_a_zero() -> None:
    posts = steady() | {MONDAY + 9 * DAY: 3, MONDAY + 10 * DAY: 4}
    del posts[MONDAY + 18 * DAY]
    states = day_states(Seen(posts=posts), today=TODAY)
    missing = [day for day, state in states.items() if state is State.MISSING]
    assert missing == [MONDAY + 9 * DAY, MONDAY + 18 * DAY]  # 3 and 0 of 20; 4 is the fifth part
    capped = day_states(Seen(posts=posts, steady=False), today=TODAY)
    assert State.MISSING not in capped.values()


def test_a_small_place_may_have_days_without_posts() -> None:
    posts = {day: n % 3 for n, day in enumerate(days(MONDAY, MONDAY + 20 * DAY))}
    assert outages(posts) == set()


def test_growth_over_a_year_is_no_outage() -> None:
    posts = {day: 10 + n for n, day in enumerate(days(MONDAY, MONDAY + 364 * DAY))}
    assert outages(posts) == set()


def test_a_week_is_whole_only_with_seven_whole_days() -> None:
    gap = Stretch(began=moment(MONDAY + 15 * DAY), ended=moment(MONDAY + 15 * DAY, 1))
    states = day_states(Seen(posts=steady(), gaps=[gap]), today=TODAY)
    weeks = week_states(states, today=TODAY)
    assert weeks == {
        MONDAY: State.PARTIAL,  # its first day is
        MONDAY + 7 * DAY: State.WHOLE,
        MONDAY + 14 * DAY: State.MISSING,
    }  # and the week of today does not exist


def test_a_year_ends_within_its_iso_week() -> None:
    assert monday_of(date(2027, 1, 1)) == date(2026, 12, 28)
    assert start_of(date(2027, 1, 3), Period.WEEK) == date(2026, 12, 28)
    assert start_of(date(2027, 1, 3), Period.DAY) == date(2027, 1, 3)


@given(
    st.dictionaries(st.integers(0, 60).map(lambda n: MONDAY + n * DAY), st.integers(0, 50)),
    st.integers(0, 70).map(lambda n: MONDAY + n * DAY),
    st.none() | st.integers(0, 70).map(lambda n: moment(MONDAY + n * DAY, 5)),
)
def test_days_are_a_run_before_today_and_weeks_follow_from_them(
    posts: dict[date, int], today: date, visited_at: datetime | None
) -> None:
    states = day_states(Seen(posts=posts, visited_at=visited_at), today=today)
    known = list(states)
    if known:
        assert known == list(days(known[0], known[-1]))
        assert known[-1] < today
        assert posts[known[0]] > 0
    for monday, state in week_states(states, today=today).items():
        seven = [states.get(day) for day in days(monday, monday + 6 * DAY)]
        assert (state is State.WHOLE) == (set(seven) == {State.WHOLE})
        assert (state is State.MISSING) == (State.MISSING in seven)
        assert monday + 6 * DAY < today
