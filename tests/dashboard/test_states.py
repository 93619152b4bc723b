"""Each state of the pages, without a browser: empty, waiting, failed, stale, filtered."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import seeded
from opening import Opening, opening, words
from sqlalchemy import Engine, delete, update
from streamlit.testing.v1 import AppTest

from dashboard.database import DATABASE
from db.engine import open_engine, write
from db.judges import Judges, Span, know, show
from db.queries.facets import FIELDS
from db.retention import RETENTION, TERMS
from db.superseded import SUPERSEDED
from db.tables import PostRow, PostText, VerdictRow
from db.withdraw import purge
from domain.causes import Decision
from domain.filter import Filter

__all__ = ["opening"]

VIEWS = (
    "overview",
    "reports",
    "incidents",
    "incident",
    "releases",
    "release",
    "health",
    "method",
)


@pytest.mark.parametrize("view", ["overview", "reports", "incidents", "health"])
def test_an_empty_database_says_what_to_do(opening: Opening, view: str) -> None:
    assert "There are no posts yet." in words(opening(view))


@pytest.mark.parametrize("view", [*VIEWS, "report"])
def test_no_view_fails_before_the_first_judging(
    opening: Opening, sqlite_engine: Engine, view: str
) -> None:
    seeded.fill(sqlite_engine, posts=20)
    with write(sqlite_engine) as connection:
        for table in reversed(VerdictRow.metadata.sorted_tables):
            if table.name in (
                "verdict",
                "evidence",
                "fact",
                "incident_member",
                "model_span",
                "model",
            ):
                connection.execute(delete(table))
    shown = words(opening(view))
    if view in ("overview", "reports", "report", "method"):
        assert "none is judged yet" in shown
        assert "whylost classify" in shown


@pytest.mark.parametrize("view", [*VIEWS, "report"])
def test_a_missing_database_is_named(
    opening: Opening, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, view: str
) -> None:
    monkeypatch.setenv(DATABASE, f"sqlite:///{tmp_path / 'nothing.db'}")
    shown = words(opening(view))
    assert "This can't be shown." in shown
    assert "has no tables yet" in shown


def test_a_damaged_database_is_named(
    opening: Opening, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "broken.db").write_bytes(b"not a database, whatever its name says" * 100)
    monkeypatch.setenv(DATABASE, f"sqlite:///{tmp_path / 'broken.db'}")
    assert "Restore a backup." in words(opening())


def test_stale_data_is_called_stale(opening: Opening, sqlite_engine: Engine) -> None:
    seeded.fill(sqlite_engine, posts=60)
    assert "The last reading ended" in words(opening("health"))
    shown = words(opening("overview"))
    assert 'class="bad">last read' in shown
    assert "failed lately: github" in shown


def test_a_filter_without_a_match_offers_a_way_back(
    opening: Opening, sqlite_engine: Engine
) -> None:
    seeded.fill(sqlite_engine, posts=60)
    app = opening("reports", words="xylophone")
    assert "No report matches." in words(app)
    next(button for button in app.button if button.label == "Clear the filter").click().run()
    assert "newest first" in words(app)
    assert not app.query_params


def test_a_change_of_a_widget_goes_into_the_address(
    opening: Opening, sqlite_engine: Engine
) -> None:
    seeded.fill(sqlite_engine, posts=60)
    app = opening("reports", after="2026-07-01T00:00:00+00:00~" + "f" * 24)
    app.multiselect(key="filter_causes").set_value(["other", "undetermined"]).run()
    assert app.query_params == {"causes": ["other", "undetermined"]}  # a change begins at the top
    app.text_input(key="filter_words").set_value("weekly").run()
    assert _address(app).words == "weekly"
    app.multiselect(key="filter_causes").set_value([]).run()
    assert _address(app) == Filter(words="weekly")
    app.slider(key="filter_least_probability").set_value(0.8).run()
    assert _address(app) == Filter(words="weekly", least_probability=0.8)


def _address(app: AppTest) -> Filter:
    told = {name: v if isinstance(v, list) else [v] for name, v in app.query_params.items()}
    return Filter.from_query(told)


def test_every_choice_of_the_filter_is_on_the_page(opening: Opening, sqlite_engine: Engine) -> None:
    seeded.fill(sqlite_engine, posts=60)
    keys = {widget.key for widget in opening("reports").multiselect}
    assert {f"filter_{field}" for field in FIELDS} <= keys


def test_an_unknown_report_is_explained(opening: Opening, sqlite_engine: Engine) -> None:
    seeded.fill(sqlite_engine, posts=20)
    assert "No post with this key" in words(opening("report", report="0" * 24 + "x"))


def test_a_quote_of_a_withdrawn_report_is_not_shown(
    opening: Opening, sqlite_engine: Engine
) -> None:
    filled = seeded.fill(sqlite_engine, posts=60)
    safety = filled.keys(Decision.SAFETY_TRIGGER)
    gone = next(p for p in filled.posts if p.key in safety and p.parent is None)
    quoting = filled.keys(Decision.OTHER)[0]
    moved = {"thread": gone.thread, "written_at": gone.written_at + timedelta(hours=1)}
    text = f"> {gone.text}\n\nOurs, too."
    with write(sqlite_engine) as connection:
        connection.execute(update(PostRow).where(PostRow.key == quoting).values(**moved))
        connection.execute(
            update(PostText).where(PostText.post == quoting).values(title="", text=text)
        )
    assert "violates the usage policy" in words(opening("report", report=quoting))
    with write(sqlite_engine) as connection:
        purge(connection, [gone.key], "deleted at its source", filled.now, seeded.KEYED)
    shown = words(opening("report", report=quoting))
    assert "violates" not in shown
    assert gone.title not in shown
    assert "Ours, too." in shown
    assert "[…]" in re.sub("<[^>]*>", "", shown)  # passages may begin inside the filler
    assert "Thread: without a title" in shown
    listed = words(opening("reports"))
    assert "a thread without a title" in listed


def test_a_withdrawn_report_keeps_its_verdict(opening: Opening, sqlite_engine: Engine) -> None:
    filled = seeded.fill(sqlite_engine, posts=60)
    key = filled.keys(Decision.OTHER)[0]
    with write(sqlite_engine) as connection:
        purge(connection, [key], "deleted at its source", filled.now, seeded.KEYED)
    shown = words(opening("report", report=key))
    assert "The text was withdrawn" in shown
    assert "A report at all" in shown
    assert "weekly limit was reached" not in shown.split("Replies")[0]


@pytest.mark.parametrize(
    ("because", "said"),
    [
        (RETENTION, "its time was over"),
        (TERMS, "the terms of its place"),
        (SUPERSEDED, "30 days after it was replaced"),
        (None, "was withdrawn"),
    ],
)
def test_a_page_says_why_a_text_is_not_there(
    opening: Opening, sqlite_engine: Engine, because: str | None, said: str
) -> None:
    filled = seeded.fill(sqlite_engine, posts=60)
    key = filled.keys(Decision.OTHER)[0]
    with write(sqlite_engine) as connection:
        connection.execute(
            update(PostText)
            .where(PostText.post == key)
            .values(title=None, text=None, purged_at=filled.now, purged_because=because)
        )
    assert said in words(opening("report", report=key)).split("Replies")[0]
    assert said in words(opening("reports", causes=["other"]))


def test_a_post_that_came_too_late_for_its_model_says_so(
    opening: Opening, sqlite_engine: Engine
) -> None:
    filled = seeded.fill(sqlite_engine, posts=60)
    post = filled.posts[0]
    last = max(p.written_at for p in filled.posts).date()
    spans = (Span(date.min, "another"), Span(last + timedelta(days=1), seeded.MODEL))
    with write(sqlite_engine) as connection:
        know(connection, "another", {}, filled.now)
        show(connection, Judges(spans), filled.now)
    assert "had been replaced" in words(opening("report", report=post.key))
    with write(sqlite_engine) as connection:
        connection.execute(
            update(PostText)
            .where(PostText.post == post.key)
            .values(title=None, text=None, purged_at=filled.now, purged_because=RETENTION)
        )
    assert "was gone before the model of its day" in words(opening("report", report=post.key))


def test_a_review_shows_who_decided(opening: Opening, sqlite_engine: Engine) -> None:
    filled = seeded.fill(sqlite_engine, posts=60)
    key = filled.keys(Decision.OTHER)[0]
    seeded.review(sqlite_engine, key, Decision.SESSION_MANAGEMENT, reviewer="<Ada>")
    app = opening("report", report=key)
    assert app.title[0].value == "■ Session management"
    assert "<b>&lt;Ada&gt;</b> decided Session management" in words(app)


def test_what_was_shown_is_not_shown_again_after_a_change(
    opening: Opening, sqlite_engine: Engine
) -> None:
    filled = seeded.fill(sqlite_engine, posts=60)
    before = words(opening("overview"))
    seeded.review(sqlite_engine, filled.keys(Decision.OTHER)[0], Decision.NOT_A_REPORT)
    assert words(opening("overview")) != before


def test_the_engine_is_opened_once(sqlite_engine: Engine) -> None:
    from dashboard.database import engine

    url = str(sqlite_engine.url)
    assert engine(url) is engine(url)
    assert open_engine(url) is not engine(url)
