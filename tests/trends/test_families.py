"""Families are fixed by the calendar; closed ones by the last complete day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import STUDIED, Cause
from tests.support.timeline import DAY, effect, release
from trends.clusters import WINDOW, Cluster, clusters
from trends.families import Family, closed, families, family_of, judged_together, q_values
from trends.verdict import LEVEL, Verdict

LAST_OF_MARCH = 29  # days after the second of March


def made(*days: int) -> tuple[Cluster, ...]:
    return clusters([release(f"r{day:03}", day) for day in days], "Claude")


def one(*days: int) -> Family:
    (found,) = families(made(*days), STUDIED)
    return found


def test_a_family_is_the_causes_and_clusters_of_a_product_in_a_quarter() -> None:
    elsewhere = clusters([release("x", 0, product="ChatGPT")], "ChatGPT")
    found = families([*made(60, 0, LAST_OF_MARCH, 1), *elsewhere], STUDIED)
    assert [(f.id, [c.id for c in f.clusters]) for f in found] == [
        ("ChatGPT 2026-Q1", ["x"]),
        ("Claude 2026-Q1", ["r000", "r029"]),
        ("Claude 2026-Q2", ["r060"]),
    ]
    assert [(cause, c.id) for cause, c in found[1].members] == [
        (cause, name) for name in ("r000", "r029") for cause in STUDIED
    ]
    wanted = family_of(found, found[1].clusters[1])
    assert wanted is not None
    assert wanted.id == "Claude 2026-Q1"
    assert family_of(found[:1], found[1].clusters[0]) is None


@pytest.mark.parametrize("causes", [(), (Cause.OTHER, Cause.OTHER)])
def test_a_family_has_causes_each_once(causes: tuple[Cause, ...]) -> None:
    with pytest.raises(ValueError, match="each once"):
        families(made(0), causes)


def test_it_closes_when_its_last_window_is_complete() -> None:
    family = one(0, LAST_OF_MARCH)
    assert family.closes == date(2026, 3, 31) + WINDOW
    assert not closed(family, family.closes - timedelta(days=1))
    assert closed(family, family.closes)


def test_it_stays_open_while_the_next_quarter_can_take_a_release_of_it() -> None:
    assert one(0).closes == date(2026, 4, 7)
    later = release("model", LAST_OF_MARCH + 7, "model_release")  # on 7 April
    drawn = clusters([release("r", LAST_OF_MARCH), later], "Claude")
    assert [f.id for f in families(drawn, STUDIED)] == ["Claude 2026-Q2"]
    too_late = release("model", LAST_OF_MARCH + 8, "model_release")
    apart = clusters([release("r", LAST_OF_MARCH), too_late], "Claude")
    assert [f.id for f in families(apart, STUDIED)] == ["Claude 2026-Q1", "Claude 2026-Q2"]


@given(st.lists(st.integers(0, 700), min_size=1, max_size=40, unique=True), st.integers(0, 700))
def test_a_later_release_changes_no_closed_family(days: list[int], now: int) -> None:
    """Whatever is deployed once a family is closed, its clusters and its closing day stay."""
    today = DAY + timedelta(days=now)
    before = [release(f"r{day:03}", day) for day in days if day < now]
    after = [release(f"m{day:03}", day, "model_release") for day in days if day >= now]
    early = families(clusters(before, "Claude"), STUDIED)
    late = {f.id: f for f in families(clusters([*before, *after], "Claude"), STUDIED)}
    for family in early:
        if closed(family, today - timedelta(days=1)):
            kept = late[family.id]
            assert [c.releases for c in kept.clusters] == [c.releases for c in family.clusters]
            assert kept.closes == family.closes


def test_the_year_ends_with_its_fourth_quarter() -> None:
    found = families(made(-70, -120, -150), STUDIED)  # 22 December, 2 November, 3 October
    assert [(f.id, f.closes) for f in found] == [("Claude 2025-Q4", date(2026, 1, 19))]
    found = families(made(-120), STUDIED)
    assert [(f.id, f.closes) for f in found] == [("Claude 2025-Q4", date(2026, 1, 7))]


def test_q_values_leave_out_what_was_not_tested() -> None:
    # The example of Benjamini and Hochberg (1995): of 15 tests four are discoveries.
    p = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert int((q_values(p) <= LEVEL).sum()) == 4
    found = q_values([np.nan, *p[:8], np.nan, *p[8:]])
    assert np.isnan(found).tolist() == [True] + [False] * 8 + [True] + [False] * 7
    np.testing.assert_allclose(found[~np.isnan(found)], q_values(p))


def test_a_family_is_tested_whole_or_not_at_all() -> None:
    family = one(0, 20)
    effects = {
        (cause, cluster.day): effect(
            cause, cluster.day, p=p, q=None, q_dependent=None, verdict=Verdict.UNCLEAR
        )
        for (cause, cluster), p in zip(
            family.members, [0.001, 0.02, 0.9, 0.04, 0.5, 0.6], strict=True
        )
    }
    found = judged_together(family, effects)
    assert [(e.cause, e.day) for e in found] == [(cause, c.day) for cause, c in family.members]
    assert [e.q for e in found] == pytest.approx([0.006, 0.06, 0.9, 0.08, 0.72, 0.72])
    del effects[Cause.SAFETY_TRIGGER, family.clusters[1].day]
    with pytest.raises(ValueError, match=r"Claude 2026-Q1: no effect of safety_trigger around"):
        judged_together(family, effects)
