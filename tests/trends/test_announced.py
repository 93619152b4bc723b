"""Threads that were opened under an announcement are linked to it, and others aren't."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

import ingest
from db.engine import read
from db.queries.announced import announced, named
from trends.catalogue import import_releases, read_releases

WHY = "anthropic-2026-05-08-teaching-claude-why-reasons-principles"
DAY = date(2026, 5, 8)


@pytest.mark.parametrize(
    "title",
    [
        "Teaching Claude why: vendor explains how reasons, not rules, make a model behave",
        "Teaching Claude Why",
        "[Anthropic] “Teaching Claude why” – what do you make of it?",
    ],
)
def test_a_thread_with_the_title_of_an_announcement_is_about_it(title: str) -> None:
    found = named(read_releases(), title, DAY)
    assert found is not None
    assert found.id == WHY


@pytest.mark.parametrize(
    "title",
    [
        "Teaching my students why Claude is wrong",
        "Claude deleted my session",
        "why Claude, teaching",
        "",
    ],
)
def test_a_thread_that_only_mentions_a_product_is_about_no_release(title: str) -> None:
    assert named(read_releases(), title, DAY) is None


def test_the_demonstration_thread_is_linked_in_its_own_weeks_only(engine: Engine) -> None:
    import_releases(engine, None, datetime(2026, 11, 1, tzinfo=UTC))
    told = Path(ingest.__file__).parent / "data" / "demo" / "threads.jsonl"
    threads = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()]
    thread = next(t for t in threads if t["id"] == "demo-016")
    opened = datetime.fromisoformat(thread["opened_at"])
    with read(engine) as connection:
        found = announced(connection, thread["title"], opened)
        later = announced(connection, thread["title"], datetime(2026, 11, 1, tzinfo=UTC))
    assert found is not None
    assert (found.id, found.deployed) == (WHY, None)
    assert later is None
