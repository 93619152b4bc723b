"""Which reports of a thread belong together."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from classify.group import incidents
from db.incidents import ThreadPost

START = datetime(2026, 5, 1, tzinfo=UTC)


def post(name: str, parent: str | None, minute: int, *, report: bool = True) -> ThreadPost:
    written = START + timedelta(minutes=minute)
    return ThreadPost(post=name, parent=parent, written_at=written, is_report=report)


def members(*posts: ThreadPost) -> dict[str, tuple[str, ...]]:
    return {i.key: i.members for i in incidents(posts)}


def test_same_here_joins_the_report_that_it_answers() -> None:
    assert members(post("a", None, 0), post("b", "a", 1), post("c", "b", 2)) == {
        "a": ("a", "b", "c")
    }


def test_a_comment_between_two_reports_does_not_part_them() -> None:
    made = members(post("a", None, 0), post("b", "a", 1, report=False), post("c", "b", 2))
    assert made == {"a": ("a", "c")}


def test_reports_under_an_announcement_are_incidents_of_their_own() -> None:
    made = members(post("a", None, 0, report=False), post("b", "a", 1), post("c", "a", 2))
    assert made == {"b": ("b",), "c": ("c",)}


def test_a_parent_that_was_never_collected_joins_nothing() -> None:
    assert members(post("b", "lost", 1), post("c", "lost", 2)) == {"b": ("b",), "c": ("c",)}


def test_an_incident_is_named_by_its_earliest_report() -> None:
    assert members(post("z", None, 5), post("a", "z", 1)) == {"a": ("a", "z")}


def test_parents_in_a_circle_end() -> None:
    made = members(post("a", "b", 0), post("b", "a", 1), post("c", "c", 2))
    assert made == {"a": ("a", "b"), "c": ("c",)}


THREADS = st.lists(st.tuples(st.integers(-1, 11), st.integers(0, 5), st.booleans()), max_size=12)


@given(THREADS, st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(
    told: list[tuple[int, int, bool]], dice: random.Random
) -> None:
    posts = [
        post(f"p{i:02}", None if parent < 0 else f"p{parent:02}", minute, report=report)
        for i, (parent, minute, report) in enumerate(told)
    ]
    made = incidents(posts)
    shuffled = list(posts)
    dice.shuffle(shuffled)
    assert incidents(shuffled) == made
    every = [m for i in made for m in i.members]
    assert sorted(every) == sorted(p.post for p in posts if p.is_report)
    written = {p.post: (p.written_at, p.post) for p in posts}
    assert all(i.key == min(i.members, key=lambda m: written[m]) for i in made)
