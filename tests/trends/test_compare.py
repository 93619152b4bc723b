"""What stands beside a release: names, mentions, sums of probabilities, false positives."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta

import daily
import numpy as np
import pytest
import seeded
import timeline
from daily import FIRST, DailyPlace, level
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sqlalchemy import Engine, select, update

from db.engine import read, write
from db.judges import Judges
from db.queries.answers import Answers
from db.queries.mentions import mentions
from db.queries.probabilities import ProbabilityDay, probability_sums
from db.series import refresh
from db.tables import PostRow, PostText, ThreadRow, VerdictRow
from domain.causes import Cause, Decision
from domain.errors import InputError
from trends.catalogue import RELEASES
from trends.claims import violations
from trends.closer import expected_counts
from trends.compare import compare
from trends.keep import keep
from trends.naming import names
from trends.panel import Panel
from trends.publications import near, publications
from trends.shrinking import shrunk

JUDGES = Judges.only(daily.MODEL)
DAYS = 70
DAY = FIRST + timedelta(days=35)
NOW = daily.NOW.replace(year=2025, month=11, day=10)
FORUM = DailyPlace(
    name="forum:a",
    product="Copilot",
    posts=8.0,
    rates=((Cause.CONTEXT_LIMIT, level(0.3)), (Cause.OTHER, level(0.2))),
)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    daily.fill(engine, [FORUM], days=DAYS)
    refresh(engine, NOW)
    return engine


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("affects", "named"),
    [
        ("Claude Opus 5", ("opus 5", "5 opus")),
        ("Claude 3.7 Sonnet; Claude Code preview", ("3.7 sonnet", "sonnet 3.7")),
        ("Claude Code 2.1.30", ("2.1.30",)),
        ("GPT-5.1", ("gpt-5.1",)),
        ("Grok-2", ("grok-2",)),
        ("Claude Opus 4, 4.1", ("opus 4", "4 opus")),  # a lone 4.1 may be anything's
        ("Claude 2.1", ()),
        ("Claude Code", ()),
        ("ChatGPT", ()),
        ("", ()),
    ],
)
def test_what_names_a_release_and_nothing_else(affects: str, named: tuple[str, ...]) -> None:
    made = replace(timeline.release("a", 0), affects=affects)
    assert names(made) == named


def test_no_name_of_the_catalogue_is_a_products_own() -> None:
    with RELEASES.open(encoding="utf-8", newline="") as lines:
        told = [row["affects"] for row in csv.DictReader(lines) if row["deployed"]]
    plain = timeline.release("a", 0)
    found = [name for words in told for name in names(replace(plain, affects=words))]
    assert len(found) > 100
    assert all(any(c.isdigit() for c in name) for name in found)
    assert {"claude", "chatgpt", "gemini"}.isdisjoint(found)


# -- mentions --------------------------------------------------------------------------------------


def test_posts_that_name_it_in_text_title_or_thread(filled: Engine) -> None:
    with read(filled) as connection:
        query = select(PostRow.key, PostRow.thread).where(PostRow.day == DAY)
        keys = connection.execute(query.order_by(PostRow.key).limit(6)).all()
    said = {
        "text": "With Opus 5 it fails.",
        "other": "With Opus 5.1 and opus 50 it fails.",
        "accent": "Ópus 5!",
    }
    with write(filled) as connection:
        for (key, _), words in zip(keys, said.values(), strict=False):
            connection.execute(update(PostText).where(PostText.post == key).values(text=words))
        titled = update(PostText).where(PostText.post == keys[3].key)
        connection.execute(titled.values(title="opus 5"))
        thread = update(ThreadRow).where(ThreadRow.key == keys[4].thread)
        connection.execute(thread.values(title="About Opus 5"))
        purged = update(PostText).where(PostText.post == keys[5].key)
        connection.execute(purged.values(text=None))
    with read(filled) as connection:
        found = mentions(connection, JUDGES, ("opus 5",), "Copilot", DAY, DAY)
        none = mentions(connection, JUDGES, (), "Copilot", DAY, DAY)
        other = mentions(connection, JUDGES, ("opus 5",), "Claude", DAY, DAY)
        judged = connection.scalars(select(VerdictRow.post).where(VerdictRow.day == DAY)).all()
    assert {one.post for one in found.found} == {keys[n].key for n in (0, 2, 3, 4)}
    assert {(one.place, one.day) for one in found.found} == {("forum:a", DAY)}
    assert (found.judged, found.unread) == (len(judged), 1)
    assert none.found == ()
    assert (other.found, other.judged) == ((), 0)


# -- sums of probabilities -------------------------------------------------------------------------


def test_probabilities_are_added_up_by_day_and_place(filled: Engine) -> None:
    with read(filled) as connection:
        rows = connection.execute(
            select(VerdictRow.causes, VerdictRow.decision).where(VerdictRow.day == DAY)
        ).all()
        (made,) = probability_sums(connection, JUDGES, "Copilot", DAY, DAY)
        assert probability_sums(connection, JUDGES, "Claude", DAY, DAY) == []
    assert (made.day, made.place) == (DAY, "forum:a")
    for number, cause in enumerate(Cause):
        assert made.sums[number] == pytest.approx(sum(row.causes[cause.value] for row in rows))


def panel(days: int) -> Panel:
    shape = (1, days)
    return Panel(
        product="Copilot",
        first_day=DAY,
        causes=(Cause.OTHER, Cause.CONTEXT_LIMIT),
        places=("forum:a",),
        counts=np.zeros((2, *shape), dtype=np.int64),
        exposure=np.full(shape, 50),
        usable=np.ones(shape, dtype=np.bool_),
        eras=np.zeros(shape, dtype=np.int64),
    )


@given(arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 3)))
def test_whole_numbers_add_up_to_the_sums(sums: np.ndarray) -> None:  # type: ignore[type-arg]
    order = list(Cause)
    rows = [
        ProbabilityDay(
            day=DAY + timedelta(days=n),
            place="forum:a",
            sums=[value if cause is Cause.OTHER else 0.0 for cause in order],
        )
        for n, value in enumerate(sums)
    ]
    made = expected_counts(panel(len(sums)), rows)
    assert made.min() >= 0
    assert not made[1].any()
    for first in range(len(sums)):
        for last in range(first, len(sums)):
            whole, exact = made[0, 0, first : last + 1].sum(), sums[first : last + 1].sum()
            assert abs(whole - exact) <= 1.0 + 1e-9


def test_sums_of_other_places_and_days_are_left_out() -> None:
    rows = [
        ProbabilityDay(day=DAY, place="hub:b", sums=[5.0] * 4),
        ProbabilityDay(day=DAY - timedelta(days=1), place="forum:a", sums=[5.0] * 4),
        ProbabilityDay(day=DAY + timedelta(days=9), place="forum:a", sums=[5.0] * 4),
    ]
    assert not expected_counts(panel(9), rows).any()


# -- false positives -------------------------------------------------------------------------------


def test_false_positives_are_told_of_what_was_audited() -> None:
    said = (Decision.OTHER,) * 20 + (Decision.NOT_A_REPORT,) * 60
    true = (Decision.OTHER,) * 15 + (Decision.NOT_A_REPORT,) * 64 + (Decision.OTHER,)
    audit = Answers(model="m", said=said, true=true, weights=(1.0,) * 80, totals=None, blind=80)
    counts = {"events_before": 40, "events_after": 80, "posts_before": 900, "posts_after": 900}
    rose = timeline.effect(Cause.OTHER, **counts)
    told = shrunk([rose, timeline.effect(Cause.SAFETY_TRIGGER, **counts)], audit)
    assert set(told) == {Cause.OTHER}
    assert "20 audited posts" in told[Cause.OTHER]
    assert "95 % interval" in told[Cause.OTHER]
    assert violations(told[Cause.OTHER]) == ()
    assert shrunk([rose], replace(audit, said=(), true=(), weights=())) == {}


# -- publications ----------------------------------------------------------------------------------


def test_a_rise_soon_after_a_post_mortem_is_marked() -> None:
    kind = "outage_or_postmortem"
    known = [
        timeline.release("mortem", 10, kind),
        timeline.release("result", None, "safety_training_research"),
        timeline.release("model", 11, "model_release"),
        replace(timeline.release("theirs", 12, kind), vendor="OpenAI"),
        replace(timeline.release("month", 10, kind), date_precision="month"),
        replace(timeline.release("retired", 10, kind), retired="No."),
    ]
    first, last = timeline.DAY, timeline.DAY + timedelta(days=99)
    mine = publications(known, "Claude", first, last)
    assert [one.id for one in mine] == ["result", "mortem"]
    assert len(publications(known, "*", first, last)) == 3
    rises = [(first + timedelta(days=n), first + timedelta(days=n + 5)) for n in (12, 40, 7)]
    soon, late, during = near(rises, mine, first, last)
    assert soon.before == (0, 1)
    assert not late.marked
    assert during.during == (1,)


# -- errors ----------------------------------------------------------------------------------------


def test_what_there_is_not_is_named(filled: Engine) -> None:
    keep(filled, NOW)
    with write(filled) as connection:
        daily.release(connection, "one-a", deployed=DAY, product="Copilot")
        daily.release(connection, "one-b", deployed=DAY, product="Copilot")
    with read(filled) as connection:
        for named, said in (("nobody", "no release"), ("one", "2 releases"), ("", "no release")):
            with pytest.raises(InputError, match=said):
                compare(connection, named, NOW)
        with pytest.raises(InputError, match="No product is called"):
            compare(connection, "one-a", NOW, product="Clippy")
        untested = compare(connection, "one-a", NOW)
    assert not untested.tested
    assert "not tested yet" in untested.notes[0]


def test_a_release_is_shown_with_the_cluster_that_was_tested(filled: Engine) -> None:
    with write(filled) as connection:
        daily.release(connection, "one", deployed=DAY, product="Copilot")
        near_it = DAY + timedelta(days=2)
        daily.release(
            connection, "two", deployed=near_it, product="Copilot", kind="session_feature"
        )
    keep(filled, NOW)
    with read(filled) as connection:
        before = compare(connection, "two", NOW, causes=[Cause.CONTEXT_LIMIT])
    assert before.tested
    assert [effect.cause for effect in before.effects] == [Cause.CONTEXT_LIMIT]
    assert before.cluster is not None
    assert (before.cluster.id, [r.id for r in before.cluster.others]) == ("one", ["two"])
    with write(filled) as connection:
        daily.release(connection, "three", deployed=near_it, product="Copilot")
    with read(filled) as connection:
        after = compare(connection, "two", NOW, causes=[Cause.CONTEXT_LIMIT])
    assert after.cluster == before.cluster  # not tested anew yet


def test_nobody_reviews_a_verdict_away(filled: Engine) -> None:
    with write(filled) as connection:
        daily.release(connection, "one", deployed=DAY, product="Copilot")
    keep(filled, NOW)
    with read(filled) as connection:
        before = compare(connection, "one", NOW)
        reports = select(VerdictRow.post).where(VerdictRow.decision == "context_limit").limit(20)
        posts = connection.scalars(reports).all()
    for post in posts:
        seeded.review(filled, post, Decision.NOT_A_REPORT)
    refresh(filled, NOW)
    keep(filled, NOW)
    with read(filled) as connection:
        assert compare(connection, "one", NOW).effects == before.effects
