"""Vendors' feeds become candidates: once each, kept as a person decided, with a suggestion."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from db import candidates
from db.engine import read, write
from domain.errors import BadAnswer
from domain.keyed import Keyed
from domain.nouns import RunReport
from ingest.feeds import Entry, parse
from ingest.sources import vendorfeeds
from tests.support.reading import run_alone
from tests.support.replay import replaying
from tests.support.services.vendorfeeds import service


def run(
    engine: Engine, keyed: Keyed, home: Path, told: dict[str, object], at: datetime
) -> RunReport:
    return run_alone(engine, keyed, home, "vendorfeeds", told, at)


def test_a_decision_stays_when_the_entry_comes_again(
    engine: Engine, keyed: Keyed, now: datetime, tmp_path: Path
) -> None:
    feeds = service(now)
    with replaying(feeds) as server:
        told = feeds.settings(server.address)
        run(engine, keyed, tmp_path, told, now)
        with read(engine) as connection:
            first = candidates.waiting(connection)[0]
        with write(engine) as connection:
            candidates.decide(connection, first.id, candidates.DISMISSED, None, now)
        feeds.news.append(("https://news.example/new", "A safeguard is on", now))
        run(engine, keyed, tmp_path, told, now + timedelta(hours=1))
    with read(engine) as connection:
        again = candidates.one(connection, first.id)
        found = candidates.waiting(connection, suggested=True)
    assert again is not None
    assert again.state == candidates.DISMISSED
    assert [(w.title, w.suggested) for w in found] == [
        ("A safeguard is on", "safety_safeguard_deployment")
    ]


def test_a_feed_that_dropped_entries_is_a_gap(
    engine: Engine, keyed: Keyed, now: datetime, tmp_path: Path
) -> None:
    feeds = service(now)
    with replaying(feeds) as server:
        told = feeds.settings(server.address)
        run(engine, keyed, tmp_path, told, now)
        later = now + timedelta(days=30)
        feeds.releases += [
            (f"tag:code.example,2008:x{n}", f"v2.{n}", later - timedelta(hours=n))
            for n in range(20)
        ]
        report = run(engine, keyed, tmp_path, told, later)
    assert (report.outcome, report.counts["capped"]) == ("partly", 1)
    assert "keeps 10 entries only" in report.message


def test_an_unchanged_feed_is_not_read_twice(
    engine: Engine, keyed: Keyed, now: datetime, tmp_path: Path
) -> None:
    feeds = service(now)
    with replaying(feeds) as server:
        told = feeds.settings(server.address)
        first = run(engine, keyed, tmp_path, told, now)
        assert "11 candidates new" in first.message + first.sources[0].message
        again = run(engine, keyed, tmp_path, told, now)
        assert again.sources[0].message == ""
        assert all("if-none-match" in a.headers for a in server.asked[2:])


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("Claude Code 2.1: faster compaction", "", "context_feature"),
        ("v1.2", "Sessions can be resumed after a crash", "session_feature"),
        ("Updating our usage policy", "about long context", "policy_change"),
        ("Introducing Claude Five", "", "model_release"),
        ("A new office", "in Tokyo", ""),
    ],
)
def test_the_title_counts_before_the_text(title: str, text: str, kind: str) -> None:
    entry = Entry(
        id="1", link="", title=title, html=text, author=None, published=None, updated=None
    )
    assert vendorfeeds._suggested(entry) == kind


def test_a_feed_with_entities_is_refused() -> None:
    bomb = (
        b'<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]>'
        b'<rss version="2.0"><channel><title>&b;</title></channel></rss>'
    )
    with pytest.raises(BadAnswer, match="declares entities"):
        parse(bomb, "https://feed.example/rss.xml")


def test_recorded_feeds(shared: Path) -> None:
    read_ = {}
    for file in sorted((shared / "wire/rss").glob("*.xml")):
        if file.stem != "ill_empty_document":
            read_[file.stem] = parse(file.read_bytes(), "https://feed.example/")
    assert len(read_["rss_full"].entries) == 5
    assert read_["ill_unescaped_ampersands"].entries[0].link == "http://link/get?a=1&b=2"
    assert read_["ill_unescaped_ampersands"].damaged
    texts = {read_[f"atom_content_{kind}"].entries[0].html for kind in ("base64", "escaped_html")}
    assert len(texts) == 1
    with pytest.raises(BadAnswer, match="no feed"):
        parse((shared / "wire/rss/ill_empty_document.xml").read_bytes(), "https://feed.example/")
