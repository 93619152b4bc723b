"""Two models beside each other, against counting by hand."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from classify.compare import compare, shift, told
from db.queries.compared import Pair, Said
from domain.causes import REPORT_DECISIONS, Cause, Decision

DAY = date(2026, 6, 1)


def said(decision: Decision, report: float = 0.5, cause: float = 0.1) -> Said:
    return Said(decision=decision, report_probability=report, causes=dict.fromkeys(Cause, cause))


decisions = st.sampled_from(list(Decision))
chances = st.floats(0, 1)
pairs = st.lists(
    st.builds(
        lambda n, source, day, a, b: Pair(
            post=f"{n:024x}",
            source=source,
            place=f"{source}:x",
            day=DAY + timedelta(days=day),
            first=said(*a),
            second=said(*b),
        ),
        st.integers(0, 10**6),
        st.sampled_from(("hub", "news")),
        st.integers(0, 4),
        st.tuples(decisions, chances, chances),
        st.tuples(decisions, chances, chances),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(pairs, st.integers(0, 5))
def test_every_number_is_that_of_counting_by_hand(given_: list[Pair], largest: int) -> None:
    made = compare(given_, largest=largest)
    changed = [p for p in given_ if p.first.decision is not p.second.decision]
    assert (made.posts, made.changed) == (len(given_), len(changed))
    assert made.table == Counter((p.first.decision, p.second.decision) for p in given_)
    assert {s.source: (s.posts, s.changed) for s in made.sources} == {
        source: (
            sum(p.source == source for p in given_),
            sum(p.source == source for p in changed),
        )
        for source in {p.source for p in given_}
    }
    for one in made.decisions:
        first = [p for p in given_ if p.first.decision is one.decision]
        second = [p for p in given_ if p.second.decision is one.decision]
        assert (one.first, one.second) == (len(first), len(second))
        assert one.second - one.first == one.gained - one.lost
        days = {p.day for p in (*first, *second)}
        by_day = {
            d: (sum(p.day == d for p in first), sum(p.day == d for p in second)) for d in days
        }
        total = sum(abs(b - a) for a, b in by_day.values())
        assert one.mean_change == (total / len(days) if days else 0)
        if one.largest_day:
            a, b = by_day[one.largest_day]
            assert (one.first_on_it, one.second_on_it) == (a, b)
            assert abs(b - a) == max(abs(y - x) for x, y in by_day.values())
        else:
            assert total == 0
    shifts = sorted((shift(p.first, p.second) for p in changed), reverse=True)
    assert [c.shift for c in made.largest] == shifts[:largest]
    json.dumps(told(made), default=str)


def test_a_model_and_itself_differ_in_nothing() -> None:
    one = said(Decision.OTHER)
    pair = Pair(post="p", source="hub", place="hub:x", day=DAY, first=one, second=one)
    made = compare([pair] * 3)
    assert (made.posts, made.changed, made.largest) == (3, 0, ())
    assert made.share_changed.value == 0
    assert 0.3 < made.share_changed.high < 0.8  # three posts promise little


def test_nothing_to_compare() -> None:
    made = compare([])
    assert made.posts == 0
    assert [d.decision for d in made.decisions] == list(REPORT_DECISIONS)
    assert told(made)["share_changed"]["value"] is None


def test_the_largest_changes_survive_many_others() -> None:
    many = [
        Pair(
            post=f"{n:024x}",
            source="hub",
            place="hub:x",
            day=DAY,
            first=said(Decision.OTHER, n / 10_000),
            second=said(Decision.UNDETERMINED, 0.0),
        )
        for n in range(5_000)
    ]
    made = compare(many, largest=3)
    assert [c.post for c in made.largest] == [f"{n:024x}" for n in (4_999, 4_998, 4_997)]
