"""Redaction against labelled examples, near-misses, and whatever hypothesis thinks up."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.redaction_examples import examples
from benchmarks.redaction_replaced import gone, replaced
from ingest.privacy import MARKERS, fingerprint, redact
from ingest.redaction.numbers import luhn

EXAMPLES = Path(__file__).parent / "redaction"


def labelled(file: str) -> list[tuple[str, str, list[tuple[int, int]]]]:
    """Kind, text without marks, and where the marked parts stand."""
    return [
        (example.kind, example.text, [(m.start, m.end) for m in example.marks])
        for example in examples(EXAMPLES / file)
    ]


SPANS, NEAR_MISSES = labelled("spans.txt"), labelled("near_misses.txt")


def test_the_labelled_set_is_large_enough_and_every_example_is_marked() -> None:
    assert sum(len(marks) for _, _, marks in SPANS) >= 400
    assert sum(len(marks) for _, _, marks in NEAR_MISSES) >= 400
    assert all(marks for _, _, marks in SPANS + NEAR_MISSES)
    texts = [text for _, text, _ in SPANS + NEAR_MISSES]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(("kind", "text", "marks"), SPANS)
def test_what_is_personal_goes_and_nothing_else(
    kind: str, text: str, marks: list[tuple[int, int]]
) -> None:
    clean = redact(text)
    made = replaced(text, clean)
    for start, end in marks:
        assert gone(start, end, made), (kind, text[start:end], clean)
    for one in made:
        assert any(one.overlaps(*mark) for mark in marks), (kind, text[one.start : one.end], clean)


@pytest.mark.parametrize(("kind", "text", "marks"), NEAR_MISSES)
def test_what_is_evidence_stays(kind: str, text: str, marks: list[tuple[int, int]]) -> None:
    assert redact(text) == text, kind


PIECES = st.sampled_from(
    [text for _, text, _ in SPANS + NEAR_MISSES]
    + ["@", "/", "\\", ":", "-", "[user]", "[id]", "/home/", "sk-", "u/", "+49", "%2F", "\n", "`"]
)


@given(st.lists(PIECES | st.text(max_size=12), max_size=6).map("".join))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@given(st.text(alphabet=st.characters(categories=["L", "Z", "Po"], exclude_characters="@/\\")))
def test_plain_prose_is_left_alone(text: str) -> None:
    if " at " not in text.lower() and "AKIA" not in text.upper():
        assert redact(text) == text


@given(st.integers(1, 99_999), st.integers(0, 99), st.integers(0, 999))
def test_versions_survive(major: int, minor: int, patch: int) -> None:
    text = f"Claude Code v{major}.{minor}.{patch} (build {major}.{minor}.{patch}.{major})"
    assert redact(text) == text


@given(st.datetimes())
def test_times_survive(moment: object) -> None:
    text = f"It broke at {moment} and again on {moment:%d/%m/%Y, %H:%M:%S}, log {moment:%Y%m%d}."
    assert redact(text) == text


@given(st.integers(0, 10**12))
def test_counts_survive(count: int) -> None:
    text = f"prompt is too long: {count} tokens > {count:,} maximum, code {count}"
    assert redact(text) == text


@given(st.uuids(), st.text(alphabet="abc _:/='\"", max_size=5))
def test_no_uuid_survives(session: object, before: str) -> None:
    assert str(session) not in redact(f"claude --resume {before}{session}{before}")


def test_a_name_found_in_a_path_goes_everywhere_but_an_ordinary_word_stays() -> None:
    text = "cd /Users/fenwick/x\nowner: fenwick, a developer"
    assert redact(text) == "cd /Users/[user]/x\nowner: [user], a developer"
    text = "cd /home/developer/x\nowner: a developer"
    assert redact(text) == "cd /home/[user]/x\nowner: a developer"


def test_check_digits() -> None:
    assert luhn("4539148803436467")
    assert not luhn("4539148803436468")


@given(st.lists(PIECES, min_size=1, max_size=4).map("\n".join))
def test_only_markers_are_put_in(text: str) -> None:
    """`replaced` raises where anything but a marker stands in for a part."""
    assert all(one.marker in MARKERS for one in replaced(text, redact(text)))


def test_where_a_marker_stood_before_nothing_was_replaced() -> None:
    made = replaced("[user] and /home/ada/x", "[user] and /home/[user]/x")
    assert [(one.start, one.end, one.marker) for one in made] == [(17, 20, "[user]")]
    with pytest.raises(ValueError, match="else than a marker"):
        replaced("Ada", "[user] X")


def test_the_fingerprint_names_the_rules() -> None:
    assert fingerprint() == fingerprint()
    assert len(fingerprint()) == 16


HOSTILE = (
    ("@" * 20_000, "a.b@" * 8_000, "/home/" * 8_000, "1 " * 20_000, "-" * 40_000, "eyJ" * 10_000),
    ("+1 2" * 8_000, "a@b." * 8_000, "(at)" * 8_000, "password: " * 3_000, "1.2.3." * 5_000),
    ("deadbeef-" * 5_000, "C:\\Users\\" * 5_000, "x" * 50_000 + "@", "12:" * 10_000),
    ("a" * 30_000 + " at gmail", "api_key" * 5_000, "-Users-" * 5_000, "`@" * 20_000),
    (
        "-----BEGIN PRIVATE KEY-----" * 2_000,
        "DE12 " * 10_000,
        "secret-" * 6_000,
        "a-token_" * 6_000,
    ),
    ("://" + "a" * 40_000, "://" + "a:" * 20_000, "drwxr-xr-x 1 " * 4_000, "/Users/A B" * 4_000),
    ("a_AT_" * 8_000, "a_AT_b_DOT" * 4_000, "a%40" * 10_000, "12 A B C " * 5_000 + " street"),
    ("1 rue " + "a " * 20_000, "1 rue a" * 6_000, "Calle " * 7_000 + "1, 2", "1 Main St " * 4_000),
    ("x 1 1.0 1.0 1 1" * 3_000 + " pts/", "mysql " * 7_000 + "1", "discord " * 5_000 + "1111"),
    ("tel 1 2 " * 5_000, "call 1 1 1 1 " * 3_000, "00" * 20_000, "0049 15 1" * 4_000),
    ("://a." + "b." * 20_000 + "/@", "://a.bc/@" * 4_000, "github.com/" * 4_000, "a㉿" * 13_000),
    ("md5 " * 10_000 + "a1" * 16, "order number " * 3_000 + "1111", "chat... 1" * 4_000),
    ("perplexity.ai/search/" + "a-" * 20_000 + "1", "USER=" * 8_000, "[a@b " * 8_000 + "]$"),
    ("@a" + " \n" * 20_000, "@" + "a." * 20_000 + "@", "a [at] " + "b." * 20_000, "u/" * 20_000),
)


@pytest.mark.parametrize("text", [text for row in HOSTILE for text in row])
def test_hostile_texts_take_no_long_time(text: str) -> None:
    """Forty kilobytes of what a pattern likes best: nothing may grow with the square."""
    began = time.process_time()  # of this process: a busy machine is no fault of ours
    redact(text)
    assert time.process_time() - began < 2.0
