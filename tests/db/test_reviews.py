"""A person's decision: what it takes to be saved, and where it takes the model's place."""

from __future__ import annotations

import csv
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
import seeded
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, update

from db import series, tally
from db.engine import read, write
from db.export import export_daily, export_reports
from db.judges import Judges
from db.lessons import disputes
from db.queries.daily import iterate_daily
from db.queries.facets import facets
from db.queries.judgements import independent
from db.queries.report import report
from db.queries.reports import count_reports, iterate_reports
from db.queries.series import daily, three_counts
from db.reviews import ADJUDICATION, reviews_of, save_review, take_back
from db.tables import ChangeLog, DailyCountRow, PostRow, Published, ReviewRow, VerdictRow
from db.withdraw import withdraw
from domain.causes import REPORT_DECISIONS, Cause, Decision
from domain.errors import InputError, Outdated
from domain.filter import Filter
from domain.nouns import PostState, Review

AT = datetime(2026, 11, 1, tzinfo=UTC)
J = seeded.JUDGES


def decided(post: str, decision: Decision = Decision.OTHER, **more: object) -> Review:
    told = {"secondary": None, "reviewer": "Ada", "blind": True, "stream": "", "note": ""}
    return Review(
        **{"post": post, "version": 1, "decision": decision, "decided_at": AT, **told, **more}  # type: ignore[arg-type]
    )


def save(engine: Engine, *reviews: Review) -> None:
    for review in reviews:
        with write(engine) as connection:
            save_review(connection, review)


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    made = seeded.fill(engine, posts=60, days=12)
    refresh(engine, made.now)
    return made


def refresh(engine: Engine, now: datetime) -> None:
    with read(engine) as connection:
        cells = tally.computed(connection, J)
    with write(engine) as connection:
        series.save(connection, cells, now)


def test_a_later_decision_replaces_the_earlier_and_both_stay(
    engine: Engine, filled: seeded.Seeded
) -> None:
    key = filled.posts[0].key
    first = decided(key, note="as it seems")
    second = decided(key, Decision.CONTEXT_LIMIT, secondary=Cause.SESSION_MANAGEMENT)
    other = decided(key, Decision.UNDETERMINED, reviewer="Grace")
    save(engine, first, other, second)
    with read(engine) as connection:
        filed = reviews_of(connection, key)
        lines = connection.execute(select(ChangeLog).where(ChangeLog.subject == "review")).all()
    assert [f.review for f in filed] == [first, other, second]
    assert [f.replaced for f in filed] == [True, False, False]
    assert [line.what for line in lines] == ["reviewed"] * 3
    assert lines[2].before["decision"] == "other"
    assert lines[2].after["decision"] == "context_limit"
    assert "as it seems" not in str(lines)


def test_taking_back_brings_the_model_back(engine: Engine, filled: seeded.Seeded) -> None:
    key = filled.keys(Decision.OTHER)[0]
    save(engine, decided(key, Decision.SAFETY_TRIGGER))
    with write(engine) as connection:
        assert take_back(connection, key, "Ada", AT)
        assert not take_back(connection, key, "Ada", AT)
    with read(engine) as connection:
        shown = report(connection, key, J)
        assert shown is not None
        assert shown.decision is Decision.OTHER
        assert [f.replaced for f in reviews_of(connection, key)] == [True]


def test_who_saw_an_older_text_is_told_so(engine: Engine, filled: seeded.Seeded) -> None:
    edited = next(p for p in filled.posts if p.state is PostState.LIVE)
    with write(engine) as connection:
        connection.execute(update(PostRow).where(PostRow.key == edited.key).values(version=2))
    with pytest.raises(Outdated, match="version 2 is the current one, you saw 1"):
        save(engine, decided(edited.key))
    with read(engine) as connection:
        assert reviews_of(connection, edited.key) == []


def test_a_deleted_post_is_not_judged(engine: Engine, filled: seeded.Seeded) -> None:
    key = filled.posts[0].key
    with write(engine) as connection:
        connection.execute(update(PostRow).where(PostRow.key == key).values(state="deleted"))
    with pytest.raises(Outdated, match="was deleted"):
        save(engine, decided(key))


def test_a_note_goes_with_a_deleted_post_and_the_decision_stays(
    engine: Engine, filled: seeded.Seeded
) -> None:
    key, other = [p.key for p in filled.posts if p.state is PostState.LIVE][:2]
    save(engine, *(decided(post, note="quotes it") for post in (key, other)))
    with write(engine) as connection:
        withdraw(connection, [key], AT, seeded.KEYED)
        notes = [reviews_of(connection, post)[0].review for post in (key, other)]
    assert [review.note for review in notes] == ["", "quotes it"]
    assert notes[0].decision is Decision.OTHER


