"""Grouping what changed gives what grouping everything at once would, whatever happened before."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, func, insert, select, update

from classify import regroup as regrouping
from classify.mark import mark
from classify.regroup import regroup
from db.constraints import constrain
from db.engine import claim, open_engine, read, upgrade, write
from db.judges import Judges, know, show
from db.marks import Readable
from db.posts import save_places, save_posts, save_threads
from db.tables import (
    GroupingDue,
    IncidentMember,
    MarkRow,
    Meta,
    PostText,
    ReviewRow,
    SketchBand,
)
from db.verdicts import save_verdicts
from db.withdraw import withdraw
from domain.causes import Abstention, Cause, Decision
from domain.keyed import Keyed
from domain.nouns import Frame, Place, Post, PostState, Thread, Verdict

KEYED = Keyed(b"a key for tests, never for data.")
MODEL = "model-1"
JUDGES = Judges.only(MODEL)
BEGAN = datetime(2026, 3, 1, 9, tzinfo=UTC)
PLACES = (
    Place(name="hub:a", source="hub", frame=Frame.ALL_POSTS),
    Place(name="forum:b", source="forum", frame=Frame.ALL_POSTS),
)
LONG = (
    "After the update last night every conversation of the past two weeks is missing from the "
    "sidebar and searching for words that I know were in them finds nothing at all either."
)
OTHER = (
    "The build agent reported that our plan allows no more requests this week although the page "
    "with the limits shows that less than a tenth of them has been used until this morning."
)
TEXTS = (
    LONG,
    LONG + " Has anybody heard of a way to bring them back?",
    OTHER,
    "Same here.",
    "It keeps crashing since the update.",
    "Have you tried to turn it off and on again?",
)
REPORTS = (Decision.SESSION_MANAGEMENT, Decision.OTHER, Decision.UNDETERMINED)


@dataclass(slots=True)
class World:
    """A database in which posts are written, judged, changed and grouped."""

    engine: Engine
    versions: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    tick: Any = field(default_factory=lambda: count(1))

    def begin(self) -> World:
        with write(self.engine) as connection:
            know(connection, MODEL, {}, BEGAN)
            show(connection, JUDGES, BEGAN)
            save_places(connection, PLACES)
        return self

    def post(self, number: int, parent: int | None, text: str, *, deleted: bool = False) -> str:
        """A post; its place and thread follow from the post that its thread begins with."""
        post = f"{number:024x}"
        self.parents[post] = None if parent is None else f"{parent:024x}"
        self.texts[post], self.versions[post] = text, 1
        self._save(post, deleted=deleted)
        return post

    def _save(self, post: str, *, deleted: bool = False) -> None:
        number = int(post, 16)
        thread = Thread(
            key=f"aa{number // 8:022x}",
            place=PLACES[number // 8 % 2].name,
            title="A thread",
            opened_at=BEGAN,
        )
        made = Post(
            key=post,
            thread=thread.key,
            parent=self.parents[post],
            place=thread.place,
            kind="comment" if self.parents[post] else "issue",
            author=f"{number % 3:024x}",
            title="",
            text=self.texts[post],
            raw_hash=f"{number:016x}{self.versions[post]:08x}",
            written_at=BEGAN + timedelta(minutes=number * 7 % 50),
            state=PostState.DELETED if deleted else PostState.LIVE,
        )
        with write(self.engine) as connection:
            save_threads(connection, [thread], BEGAN)
            save_posts(connection, [made], BEGAN, KEYED)

    def judge(self, post: str, decision: Decision, *, refused: bool = False) -> None:
        if not self._held(post):
            return
        verdict = Verdict(
            post=post,
            version=self.versions[post],
            model=MODEL,
            report_probability=0.5,
            causes=dict.fromkeys(Cause, 0.1),
            likely_cause=None if decision is Decision.NOT_A_REPORT else Cause.OTHER,
            decision=Decision.UNDETERMINED if refused else decision,
            abstained_because=Abstention.TOO_LITTLE_TEXT if refused else None,
            language="en",
        )
        read_ = Readable(
            post=post,
            version=self.versions[post],
            answers=self.parents[post] is not None,
            report=verdict.judged and decision is not Decision.NOT_A_REPORT,
            title="",
            text=self.texts[post],
        )
        with write(self.engine) as connection:
            save_verdicts(connection, [verdict], {post: BEGAN.date()})
            mark(connection, [read_], KEYED)

    def _held(self, post: str) -> bool:
        with read(self.engine) as connection:
            mine = (PostText.post == post, PostText.version == self.versions.get(post, 0))
            return connection.scalar(select(PostText.text).where(*mine)) is not None

    def edit(self, post: str, text: str) -> None:
        if self._held(post):
            self.texts[post] = text
            self.versions[post] += 1
            self._save(post)

    def delete(self, post: str) -> None:
        with write(self.engine) as connection:
            withdraw(connection, [post], BEGAN, KEYED)

    def review(self, post: str, decision: Decision | None) -> None:
        """A person's decision; None takes it back."""
        if not self.versions.get(post):
            return
        with write(self.engine) as connection:
            connection.execute(
                update(ReviewRow).where(ReviewRow.post == post).values(replaced=True)
            )
            if decision:
                row = {
                    "post": post,
                    "version": self.versions[post],
                    "decision": decision.value,
                    "secondary": None,
                    "reviewer": "Ada",
                    "blind": True,
                    "stream": "list",
                    "note": "",
                    "decided_at": BEGAN,
                    "replaced": False,
                }
                connection.execute(insert(ReviewRow), [row])

    def constrain(self, kind: str, sides: Sequence[Sequence[str]]) -> None:
        held = [[post for post in side if post in self.versions] for side in sides]
        taken: set[str] = set()
        parts = []
        for side in held:
            parts.append(sorted(set(side) - taken))
            taken |= set(side)
        parts = [part for part in parts if part]
        if not parts:
            return
        with write(self.engine) as connection:
            told = {"person": "Ada", "reason": "looked at both", "now": BEGAN}
            constrain(connection, kind, parts, **told)  # type: ignore[arg-type] # as above

    def regroup(self) -> int:
        return regroup(self.engine, JUDGES, KEYED, BEGAN + timedelta(seconds=next(self.tick)))

    def members(self) -> dict[str, tuple[str, str, str]]:
        query = select(IncidentMember).order_by(IncidentMember.post)
        with read(self.engine) as connection:
            rows = connection.execute(query)
            return {row.post: (row.incident, row.role, row.decision) for row in rows}

    def incidents(self) -> dict[str, list[int]]:
        """Incident -> its posts, by their numbers."""
        found: dict[str, list[int]] = {}
        for post, (incident, _role, _decision) in self.members().items():
            found.setdefault(incident, []).append(int(post, 16))
        return {str(int(key, 16)): sorted(posts) for key, posts in found.items()}

    def at_once(self) -> dict[str, tuple[str, str, str]]:
        """What grouping everything at once gives."""
        with write(self.engine) as connection:
            connection.execute(delete(IncidentMember))
            connection.execute(delete(Meta).where(Meta.name == "incidents_grouped"))
        self.regroup()
        return self.members()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "whylost.db"
    engine = open_engine(f"sqlite:///{path}")
    upgrade(engine)
    claim(engine, KEYED)
    World(engine).begin()
    engine.dispose()
    return path


