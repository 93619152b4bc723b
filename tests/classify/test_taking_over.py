"""One model after another: whatever happens in between, no day shows two of them.

The models here judge by a number in the text, each in its own way, so that a mix would be seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, func, select

from classify import run
from classify.model import Judgement, Model
from classify.text import Content
from db import retention, series, tally
from db.engine import read, write
from db.judges import Judges, judges
from db.posts import save_places, save_posts, save_threads
from db.queries import collected
from db.queries.reports import Listed, iterate_reports
from db.queries.series import daily, exposure
from db.tables import (
    IncidentMember,
    ModelSpan,
    PostRow,
    PostText,
    Published,
    SeriesEvent,
    Table,
    VerdictRow,
)
from db.verdicts import count_late, count_unjudged
from db.withdraw import withdraw
from domain.causes import Cause, Decision
from domain.filter import Filter
from domain.keyed import Keyed
from domain.nouns import Frame, Place, Post, Role, Terms, Thread

KEYED = Keyed(b"a key for tests, never for data.")
BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
PLACES = (
    Place(name="forum:a", source="forum", frame=Frame.ALL_POSTS),
    Place(name="hub:b", source="hub", frame=Frame.PRODUCT_QUERY, terms=Terms(keep_days=3)),
    Place(name="shy:c", source="shy", frame=Frame.ALL_POSTS, terms=Terms(store_text=False)),
)
EVERYTHING = Filter(causes=tuple(Decision))


def quiet(_done: int, _total: int | None) -> None:
    """No bar in a test."""


@dataclass(slots=True)
class Fake:
    """A model that calls every third number a report; which ones, depends on its own number.

    It dies instead of judging its `dies_at`th batch.
    """

    number: int
    dies_at: int | None = None
    batches: int = 0

    @property
    def id(self) -> str:
        return f"model-{self.number}"

    @property
    def card(self) -> dict[str, str]:
        return {"id": self.id}

    def judge(self, contents: Sequence[Content]) -> list[Judgement]:
        if self.batches == self.dies_at:
            raise KeyboardInterrupt
        self.batches += 1
        return [self._one(int(content.text.split()[0])) for content in contents]

    def calls_report(self, number: int) -> bool:
        return (number + self.number) % 3 == 0

    def _one(self, number: int) -> Judgement:
        report = self.calls_report(number)
        return Judgement(
            report_probability=0.9 if report else 0.1,
            causes=dict.fromkeys(Cause, 0.3),
            likely_cause=Cause.OTHER if report else None,
            decision=Decision.OTHER if report else Decision.NOT_A_REPORT,
            abstained_because=None,
            language="en",
            evidence=(),
            facts=(),
        )


@dataclass(slots=True)
class Life:
    """A database that is used for a while: written to, judged, purged."""

    engine: Engine
    now: datetime = BEGAN
    posts: list[Post] = field(default_factory=list)

    def write(self, ago: int, at: int = 0) -> Post:
        """A post written `ago` days before now, a reply where there is something to answer."""
        number, place = len(self.posts), PLACES[at]
        above = self.posts[number // 2] if number % 3 and self.posts else None
        above = above if above and above.place == place.name else None
        post = Post(
            key=f"{number:024x}",
            thread=above.thread if above else f"aa{number:022x}",
            parent=above.key if above else None,
            place=place.name,
            kind="comment" if above else "issue",
            author=f"{number % 4:024x}",
            title="" if above else f"Title {number}",
            text=f"{number} is said",
            raw_hash=f"{number:024x}",
            written_at=self.now - timedelta(days=ago),
        )
        self.posts.append(post)
        self._save(post, place)
        return post

    def edit(self, index: int) -> None:
        if self.posts:
            at = index % len(self.posts)
            post = self.posts[at]
            number = int(post.text.split()[0]) + 1
            self.posts[at] = replace(
                post, text=f"{number} is said now", raw_hash=post.raw_hash[1:] + "e"
            )
            place = next(p for p in PLACES if p.name == post.place)
            self._save(self.posts[at], place)

    def delete(self, index: int) -> None:
        if self.posts:
            with write(self.engine) as connection:
                withdraw(connection, [self.posts[index % len(self.posts)].key], self.now, KEYED)

    def _save(self, post: Post, place: Place) -> None:
        thread = Thread(
            key=post.thread, place=place.name, title="A title", opened_at=post.written_at
        )
        with write(self.engine) as connection:
            save_places(connection, PLACES)
            save_threads(connection, [thread], self.now)
            save_posts(connection, [post], post.written_at, KEYED)  # collected as it was written

    def judge(self, number: int, dies_at: int | None = None) -> bool:
        """One `whylost classify`, and the counting that follows it; whether it came to its end."""
        model = Fake(number, dies_at)
        try:
            run.classify(self.engine, cast(Model, model), KEYED, now=self.now, report=quiet)
        except KeyboardInterrupt:
            return False
        return True

    def count(self) -> None:
        with read(self.engine) as connection:
            shown = judges(connection)
            cells = tally.computed(connection, shown) if shown else None
        if cells:
            with write(self.engine) as connection:
                series.save(connection, cells, self.now)

    def retain(self, days: int) -> int:
        keep = retention.Keep(days={}, otherwise=days)
        return retention.expire(self.engine, keep, self.now)

    def pass_by(self, days: int) -> None:
        self.now += timedelta(days=days)

    def shown(self) -> Judges | None:
        with read(self.engine) as connection:
            return judges(connection)

    def listed(self) -> dict[str, Listed]:
        """Everything that lists show, what is no report too."""
        with read(self.engine) as connection:
            shown = judges(connection)
            rows = list(iterate_reports(connection, EVERYTHING, shown)) if shown else []
        assert len(rows) == len({row.key for row in rows})
        return {row.key: row for row in rows}

    def states(self) -> dict[str, tuple[date, bool, bool]]:
        """Post -> its day, whether it was deleted, whether its current text is held."""
        query = select(PostRow.key, PostRow.day, PostRow.state, PostText.text).join(
            PostText, (PostText.post == PostRow.key) & (PostText.version == PostRow.version)
        )
        with read(self.engine) as connection:
            rows = connection.execute(query).all()
        return {key: (day, state == "deleted", text is not None) for key, day, state, text in rows}


@pytest.fixture
def life(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Life:
    monkeypatch.setattr(run, "BATCH", 2)
    return Life(engine)


def models_by_day(listed: dict[str, Listed]) -> dict[date, set[str]]:
    found: defaultdict[date, set[str]] = defaultdict(set)
    for row in listed.values():
        found[row.day].add(row.model)
    return found


# -- what a day shows, after any sequence ----------------------------------------------------------

STEPS = st.one_of(
    st.tuples(st.just("write"), st.integers(0, 9), st.integers(0, 1)),
    st.tuples(st.just("write"), st.integers(0, 9), st.integers(0, 2)),
    st.tuples(st.just("edit"), st.integers(0, 30)),
    st.tuples(st.just("delete"), st.integers(0, 30)),
    st.tuples(st.just("judge"), st.integers(1, 3)),
    st.tuples(st.just("judge"), st.integers(1, 3), st.integers(0, 3)),
    st.tuples(st.just("retain"), st.integers(2, 9)),
    st.tuples(st.just("count")),
    st.tuples(st.just("pass_by"), st.integers(1, 4)),
)


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(
    steps=[
        ("write", 8, 2),
        ("delete", 2),
        ("judge", 3, 3),
        ("edit", 0),
        ("judge", 1),
        ("retain", 5),
        ("judge", 3),  # comes back to a day of which an edited post lost its text meanwhile
    ]
)
@given(steps=st.lists(STEPS, min_size=6, max_size=24))
def test_no_day_ever_shows_two_models(life: Life, steps: list[tuple[Any, ...]]) -> None:
    empty(life.engine)
    life.now, life.posts = BEGAN, []
    for ago in (8, 6, 6, 4, 1, 0):
        life.write(ago, ago % 2)
    for name, *given_ in steps:
        before, shown = life.listed(), life.shown()
        ended = getattr(life, name)(*given_)
        after = life.listed()
        assert all(len(models) == 1 for models in models_by_day(after).values())
        if name == "judge" and not ended and shown:
            assert life.shown() == shown  # a killed run changes nothing of what was shown
            assert {k: r for k, r in after.items() if k in before} == before
        if name == "judge" and ended:
            everything_is_judged(life, before, after, shown)
            if shown and life.shown() != shown:
                counts_agree(life, after)
        if name == "count":
            counts_agree(life, after)
        if name == "retain":
            nothing_of_use_went(life, before, after)


def empty(engine: Engine) -> None:
    with write(engine) as connection:
        for table in reversed(Table.metadata.sorted_tables):
            if table.name not in ("meta", "change_log", "published"):  # the last two only grow
                connection.execute(delete(table))


def everything_is_judged(
    life: Life, before: dict[str, Listed], after: dict[str, Listed], earlier: Judges | None
) -> None:
    """Every post that was shown is shown on, unless it was deleted, and all days are whole.

    `earlier`: what was shown before. A model that comes back to a day that was its own all along
    finds it as it left it: what came too late for it there, and lost its text since, stays out.
    """
    shown, states = life.shown(), life.states()
    assert shown is not None
    assert {key for key in before if not states[key][1]} <= after.keys()
    for key, (day, deleted, held) in states.items():
        if shown.of_day(day) == shown.current and not deleted:
            its_own = earlier is not None and earlier.of_day(day) == shown.current
            came_late = its_own and not held and key not in before
            assert key in after or came_late, "a day of the new model lacks a post"
        if shown.of_day(day) != shown.current and key not in after:
            assert not held or key in late(life)
    with read(life.engine) as connection:
        assert count_unjudged(connection, shown) == 0
        assert count_late(connection, shown) == len(late(life) - after.keys())
        borders = connection.execute(
            select(SeriesEvent.day, SeriesEvent.place).order_by(SeriesEvent.day)
        )
        assert [tuple(b) for b in borders] == [(s.first, "*") for s in shown.spans[1:]]
        rows = connection.execute(
            select(IncidentMember.post).where(
                IncidentMember.model == shown.current, IncidentMember.role == Role.REPORT.value
            )
        )
        members = set(rows.scalars())
    reports = {k for k, r in after.items() if r.decision is not Decision.NOT_A_REPORT}
    assert members == {key for key in reports if not states[key][1]}, (
        "an incident is not up to date"
    )


def late(life: Life) -> set[str]:
    """Posts of earlier models' days whose current text has the current model's verdict only."""
    shown = life.shown()
    assert shown is not None
    found: defaultdict[str, set[str]] = defaultdict(set)
    with read(life.engine) as connection:
        rows = connection.execute(
            select(VerdictRow.post, VerdictRow.model, VerdictRow.day).join(
                PostRow, (PostRow.key == VerdictRow.post) & (PostRow.version == VerdictRow.version)
            )
        )
        days = {}
        for post, model, day in rows:
            found[post].add(model)
            days[post] = day
    return {
        post
        for post, models in found.items()
        if shown.current in models and shown.of_day(days[post]) not in models
    }


def counts_agree(life: Life, listed: dict[str, Listed]) -> None:
    """Rates' denominators and daily counts are those of the posts that lists show.

    An edited text that waits to be judged is left out of lists, while its earlier version counts.
    """
    shown = life.shown()
    if shown is None:
        return
    with read(life.engine) as connection:
        posts = exposure(connection, Filter(), shown)
        rows = daily(connection, Filter(), shown)
        versions = select(VerdictRow.post, VerdictRow.day, PostRow.place).join(
            PostRow, PostRow.key == VerdictRow.post
        )
        mine = versions.where(shown.cover(VerdictRow.model, VerdictRow.day)).distinct()
        counted: defaultdict[tuple[date, str], int] = defaultdict(int)
        for _post, day, place in connection.execute(mine):
            counted[day, place] += 1
        assert posts == counted
        newest = func.max(Published.number)
        cell = (Published.day, Published.place, Published.product, Published.decision)
        last = select(newest).group_by(*cell)
        published = connection.execute(
            select(Published.day, Published.place, Published.model, Published.posts).where(
                Published.number.in_(last), Published.product == "*", Published.decision == "other"
            )
        ).all()
    whole = [row for row in published if row.day < life.now.date()]
    assert {(d, p): n for d, p, _m, n in whole if n} == {
        key: n for key, n in posts.items() if key[0] < life.now.date()
    }
    assert all(row.model == shown.of_day(row.day) for row in whole)
    reports = sum(r.reports for r in rows)
    assert reports >= sum(r.decision is Decision.OTHER for r in listed.values())


def nothing_of_use_went(life: Life, before: dict[str, Listed], after: dict[str, Listed]) -> None:
    """Labels stay; the texts of reports stay where they may be kept, and unjudged ones."""
    assert before.keys() == after.keys()
    for key, row in after.items():
        assert row.decision is before[key].decision
        kept_before = before[key].text is not None
        may_be_kept = row.place != "shy:c"
        if kept_before and may_be_kept and row.decision is not Decision.NOT_A_REPORT:
            assert row.text is not None
    places = {post.key: post.place for post in life.posts}
    states = life.states()
    unseen = states.keys() - after.keys() - (late(life) if life.shown() else set())
    for key in unseen:
        _day, deleted, held = states[key]
        # A model that is not shown yet may have judged what may be kept only until then.
        assert held or deleted or places[key] == "shy:c"


# -- one by one ------------------------------------------------------------------------------------


def test_another_model_takes_all_days_whose_texts_are_held(life: Life) -> None:
    for ago in (5, 3, 0):
        life.write(ago)
    assert life.judge(1)
    assert life.judge(2)
    assert life.shown() == Judges.only("model-2")
    assert {row.model for row in life.listed().values()} == {"model-2"}
    assert events(life) == []


def test_days_with_a_lost_text_keep_their_model_and_the_border_is_an_event(life: Life) -> None:
    posts = [life.write(ago) for ago in (9, 8, 8, 5, 2)]
    assert life.judge(1)
    assert life.retain(6) == len([n for n in (0, 1, 2) if not Fake(1).calls_report(n)])
    message = takes_over(life, 2)
    border = (BEGAN - timedelta(days=7)).date()
    assert str(border) in message
    first = posts[0].written_at.date()
    shown = life.shown()
    assert shown is not None
    assert [(s.first, s.model) for s in shown.spans] == [
        (date.min, "model-2"),
        (first, "model-1"),
        (border, "model-2"),
    ]
    assert (border, "from model-1 to model-2") in events(life)
    assert {r.day: r.model for r in life.listed().values()} == {
        first: "model-1",
        posts[1].written_at.date(): "model-1",
        posts[3].written_at.date(): "model-2",
        posts[4].written_at.date(): "model-2",
    }
    with read(life.engine) as connection:
        changes = collected.own_changes(connection)
    assert {(c.place, c.kind) for c in changes} == {("*", "classifier")}


def takes_over(life: Life, number: int) -> str:
    model = cast(Model, Fake(number))
    return run.classify(life.engine, model, KEYED, now=life.now, report=quiet).message


def events(life: Life) -> list[tuple[date, str]]:
    with read(life.engine) as connection:
        rows = connection.execute(select(SeriesEvent.day, SeriesEvent.detail))
        return [(day, detail) for day, detail in rows]


def test_a_history_that_is_imported_later_is_the_new_models(life: Life) -> None:
    for ago in (9, 2):
        life.write(ago)
    assert life.judge(1)
    assert life.retain(6) == 0 if Fake(1).calls_report(0) else 1
    assert life.judge(2)
    older = life.write(300)
    assert life.judge(2)
    assert life.listed()[older.key].model == "model-2"


def test_what_comes_too_late_for_the_model_of_its_day_is_told_and_not_mixed_in(life: Life) -> None:
    for ago in (9, 8, 2):
        life.write(ago)
    assert life.judge(1)
    assert life.retain(6)
    assert life.judge(2)
    after = life.write(8)
    assert life.judge(2)
    shown = life.shown()
    assert shown is not None
    assert after.key not in life.listed()
    with read(life.engine) as connection:
        assert count_late(connection, shown) == 1
        assert count_unjudged(connection, shown) == 0


def test_a_deleted_post_keeps_no_day_from_another_model(life: Life) -> None:
    posts = [life.write(ago) for ago in (5, 5, 2)]
    assert life.judge(1)
    life.delete(0)
    assert posts[0].key in life.listed()  # counted and labelled as before
    assert life.judge(2)
    assert life.shown() == Judges.only("model-2")
    assert life.listed().keys() == {posts[1].key, posts[2].key}


def test_until_all_is_judged_the_earlier_model_is_shown(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    for ago in (5, 4, 3, 2, 1):
        life.write(ago)
    assert life.judge(1)
    life.count()
    before = life.listed()
    assert not life.judge(2, dies_at=1)
    assert life.listed() == before
    new = life.write(0)  # arrives meanwhile
    assert life.listed() == before
    monkeypatch.setattr(run, "_take_over", _dies)
    assert not life.judge(2)
    assert life.listed() == before  # all is judged, but not shown yet
    monkeypatch.undo()
    assert life.judge(2)
    assert {row.model for row in life.listed().values()} == {"model-2"}
    assert life.listed().keys() == before.keys() | {new.key}
    counts_agree(life, life.listed())  # the counts turned in the same moment


def _dies(*_args: object) -> str:
    raise KeyboardInterrupt


def test_a_model_that_returns_has_its_days_again(life: Life) -> None:
    for ago in (5, 2):
        life.write(ago)
    for number in (1, 2, 1):
        assert life.judge(number)
    assert life.shown() == Judges.only("model-1")
    with read(life.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(ModelSpan)) == 1


def test_again_leaves_texts_alone_that_are_gone(life: Life) -> None:
    for ago in (9, 9, 9, 2):
        life.write(ago)
    assert life.judge(1)
    purged = life.retain(6)
    assert purged
    before = life.listed()
    model = cast(Model, Fake(1))
    report = run.classify(life.engine, model, KEYED, again=True, now=life.now, report=quiet)
    assert report.counts["judged"] == len(life.posts) - purged
    assert life.listed() == before


def test_a_text_that_may_not_be_stored_goes_with_its_verdict(life: Life) -> None:
    posts = [life.write(0, 2) for _ in range(4)]
    assert all(held for _day, _deleted, held in life.states().values())
    assert life.judge(1)
    assert not any(held for _day, _deleted, held in life.states().values())
    listed = life.listed()
    assert {listed[p.key].decision for p in posts} == {Decision.OTHER, Decision.NOT_A_REPORT}
    assert {row.purged_because for row in listed.values()} == {retention.TERMS}
    assert {row.thread_title for row in listed.values()} == {""}
    assert life.judge(2)  # it can't read a single one of them
    shown = life.shown()
    assert shown is not None
    assert shown.of_day(life.now.date()) == "model-1"
    assert shown.of_day(life.now.date() + timedelta(days=1)) == "model-2"
    assert life.listed() == listed