@pytest.mark.parametrize(
    ("review", "said"),
    [
        (decided("ff" * 12), "no post"),
        (decided("x", reviewer=" "), "reviewer's name"),
        (decided("x", note="n" * 5_000), "note"),
        (decided("x", secondary=Cause.OTHER), "can't be other"),
        (decided("x", Decision.CONTEXT_LIMIT, secondary=Cause.CONTEXT_LIMIT), "named twice"),
        (decided("x", Decision.NOT_A_REPORT, secondary=Cause.CONTEXT_LIMIT), "no second"),
        (decided("x", Decision.UNDETERMINED, secondary=Cause.CONTEXT_LIMIT), "no second"),
    ],
)
def test_what_can_t_be_meant_is_refused(sqlite_engine: Engine, review: Review, said: str) -> None:
    with pytest.raises(InputError, match=said):
        save(sqlite_engine, review)


def test_every_list_and_count_follows_at_once(
    engine: Engine, filled: seeded.Seeded, tmp_path: Path
) -> None:
    model = {v.post: v.decision for v in filled.verdicts}
    wanted = dict(zip(filled.keys(Decision.NOT_A_REPORT), REPORT_DECISIONS, strict=False))
    wanted[filled.keys(Decision.SESSION_MANAGEMENT)[0]] = Decision.NOT_A_REPORT
    wanted[filled.keys(Decision.CONTEXT_LIMIT)[0]] = Decision.OTHER
    refused, silent = filled.keys(Decision.UNDETERMINED)[:2]
    with write(engine) as connection:
        mine = VerdictRow.post.in_((refused, silent))
        connection.execute(update(VerdictRow).where(mine).values(judged=False))
    refresh(engine, filled.now)
    wanted[refused] = Decision.SAFETY_TRIGGER
    save(engine, *(decided(key, decision) for key, decision in wanted.items()))
    judged = {v.post for v in filled.verdicts} - {silent}
    shown = Counter((model | wanted)[post].value for post in judged)
    del shown["not_a_report"]
    with read(engine) as connection:
        listed = Counter(r.decision.value for r in iterate_reports(connection, Filter(), J))
        assert listed == shown
        assert count_reports(connection, Filter(), J) == shown.total()
        causes = facets(connection, Filter(), J)["causes"]
        assert {v.value: v.reports for v in causes if v.value != "not_a_report"} == shown
        totals = three_counts(connection, Filter(), J)
        assert {d.value: t.reports for d, t in totals.items() if d} == shown
        drawn: Counter[str] = Counter()
        for row in daily(connection, Filter(), J):
            drawn[row.decision.value] += row.reports
        assert drawn == shown
        per_product = Counter(
            (row.product, row.decision.value)
            for row in iterate_daily(connection, Filter(), J)
            for _ in range(row.reports)
        )
    assert {d: n for (p, d), n in per_product.items() if p == "*"} == shown
    with read(engine) as connection:
        exported = export_reports(engine, Filter(), J, tmp_path / "reports.csv")
        posts = {(r.day, r.place): r.posts for r in daily(connection, Filter(), J)}
    assert exported["decisions"] == shown
    assert sum(posts.values()) == len(judged)
    export_daily(engine, Filter(products=("*",)), J, tmp_path / "daily.csv")
    with (tmp_path / "daily.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        key = (datetime.fromisoformat(row["day"]).date(), row["place"])
        assert int(row["posts"]) == posts[key]
    assert sum(int(row["reports"]) for row in rows) == shown.total()


def test_what_tests_read_stays_as_the_model_judged(engine: Engine, filled: seeded.Seeded) -> None:
    query = select(DailyCountRow).order_by(*DailyCountRow.__table__.primary_key)
    with read(engine) as connection:
        before = connection.execute(query).all()
        verdicts = connection.execute(select(VerdictRow.post, VerdictRow.decision)).all()
    key = filled.keys(Decision.OTHER)[0]
    save(engine, decided(key, Decision.NOT_A_REPORT))
    refresh(engine, filled.now)
    with read(engine) as connection:
        assert connection.execute(query).all() == before
        assert connection.execute(select(VerdictRow.post, VerdictRow.decision)).all() == verdicts
        # What was shown is kept as it was shown: with the review.
        newest = select(func.max(Published.number)).group_by(
            Published.day, Published.place, Published.product, Published.decision
        )
        published = connection.execute(
            select(func.sum(Published.reports)).where(
                Published.number.in_(newest), Published.product == "*"
            )
        ).scalar_one()
        shown = sum(
            r.reports
            for r in daily(connection, Filter(last_day=None), J)
            if r.day < filled.now.date()
        )
    assert published == shown


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_counts_with_reviews_are_those_of_verdicts_that_say_the_same(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Reviews on top of verdicts count as if the model itself had decided so."""
    from db.engine import claim, open_engine, upgrade

    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('r') / 'w.db'}")
    upgrade(engine)
    claim(engine, seeded.KEYED)
    made = seeded.fill(engine, posts=40, days=4)
    reviews = data.draw(
        st.dictionaries(
            st.sampled_from([p.key for p in made.posts]),
            st.sampled_from(list(Decision)),
            max_size=9,
        )
    )
    refresh(engine, made.now)
    save(engine, *(decided(key, decision) for key, decision in reviews.items()))
    with read(engine) as connection:
        shown = tally.plus(
            tally.computed(connection, J).counts, tally.reviewed(connection, J).counts
        )
        days = daily(connection, Filter(), J)
        exported = list(iterate_daily(connection, Filter(), J))
    with write(engine) as connection:
        for key, decision in reviews.items():
            connection.execute(
                update(VerdictRow)
                .where(VerdictRow.post == key)
                .values(decision=decision.value, judged=True)
            )
        connection.execute(update(ReviewRow).values(replaced=True))
    refresh(engine, made.now)
    with read(engine) as connection:
        assert tally.computed(connection, J).counts == shown
        assert daily(connection, Filter(), J) == days
        assert list(iterate_daily(connection, Filter(), J)) == exported
    engine.dispose()


def test_a_neighbour_reads_as_people_decided(engine: Engine, filled: seeded.Seeded) -> None:
    child = next(p for p in filled.posts if p.parent)
    assert child.parent is not None
    save(engine, decided(child.parent, Decision.SAFETY_TRIGGER))
    with read(engine) as connection:
        shown = report(connection, child.key, J)
    assert shown is not None
    assert shown.parents[-1].decision is Decision.SAFETY_TRIGGER


def test_a_review_of_an_older_version_says_nothing_of_the_new_one(
    engine: Engine, filled: seeded.Seeded
) -> None:
    key = filled.keys(Decision.OTHER)[0]
    save(engine, decided(key, Decision.SAFETY_TRIGGER))
    with write(engine) as connection:
        connection.execute(update(PostRow).where(PostRow.key == key).values(version=2))
    with read(engine) as connection:
        shown = report(connection, key, Judges.only(seeded.MODEL))
        assert shown is not None
        assert shown.review is None


def test_two_reviews_of_one_reviewer_never_count_together(
    engine: Engine, filled: seeded.Seeded
) -> None:
    key = filled.posts[0].key
    one = decided(key)
    save(engine, one, replace(one, decision=Decision.CONTEXT_LIMIT), one)
    with read(engine) as connection:
        counting = select(func.count()).where(ReviewRow.replaced.is_(False))
        assert connection.scalar(counting) == 1


def test_two_at_once_leave_one_that_counts(engine: Engine, filled: seeded.Seeded) -> None:
    """One reviewer in two windows: whoever comes second replaces the first."""
    key = filled.posts[0].key
    start = Barrier(4)

    def decide(number: int) -> None:
        start.wait()
        save(engine, decided(key, note=str(number)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(decide, range(4)))
    with read(engine) as connection:
        filed = reviews_of(connection, key)
    assert {f.review.note for f in filed} == set("0123")
    assert [f.replaced for f in filed] == [True, True, True, False]


def test_an_adjudication_counts_whoever_reviews_later(
    engine: Engine, filled: seeded.Seeded
) -> None:
    key = filled.keys(Decision.OTHER)[0]
    save(
        engine,
        decided(key, Decision.CONTEXT_LIMIT),
        decided(key, Decision.SAFETY_TRIGGER, reviewer="Grace"),
    )
    with read(engine) as connection:
        assert [d.decisions for d in disputes(connection)] == [
            {"Ada": Decision.CONTEXT_LIMIT, "Grace": Decision.SAFETY_TRIGGER}
        ]
    between = decided(
        key, Decision.SESSION_MANAGEMENT, reviewer="Grace", blind=False, stream=ADJUDICATION
    )
    save(engine, between, decided(key, Decision.NOT_A_REPORT, reviewer="Joan"))
    with read(engine) as connection:
        shown = report(connection, key, J)
        assert shown is not None
        assert shown.decision is Decision.SESSION_MANAGEMENT
        assert shown.review == between
        assert [f.replaced for f in reviews_of(connection, key)] == [False] * 4
        assert disputes(connection) == []
        judged = [(one.reviewer, one.decision) for one in independent(connection)]
        listed = {r.key: r.decision for r in iterate_reports(connection, Filter(), J)}
        changed = tally.reviewed(connection, J)
    assert judged == [
        ("Ada", Decision.CONTEXT_LIMIT),
        ("Grace", Decision.SAFETY_TRIGGER),
        ("Joan", Decision.NOT_A_REPORT),
    ]
    assert listed[key] is Decision.SESSION_MANAGEMENT
    moved = {cell[3]: n for cell, (n, _, _) in changed.counts.items() if cell[2] == "*"}
    assert moved == {"other": -1, "session_management": 1}


def test_an_adjudicator_may_think_again(engine: Engine, filled: seeded.Seeded) -> None:
    key = filled.keys(Decision.OTHER)[0]
    told = {"blind": False, "stream": ADJUDICATION}
    save(
        engine,
        decided(key, Decision.CONTEXT_LIMIT),
        decided(key, Decision.CONTEXT_LIMIT, **told),
        decided(key, Decision.UNDETERMINED, **told),
    )
    with read(engine) as connection:
        assert [f.replaced for f in reviews_of(connection, key)] == [False, True, False]
        shown = report(connection, key, J)
    assert shown is not None
    assert shown.decision is Decision.UNDETERMINED