@pytest.fixture
def fresh(template: Path, tmp_path: Path) -> Callable[[], World]:
    """Gives a new database each time."""
    numbers = count()

    def make() -> World:
        path = tmp_path / f"{next(numbers)}.db"
        shutil.copy(template, path)
        return World(open_engine(f"sqlite:///{path}"))

    return make


@pytest.fixture
def world(engine: Engine) -> World:
    return World(engine).begin()


# -- what comes late -------------------------------------------------------------------------------


@pytest.mark.parametrize("deleted", [False, True])
def test_a_comment_that_comes_late_connects_what_it_stands_between(
    world: World, deleted: bool
) -> None:
    world.judge(world.post(0, None, OTHER), Decision.OTHER)
    world.judge(world.post(2, 1, LONG), Decision.UNDETERMINED)
    world.regroup()
    assert world.incidents() == {"0": [0], "2": [2]}
    between = world.post(1, 0, "Thanks for telling.", deleted=deleted)
    world.judge(between, Decision.NOT_A_REPORT)
    world.regroup()
    assert world.incidents() == {"0": [0, 2]}


def test_an_older_report_that_comes_late_names_the_incident(world: World) -> None:
    for number in (9, 16, 1):  # written in minutes 13, 12 and 7
        world.judge(world.post(number, None, LONG), Decision.OTHER)
        world.regroup()
    assert world.incidents() == {"1": [1, 9, 16]}


