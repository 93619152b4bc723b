"""Threads are read again more seldom the quieter they are; posts are asked for at any age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ingest.schedule import (
    LATEST_CHECK,
    LATEST_VISIT,
    QUIET,
    SOONEST_CHECK,
    SOONEST_VISIT,
    next_check,
    next_visit,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
AGES = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=3_000))


@given(AGES)
def test_a_thread_is_read_again_until_it_was_quiet_for_a_month(age: timedelta) -> None:
    due = next_visit(NOW - age, NOW)
    if age >= QUIET:
        assert due is None
    else:
        assert due is not None
        assert SOONEST_VISIT <= due - NOW <= LATEST_VISIT


@given(AGES, AGES)
def test_the_quieter_the_later(one: timedelta, other: timedelta) -> None:
    less, more = sorted((one, other))
    if more < QUIET:
        assert next_visit(NOW - less, NOW) <= next_visit(NOW - more, NOW)  # type: ignore[operator] # both are moments
    assert next_check(NOW - less, NOW, None) <= next_check(NOW - more, NOW, None)


def test_a_thread_of_a_month_is_read_a_dozen_times_not_hundreds() -> None:
    visits, at, written = 0, NOW, NOW
    while (due := next_visit(written, at)) is not None:
        visits, at = visits + 1, due
    assert 12 <= visits <= 24


@given(AGES, st.none() | st.integers(1, 72))
def test_a_post_is_asked_for_as_often_as_its_terms_want(age: timedelta, hours: int | None) -> None:
    wait = next_check(NOW - age, NOW, hours) - NOW
    assert wait <= LATEST_CHECK
    if hours is not None:
        assert wait <= timedelta(hours=hours)
    else:
        assert wait >= SOONEST_CHECK


@given(st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=2)))
def test_a_date_that_lies_ahead_breaks_nothing(ahead: timedelta) -> None:
    assert next_visit(NOW + ahead, NOW) == NOW + SOONEST_VISIT
    assert next_check(NOW + ahead, NOW, None) == NOW + SOONEST_CHECK
