"""Review sheets on the page, without a browser: compared first, taken by the button."""

from __future__ import annotations

import pytest
import seeded
from opening import Opening, opening, words
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from db.engine import read
from db.reviews import reviews_of
from domain.causes import Decision

__all__ = ["opening"]

HEADS = "post;version;review_decision;reviewer"


@pytest.fixture
def post(sqlite_engine: Engine) -> str:
    return seeded.fill(sqlite_engine, posts=60, days=12).keys(Decision.SAFETY_TRIGGER)[0]


def given(opening: Opening, *rows: str, heads: str = HEADS) -> AppTest:
    content = "\r\n".join((heads, *rows)).encode("utf-16")
    app = opening("reports")
    return app.file_uploader[0].set_value(("<b>sheet.csv", content, "text/csv")).run()


def test_a_sheet_is_compared_and_then_taken(
    opening: Opening, post: str, sqlite_engine: Engine
) -> None:
    app = given(opening, f"{post};1,0;Context limit;Ada", "1.2E+23;1;<i>other;Ada", f"{post};1;;")
    told = words(app)
    assert "1 to take, 0 known already, 1 not filled in, 0 in conflict, 1 wrong" in told
    assert "turned the key into a number" in told
    with read(sqlite_engine) as connection:
        assert reviews_of(connection, post) == []
    button = next(b for b in app.button if b.label == "Take 1 decision")
    told = words(button.click().run())
    assert "1 decision was saved." in told
    assert "0 to take, 1 known already" in told
    with read(sqlite_engine) as connection:
        assert [f.review.decision for f in reviews_of(connection, post)] == [Decision.CONTEXT_LIMIT]


def test_what_is_no_sheet_says_so(opening: Opening, post: str) -> None:
    told = words(given(opening, "1;2", heads="a;b"))
    assert "Nothing was taken." in told
    assert "&lt;b&gt;sheet.csv has no column post" in told


def test_the_sheet_that_goes_out_is_of_the_filter(opening: Opening, post: str) -> None:
    told = words(opening("reports", sources="github"))
    assert "/download/review.csv?sources=github&amp;reviews=unreviewed" in told


def test_sheets_come_back_under_a_filter_that_matches_nothing(opening: Opening, post: str) -> None:
    app = opening("reports", words="nobodywrotethis")
    assert "No report matches." in words(app)
    assert len(app.file_uploader) == 1