# -- texts that go, databases from before ----------------------------------------------------------


def test_a_copy_is_known_when_the_first_text_is_gone(world: World) -> None:
    first = world.post(0, None, LONG)
    world.judge(first, Decision.SESSION_MANAGEMENT)
    with write(world.engine) as connection:
        gone = {"text": None, "title": None, "purged_at": BEGAN, "purged_because": "terms"}
        connection.execute(update(PostText).values(gone))
    world.regroup()
    world.judge(world.post(9, None, LONG + " Anybody else?"), Decision.SESSION_MANAGEMENT)
    world.regroup()
    assert world.incidents() == {"0": [0, 9]}


def test_marks_go_with_a_deleted_post(world: World) -> None:
    for number in (0, 9):
        world.judge(world.post(number, None, LONG), Decision.OTHER)
    world.regroup()
    assert world.incidents() == {"0": [0, 9]}
    world.delete(f"{0:024x}")
    with read(world.engine) as connection:
        assert list(connection.scalars(select(MarkRow.post))) == [f"{9:024x}"]
        assert set(connection.scalars(select(SketchBand.post))) == {f"{9:024x}"}
    world.regroup()
    assert world.incidents() == {"9": [9]}


def test_a_database_from_before_has_its_texts_read_once(world: World) -> None:
    for number, parent, said in ((0, None, LONG), (9, None, LONG), (10, 9, "Same here.")):
        decision = Decision.NOT_A_REPORT if parent else Decision.OTHER
        world.judge(world.post(number, parent, said), decision)
    world.regroup()
    after = world.members()
    assert world.incidents() == {"0": [0, 9, 10]}
    with write(world.engine) as connection:
        for table in (SketchBand, MarkRow, IncidentMember, GroupingDue):
            connection.execute(delete(table))
        connection.execute(delete(Meta).where(Meta.name.in_(("marks_method", "incidents_grouped"))))
    world.regroup()
    assert world.members() == after
    assert world.regroup() == 0


def test_a_run_that_is_killed_while_saving_is_made_up_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(0, 24, 3):
        world.judge(world.post(number, None, "It keeps crashing."), Decision.OTHER)
    monkeypatch.setattr(regrouping, "AT_ONCE", 1)
    saved = regrouping._save_part
    left = iter(range(2))

    def dies(*told: Any) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        saved(*told)

    monkeypatch.setattr(regrouping, "_save_part", dies)
    with pytest.raises(KeyboardInterrupt):
        world.regroup()
    monkeypatch.undo()
    world.regroup()
    assert world.members() == world.at_once()
    assert len(world.members()) == 8


# -- whatever happens, in whatever order -----------------------------------------------------------

NUMBERS = st.integers(0, 15)  # of two threads, eight posts each
SAID = st.sampled_from((LONG, *TEXTS))
GIVEN = st.sampled_from((*REPORTS, Decision.SESSION_MANAGEMENT, Decision.NOT_A_REPORT))
WRITE = st.tuples(NUMBERS, st.one_of(st.none(), st.integers(0, 7)), SAID, GIVEN)
WRITTEN = st.lists(WRITE, min_size=5, max_size=14, unique_by=lambda told: told[0])
CHANGES = st.one_of(
    WRITE.map(lambda told: ("write", *told)),
    st.tuples(st.just("bury"), NUMBERS, st.integers(0, 7)),
    st.tuples(st.just("judge"), NUMBERS, GIVEN, st.booleans()),
    st.tuples(st.just("edit"), NUMBERS, SAID, st.one_of(st.none(), GIVEN)),
    st.tuples(st.just("delete"), NUMBERS),
    st.tuples(st.just("review"), NUMBERS, st.one_of(st.none(), GIVEN)),
    st.tuples(st.just("merge"), st.lists(NUMBERS, min_size=2, max_size=4)),
    st.tuples(st.just("split"), st.lists(NUMBERS, max_size=3), st.lists(NUMBERS, max_size=3)),
)


