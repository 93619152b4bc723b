"""Cells that no spreadsheet runs, and files that the csv module reads back."""

from __future__ import annotations

import csv
import io
import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.cells import cell, lines, neutral, safe

# What spreadsheets skip before they look at the first character, written out independently.
SKIPPED = " \t\r\n\v\f\u00a0\u3000\"'`\u2018\u2019\u201c\u201d"
ANY_TEXT = st.text(st.characters())  # lone surrogates too
DANGEROUS = st.builds(
    lambda skipped, first, rest: skipped + first + rest,
    st.text(st.sampled_from(SKIPPED), max_size=4),
    st.sampled_from("=+-@\t\r\uff1d\uff0b\uff0d\uff20"),
    ANY_TEXT,
)


@given(DANGEROUS)
def test_a_formula_becomes_text(text: str) -> None:
    shown = cell(text)
    assert shown.startswith("'")
    assert shown[1:] == neutral(text)


@given(ANY_TEXT)
def test_nothing_that_begins_a_formula_is_left(text: str) -> None:
    stripped = cell(text).lstrip(SKIPPED.replace("'", ""))
    assert not stripped or stripped[0] not in "=+-@\uff1d\uff0b\uff0d\uff20"


@pytest.mark.parametrize(
    "text", ["2 + 2", "a=b", "e-mail", "", "Prompt is too long", "日本語", "👩‍💻"]
)
def test_plain_text_is_untouched(text: str) -> None:
    assert cell(text) == text


@given(ANY_TEXT)
def test_no_control_or_bidirectional_character_gets_through(text: str) -> None:
    for character in neutral(text):
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
        assert unicodedata.bidirectional(character) not in (
            "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
        )  # fmt: skip


@given(st.lists(st.lists(ANY_TEXT, min_size=2, max_size=5), max_size=5))
def test_the_csv_module_reads_back_what_was_written(rows: list[list[str]]) -> None:
    written = lines(rows)
    read = list(csv.reader(io.StringIO(written, newline=""), strict=True))
    assert read == [[safe(text) for text in row] for row in rows]
    assert written.encode().decode() == written


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-3, "-3"),
        (-0.25, "-0.25"),
        (0.99996, "1"),
        (0.0, "0"),
        (1e-9, "0"),
        (True, "true"),
        (None, ""),
        (date(2026, 5, 8), "2026-05-08"),
        (datetime(2026, 5, 8, 1, 2, 3, tzinfo=UTC), "2026-05-08T01:02:03Z"),
    ],
)
def test_numbers_and_dates_stay_what_they_are(value: float, shown: str) -> None:
    assert cell(value) == shown
