"""Passages in words: numbers, voices, meanings, and the sentences that give the reason."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify import artifact
from classify.cues.all import CUES
from classify.decide import RIVAL
from classify.explain import of_given, of_line
from classify.explanation import lines, marked, told
from classify.passages import CLOSE, Passage, Said, meanings, numbered, strongest_first, why
from classify.text import Content, Voice
from domain.causes import Abstention, Cause, Decision
from domain.errors import InputError
from domain.nouns import Evidence, Span

MODEL = artifact.load()


def test_every_cue_has_a_meaning_and_every_meaning_a_cue() -> None:
    known, told_of = {cue.name for cue in CUES}, set(meanings())
    assert not known - told_of, f"add to cue_meanings.toml: {sorted(known - told_of)}"
    assert not told_of - known, f"no cue is called: {sorted(told_of - known)}"


def test_meanings_are_sentences() -> None:
    for name, text in meanings().items():
        assert text[0].isupper(), name
        assert text.endswith("."), name
        assert len(text) < 120, name
    assert len(set(meanings().values())) == len(meanings())


def evidence(start: int, end: int, *, field: str = "text", weight: float = 0.0) -> Evidence:
    return Evidence(
        span=Span(field=field, start=start, end=end),  # type: ignore[arg-type]
        cause=Cause.CONTEXT_LIMIT,
        direction="for",
        cue="window_hit",
        weight=weight,
    )


def test_passages_are_numbered_as_they_are_read() -> None:
    found = [
        evidence(0, 1, field="thread_title"),
        evidence(5, 6, weight=0.2),
        evidence(1, 2, weight=-3.0),
        evidence(0, 1, field="title", weight=1.0),
    ]
    made = numbered(found, {"title": "abc", "text": "defghijk", "thread_title": "lmn"})
    assert [(p.number, p.words) for p in made] == [(1, "a"), (2, "e"), (3, "i"), (4, "l")]
    assert [p.number for p in strongest_first(made)] == [2, 1, 3, 4]


def test_voices_are_named_and_a_text_that_is_gone_has_none() -> None:
    text = "Mine.\n> yours\n```\nprompt\n```"
    found = [evidence(0, 4), evidence(8, 13), evidence(18, 24)]
    made = numbered(found, {"text": text})
    assert [p.voice for p in made] == [Voice.AUTHOR, Voice.QUOTE, Voice.CODE]
    gone = numbered(found, {"text": None})
    assert [(p.words, p.voice) for p in gone] == [("", None)] * 3


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=8)


@settings(deadline=None)
@given(st.text(alphabet="ab \n", min_size=40, max_size=60), SPANS)
def test_marking_loses_nothing(text: str, spans: list[tuple[int, int]]) -> None:
    made = numbered([evidence(a, a + n) for a, n in spans], {"text": text})
    shown = marked(text, made)
    bare = shown
    for p in made:
        assert shown.index(f"[{p.number}>") < shown.index(f"<{p.number}]")
        bare = bare.replace(f"[{p.number}>", "").replace(f"<{p.number}]", "")
    assert bare == text


def said(decision: Decision, because: Abstention | None = None, p: float = 0.9) -> Said:
    return Said(
        report_probability=0.1 if decision is Decision.NOT_A_REPORT else 0.95,
        causes={
            Cause.CONTEXT_LIMIT: p,
            Cause.SAFETY_TRIGGER: 0.3,
            Cause.SESSION_MANAGEMENT: 0.1,
            Cause.OTHER: 0.05,
        },
        likely_cause=None if decision is Decision.NOT_A_REPORT else Cause.CONTEXT_LIMIT,
        decision=decision,
        abstained_because=because,
        thresholds={"report": 0.3, "context_limit": 0.6},
    )


@pytest.mark.parametrize(
    ("made", "parts"),
    [
        (said(Decision.NOT_A_REPORT), ["0.10", "0.30", "no report"]),
        (said(Decision.CONTEXT_LIMIT), ["0.90", "0.60 needed to decide are reached"]),
        (said(Decision.UNDETERMINED, Abstention.UNSURE, 0.5), ["0.50; 0.60 are needed", "promise"]),
        (
            said(Decision.UNDETERMINED, Abstention.CONTRADICTORY, 0.5),
            ["context limit (0.50) and safety trigger (0.30)"],
        ),
        (
            said(Decision.UNDETERMINED, Abstention.CONTRADICTORY, 0.9),
            ["0.60 are needed to decide, which is reached", "vanished", "evasive"],
        ),
    ],
)
def test_the_reason_is_told_with_its_numbers(made: Said, parts: list[str]) -> None:
    told_ = " ".join(why(made))
    assert all(part in told_ for part in parts), told_


def test_what_is_close_is_what_contradicts() -> None:
    assert CLOSE == RIVAL


def test_a_card_without_thresholds_breaks_nothing() -> None:
    verdict_only = Said(
        report_probability=0.9,
        causes={Cause.OTHER: 0.8},
        likely_cause=Cause.OTHER,
        decision=Decision.OTHER,
        abstained_because=None,
        thresholds={},
    )
    assert "Decided: other failure." in " ".join(why(verdict_only))


def test_a_given_post_is_explained_whole() -> None:
    made = of_given(
        MODEL, "x", Content(title="Prompt is too long", text="Then /compact failed and I am stuck.")
    )
    machine = told(made)
    assert machine["decision"] == "context_limit"
    weights = {p["cue"]: p["weight"] for p in machine["passages"]}
    assert weights["error:prompt_too_long"] > 0
    for name, p in machine["probabilities"].items():
        assert 0 <= p["before_calibration"] <= 1, name
        assert p["calibration"] in ("as it is", "intercept", "slope", "platt")
    shown = "\n".join(lines(made))
    assert "[1>Prompt is too long<1]" in shown
    assert f"Model {MODEL.id}" in shown


def test_facts_are_told_by_their_labels() -> None:
    made = of_given(MODEL, "x", Content(text="Prompt is too long. I lost four hours of work."))
    assert "  Lost: four hours" in lines(made)
    assert {"name": "lost", "value": "four hours"}.items() <= told(made)["facts"][0].items()


@pytest.mark.parametrize("text", ["", "\x00", "\ud800 gone", "👩‍💻" * 50, "ولا شيء يعمل"])
def test_anything_can_be_explained(text: str) -> None:
    made = of_given(MODEL, "x", Content(text=text))
    assert lines(made)[1]
    assert isinstance(told(made)["why"], list)


def test_showing_evidence_loads_no_model() -> None:
    heavy = "{'spacy', 'sklearn', 'scipy', 'numpy'} & set(sys.modules)"
    found = subprocess.run(
        [sys.executable, "-c", f"import sys, classify.passages; print({heavy})"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout.strip() == "set()"


def test_a_broken_line_is_an_input_error() -> None:
    with pytest.raises(InputError, match="not JSON"):
        of_line(MODEL, b"nonsense")


def test_all_passages_of_a_judgement_are_shown() -> None:
    judged = MODEL.judge([Content(text="my whole history is gone, session not found")])[0]
    made: tuple[Passage, ...] = numbered(
        judged.evidence, {"text": "my whole history is gone, session not found"}
    )
    assert len(made) == len(judged.evidence) > 1