def play(world: World, steps: Sequence[tuple[Any, ...]]) -> None:
    for name, *told in steps:
        keys = [f"{n:024x}" for n in told if isinstance(n, int)]
        match name:
            case "write" if keys[0] not in world.versions:
                number, parent, text, decision = told
                above = None if parent is None else number // 8 * 8 + parent
                post = world.post(number, None if above == number else above, text)
                world.judge(post, decision)
            case "bury" if keys[0] not in world.versions:
                world.post(told[0], told[0] // 8 * 8 + told[1], "", deleted=True)
            case "judge":
                world.judge(keys[0], told[1], refused=told[2])
            case "edit":
                world.edit(keys[0], told[1])
                if told[2]:
                    world.judge(keys[0], told[2])
            case "delete":
                world.delete(keys[0])
            case "review":
                world.review(keys[0], told[1])
            case "merge":
                world.constrain("merge", [[f"{n:024x}" for n in told[0]]])
            case "split":
                world.constrain("split", [[f"{n:024x}" for n in side] for side in told])
            case "regroup":
                world.regroup()


@settings(
    max_examples=40,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(written=WRITTEN, changes=st.lists(CHANGES, min_size=1, max_size=5))
def test_what_changed_or_everything_is_the_same(
    fresh: Callable[[], World], written: list[tuple[Any, ...]], changes: list[tuple[Any, ...]]
) -> None:
    world = fresh()
    play(world, [("write", *told) for told in written])
    world.regroup()
    for change in changes:
        play(world, [change])
        world.regroup()
    step_by_step = world.members()
    with read(world.engine) as connection:
        assert connection.scalar(select(func.count()).select_from(GroupingDue)) == 0
    assert world.regroup() == 0, "nothing is new"
    assert world.at_once() == step_by_step
    world.engine.dispose()


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],  # shrinking takes minutes
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(posts=WRITTEN, data=st.data())
def test_the_order_of_arrival_and_its_batches_change_nothing(
    fresh: Callable[[], World], posts: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    first, second = fresh(), fresh()
    play(first, [("write", *told) for told in posts])
    first.regroup()
    for told in data.draw(st.permutations(posts)):
        play(second, [("write", *told)])
        if data.draw(st.booleans()):
            second.regroup()
    second.regroup()
    assert second.members() == first.members()
    for world in (first, second):
        world.engine.dispose()


@pytest.mark.parametrize("seed", range(4))
def test_the_same_on_both_databases(world: World, fresh: Callable[[], World], seed: int) -> None:
    dice = random.Random(seed)
    steps: list[tuple[Any, ...]] = []
    for _ in range(60):
        number, other = dice.randrange(24), dice.randrange(24)
        steps.append(
            dice.choice(
                [
                    ("write", number, number % 5 or None, dice.choice(TEXTS), REPORTS[0]),
                    ("write", number, number % 3, dice.choice(TEXTS), Decision.NOT_A_REPORT),
                    ("judge", number, dice.choice(REPORTS), False),
                    ("edit", number, dice.choice(TEXTS), dice.choice(REPORTS)),
                    ("delete", number),
                    ("review", number, dice.choice([None, Decision.NOT_A_REPORT, *REPORTS])),
                    ("merge", [number, other]),
                    ("split", [number], [other]),
                    ("regroup",),
                ]
            )
        )
    lite = fresh()
    for one in (world, lite):
        play(one, steps)
        one.regroup()
    assert world.members() == lite.members()
    assert world.members() == world.at_once()
    assert world.members()
    lite.engine.dispose()
