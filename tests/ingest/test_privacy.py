"""Redaction against labelled examples, near-misses, and whatever hypothesis thinks up."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.privacy import redact
from ingest.redaction.numbers import luhn

EXAMPLES = Path(__file__).parent / "redaction"
MARKER = re.compile(r"\[(?:e-mail|user|host|key|id|phone|card|account|number|address)\]")


def labelled(file: str) -> list[tuple[str, str, list[str]]]:
    """Kind, text without marks, and the marked parts."""
    found = []
    for line in (EXAMPLES / file).read_text(encoding="utf-8").splitlines():
        kind, text = line.replace("⏎", "\n").split(" | ", 1)
        parts = re.findall(r"«(.*?)»", text, re.DOTALL)
        found.append((kind, re.sub(r"[«»]", "", text), parts))
    return found


SPANS, NEAR_MISSES = labelled("spans.txt"), labelled("near_misses.txt")


def test_the_labelled_set_is_large_enough_and_every_example_is_marked() -> None:
    assert len(SPANS) >= 120
    assert len(NEAR_MISSES) >= 120
    assert all(parts for _, _, parts in SPANS + NEAR_MISSES)


@pytest.mark.parametrize(("kind", "text", "parts"), SPANS)
def test_what_is_personal_goes(kind: str, text: str, parts: list[str]) -> None:
    clean = redact(text)
    for part in parts:
        assert not re.search(rf"(?<!\w){re.escape(part)}(?!\w)", clean), (kind, clean)
    assert MARKER.search(clean)


@pytest.mark.parametrize(("kind", "text", "parts"), NEAR_MISSES)
def test_what_is_evidence_stays(kind: str, text: str, parts: list[str]) -> None:
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
    ("@a" + " \n" * 20_000, "@" + "a." * 20_000 + "@", "a [at] " + "b." * 20_000, "u/" * 20_000),
)


@pytest.mark.parametrize("text", [text for row in HOSTILE for text in row])
def test_hostile_texts_take_no_long_time(text: str) -> None:
    """Forty kilobytes of what a pattern likes best: nothing may grow with the square."""
    began = time.perf_counter()
    redact(text)
    assert time.perf_counter() - began < 2.0
