"""Texts that were replaced: there for thirty days, then gone; what was judged of them stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, select

from db import erase, passages, posts, verdicts
from db.engine import read, write
from db.judges import know
from db.superseded import BATCH, KEPT, purge_superseded
from db.tables import ChangeLog, EvidenceRow, FactRow, PostText, VerdictRow
from db.withdraw import withdraw
from domain.causes import Cause, Decision
from domain.keyed import Keyed
from domain.nouns import Evidence, Fact, Frame, Place, Post, Span, Thread, Verdict

PLACE = Place(name="forum:a", source="forum", frame=Frame.ALL_POSTS)
WRITTEN = datetime(2026, 5, 8, tzinfo=UTC)


def a_post(keyed: Keyed, number: int, text: str) -> Post:
    return Post(
        key=keyed.hash("post", str(number)),
        thread=keyed.hash("thread", "1"),
        parent=None,
        place=PLACE.name,
        kind="post",
        author=None,
        title=f"Title of {text}",
        text=text,
        raw_hash=keyed.hash("raw", text),
        written_at=WRITTEN,
    )


def save(engine: Engine, keyed: Keyed, at: datetime, *given: Post) -> None:
    thread = Thread(key=given[0].thread, place=PLACE.name, title="A title", opened_at=WRITTEN)
    with write(engine) as connection:
        posts.save_places(connection, [PLACE])
        posts.save_threads(connection, [thread], at)
        posts.save_posts(connection, given, at, keyed)


def judge(engine: Engine, post: Post, now: datetime) -> None:
    span = Span(field="text", start=0, end=3)
    made = Verdict(
        post=post.key,
        version=1,
        model="m",
        report_probability=0.9,
        causes=dict.fromkeys(Cause, 0.5),
        likely_cause=Cause.OTHER,
        decision=Decision.OTHER,
        abstained_because=None,
        language="en",
        evidence=(Evidence(span=span, cause=Cause.OTHER, direction="for", cue="gone"),),
        facts=(
            Fact(name="lost", value="four hours", span=span),
            Fact(name="version", value="2.1.89", span=span),
        ),
    )
    with write(engine) as connection:
        know(connection, "m", {}, now)
        verdicts.save_verdicts(connection, [made], {post.key: WRITTEN.date()})


def texts(engine: Engine) -> list[tuple[int, str | None, str | None, str | None]]:
    with read(engine) as connection:
        columns = (PostText.version, PostText.title, PostText.text, PostText.purged_because)
        return [tuple(r) for r in connection.execute(select(*columns).order_by(PostText.version))]


def test_after_thirty_days_the_words_go_and_the_verdict_stays(
    engine: Engine, keyed: Keyed, now: datetime
) -> None:
    first = a_post(keyed, 1, "one")
    save(engine, keyed, now, first)
    judge(engine, first, now)
    save(engine, keyed, now + timedelta(days=10), replace(a_post(keyed, 1, "two")))
    save(engine, keyed, now + timedelta(days=20), replace(a_post(keyed, 1, "three")))
    soon = now + timedelta(days=10) + KEPT
    assert purge_superseded(engine, keyed, soon - timedelta(seconds=1)) == 0
    assert purge_superseded(engine, keyed, soon) == 1
    assert texts(engine) == [
        (1, None, None, "superseded"),
        (2, "Title of two", "two", None),
        (3, "Title of three", "three", None),
    ]
    assert purge_superseded(engine, keyed, now + timedelta(days=900)) == 1
    assert purge_superseded(engine, keyed, now + timedelta(days=900)) == 0
    assert texts(engine)[2] == (3, "Title of three", "three", None)
    with read(engine) as connection:
        assert erase.due(connection)
        assert connection.scalars(select(FactRow.value)).all() == ["2.1.89"]
        for table in (VerdictRow, EvidenceRow):
            assert connection.execute(select(table)).one()
        logged = select(ChangeLog.after).where(ChangeLog.what == "superseded")
        assert connection.scalars(logged).all() == [{"version": 1}, {"version": 2}]
    # The same post again is known by its hash and brings nothing back.
    save(engine, keyed, now + timedelta(days=901), a_post(keyed, 1, "three"))
    assert [text for _, _, text, _ in texts(engine)] == [None, None, "three"]


def test_more_than_a_batch(sqlite_engine: Engine, keyed: Keyed, now: datetime) -> None:
    many = [a_post(keyed, number, f"old {number}") for number in range(BATCH + 1)]
    save(sqlite_engine, keyed, now, *many)
    edited = [replace(p, text="new", raw_hash="f" * 24) for p in many]
    save(sqlite_engine, keyed, now, *edited)
    assert purge_superseded(sqlite_engine, keyed, now + KEPT) == BATCH + 1


def test_quotes_of_replaced_words_go_with_the_post(
    engine: Engine, keyed: Keyed, now: datetime
) -> None:
    words = "My grandmother's garden was in that conversation, all of it."
    first = a_post(keyed, 1, words)
    reply = replace(
        a_post(keyed, 2, f"> {words}\n\nMine was empty, too."),
        title="",
        parent=first.key,
        depth=1,
        written_at=WRITTEN + timedelta(hours=1),
    )
    save(engine, keyed, now, first, reply)
    save(engine, keyed, now, a_post(keyed, 1, "It is back."))
    later = now + KEPT
    assert purge_superseded(engine, keyed, later) == 1

    def shown() -> str | None:
        with read(engine) as connection:
            return connection.scalar(select(PostText.text).where(PostText.post == reply.key))

    with read(engine) as connection:
        assert passages.of_threads(connection, [first.thread]) == {}
    assert shown() == reply.text
    with write(engine) as connection:
        assert withdraw(connection, [first.key], later, keyed) == 1
    assert (shown() or "").startswith("> […]  ")
    assert (shown() or "").endswith("\n\nMine was empty, too.")
    with read(engine) as connection:
        assert list(passages.of_threads(connection, [first.thread, first.key])) == [first.thread]
