"""The page of closings in its states, without a browser."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import seeded
from opening import Opening, opening, words
from sqlalchemy import Engine

from dashboard.shares import Share, share_cell
from db.closings import Standing, save
from db.engine import write
from domain.closing import Closer, Closing, Ending

__all__ = ["opening"]
AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def known(sqlite_engine: Engine) -> seeded.Seeded:
    return seeded.fill(sqlite_engine)


def close(engine: Engine, known: seeded.Seeded, *endings: Ending) -> None:
    """Closes as many threads with a report on GitHub, by a bot."""
    said = {v.post for v in known.verdicts if v.likely_cause}
    on_hub = [p for p in known.posts if p.key in said and p.place == seeded.PLACES[0].name]
    threads = list(dict.fromkeys(p.thread for p in on_hub))
    told = [
        Standing(
            thread=thread,
            closing=Closing(ending=ending, closer=Closer.BOT, told_at=AT, closed_at=AT),
            original=threads[0],
        )
        for thread, ending in zip(threads, endings, strict=False)
    ]
    with write(engine) as connection:
        save(connection, told)


def test_nothing_is_judged_yet(opening: Opening) -> None:
    assert "There are no posts yet." in words(opening("moderation"))


def test_nobody_told_how_threads_stand(opening: Opening, known: seeded.Seeded) -> None:
    told = words(opening("moderation"))
    assert "Of none of these threads it is told how they stand." in told
    assert "never used as negatives" in told


def test_shares_are_of_the_threads_that_are_told_of(
    opening: Opening, known: seeded.Seeded, sqlite_engine: Engine
) -> None:
    close(sqlite_engine, known, Ending.STALE, Ending.DUPLICATE, Ending.DUPLICATE, Ending.INVALID)
    app = opening("moderation")
    told = words(app)
    assert "of 4 threads it is told how they stand" in told
    assert "<b>50 %</b>" in told  # two duplicates of four
    assert "<b>100 %</b>" in told  # all by a bot
    labels = [button.label for button in app.get("page_link")]
    assert any(label.startswith("Closed as a duplicate of a closed one: ") for label in labels)
    assert any(label.startswith("Closed as stale: ") for label in labels)
    assert not any(label.startswith("Open: ") for label in labels)


def test_the_filter_narrows_to_none(opening: Opening, known: seeded.Seeded) -> None:
    assert "No report matches." in words(opening("moderation", words="xylophone"))


def test_a_closing_that_is_unknown_is_refused(opening: Opening, known: seeded.Seeded) -> None:
    told = words(opening("moderation", closed="forgotten"))
    assert "The filter closed=forgotten can&#x27;t be read" in told


def test_the_page_of_a_report_says_how_its_thread_was_closed(
    opening: Opening, known: seeded.Seeded, sqlite_engine: Engine
) -> None:
    close(sqlite_engine, known, Ending.STALE)
    said = {v.post for v in known.verdicts if v.likely_cause}
    post = next(p for p in known.posts if p.key in said and p.place == seeded.PLACES[0].name)
    told = words(opening("report", report=post.key))
    assert "thread closed as stale by a bot on 2026-11-01" in told


def test_a_small_share_is_not_rounded_to_none() -> None:
    assert "<b>0.2 %</b>" in share_cell(Share.of(1, 500)).html
    assert "<b>99.8 %</b>" in share_cell(Share.of(499, 500)).html
    assert "<b>0 %</b>" in share_cell(Share.of(0, 500)).html
