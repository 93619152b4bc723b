"""A deletion reaches every table: texts, titles, addresses, stated words, quotes in other posts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, select

from db import erase, passages, posts, verdicts
from db.elsewhere import take_elsewhere
from db.engine import read, write
from db.judges import know
from db.tables import (
    AddressRow,
    ChangeLog,
    EvidenceRow,
    FactRow,
    Passage,
    PostRow,
    PostText,
    Table,
    ThreadRow,
    Tombstone,
    VerdictRow,
)
from db.trees import merge
from db.withdraw import AT_ITS_SOURCE, purge, take_titles, withdraw
from domain.causes import Cause, Decision
from domain.keyed import Keyed
from domain.nouns import (
    Address,
    Evidence,
    Fact,
    Frame,
    Place,
    Post,
    PostState,
    Span,
    Thread,
    Verdict,
)

WRITTEN = datetime(2026, 5, 8, 9, tzinfo=UTC)
PLACE = Place(name="forum:a", source="forum", frame=Frame.ALL_POSTS)
OPENING = "Since the big update on Tuesday my whole history is gone. I lost a couple of full days."
MODEL = "model-1"


@pytest.fixture
def make(keyed: Keyed) -> Callable[..., Post]:
    """Makes posts of thread "t": number 0 opens it, the others answer."""

    def made(number: int, text: str, *, thread: str = "t", author: str | None = None) -> Post:
        return Post(
            key=keyed.hash("post", f"{thread}{number}"),
            thread=keyed.hash("thread", thread),
            parent=keyed.hash("post", f"{thread}0") if number else None,
            place=PLACE.name,
            kind="reply" if number else "post",
            author=keyed.hash("author", author or f"{thread}{number}"),
            title="" if number else "History gone since the update",
            text=text,
            raw_hash=keyed.hash("raw", text),
            written_at=WRITTEN + timedelta(minutes=number),
            products=("ChatGPT",),
            address=Address(external_id=f"{thread}{number}", url=f"https://a.example/{number}"),
        )

    return made


def save(engine: Engine, keyed: Keyed, now: datetime, *given: Post) -> posts.Saved:
    """Keeps posts with the title that each of them carries, as sources do."""
    with write(engine) as connection:
        posts.save_places(connection, [PLACE])
        posts.save_threads(connection, threads(given), now)
        return posts.save_posts(connection, given, now, keyed)


def threads(given: tuple[Post, ...]) -> list[Thread]:
    title = "History gone since the update"
    return [
        Thread(key=key, place=PLACE.name, title=title, opened_at=WRITTEN)
        for key in dict.fromkeys(p.thread for p in given)
    ]


def judge(connection: Connection, post: Post, now: datetime, *facts: Fact) -> None:
    know(connection, MODEL, {}, now)
    quote = Span(field="text", start=0, end=5)
    made = Verdict(
        post=post.key,
        version=1,
        model=MODEL,
        report_probability=0.9,
        causes=dict.fromkeys(Cause, 0.5),
        likely_cause=Cause.OTHER,
        decision=Decision.OTHER,
        abstained_because=None,
        language="en",
        evidence=(Evidence(span=quote, cause=Cause.OTHER, direction="for", cue="gone"),),
        facts=facts,
    )
    verdicts.save_verdicts(connection, [made], {post.key: post.written_at.date()})


def texts(engine: Engine, *given: Post) -> list[str | None]:
    with read(engine) as connection:
        said = dict(connection.execute(select(PostText.post, PostText.text)).all())
    return [said[post.key] for post in given]


def everything(connection: Connection) -> str:
    """All that stands in any column of any table."""
    return "\n".join(
        str(value)
        for table in Table.metadata.tables.values()
        for row in connection.execute(select(table))
        for value in row
    )


def delete(engine: Engine, keyed: Keyed, now: datetime, *gone: Post) -> int:
    with write(engine) as connection:
        return withdraw(connection, [post.key for post in gone], now, keyed)


def test_words_go_and_labels_stay(
    engine: Engine, keyed: Keyed, now: datetime, make: Callable[..., Post]
) -> None:
    opener = make(0, OPENING)
    save(engine, keyed, now, opener, other := make(1, "Mine as well."))
    save(engine, keyed, now, replace(opener, text="Nothing left.", raw_hash="e" * 24))
    lost = Fact(
        name="lost", value="a couple of full days", span=Span(field="text", start=60, end=80)
    )
    surface = Fact(name="surface", value="web", span=Span(field="text", start=0, end=5))
    with write(engine) as connection:
        judge(connection, opener, now, lost, surface)
    assert delete(engine, keyed, now, opener) == 1
    assert delete(engine, keyed, now, opener) == 0
    with read(engine) as connection:
        left = everything(connection)
        for words in (*OPENING.split(". "), "Nothing left", "couple of full", "a.example/0"):
            assert words not in left
        assert "History gone" not in left
        facts = connection.scalars(select(FactRow.value)).all()
        assert facts == ["web"]
        for table in (VerdictRow, EvidenceRow, Tombstone):
            assert connection.scalar(select(func.count()).select_from(table)) == 1
        versions = connection.execute(select(PostText.purged_because, PostText.raw_hash))
        assert [because for because, _ in versions].count("deleted") == 2
        state = connection.scalar(select(PostRow.state).where(PostRow.key == opener.key))
        assert state == PostState.DELETED.value
        assert connection.scalars(select(AddressRow.post)).all() == [other.key]


def test_quotes_of_it_go_in_place(
    engine: Engine, keyed: Keyed, now: datetime, make: Callable[..., Post]
) -> None:
    opener = make(0, OPENING)
    quoting = make(1, "> my whole history is gone.\n\nI lost four hours, too.")
    repeating = make(2, "So since the big update on Tuesday my whole history is gone for you?")
    other = make(3, "> I lost four hours, too.\n\nNo word of that here.")
    save(engine, keyed, now, opener, quoting, repeating, other)
    own = Fact(name="lost", value="four hours", span=Span(field="text", start=36, end=46))
    copied = Fact(name="lost", value="whole history", span=Span(field="text", start=5, end=18))
    with write(engine) as connection:
        judge(connection, quoting, now, own, copied)
    delete(engine, keyed, now, opener)
    first, second, third = texts(engine, quoting, repeating, other)
    assert first == "> […]                      \n\nI lost four hours, too."
    assert len(first) == len(quoting.text)
    assert (second or "").startswith("So […]  ")
    assert (second or "").endswith(" for you?")
    assert third == other.text
    with read(engine) as connection:
        assert connection.scalars(select(FactRow.value)).all() == ["four hours"]
        logged = connection.execute(
            select(ChangeLog.key, ChangeLog.after).where(ChangeLog.what == "quote_removed")
        ).all()
    assert sorted(logged) == sorted(
        (post.key, {"version": 1, "passages": 1}) for post in (quoting, repeating)
    )
    # The same posts read again, as they still are at their source, change nothing.
    assert save(engine, keyed, now, quoting, repeating) == posts.Saved(unchanged=2)
    assert texts(engine, quoting, repeating) == [first, second]


def test_what_was_said_before_stays(
    engine: Engine, keyed: Keyed, now: datetime, make: Callable[..., Post]
) -> None:
    opener = make(0, "Your conversation is over the limit and can not go on, it said.")
    reply = make(
        1, "> Your conversation is over the limit and can not go on\n\nThat was mine, too."
    )
    twice = make(2, "That was mine, too. But only after a day of work on the same thing.")
    again = make(3, "That was mine, too. But only after a day of work on the same thing.")
    again = replace(again, author=twice.author)
    save(engine, keyed, now, opener, reply, twice, again)
    delete(engine, keyed, now, reply, twice)
    assert texts(engine, opener, again) == [opener.text, again.text]


def test_the_title_does_not_come_back_with_an_answer(
    engine: Engine, keyed: Keyed, now: datetime, make: Callable[..., Post]
) -> None:
    opener, answer = make(0, OPENING), make(1, "Same here.")
    save(engine, keyed, now, opener)
    delete(engine, keyed, now, opener)
    save(engine, keyed, now, answer)
    assert save(engine, keyed, now, opener) == posts.Saved(unchanged=1)
    with read(engine) as connection:
        assert connection.execute(select(ThreadRow.title, ThreadRow.purged_because)).one() == (
            "",
            "deleted",
        )


def test_an_answers_deletion_keeps_the_title(
    engine: Engine, keyed: Keyed, now: datetime, make: Callable[..., Post]
) -> None:
    opener, answer = make(0, OPENING), make(1, "Same here.")
    nobodys = replace(make(2, "And here."), parent=None, depth=1)  # forums don't always say whose
    unread = replace(make(3, ""), parent=None, depth=1, state=PostState.DELETED)
    save(engine, keyed, now, opener, answer, nobodys, unread)
    delete(engine, keyed, now, answer, nobodys)
    with read(engine) as connection:
        assert connection.scalar(select(ThreadRow.title)) == "History gone since the update"
    assert texts(engine, opener) == [OPENING]


@pytest.mark.parametrize("told", ["by name", "as a post"])
def test_a_thread_whose_opener_was_never_held_loses_its_title(
    engine: Engine, keyed: Keyed, now: datetime, make: Callable[..., Post], told: str
) -> None:
    opener, answer = make(0, OPENING), make(1, "Same here.")
    save(engine, keyed, now, answer)
    if told == "by name":
        with write(engine) as connection:
            take_titles(connection, [opener.thread], now)
            assert withdraw(connection, [opener.key], now, keyed) == 0
    else:
        save(engine, keyed, now, replace(opener, state=PostState.DELETED))
    with read(engine) as connection:
        left = everything(connection)
        assert connection.scalar(select(func.count()).select_from(Passage)) == 0
    assert "History gone" not in left
    assert "big update" not in left


def test_late_quotes_are_known_by_hash_only(
    engine: Engine, keyed: Keyed, now: datetime, make: Callable[..., Post]
) -> None:
    save(engine, keyed, now, opener := make(0, OPENING))
    delete(engine, keyed, now, opener)
    with read(engine) as connection:
        known = passages.of_threads(connection, [opener.thread, "f" * 24])
    assert list(known) == [opener.thread]
    hashes = known[opener.thread]
    assert keyed.hash("quoted", "i lost a couple of full days") in hashes
    with write(engine) as connection:  # the thread turns out to be part of another one
        posts.save_threads(
            connection, [Thread(key="b" * 24, place=PLACE.name, title="", opened_at=now)], now
        )
        merge(connection, {opener.thread: "b" * 24})
    with read(engine) as connection:
        assert passages.of_threads(connection, [opener.thread, "b" * 24]) == {"b" * 24: hashes}


def test_other_threads_are_looked_through_once(
    engine: Engine, keyed: Keyed, now: datetime, make: Callable[..., Post]
) -> None:
    opener = make(0, OPENING)
    line = "Since the big update on Tuesday my whole history is gone."
    there = make(5, f"Look at this:\n> {line}\n\nI think so, too.", thread="u")
    said = make(6, f"{line} Really.", thread="u")
    older = replace(make(7, f"> {line}", thread="u"), written_at=WRITTEN - timedelta(days=2))
    save(engine, keyed, now, opener, there, said, older)
    assert take_elsewhere(engine, keyed, now) == 0
    delete(engine, keyed, now, opener)
    assert texts(engine, there) == [there.text]
    assert take_elsewhere(engine, keyed, now) == 1
    first, second, third = texts(engine, there, said, older)
    assert (first or "").startswith("Look at this:\n> […]  ")
    assert (first or "").endswith("\n\nI think so, too.")
    assert [second, third] == [said.text, older.text]
    assert take_elsewhere(engine, keyed, now) == 0
    with read(engine) as connection:
        assert (
            connection.scalar(select(func.count()).select_from(Passage).where(~Passage.sought)) == 0
        )


def test_a_deletion_leaves_a_note_to_erase(
    engine: Engine, keyed: Keyed, now: datetime, make: Callable[..., Post]
) -> None:
    save(engine, keyed, now, opener := make(0, OPENING))
    with read(engine) as connection:
        assert not erase.due(connection)
    delete(engine, keyed, now, opener)
    with read(engine) as connection:
        assert erase.due(connection)


# A thread of which each post says words that no other one says, but where it quotes.
@st.composite
def generated(draw: st.DrawFn) -> tuple[list[list[str]], list[str], int]:
    """The own sentences of each post, the texts with what they quote, and which one is deleted."""
    dice = random.Random(draw(st.integers(0, 2**32)))
    own: list[list[str]] = []
    said: list[str] = []
    for number in range(draw(st.integers(2, 6))):
        sentences = [
            " ".join(f"w{number}x{part}x{word}" for word in range(dice.randrange(5, 30)))
            for part in range(dice.randrange(1, 5))
        ]
        parts = [s[0].upper() + s[1:] + "." for s in sentences]
        parts += [_quote(dice, dice.choice(dice.choice(own))) for _ in range(2) if own]
        dice.shuffle(parts)
        own.append(sentences)
        said.append("\n\n".join(parts))
    return own, said, draw(st.integers(0, len(own) - 1))


def _quote(dice: random.Random, sentence: str) -> str:
    """The sentence, or a part of it, as people quote."""
    words = sentence.split()
    start = dice.randrange(len(words) - 4)
    part = " ".join(words[start : dice.randrange(start + 5, len(words) + 1)])
    long = " ".join(words[:8]) if len(words) >= 8 else "nothing"
    return dice.choice(
        (
            f"> {sentence}",
            f"> {part.upper()} ...",
            "> " + "\n> ".join(f" {a} {b}" for a, b in zip(words[::2], words[1::2], strict=False)),
            f"You say “{part}” and I don't.",
            f"As they said, {long}!",
        )
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(thread=generated())
def test_no_five_words_of_a_deleted_post_are_left_anywhere(
    rolled_back: Callable[[], Connection],
    keyed: Keyed,
    make: Callable[..., Post],
    thread: tuple[list[list[str]], list[str], int],
) -> None:
    own, said, number = thread
    given_posts = [make(at, text) for at, text in enumerate(said)]
    connection = rolled_back()
    now = WRITTEN + timedelta(days=1)
    posts.save_places(connection, [PLACE])
    posts.save_threads(connection, threads(tuple(given_posts)), now)
    posts.save_posts(connection, given_posts, now, keyed)
    purge(connection, [given_posts[number].key], AT_ITS_SOURCE, now, keyed)
    left = " ".join(_plain(everything(connection)))
    for sentence in own[number]:
        words = sentence.split()
        for start in range(len(words) - 4):
            assert " ".join(words[start : start + 5]) not in left
    for other in range(len(own)):
        if other != number:
            assert all(sentence in left for sentence in own[other])


def _plain(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()


@pytest.fixture
def rolled_back(engine: Engine) -> Iterator[Callable[[], Connection]]:
    """Gives a connection whose transaction is rolled back when it is called again."""
    with engine.connect() as connection:
        begun = []

        def begin() -> Connection:
            while begun:
                begun.pop().rollback()
            begun.append(connection.begin())
            return connection

        yield begin
