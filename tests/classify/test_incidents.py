"""Which posts belong together: replies, near-duplicates, and what people decided."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from classify.group import Kind, Link, answer, incidents
from db.constraints import Constraint
from db.grouping import ThreadPost
from domain.causes import Decision
from domain.nouns import Role

START = datetime(2026, 5, 1, tzinfo=UTC)


def post(
    name: str,
    parent: str | None,
    minute: int,
    *,
    report: bool = True,
    same: bool = False,
    decision: Decision = Decision.UNDETERMINED,
) -> ThreadPost:
    """`same`: says "same here"; without `report` it does no more."""
    role = Role.REPORT if report else Role.CORROBORATES if same else None
    return ThreadPost(
        post=name,
        thread="t",
        parent=parent,
        written_at=START + timedelta(minutes=minute),
        role=role,
        decision=decision.value if role else Decision.NOT_A_REPORT.value,
        says_so=same,
    )


def replies(*posts: ThreadPost) -> list[Link]:
    known = {p.post: p for p in posts}
    joined = [(p.post, answer(known, p).joins) for p in posts if p.role]
    return [Link(Kind.REPLY, (one, other)) for one, other in joined if other]


def members(*posts: ThreadPost, links: tuple[Link, ...] = ()) -> dict[str, tuple[str, ...]]:
    return {i.key: i.members for i in incidents(posts, (*replies(*posts), *links))}


# -- replies ---------------------------------------------------------------------------------------


def test_a_reply_that_is_a_report_joins_the_report_that_it_answers() -> None:
    assert members(post("a", None, 0), post("b", "a", 1), post("c", "b", 2)) == {
        "a": ("a", "b", "c")
    }


def test_same_here_joins_and_founds_nothing() -> None:
    made = incidents(
        posts := [
            post("a", None, 0),
            post("b", "a", 1, report=False, same=True),
            post("c", "b", 2, report=False, same=True),
            post("d", "x", 3, report=False, same=True),
        ],
        replies(*posts),
    )
    assert [(i.key, i.members, i.corroborating) for i in made] == [
        ("a", ("a", "b", "c"), ("b", "c"))
    ]


def test_a_reply_that_only_comments_does_not_join() -> None:
    assert members(post("a", None, 0), post("b", "a", 1, report=False)) == {"a": ("a",)}


def test_same_here_under_a_comment_agrees_with_the_comment() -> None:
    comment = post("b", "a", 1, report=False)
    made = members(post("a", None, 0), comment, post("c", "b", 2, report=False, same=True))
    assert made == {"a": ("a",)}


def test_a_comment_between_two_reports_does_not_part_them() -> None:
    made = members(post("a", None, 0), post("b", "a", 1, report=False), post("c", "b", 2))
    assert made == {"a": ("a", "c")}


def test_reports_under_an_announcement_are_incidents_of_their_own() -> None:
    made = members(post("a", None, 0, report=False), post("b", "a", 1), post("c", "a", 2))
    assert made == {"b": ("b",), "c": ("c",)}


def test_a_reply_decided_to_have_another_cause_is_another_incident() -> None:
    full = post("a", None, 0, decision=Decision.CONTEXT_LIMIT)
    refused = post("b", "a", 1, decision=Decision.SAFETY_TRIGGER)
    again = post("c", "b", 2, decision=Decision.CONTEXT_LIMIT)
    assert members(full, refused, again) == {"a": ("a", "c"), "b": ("b",)}
    open_ = post("d", "b", 3)
    assert members(full, refused, open_) == {"a": ("a",), "b": ("b", "d")}


def test_unless_it_says_that_the_same_happened() -> None:
    full = post("a", None, 0, decision=Decision.CONTEXT_LIMIT)
    same = post("b", "a", 1, decision=Decision.SAFETY_TRIGGER, same=True)
    assert members(full, same) == {"a": ("a", "b")}


def test_a_parent_that_was_never_collected_joins_nothing() -> None:
    assert members(post("b", "lost", 1), post("c", "lost", 2)) == {"b": ("b",), "c": ("c",)}


def test_an_incident_is_named_by_its_earliest_report() -> None:
    assert members(post("z", None, 5), post("a", "z", 1)) == {"a": ("a", "z")}
    early = post("a", "z", 1, report=False, same=True)
    assert members(post("z", None, 5), early) == {"z": ("a", "z")}


def test_parents_in_a_circle_end() -> None:
    made = members(post("a", "b", 0), post("b", "a", 1), post("c", "c", 2))
    assert made == {"a": ("a", "b"), "c": ("c",)}


# -- near-duplicates -------------------------------------------------------------------------------


def test_cross_posts_join_with_what_answers_them() -> None:
    posts = (post("a", None, 0), post("b", None, 9), post("c", "b", 10))
    near = Link(Kind.NEAR_DUPLICATE, ("a", "b"), 0.9)
    assert members(*posts, links=(near,)) == {"a": ("a", "b", "c")}


# -- people ----------------------------------------------------------------------------------------


def decided(number: int, *sides: str) -> Constraint:
    """Each side a word whose letters are posts."""
    return Constraint(
        number=number,
        kind="split" if len(sides) > 1 else "merge",
        person="Ada",
        reason="looked",
        at=START,
        sides=tuple(tuple(side) for side in sides),
    )


def grouped(posts: list[ThreadPost], *constraints: Constraint) -> set[str]:
    found = incidents(posts, replies(*posts), constraints)
    return {"".join(sorted(i.members)) for i in found}


def test_people_merge_and_split_and_the_later_decision_wins() -> None:
    posts = [post("a", None, 0), post("b", "a", 1), post("c", None, 2)]
    merge, split = decided(1, "abc"), decided(2, "b", "ac")
    assert grouped(posts) == {"ab", "c"}
    assert grouped(posts, merge) == {"abc"}
    assert grouped(posts, merge, split) == {"ac", "b"}
    assert grouped(posts, split, decided(3, "abc")) == {"abc"}
    # "a and c belong together" was said before, and nobody took it back
    assert grouped(posts, decided(1, "b", "ac"), decided(2, "ab")) == {"abc"}


def test_a_later_decision_on_some_leaves_the_earlier_one_on_the_others() -> None:
    posts = [post(name, None, minute) for minute, name in enumerate("abcd")]
    assert grouped(posts, decided(1, "abcd"), decided(2, "b", "acd")) == {"acd", "b"}
    three = (decided(1, "abcd"), decided(2, "a", "bcd"), decided(3, "d", "abc"))
    assert grouped(posts, *three) == {"abc", "d"}


def test_what_answers_a_post_that_was_split_off_goes_with_it() -> None:
    posts = [post("a", None, 0), post("b", "a", 1), post("c", "a", 2), post("d", "b", 3)]
    assert grouped(posts, decided(1, "b", "ac")) == {"ac", "bd"}


def test_same_here_that_was_split_off_is_in_no_incident() -> None:
    posts = [post("a", None, 0), post("b", "a", 1, report=False, same=True)]
    assert grouped(posts, decided(1, "b", "a")) == {"a"}


# -- any order -------------------------------------------------------------------------------------

TOLD = st.lists(
    st.tuples(st.integers(-1, 11), st.integers(0, 5), st.sampled_from(["report", "same", ""])),
    max_size=12,
)
SIDES = st.lists(st.sets(st.integers(0, 11), max_size=4), min_size=1, max_size=2)
NEAR = st.tuples(st.integers(0, 11), st.integers(0, 11), st.sampled_from([0.6, 0.8, 1.0]))


@given(TOLD, st.lists(NEAR, max_size=5), st.lists(SIDES, max_size=4), st.randoms())
def test_the_order_of_posts_links_and_decisions_changes_nothing(
    told: list[tuple[int, int, str]],
    near: list[tuple[int, int, float]],
    sides: list[list[set[int]]],
    dice: random.Random,
) -> None:
    posts = [
        post(
            f"p{i:02}",
            None if parent < 0 else f"p{parent:02}",
            minute,
            report=what == "report",
            same=what == "same",
        )
        for i, (parent, minute, what) in enumerate(told)
    ]
    links = replies(*posts)
    links += [Link(Kind.NEAR_DUPLICATE, (f"p{a:02}", f"p{b:02}"), s) for a, b, s in near]
    constraints = [
        Constraint(
            number=number,
            kind="split",
            person="Ada",
            reason="",
            at=START,
            sides=tuple(tuple(f"p{n:02}" for n in sorted(side)) for side in parts),
        )
        for number, parts in enumerate(sides)
    ]
    made = incidents(posts, links, constraints)
    for shuffled in (posts, links, constraints):
        dice.shuffle(shuffled)  # type: ignore[arg-type] # a list, whatever it holds
    assert incidents(posts, links, constraints) == made
    every = [m for i in made for m in i.members]
    assert len(every) == len(set(every))
    assert {p.post for p in posts if p.role is Role.REPORT} <= set(every)
    written = {p.post: p.age for p in posts}
    for incident in made:
        reports = set(incident.members) - set(incident.corroborating)
        assert incident.key == min(reports, key=lambda m: written[m])


@given(TOLD, st.lists(SIDES, min_size=1, max_size=4))
def test_the_latest_decision_always_holds(
    told: list[tuple[int, int, str]], sides: list[list[set[int]]]
) -> None:
    posts = [post(f"p{i:02}", None, minute) for i, (_, minute, _w) in enumerate(told)]
    parts = [[{f"p{n:02}" for n in side} for side in one] for one in sides]
    parts = [[one[0], *(side - one[0] for side in one[1:])] for one in parts]
    constraints = [
        Constraint(
            number=number,
            kind="split",
            person="Ada",
            reason="",
            at=START,
            sides=tuple(tuple(sorted(side)) for side in one),
        )
        for number, one in enumerate(parts)
    ]
    where = {m: i.key for i in incidents(posts, (), constraints) for m in i.members}
    held = [[where[p] for p in side if p in where] for side in parts[-1]]
    for side in held:
        assert len(set(side)) <= 1
    if len(held) == 2 and all(held):
        assert held[0][0] != held[1][0]
