"""Deployments of a product are tested once, together, and name their neighbours."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.nouns import Release
from tests.support.timeline import DAY, release
from trends.catalogue import KINDS, RESEARCH, read_releases
from trends.clusters import RANK, REACH, WINDOW, cluster_of, clusters, deploys


def named(*found: Release) -> list[str]:
    return [r.id for r in found]


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (release("a", 0), True),
        (release("a", None), False),
        (release("a", 0, product="unknown"), False),
        (release("a", 0, retired="a test only"), False),
        (release("a", 0, RESEARCH), False),
    ],
)
def test_only_a_known_deployment_that_stands_is_tested(one: Release, told: bool) -> None:
    assert deploys(one) is told
    assert len(clusters([one], "Claude")) == told


def test_every_kind_but_research_has_its_weight() -> None:
    assert {*RANK, RESEARCH} == set(KINDS)


def test_the_most_important_is_the_anchor_and_its_day_the_clusters() -> None:
    found = clusters(
        [
            release("feature", 0, "session_feature"),
            release("safeguard", 3, "safety_safeguard_deployment"),
            release("model", 5, "model_release"),
            release("policy", 10, "policy_change"),
        ],
        "Claude",
    )
    assert [(c.id, c.day, named(*c.others)) for c in found] == [
        ("model", DAY + timedelta(days=5), ["feature", "safeguard", "policy"])
    ]


def test_features_of_both_kinds_weigh_alike_and_the_earlier_leads() -> None:
    found = clusters([release("b", 2), release("a", 1, "session_feature")], "Claude")
    assert [(c.id, named(*c.others)) for c in found] == [("a", ["b"])]


def test_a_cluster_never_chains() -> None:
    found = clusters([release(f"r{day:02}", day) for day in range(0, 35, 5)], "Claude")
    assert [named(*c.releases) for c in found] == [
        ["r00", "r05"],
        ["r10", "r15"],
        ["r20", "r25"],
        ["r30"],
    ]


def test_all_others_within_28_days_are_named_also_those_of_other_clusters() -> None:
    all_of_it = [release(f"r{day:02}", day) for day in (0, 5, 20, 28, 29)]
    other = release("other", 1, product="ChatGPT")
    first = clusters([*all_of_it, other], "Claude")[0]
    assert (named(*first.releases), named(*first.nearby)) == (["r00", "r05"], ["r05", "r20", "r28"])
    assert first.around
    alone = clusters([other], "ChatGPT")[0]
    assert (alone.nearby, alone.around) == ((), False)


def test_the_cluster_of_a_release_is_found() -> None:
    made = clusters([release("a", 0), release("b", 5), release("c", 50)], "Claude")
    found = cluster_of(made, "b")
    assert found is not None
    assert found.id == "a"
    assert cluster_of(made, "none") is None


KIND = st.sampled_from(sorted(RANK))


@given(st.lists(st.tuples(st.integers(0, 120), KIND), max_size=40), st.randoms())
def test_each_deployment_is_in_one_cluster_around_a_leader_of_its_days(
    told: list[tuple[int, str]], order: object
) -> None:
    releases = [release(f"r{n}", day, kind) for n, (day, kind) in enumerate(told)]
    made = clusters(releases, "Claude")
    inside = [r.id for c in made for r in c.releases]
    assert sorted(inside) == sorted(r.id for r in releases)
    for cluster in made:
        days = [r.deployed for r in cluster.releases if r.deployed]
        assert max(days) - min(days) <= timedelta(days=14)
        assert all(abs(day - cluster.day) <= REACH for day in days)
        assert all(RANK[r.kind] >= RANK[cluster.anchor.kind] for r in cluster.others)
        near = [r.id for r in releases if r.deployed and abs(r.deployed - cluster.day) <= WINDOW]
        assert sorted(named(*cluster.nearby, cluster.anchor)) == sorted(near)
    order.shuffle(releases)  # type: ignore[attr-defined]  # a random.Random
    assert clusters(releases, "Claude") == made


def test_the_shipped_catalogue_has_more_than_one_cluster_a_quarter() -> None:
    made = clusters(read_releases(), "Claude Code")
    assert len(made) > 30
    assert all(b.day > a.day for a, b in pairwise(made))
