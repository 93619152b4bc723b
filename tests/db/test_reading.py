"""The reading queries: the same answers on both databases, and what a reader asks for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import seeded
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from db.engine import read
from db.fold import fold
from db.judges import judges
from db.posts import save_posts
from db.queries import facets, health, releases, state
from db.queries.report import report
from db.queries.reports import (
    Mark,
    count_reports,
    iterate_reports,
    list_reports,
    newest_day,
)
from domain.causes import Abstention, Decision, Symptom
from domain.errors import InputError
from domain.filter import Filter

JUDGES = seeded.JUDGES


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    """The engine of this test holds the seeded posts."""
    return seeded.fill(engine)


def _keys(engine: Engine, wanted: Filter) -> set[str]:
    with read(engine) as connection:
        found = [row.key for row in iterate_reports(connection, wanted, JUDGES)]
        assert count_reports(connection, wanted, JUDGES) == len(found) == len(set(found))
    return set(found)


def test_reports_leave_out_what_is_no_report(engine: Engine, filled: seeded.Seeded) -> None:
    expected = {v.post for v in filled.verdicts if v.decision is not Decision.NOT_A_REPORT}
    assert _keys(engine, Filter()) == expected
    asked = Filter(causes=(Decision.NOT_A_REPORT,))
    assert _keys(engine, asked) == set(filled.keys(Decision.NOT_A_REPORT))


def test_pages_follow_one_another_without_loss(engine: Engine, filled: seeded.Seeded) -> None:
    with read(engine) as connection:
        whole = [row.key for row in iterate_reports(connection, Filter(), JUDGES)]
        paged: list[str] = []
        after = None
        while page := list_reports(connection, Filter(), JUDGES, limit=7, after=after):
            paged += [row.key for row in page]
            after = Mark.read(str(Mark(page[-1].written_at, page[-1].key)))
    assert paged == whole
    written = {post.key: post.written_at for post in filled.posts}
    assert [written[key] for key in whole] == sorted((written[k] for k in whole), reverse=True)


def test_fields_combine_with_and(engine: Engine, filled: seeded.Seeded) -> None:
    day = filled.posts[0].written_at.date()
    wanted = Filter(
        first_day=day - timedelta(days=40),
        last_day=day + timedelta(days=40),
        sources=("github",),
        products=("Codex",),
    )
    reports = {v.post for v in filled.verdicts if v.decision is not Decision.NOT_A_REPORT}
    expected = {
        post.key
        for post in filled.posts
        if post.key in reports
        and post.place == "github:openai/codex"
        and abs((post.written_at.date() - day).days) <= 40
    }
    assert expected
    assert _keys(engine, wanted) == expected


def test_facts_and_their_absence(engine: Engine, filled: seeded.Seeded) -> None:
    stated = {v.post for v in filled.verdicts if any(f.name == "version" for f in v.facts)}
    both = ("2.1.89", "2.1.101")
    reports = _keys(engine, Filter())
    assert _keys(engine, Filter(versions=both)) == stated
    assert _keys(engine, Filter(versions=("unknown",))) == reports - stated
    gone = Filter(symptoms=(Symptom.CONVERSATION_GONE,))
    assert _keys(engine, gone) == set(filled.keys(Decision.SESSION_MANAGEMENT))


def test_a_threshold_is_a_step(engine: Engine, filled: seeded.Seeded) -> None:
    best = {v.post: max(v.causes.values()) for v in filled.verdicts if v.likely_cause}
    expected = {key for key, p in best.items() if int(p * 20) >= 16}
    assert _keys(engine, Filter(least_probability=0.8)) == expected
    assert _keys(engine, Filter(least_probability=0.84)) == expected


def test_words_fold_case_and_accents_alike(engine: Engine, filled: seeded.Seeded) -> None:
    assert _keys(engine, Filter(words="RESUME fáils")) == {f"ff{4:022x}"}
    assert _keys(engine, Filter(words="100%")) == {f"ff{4:022x}"}
    assert _keys(engine, Filter(words="time_with\\odd")) == {f"ff{4:022x}"}
    assert _keys(engine, Filter(words="time%with")) == set()
    assert _keys(engine, Filter(words="history gone"))


def test_a_review_takes_the_place_of_the_model(engine: Engine, filled: seeded.Seeded) -> None:
    key = filled.keys(Decision.CONTEXT_LIMIT)[0]
    undecided = filled.keys(Decision.UNDETERMINED)[0]
    seeded.review(engine, key, Decision.SAFETY_TRIGGER)
    seeded.review(engine, undecided, Decision.NOT_A_REPORT)
    assert key in _keys(engine, Filter(causes=(Decision.SAFETY_TRIGGER,)))
    assert key not in _keys(engine, Filter(causes=(Decision.CONTEXT_LIMIT,)))
    assert _keys(engine, Filter(reviews=("reviewed",))) == {key}
    assert undecided not in _keys(engine, Filter(abstentions=(Abstention.NO_MECHANISM_NAMED,)))
    seeded.review(engine, key, Decision.SESSION_MANAGEMENT, reviewer="Grace")
    assert key in _keys(engine, Filter(causes=(Decision.SESSION_MANAGEMENT,)))
    with read(engine) as connection:
        found = report(connection, key, JUDGES)
    assert found is not None
    assert found.decision is Decision.SESSION_MANAGEMENT
    assert found.review is not None
    assert found.review.reviewer == "Grace"


def test_a_facet_counts_what_choosing_it_would_show(engine: Engine, filled: seeded.Seeded) -> None:
    seeded.review(engine, filled.keys(Decision.OTHER)[0], Decision.OTHER)
    wanted = Filter(sources=("github",), causes=(Decision.SESSION_MANAGEMENT, Decision.OTHER))
    with read(engine) as connection:
        found = facets.facets(connection, wanted, JUDGES)
        for field, choices in found.items():
            for choice in choices:
                chosen = Filter.from_query({**wanted.to_query(), field: [choice.value]})
                assert count_reports(connection, chosen, JUDGES) == choice.reports, (field, choice)
    assert {c.value for c in found["sources"]} == {"github", "hackernews"}
    assert all(found[field] for field in facets.FIELDS if field != "abstentions")


def test_one_report_has_its_surroundings(engine: Engine, filled: seeded.Seeded) -> None:
    answered = Counter(post.parent for post in filled.posts if post.parent)
    parent, answers = answered.most_common(1)[0]
    with read(engine) as connection:
        found = report(connection, parent, JUDGES)
        assert found is not None
        assert found.replies_total == len(found.replies) == answers
        child = report(connection, found.replies[0].key, JUDGES)
        assert child is not None
        assert [p.key for p in child.parents] == [parent]
        assert report(connection, "0" * 23 + "z", JUDGES) is None
        first = report(connection, filled.posts[0].key, JUDGES)
    assert first is not None
    assert [outage.name for outage in first.outages] == ["Elevated errors"]
    assert first.address is None  # every tenth was never known


def test_an_edit_shows_both_versions_and_waits_for_judging(
    engine: Engine, filled: seeded.Seeded
) -> None:
    from db.engine import write

    key = filled.keys(Decision.SESSION_MANAGEMENT)[0]
    post = next(p for p in filled.posts if p.key == key)
    edited = replace(post, text="Found it again, all is well.", raw_hash="e" * 24)
    with write(engine) as connection:
        save_posts(connection, [edited], filled.now, seeded.KEYED)
    with read(engine) as connection:
        found = report(connection, key, JUDGES)
        sizes = health.totals(connection, JUDGES)
    assert found is not None
    assert found.current.text == "Found it again, all is well."
    assert [v.version for v in found.versions] == [1, 2]
    assert found.verdict is None
    assert sizes.unjudged == 1


def test_health_tells_what_failed(engine: Engine, filled: seeded.Seeded) -> None:
    with read(engine) as connection:
        places = health.places(connection)
        latest = health.runs(connection)
        assert state.latest_run(connection) == latest[0].number
        assert health.size_bytes(connection) > 10_000
        assert health.totals(connection, JUDGES).posts == len(filled.posts)
        assert health.totals(connection, None).unjudged == len(filled.posts)
        assert [line.complete for line in health.imports(connection)] == [True]
        assert [gap.reason for gap in health.gaps(connection)] == ["the source said no (403)"]
        assert newest_day(connection, JUDGES) == max(p.written_at.date() for p in filled.posts)
        assert judges(connection) == JUDGES
        began, visit = health.latest_visits(connection)["github"]
    assert (began, visit.outcome) == (latest[1].started_at, "failed")
    assert sum(line.posts for line in places) == len(filled.posts)
    assert {line.last_outcome for line in places if line.source == "github"} == {"failed"}
    assert [run.outcome for run in latest] == ["done", "partly"]


def test_releases_are_chosen_by_day_vendor_and_kind(engine: Engine, filled: seeded.Seeded) -> None:
    with read(engine) as connection:
        known = releases.releases(connection)
        theirs = releases.releases(connection, vendors=["OpenAI"], kinds=["policy"])
        early = releases.releases(connection, last=known[-1].announced)
        assert releases.release(connection, known[0].id) == known[0]
        assert releases.release(connection, "nothing") is None
    assert [r.announced for r in known] == sorted((r.announced for r in known), reverse=True)
    assert [r.id for r in theirs] == ["seeded-policy"]
    assert early == known[-1:]


def test_an_empty_database_has_empty_answers(engine: Engine) -> None:
    with read(engine) as connection:
        assert state.latest_run(connection) == 0
        assert judges(connection) is None
        assert health.totals(connection, None).posts == 0
        assert newest_day(connection, JUDGES) is None
        assert list_reports(connection, Filter(), JUDGES, limit=5) == []
        assert releases.releases(connection) == []


@pytest.mark.parametrize("text", ["", "x~y", "2026-01-01~k", "2026-01-01T00:00:00+00:00~"])
def test_a_broken_page_mark_is_named(text: str) -> None:
    with pytest.raises(InputError):
        Mark.read(text)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)
    assert once is not None
    assert fold(once) == once
