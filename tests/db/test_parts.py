"""Reports and posts of two spans by place, language and kind of reporter, counted by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import seeded
from sqlalchemy import Engine

from db import verdicts
from db.engine import read, write
from db.judges import Judges, know, show
from db.posts import save_places, save_posts, save_threads
from db.queries.parts import Days, Parted, Reporter, parted
from domain.causes import Abstention, Cause, Decision
from domain.nouns import Frame, Place, Post, Thread, Verdict

MODEL = "model-1"
START = datetime(2026, 6, 1, 9, tzinfo=UTC)
BACK = timedelta(days=10)


def day(number: int) -> date:
    return START.date() + timedelta(days=number)


SPANS = (Days(day(10), day(14)), Days(day(15), day(19)))


class Written:
    """Posts and verdicts to be saved, numbered as they come."""

    def __init__(self) -> None:
        self.posts: list[Post] = []
        self.verdicts: list[Verdict] = []

    def add(
        self,
        number: int,
        author: str | None,
        decision: Decision = Decision.OTHER,
        *,
        place: str = "forum:a",
        language: str = "en",
        products: tuple[str, ...] = ("Claude",),
        model: str = MODEL,
    ) -> None:
        """One post of day `number`, in a thread of its own; a refused one is undetermined."""
        key = f"p{len(self.posts):02}"
        self.posts.append(
            Post(
                key=key,
                thread=f"t-{key}",
                parent=None,
                place=place,
                kind="story",
                author=author,
                title="",
                text=f"text of {key}",
                raw_hash=f"h-{key}",
                written_at=START + timedelta(days=number),
                products=products,
            )
        )
        refused = decision is Decision.UNDETERMINED
        self.verdicts.append(
            Verdict(
                post=key,
                version=1,
                model=model,
                report_probability=0.9,
                causes=dict.fromkeys(Cause, 0.3),
                likely_cause=None,
                decision=decision,
                abstained_because=Abstention.UNSUPPORTED_LANGUAGE if refused else None,
                language=language,
            )
        )

    def save(self, engine: Engine, now: datetime = START + timedelta(days=40)) -> None:
        places = sorted({post.place for post in self.posts})
        threads = [
            Thread(key=post.thread, place=post.place, title="", opened_at=post.written_at)
            for post in self.posts
        ]
        days = {post.key: post.written_at.date() for post in self.posts}
        with write(engine) as connection:
            save_places(
                connection,
                [Place(name=p, source=p.split(":")[0], frame=Frame.ALL_POSTS) for p in places],
            )
            save_threads(connection, threads, now)
            save_posts(connection, self.posts, now, seeded.KEYED)
            for model in sorted({one.model for one in self.verdicts}):
                know(connection, model, {}, now)
            show(connection, Judges.only(MODEL), now)
            verdicts.save_verdicts(connection, self.verdicts, days)


@pytest.fixture
def written() -> Written:
    return Written()


def asked(engine: Engine, *, product: str = "Claude", back: timedelta = BACK) -> Parted:
    with read(engine) as connection:
        return parted(connection, Judges.only(MODEL), product, SPANS, back)


def kinds(made: Parted) -> list[tuple[date, str]]:
    return [(one.day, one.reporter.value) for one in made.reports for _ in range(one.reports)]


def test_posts_and_reports_by_place_language_and_decision(engine: Engine, written: Written) -> None:
    written.add(10, "ann")
    written.add(10, "ben", Decision.NOT_A_REPORT)
    written.add(10, "cid", Decision.NOT_A_REPORT, language="de")
    written.add(15, "dee", Decision.CONTEXT_LIMIT, place="hub:b")
    written.add(15, "eve", Decision.UNDETERMINED)  # refused: in no count
    written.add(16, "fay", products=("Codex",))
    written.add(20, "gus")  # after both
    written.save(engine)
    made = asked(engine)
    assert [(p.day, p.place, p.language, p.posts) for p in made.posts] == [
        (day(10), "forum:a", "de", 1),
        (day(10), "forum:a", "en", 2),
        (day(15), "hub:b", "en", 1),
    ]
    assert [(r.day, r.place, r.decision, r.reports) for r in made.reports] == [
        (day(10), "forum:a", Decision.OTHER, 1),
        (day(15), "hub:b", Decision.CONTEXT_LIMIT, 1),
    ]
    assert sum(p.posts for p in asked(engine, product="*").posts) == 5


def test_a_reporter_is_known_by_an_earlier_report_of_any_kind(
    engine: Engine, written: Written
) -> None:
    written.add(5, "ann", Decision.CONTEXT_LIMIT, place="hub:b", products=("Codex",))
    written.add(5, "ben", Decision.NOT_A_REPORT)  # a post, not a report
    for author in ("ann", "ben", None):
        written.add(11, author)
    written.add(12, "ben")  # the second in the same span: still new
    written.add(16, "ben")  # reported in the span before
    written.add(16, "cid")
    written.save(engine)
    assert sorted(kinds(asked(engine))) == [
        (day(11), "known"),
        (day(11), "new"),
        (day(11), "unknown"),
        (day(12), "new"),
        (day(16), "known"),
        (day(16), "new"),
    ]


def test_both_spans_look_back_equally_far(engine: Engine, written: Written) -> None:
    written.add(4, "ann")
    written.add(4, "ben")
    written.add(11, "ann")
    written.add(16, "ben")  # 11 days before the second span
    written.save(engine)
    assert kinds(asked(engine)) == [(day(11), "known"), (day(16), "new")]
    nothing = asked(engine, back=timedelta(0))
    assert [one.reporter for one in nothing.reports] == [Reporter.UNKNOWN] * 2


def test_another_models_verdicts_count_nowhere(engine: Engine, written: Written) -> None:
    written.add(5, "ann", model="model-0")
    written.add(11, "ann")
    written.add(12, "ben", model="model-0")
    written.save(engine)
    made = asked(engine)
    assert kinds(made) == [(day(11), "new")]
    assert sum(one.posts for one in made.posts) == 1


def test_a_review_changes_nothing(engine: Engine, written: Written) -> None:
    written.add(11, "ann")
    written.save(engine)
    before = asked(engine)
    seeded.review(engine, "p00", Decision.NOT_A_REPORT)
    assert asked(engine) == before
