"""What counts as a quote of a deleted text, and that a filler moves nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.keyed import Keyed
from domain.quotes import Author, Known, Remembered, Taken, blanked, repeated, repeats_title
from domain.wording import Kind, spoken, stretches

THEN = datetime(2026, 5, 8, tzinfo=UTC)
LATER = THEN + timedelta(hours=1)
WRITER = Author(name="a", at=THEN)
READER = Author(name="b", at=LATER)
DELETED = (
    "After the update my history is gone. "
    "I lost three weeks of notes about my daughter's illness!\n"
    'It only said "limit reached for this chat" again.\n'
    "> Somebody else's words that were quoted here before.\n"
    "```\nError: the prompt is too long for this model today\n```\n"
    "我昨天写的全部对话记录今天早上突然不见了，怎么也找不回来，客服也没有回答我的任何问题。"
)


def taken(asking: Author = READER) -> Taken:
    words = Taken()
    words.add(DELETED, WRITER)
    return words.asked_by(asking)


def remembered(asking: Author = READER) -> Remembered:
    words, keyed = Taken(), Keyed(b"a key for tests, never for data.")
    words.add(DELETED, WRITER)
    return Remembered(dict.fromkeys(words.hashes(DELETED, keyed), WRITER), keyed, asking)


BOTH = pytest.mark.parametrize("known", [taken(), remembered()], ids=["words", "hashes"])


def without(text: str, known: Known) -> str:
    made = blanked(text, repeated(text, known))
    assert len(made) == len(text)
    return made


@BOTH
@pytest.mark.parametrize(
    ("reply", "left"),
    [
        ("> After the update my history is gone.\n\nSame here.", "> […]\n\nSame here."),
        (">After the  update, my HISTORY is gone\nSame here.", ">[…]\nSame here."),
        (
            "> I lost three weeks of\n> notes about my\n> daughter’s illness!\nSorry.",
            "> […]\n> […]\n> […]\nSorry.",
        ),
        ("> > After the update my history is gone.\n> Mine, too.", "> > […]\n> Mine, too."),
        (
            "You wrote “I lost three weeks of notes about my daughter's illness” and I believe it.",
            "You wrote “[…]” and I believe it.",
        ),
        (
            "Well. I lost three weeks of notes about my daughter's illness! How?",
            "Well. […]! How?",
        ),
        ("> Error: the prompt is too long for this model today\nMine, too.", "> […]\nMine, too."),
        ("> 怎么也找不回来，客服也没有回答我的任何问题。", "> […]"),
    ],
)
def test_quotes_go(known: Known, reply: str, left: str) -> None:
    assert re.sub(r"(?<=…\]) +", "", without(reply, known)) == left


@BOTH
@pytest.mark.parametrize(
    "reply",
    [
        "> yes\n\nSame here.",
        "My history is gone as well, after the update.",
        "The same: Error: the prompt is too long for this model today",  # a machine's words
        'It told me "limit reached for this chat" as well.',  # between quotation marks there, too
        "> Somebody else's words that were quoted here before.",  # were never the author's
        "```\nI lost three weeks of notes about my daughter's illness\n```",
        "I lost three weeks of holidays. My notes about my daughter's garden are fine.",
        "不见了",
    ],
)
def test_what_is_no_quote_stays(known: Known, reply: str) -> None:
    assert without(reply, known) == reply


def test_a_part_of_a_sentence_is_known_while_the_words_are_there() -> None:
    assert without("> my history is gone\nMine!", taken()).startswith("> […]")
    assert without("> three weeks of notes\nOh.", taken()).startswith("> […]")


@pytest.mark.parametrize("make", [taken, remembered])
def test_ones_own_words_and_earlier_words_are_no_quotes(make: object) -> None:
    same = "Then I lost three weeks of notes about my daughter's illness."
    earlier = Author(name="b", at=THEN - timedelta(hours=1))
    for asking in (Author(name="a", at=LATER), earlier):
        assert without(same, make(asking)) == same  # type: ignore[operator]  # either function
    anonymous = Author(name=None, at=LATER)
    assert without(same, make(anonymous)) != same  # type: ignore[operator]  # either function


def test_words_that_somebody_said_before_are_not_the_authors_own() -> None:
    words = Taken()
    words.add(
        "As the page says, your conversation is over the limit and has to end. I am sad.", WRITER
    )
    words.discount(
        "Your conversation is over the limit and has to end",
        Author(name="c", at=THEN - timedelta(1)),
    )
    asked = words.asked_by(READER)
    said = "It says that your conversation is over the limit and has to end today."
    assert without(said, asked) == said
    assert without("> Your conversation is over the limit and has to end", asked).startswith(
        "> Your"
    )
    assert without("> I am sad.", asked) == "> […]      "


def test_elsewhere_only_long_quotes_count() -> None:
    words = Taken()
    words.add("Same issue here. The whole list of my conversations went away over night.", WRITER)
    for short in ("> Same issue here.", "The whole list of my conversations went away over night."):
        assert repeated(short, words, elsewhere=True) == []
    assert repeated("> the whole list of my conversations went away", words, elsewhere=True)


def test_a_title_is_repeated_with_re() -> None:
    words = Taken()
    words.add("My history is gone", WRITER)
    assert repeats_title("Re: My history is gone", words)
    assert not repeats_title("My history", words)


def test_hashes_are_of_sentences_and_blocks_only() -> None:
    words, keyed = Taken(), Keyed(b"a key for tests, never for data.")
    long = " ".join(f"word{n}" for n in range(80))
    words.add(long, WRITER)
    assert len(words.hashes(long, keyed)) == 2 * (1 + 10)  # no walk from word to word


TEXTS = st.text(st.sampled_from('>"“”«`~ab中ก.!?\n\t \u0301😀-') | st.characters(), max_size=200)


@given(TEXTS, st.lists(st.tuples(st.integers(0, 210), st.integers(0, 210))))
def test_a_filler_moves_nothing(text: str, spans: list[tuple[int, int]]) -> None:
    inside = [(min(s, len(text)), min(e, len(text))) for s, e in spans]
    made = blanked(text, inside)
    assert len(made) == len(text)
    assert [n for n, c in enumerate(made) if c == "\n"] == [
        n for n, c in enumerate(text) if c == "\n"
    ]
    hidden = {n for s, e in inside for n in range(s, e)}
    assert all(made[n] == text[n] for n in range(len(text)) if n not in hidden)


@given(TEXTS)
def test_any_text_can_be_read(text: str) -> None:
    places = []
    for stretch in stretches(text):
        assert len(stretch.words) == len(stretch.places) > 0
        places += stretch.places
        if stretch.kind is Kind.PROSE:
            assert sum(len(part.words) for part in spoken(text, stretch)) == len(stretch.words)
    assert places == sorted(places)
    words = Taken()
    words.add(text, WRITER)
    once = blanked(text, repeated(text, words))
    assert blanked(once, repeated(once, words)) == once
