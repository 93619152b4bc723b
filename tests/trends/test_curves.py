"""From daily rows to a series."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.queries.series import DailyRow
from domain.causes import Decision
from trends.curves import Measure, Series, make_series
from trends.intervals import poisson_rate, wilson_share
from trends.periods import Period, State, monday_of

MONDAY = date(2026, 6, 1)
DAY = timedelta(days=1)
TODAY = date(2026, 7, 30)


def row(number: int, reports: int, posts: int, reporters: int | None = None) -> DailyRow:
    return DailyRow(
        day=MONDAY + number * DAY,
        place="p",
        source="s",
        decision=Decision.OTHER,
        reports=reports,
        reporters=reports if reporters is None else reporters,
        threads=min(reports, 1),
        posts=posts,
        all_reports=2 * reports,
    )


def series(
    rows: list[DailyRow],
    states: dict[date, State],
    measure: Measure = Measure.RATE,
    period: Period = Period.DAY,
) -> Series:
    return make_series(
        rows,
        states,
        place="p",
        source="s",
        decision=Decision.OTHER,
        measure=measure,
        period=period,
        today=TODAY,
    )


def whole(number: int) -> dict[date, State]:
    return {MONDAY + n * DAY: State.WHOLE for n in range(number)}


def test_a_rate_counts_reporters_in_a_thousand_posts() -> None:
    made = series([row(0, 5, 400, reporters=4), row(1, 0, 100)], whole(2))
    expected = poisson_rate([4, 0], [400, 100])
    assert made.reports == (5, 0)
    assert made.reporters == (4, 0)
    assert made.values == pytest.approx(tuple(expected.estimate * 1_000))
    assert made.low == pytest.approx(tuple(expected.low * 1_000))
    assert made.high == pytest.approx(tuple(expected.high * 1_000))
    assert made.unit == "reporters per 1,000 judged posts"


def test_a_share_is_per_cent_of_all_reports() -> None:
    made = series([row(0, 5, 400)], whole(1), Measure.SHARE)
    expected = wilson_share(5, 10)
    assert made.values == (50.0,)
    assert made.low == pytest.approx((float(expected.low) * 100,))
    assert made.high == pytest.approx((float(expected.high) * 100,))


def test_a_counted_place_has_no_values() -> None:
    made = series([row(0, 5, 400)], whole(1), Measure.COUNT)
    assert made.reports == (5,)
    assert made.values == made.low == made.high == (None,)


def test_missing_is_not_zero_and_partial_has_no_rate() -> None:
    states = {MONDAY: State.PARTIAL, MONDAY + DAY: State.MISSING, MONDAY + 2 * DAY: State.WHOLE}
    made = series([row(0, 1, 10), row(1, 1, 3)], states)
    assert made.reports == (1, None, 0)
    assert made.posts == (10, None, 0)
    assert made.values == (None, None, None)  # the last has no posts, so no rate


def test_a_day_that_does_not_exist_counts_nowhere() -> None:
    made = series([row(-1, 9, 90), row(0, 1, 10)], whole(1))
    assert made.reports == (1,)


def test_weeks_are_sums_of_their_days() -> None:
    rows = [row(n, n % 3, 10 + n) for n in range(14)]
    made = series(rows, whole(14), period=Period.WEEK)
    assert made.starts == (MONDAY, MONDAY + 7 * DAY)
    assert made.reports == (sum(n % 3 for n in range(7)), sum(n % 3 for n in range(7, 14)))
    assert made.posts == (sum(range(10, 17)), sum(range(17, 24)))


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(9, 300)), min_size=1, max_size=40),
    st.sampled_from(list(Measure)),
    st.randoms(),
)
def test_order_of_rows_and_days_beside_a_week_change_nothing(
    counted: list[tuple[int, int]], measure: Measure, dice: object
) -> None:
    rows = [row(n, reports, posts) for n, (reports, posts) in enumerate(counted)]
    states = whole(len(rows))
    weekly = series(rows, states, measure, Period.WEEK)
    dice.shuffle(rows)  # type: ignore[attr-defined]  # a random.Random
    assert series(rows, states, measure, Period.WEEK) == weekly
    for start, reports, state in zip(weekly.starts, weekly.reports, weekly.states, strict=True):
        mine = [r.reports for r in rows if monday_of(r.day) == start]
        assert reports == sum(mine)
        assert (state is State.WHOLE) == (len(mine) == 7)


def test_nothing_collected_is_an_empty_series() -> None:
    made = series([], {})
    assert made.starts == made.values == ()
