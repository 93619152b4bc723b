"""Who speaks in a post, and that no view moves a span."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from classify.language import language
from classify.text import READ_CHARACTERS, Content, Voice, folded, regions, views

TEXTS = st.text(alphabet=st.characters(), max_size=300)


def spoken(text: str, voice: Voice) -> list[str]:
    return [text[r.start : r.end] for r in regions(text) if r.voice is voice]


@given(TEXTS)
def test_regions_cover_the_text_without_gaps(text: str) -> None:
    made = regions(text)
    assert made[0].start == 0
    assert made[-1].end == len(text)
    assert all(a.end == b.start for a, b in pairwise(made))


@given(TEXTS)
def test_folding_keeps_every_place(text: str) -> None:
    assert len(folded(text)) == len(text)


def test_folding_lengthening_letters_and_lone_surrogates() -> None:
    assert folded("İSTANBUL can’t") == "İstanbul can't"
    assert folded("\ud800x") == "?x"


def test_code_quotes_and_forms_are_told_apart() -> None:
    text = (
        "Mine.\n> yours\n```\nError: x\n```\n- [x] I have searched\n⏺ I think it was the network."
    )
    assert spoken(text, Voice.QUOTE) == ["> yours"]
    assert spoken(text, Voice.CODE) == ["```\nError: x\n```"]
    assert spoken(text, Voice.FORM) == ["- [x] I have searched"]
    assert spoken(text, Voice.ASSISTANT) == ["⏺ I think it was the network."]
    assert "network" not in views(Content(text=text)).words()


def test_an_unclosed_fence_reaches_to_the_end() -> None:
    assert spoken("Look: ```json [1, 2", Voice.CODE) == ["```json [1, 2"]


def test_long_texts_are_read_to_the_stated_length() -> None:
    assert len(views(Content(text="word " * 1_000_000)).text.text) == READ_CHARACTERS


def test_languages() -> None:
    assert language("my chat is gone and i can't get it back") == "en"
    assert language("prompt too long") == "en"
    assert (
        language("alle meine unterhaltungen sind seit gestern verschwunden, was soll das") == "de"
    )
    assert language("모든 대화 기록이 사라졌어요 도와주세요") == "ko"
    assert language("👍👍 12") == "und"
