"""A rate never promises more reporters than posts, however frequent reports or few posts are."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from db.queries.series import DailyRow
from domain.causes import Decision
from trends.curves import Measure, Series, make_series
from trends.periods import Period, State

FIRST = date(2026, 5, 4)


def rate(days: list[tuple[int, int]]) -> Series:
    rows = [
        DailyRow(
            day=FIRST + timedelta(days=n),
            source="github",
            place="github:a/b",
            decision=Decision.OTHER,
            reports=reporters,
            reporters=reporters,
            threads=reporters,
            posts=posts,
            all_reports=reporters,
        )
        for n, (reporters, posts) in enumerate(days)
    ]
    return make_series(
        rows,
        {row.day: State.WHOLE for row in rows},
        place="github:a/b",
        source="github",
        decision=Decision.OTHER,
        measure=Measure.RATE,
        period=Period.DAY,
        today=FIRST + timedelta(days=len(days) + 7),
    )


DAYS = st.lists(
    st.integers(1, 60).flatmap(lambda posts: st.tuples(st.integers(0, posts), st.just(posts))),
    min_size=1,
    max_size=12,
)


@given(DAYS)
def test_a_rate_stays_within_its_posts(days: list[tuple[int, int]]) -> None:
    made = rate(days)
    for value, low, high in zip(made.values, made.low, made.high, strict=True):
        assert value is not None
        assert low is not None
        assert high is not None
        assert 0 <= low <= value <= high <= 1_000


def test_a_rare_rate_keeps_garwoods_interval() -> None:
    made = rate([(1, 1_000), (0, 1_000)])
    assert made.values == (1.0, 0.0)
    # Garwood's 95 % limits of a count of 1 are 0.0253 and 5.572, of 0 they are 0 and 3.689.
    assert [round(v or 0, 3) for v in (*made.low, *made.high)] == [0.025, 0.0, 5.572, 3.689]
