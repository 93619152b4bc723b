"""The rules' language, the finder, and every cue that we ship."""

from __future__ import annotations

import pytest

from classify.cues.all import CUES
from classify.cues.cue import Cue, compile_rule
from classify.cues.engine import CueFinder
from classify.labels import examples
from classify.text import Content, Voice, views
from domain.causes import Cause, Symptom


def found(cue: Cue, text: str, title: str = "") -> list[str]:
    seen = views(Content(title=title, text=text))
    fields = {"title": title, "text": text}
    return [fields[h.field][h.start : h.end] for h in CueFinder([cue]).find(seen)]


def ruled(*rules: str) -> Cue:
    return Cue(name="tried", about=None, rules=rules)


def test_alternatives_beginnings_options_and_gaps() -> None:
    cue = ruled("chat|chats .. @delet* all?")
    assert found(cue, "My Chats were just DELETED again") == ["Chats were just DELETED"]
    assert found(cue, "chat deletes all") == ["chat deletes all"]
    assert found(cue, "the chat that I had with it was deleted") == []  # too far apart
    assert found(cue, "chat undeleted") == []  # inside a word


def test_words_that_may_not_stand_there() -> None:
    cue = ruled("!not|never @gone")
    assert found(cue, "it is gone") == ["is gone"]
    assert found(cue, "it is not gone") == []


def test_a_rule_stays_in_its_sentence_and_out_of_quotes() -> None:
    cue = ruled("chat ... @lost")
    assert found(cue, "I like the chat. Nothing was lost.") == []
    assert found(cue, "> my chat is lost\nReally?") == []


def test_commands_and_contractions_are_one_word() -> None:
    assert found(ruled("@/compact fails"), "Then /compact fails.") == ["/compact fails"]
    assert found(ruled("@can’t|can't see"), "I can’t see it") == ["can’t see"]


def test_phrases_are_found_in_code_but_not_in_quotes() -> None:
    cue = Cue(name="tried", about=Cause.CONTEXT_LIMIT, texts=("prompt is too long",))
    assert found(cue, "```\nPrompt is too long: 5\n```") == ["Prompt is too long"]
    assert found(cue, "> prompt is too long") == []
    assert found(cue, "prompt is too longish") == []


def test_a_rule_without_an_anchor_is_refused() -> None:
    with pytest.raises(ValueError, match="anchor"):
        compile_rule(".. all?")


def test_names_are_unique_and_every_cause_and_symptom_has_cues() -> None:
    names = [cue.name for cue in CUES]
    assert len(set(names)) == len(names)
    assert {cue.about for cue in CUES} == {None, *Cause, *Symptom}
    for cause in Cause:
        assert any(cue.about is cause and cue.direction == "for" for cue in CUES)


def test_every_cue_finds_something_in_our_own_posts() -> None:
    finder = CueFinder(CUES)
    speaking = {h.cue.name for row in examples() for h in finder.find(views(row.content))}
    assert {cue.name for cue in CUES} - speaking == set()


def test_spans_are_the_text_s_own() -> None:
    seen = views(Content(text="İİİ my chats are gone"))
    cue = ruled("chats .. @gone")
    hit = CueFinder([cue]).find(seen)[0]
    assert (hit.start, hit.end, hit.voice) == (7, 21, Voice.AUTHOR)
