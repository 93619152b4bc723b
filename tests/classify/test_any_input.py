"""Whatever comes in, a verdict or a typed abstention goes out."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify import artifact
from classify.model import Model
from classify.predict import answer
from classify.text import Content
from domain.causes import STUDIED, Abstention, Decision

MODEL = artifact.load()
PIECES = st.sampled_from(
    ["prompt is too long ", "my history is gone ", "it refused to answer ", "> ", "```", "\n",
     "\x00", "\ud800", "🤷‍♀️", "שלום ", "كل شيء ", "İ", "- [x] a", "⏺", "?", "4 hours of work lost "]
)  # fmt: skip
TEXTS = st.lists(PIECES | st.text(st.characters(), max_size=20), max_size=12).map("".join)


@pytest.fixture
def model() -> Model:
    return MODEL


def check(content: Content) -> None:
    made = MODEL.judge([content])[0]
    told = answer(made)
    json.dumps(told, allow_nan=False)
    assert 0 <= made.report_probability <= 1
    assert all(0 <= p <= made.report_probability for p in made.causes.values())
    assert (made.likely_cause is None) == (made.decision is Decision.NOT_A_REPORT)
    assert (made.abstained_because is not None) == (made.decision is Decision.UNDETERMINED)
    if made.likely_cause:
        assert made.causes[made.likely_cause] == max(made.causes.values())
    for spans in ([e.span for e in made.evidence], [f.span for f in made.facts if f.span]):
        for span in spans:
            assert 0 <= span.start < span.end <= len(getattr(content, span.field))


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_any_text_is_judged(title: str, text: str, thread_title: str) -> None:
    check(Content(title=title, text=text, thread_title=thread_title))


@pytest.mark.parametrize(
    "text",
    ["", " ", "\x00", "\ud800", "a" * 1_000_000, "> " * 200_000, "```" * 100_000, "@" * 9_999],
)
def test_hostile_texts_are_judged(text: str) -> None:
    check(Content(text=text))


def test_nothing_to_read_is_too_little_text(model: Model) -> None:
    for text in ("", "\n\n", "👍"):
        made = model.judge([Content(text=text)])[0]
        assert made.abstained_because is Abstention.TOO_LITTLE_TEXT


def test_a_language_that_we_can_t_read_is_named(model: Model) -> None:
    text = "Seit gestern sind alle meine Unterhaltungen verschwunden und niemand antwortet mir."
    made = model.judge([Content(text=text)])[0]
    assert made.abstained_because is Abstention.UNSUPPORTED_LANGUAGE
    assert made.language == "de"


def test_an_error_text_is_read_in_any_language(model: Model) -> None:
    text = "Seit gestern kommt immer nur diese Meldung und nichts geht mehr: prompt is too long"
    made = model.judge([Content(text=text, kind="issue")])[0]
    assert made.abstained_because is not Abstention.UNSUPPORTED_LANGUAGE
    assert max(STUDIED, key=lambda c: made.causes[c]).value == "context_limit"


def test_one_post_is_judged_the_same_alone_and_among_others(model: Model) -> None:
    contents = [Content(text=t) for t in ("history gone", "nice", "prompt is too long, stuck")]
    assert model.judge(contents) == [model.judge([c])[0] for c in contents]


def test_a_cue_that_is_alone_carries_weight(model: Model) -> None:
    made = model.judge([Content(text="Error: prompt is too long, I am stuck.", kind="issue")])[0]
    weights = {e.cue: e.weight for e in made.evidence}
    assert weights["error:prompt_too_long"] > 0
