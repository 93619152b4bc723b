"""Counting only what changed gives what counting everything gives, whatever happens between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import seeded
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, func, select, update

from db import recount, series, tally, trees
from db.engine import read, write
from db.judges import Judges, Span, know, show
from db.posts import save_places, save_posts, save_threads
from db.reviews import save_review, take_back
from db.series import Written, refresh
from db.tables import (
    CountedBefore,
    DailyCountRow,
    ExposureRow,
    Meta,
    PostRow,
    Published,
    Table,
    ThreadRow,
    VerdictRow,
)
from db.verdicts import save_verdicts
from db.withdraw import withdraw
from domain.causes import Abstention, Cause, Decision
from domain.nouns import Frame, Place, Post, PostState, Review, Thread, Verdict

BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
PLACES = (
    Place(name="forum:a", source="forum", frame=Frame.ALL_POSTS),
    Place(name="hub:b", source="hub", frame=Frame.PRODUCT_QUERY),
)
PRODUCTS = ((), ("Claude",), ("Codex",), ("Claude", "Codex"))
DECISIONS = (Decision.OTHER, Decision.CONTEXT_LIMIT, Decision.NOT_A_REPORT, Decision.UNDETERMINED)
NOTHING = Written(exposure=0, counts=0, published=0)


@dataclass(slots=True)
class Life:
    """A database that is written to, judged, reviewed and counted."""

    engine: Engine
    now: datetime = BEGAN
    model: str = "model-1"
    posts: dict[str, Post] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)

    def write(self, ago: int, about: int) -> None:
        """A post, in one of a few threads and by one of a few authors."""
        number = len(self.posts)
        self._save(
            Post(
                key=f"{number:024x}",
                thread=f"t{about % 5}",
                parent=None,
                place=PLACES[about % 2].name,
                kind="comment",
                author=None if about % 7 == 0 else f"author-{about % 3}",
                title="",
                text=f"text {number}",
                raw_hash=f"h{number}",
                written_at=self.now - timedelta(days=ago),
                products=PRODUCTS[about % 4],
            )
        )

    def edit(self, at: int, about: int) -> None:
        if key := self._any(at):
            post = self.posts[key]
            self._save(replace(post, raw_hash=post.raw_hash + "e", products=PRODUCTS[about % 4]))

    def judge(self, at: int, what: int) -> None:
        if key := self._any(at):
            with write(self.engine) as connection:
                verdict = self._verdict(key, DECISIONS[what % 4], refused=what % 9 == 0)
                save_verdicts(connection, [verdict], {key: self.posts[key].written_at.date()})

    def unjudge(self, at: int) -> None:
        """What redacting stored texts again does."""
        if key := self._any(at):
            with write(self.engine) as connection:
                mine = (VerdictRow.post == key, VerdictRow.model == self.model)
                connection.execute(delete(VerdictRow).where(*mine))

    def merge(self, one: int, other: int) -> None:
        """A thread turns out to be part of another one."""
        part, whole = f"t{one % 5}", f"t{other % 5}"
        with write(self.engine) as connection:
            threads = set(connection.scalars(select(ThreadRow.key)))
            if part != whole and {part, whole} <= threads:
                trees.merge(connection, {part: whole})

    def forget_author(self, at: int) -> None:
        if key := self._any(at):
            with write(self.engine) as connection:
                mine = update(PostRow).where(PostRow.key == key)
                connection.execute(mine.values(author=None))

    def withdraw(self, at: int) -> None:
        if key := self._any(at):
            with write(self.engine) as connection:
                withdraw(connection, [key], self.now, seeded.KEYED)

    def review(self, at: int, what: int) -> None:
        if key := self._any(at):
            with write(self.engine) as connection:
                row = connection.execute(select(PostRow).where(PostRow.key == key)).one()
                if row.state == PostState.DELETED.value:
                    return
                review = Review(
                    post=key,
                    version=row.version,
                    decision=DECISIONS[what % 4],
                    secondary=None,
                    reviewer="Ada",
                    blind=True,
                    stream="audit",
                    note="",
                    decided_at=self.now,
                )
                save_review(connection, review)

    def take_back(self, at: int) -> None:
        if key := self._any(at):
            with write(self.engine) as connection:
                take_back(connection, key, "Ada", self.now)

    def another_model(self, number: int, border: int) -> None:
        """A model takes over: all days, or those from a border on."""
        self.model = f"model-{number}"
        spans = (Span(date.min, self.model),)
        if border:
            first = (self.now - timedelta(days=border)).date()
            spans = (Span(date.min, "model-1"), Span(first, self.model))
        with write(self.engine) as connection:
            know(connection, self.model, {}, self.now)
            show(connection, Judges(spans), self.now)

    def pass_by(self, days: int) -> None:
        self.now += timedelta(days=days)

    def count(self) -> None:
        """Refreshes, and counts everything anew: nothing is left to write."""
        refresh(self.engine, self.now)
        assert refresh(self.engine, self.now) == NOTHING
        assert refresh(self.engine, self.now, again=True) == NOTHING

    def _any(self, at: int) -> str | None:
        return list(self.posts)[at % len(self.posts)] if self.posts else None

    def _verdict(self, key: str, decision: Decision, *, refused: bool) -> Verdict:
        return Verdict(
            post=key,
            version=self.versions[key],
            model=self.model,
            report_probability=0.9,
            causes=dict.fromkeys(Cause, 0.3),
            likely_cause=Cause.OTHER,
            decision=Decision.UNDETERMINED if refused else decision,
            abstained_because=Abstention.UNSUPPORTED_LANGUAGE if refused else None,
            language="fr" if refused else "en",
        )

    def _save(self, post: Post) -> None:
        place = next(p for p in PLACES if p.name == post.place)
        thread = Thread(key=post.thread, place=place.name, title="", opened_at=post.written_at)
        with write(self.engine) as connection:
            save_places(connection, PLACES)
            save_threads(connection, [thread], self.now)
            saved = save_posts(connection, [post], self.now, seeded.KEYED)
        if saved.new or saved.changed:
            self.posts[post.key] = post
            self.versions[post.key] = self.versions.get(post.key, 0) + 1


@pytest.fixture
def life(engine: Engine) -> Life:
    return Life(engine)


def empty(engine: Engine) -> None:
    with write(engine) as connection:
        connection.execute(delete(Meta).where(Meta.name == "series_counted"))
        for table in reversed(Table.metadata.sorted_tables):
            if table.name not in ("meta", "change_log", "published"):  # the last two only grow
                connection.execute(delete(table))


NUMBER = st.integers(0, 40)
STEPS = st.one_of(
    st.tuples(st.just("write"), st.integers(0, 9), NUMBER),
    st.tuples(st.just("write"), st.integers(0, 9), NUMBER),
    st.tuples(st.just("judge"), NUMBER, NUMBER),
    st.tuples(st.just("judge"), NUMBER, NUMBER),
    st.tuples(st.just("edit"), NUMBER, NUMBER),
    st.tuples(st.just("unjudge"), NUMBER),
    st.tuples(st.just("merge"), NUMBER, NUMBER),
    st.tuples(st.just("forget_author"), NUMBER),
    st.tuples(st.just("withdraw"), NUMBER),
    st.tuples(st.just("review"), NUMBER, NUMBER),
    st.tuples(st.just("take_back"), NUMBER),
    st.tuples(st.just("another_model"), st.integers(1, 2), st.integers(0, 9)),
    st.tuples(st.just("pass_by"), st.integers(1, 4)),
    st.tuples(st.just("count")),
    st.tuples(st.just("count")),
)


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(steps=[("merge", 0, 1), ("count",), ("forget_author", 1), ("count",)])
@example(steps=[("review", 0, 1), ("count",), ("pass_by", 2), ("take_back", 0), ("count",)])
@example(steps=[("another_model", 2, 5), ("judge", 1, 1), ("another_model", 1, 0), ("judge", 1, 2)])
@given(steps=st.lists(STEPS, min_size=8, max_size=40))
def test_the_difference_is_what_counting_everything_would_find(
    life: Life, steps: list[tuple[Any, ...]]
) -> None:
    empty(life.engine)
    life.posts, life.versions = {}, {}  # the clock goes on: what was published stays
    life.another_model(1, 0)
    for number in range(8):
        life.write(number % 4, number)
        life.judge(number, number)
    life.count()
    for name, *told in (*steps, ("count",)):
        getattr(life, name)(*told)


# -- one by one ------------------------------------------------------------------------------------


@pytest.fixture
def counted(life: Life) -> Life:
    """Two threads, counted once."""
    life.another_model(1, 0)
    for number in range(6):
        life.write(number % 3, number)
        life.judge(number, 4)
    life.count()
    return life


def noted(engine: Engine) -> set[str]:
    with read(engine) as connection:
        return set(connection.scalars(select(CountedBefore.post)))


def test_before_the_first_count_nothing_is_noted(life: Life) -> None:
    life.another_model(1, 0)
    life.write(0, 1)
    life.judge(0, 1)
    assert noted(life.engine) == set()
    with read(life.engine) as connection:
        assert recount.counted_until(connection, Judges.only("model-1")) is None


def test_a_post_is_noted_once_it_is_counted_otherwise(counted: Life) -> None:
    key = list(counted.posts)[3]
    counted.judge(3, 4)  # the same verdict again
    assert noted(counted.engine) == set()
    counted.judge(3, 1)
    counted.judge(3, 0)  # refused
    with read(counted.engine) as connection:
        row = connection.execute(select(CountedBefore)).one()
    assert (row.post, row.thread, row.place) == (key, "t3", PLACES[1].name)
    assert (row.reporter, row.products.split()) == ("author-0", ["Claude", "Codex"])
    assert (row.decision, row.language) == ("other", "en")
    refresh(counted.engine, counted.now)
    assert noted(counted.engine) == set()


@pytest.mark.parametrize(
    ("change", "posts"),
    [
        (lambda life: life.write(0, 3), 0),  # nobody has judged it
        (lambda life: life.judge(1, 1), 1),
        (lambda life: life.edit(1, 2), 1),
        (lambda life: life.unjudge(1), 1),
        (lambda life: life.merge(1, 2), 1),
        (lambda life: life.forget_author(1), 1),
        (lambda life: life.review(1, 0), 1),
        (lambda life: life.withdraw(1), 0),  # a deleted post stays counted
    ],
)
def test_what_counts_read_is_noted_by_the_database(
    counted: Life, change: Callable[[Life], None], posts: int
) -> None:
    change(counted)
    assert len(noted(counted.engine)) == posts


def test_only_what_changed_is_counted(counted: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    def everything(*_args: object) -> None:
        raise AssertionError("all posts were read")

    monkeypatch.setattr(tally, "computed", everything)
    counted.write(0, 4)
    counted.judge(6, 1)
    written = refresh(counted.engine, counted.now)
    assert written is not None
    assert written.exposure > 0
    with pytest.raises(AssertionError, match="all posts"):
        refresh(counted.engine, counted.now, again=True)
    monkeypatch.setattr(recount, "MANY", 0)
    counted.judge(1, 2)
    with pytest.raises(AssertionError, match="all posts"):
        refresh(counted.engine, counted.now)


def test_another_model_counts_everything_anew(counted: Life) -> None:
    counted.another_model(2, 0)
    with read(counted.engine) as connection:
        assert recount.counted_until(connection, Judges.only("model-2")) is None
    counted.count()
    with read(counted.engine) as connection:
        until = recount.counted_until(connection, Judges.only("model-2"))
        shown = connection.scalar(select(func.count()).where(ExposureRow.model == "model-2"))
    assert until == counted.now.date()
    assert shown == 0  # it has judged nothing


def test_a_day_is_published_once_it_is_over(counted: Life) -> None:
    counted.write(0, 1)
    counted.judge(6, 1)
    today = counted.now.date()
    refresh(counted.engine, counted.now)
    assert published(counted.engine, today) == 0
    counted.pass_by(1)
    refresh(counted.engine, counted.now)
    assert published(counted.engine, today) > 0
    assert refresh(counted.engine, counted.now, again=True) == NOTHING


def published(engine: Engine, day: date) -> int:
    with read(engine) as connection:
        query = select(func.count()).select_from(Published).where(Published.day == day)
        return connection.scalar(query) or 0


def test_a_review_is_shown_though_no_count_of_the_model_moves(counted: Life) -> None:
    counted.pass_by(2)
    refresh(counted.engine, counted.now)
    counted.review(1, 1)
    written = refresh(counted.engine, counted.now)
    assert written is not None
    assert (written.exposure, written.counts) == (0, 0)
    assert written.published > 0


def test_nothing_judged_is_nothing_to_count(engine: Engine) -> None:
    assert refresh(engine, BEGAN) is None


def test_many_posts_at_once_come_to_the_same(sqlite_engine: Engine) -> None:
    made = seeded.fill(sqlite_engine, posts=120, days=30)
    refresh(sqlite_engine, made.now)
    with write(sqlite_engine) as connection:
        for verdict in made.verdicts[::3]:
            mine = update(VerdictRow).where(VerdictRow.post == verdict.post)
            connection.execute(mine.values(decision=Decision.OTHER.value))
    assert len(noted(sqlite_engine)) > 10
    refresh(sqlite_engine, made.now)
    with read(sqlite_engine) as connection:
        cells = tally.computed(connection, seeded.JUDGES)
        rows = connection.execute(select(DailyCountRow)).all()
    assert {
        (r.day, r.place, r.product, r.decision): (r.reports, r.reporters, r.threads) for r in rows
    } == cells.counts
    with write(sqlite_engine) as connection:
        assert series.save(connection, cells, made.now) == NOTHING
