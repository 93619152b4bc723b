"""What is looked at before spaCy is asked hides nothing that spaCy would find."""

from __future__ import annotations

import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.cues.all import CUES
from classify.cues.cue import compile_rule, needed
from classify.cues.rules import Rules, _Spacy
from classify.cues.scan import Scan
from classify.cues.sentences import SENTENCE_CHARACTERS, Sentences
from classify.labels import examples
from classify.text import Field, Region, Voice, field, folded, views

TEXTS = [r for cue in CUES for r in cue.rules if len(compile_rule(r)[0]) > 1]
RULES = Rules(TEXTS)
SPACY = _Spacy(TEXTS)
ODD = (
    "",
    ".",
    ",",
    "?",
    "'s",
    "-",
    "--",
    "/",
    "_",
    "(",
    "\u00e9",
    "\u2003",
    "  ",
    "\x00",
    "1",
    "x",
)


@cache
def words_of(rule: int) -> list[str]:
    elements, _ = needed(TEXTS[rule])
    return [o.removesuffix("*") for e in elements for o in e.options]


def quick(low: str, rules: range | list[int]) -> set[tuple[int, int, int]]:
    return {
        (rule, *span)
        for rule, start, end in RULES.near(low, 0, len(low))
        if rule in rules
        for span in RULES.matches(low, rule, start, end)
    }


def whole(low: str, rules: range | list[int]) -> set[tuple[int, int, int]]:
    return {(rule, *span) for rule in rules for span in SPACY.match(rule, low)}


@settings(max_examples=400, deadline=None)
@given(st.integers(0, len(TEXTS) - 1), st.randoms(use_true_random=False))
def test_words_of_a_rule_in_any_order_and_distance(rule: int, chance: random.Random) -> None:
    pieces = []
    for _ in range(chance.randint(2, 30)):
        word = chance.choice(words_of(rule)) if chance.random() < 0.5 else "thing"
        pieces.append(chance.choice(ODD) * (chance.random() < 0.3) + word)
        pieces.append(chance.choice((" ", " ", " ", *ODD)))
    low = folded("".join(pieces))
    assert quick(low, [rule]) == whole(low, [rule])


@pytest.mark.parametrize("part", range(4))
def test_sentences_of_our_own_posts(part: int) -> None:
    matched = 0
    for row in examples()[part::40]:
        low = views(row.content).text.low[:400]
        expected = whole(low, range(len(TEXTS)))
        assert quick(low, range(len(TEXTS))) == expected
        matched += len(expected)
    assert matched > 20


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(TEXTS) - 1), st.randoms(use_true_random=False))
def test_one_rule_is_looked_for_as_all_are(rule: int, chance: random.Random) -> None:
    low = " ".join(chance.choices([*words_of(rule), "thing"], k=12))
    alone = RULES.stretches(low, 0, len(low), rule)
    assert alone == [one for one in RULES.near(low, 0, len(low)) if one[0] == rule]


@given(st.text(alphabet="lost_g n'.\u00e9", max_size=40), st.data())
def test_anchors_stand_wherever_a_word_may_begin(low: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(low)))
    end = data.draw(st.integers(start, len(low)))
    found = sorted(Rules(["@lost|los*|.g .. n"]).anchors(low, 0, start, end))
    assert found == sorted(
        (at, stop)
        for at in range(start, end)
        for word in ("lost", "los", ".g")
        for stop in [at + len(word)]
        if low[at:stop] == word and not (at and low[at - 1].isalnum() and word[0].isalnum())
    )


LITERALS = st.sampled_from(["a.b", "503 ", "?", "can't", "/go", "go", "\u00e9t\u00e9", "lost"])


@given(
    st.lists(LITERALS, min_size=1, unique=True),
    st.text(alphabet="ab.c53?n't/golst\u00e9 \u0130", max_size=60),
)
def test_the_scan_finds_each_literal_where_a_word_may_begin(literals: list[str], text: str) -> None:
    low = folded(text)
    expected = [
        (number, at, at + len(literal))
        for number, literal in enumerate(literals)
        for at in range(len(low))
        if low.startswith(literal, at) and not (at and low[at - 1].isalnum() and low[at].isalnum())
    ]
    found = Scan(literals).find(low)
    assert sorted(found) == sorted(expected)
    assert [f[1:][::-1] for f in found] == sorted(f[1:][::-1] for f in found)


@given(st.text(alphabet='ab .!?\n"。', max_size=700), st.data())
def test_what_is_read_around_a_place_lies_in_one_sentence(text: str, data: st.DataObject) -> None:
    made = field("text", text + "a")
    first = data.draw(st.integers(0, len(text)))
    region = Region(first, data.draw(st.integers(first + 1, len(text) + 1)), Voice.AUTHOR)
    sentences = Sentences(Field(made.name, made.text, made.low, (region,)))
    every = list(sentences.of(region))
    assert [s for s, _ in every] == [first, *(e for _, e in every[:-1])]
    assert every[-1][1] == region.end
    place = data.draw(st.integers(first, region.end - 1))
    left, right = sentences.around(place, region)
    assert any(start <= left and right <= end for start, end in every)


@given(st.text(alphabet='ab .!?\n"。', max_size=700), st.data())
def test_a_sentence_ends_at_full_stops_or_too_far_away(text: str, data: st.DataObject) -> None:
    made = field("text", text + "a")
    place = data.draw(st.integers(0, len(text)))
    region = Region(0, len(made.low), Voice.AUTHOR)
    spoken = Field(made.name, made.text, made.low, (region,))
    left, right = Sentences(spoken).around(place, region)
    assert max(0, place - SENTENCE_CHARACTERS) <= left <= place < right
    assert right <= min(len(made.low), place + SENTENCE_CHARACTERS)
    assert "\n" not in made.low[left : right - 1]
    assert "。" not in made.low[left : right - 1]
    assert left in (0, place - SENTENCE_CHARACTERS) or made.low[left - 1] in ".!?\n。"
