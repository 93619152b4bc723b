"""What a feed said becomes a release only when a person says so."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import Engine

from db import candidates
from db.engine import read, write
from db.queries.releases import release, releases
from domain.errors import InputError
from domain.nouns import Candidate
from trends.candidates import confirm, dismiss


@pytest.fixture
def waiting(engine: Engine, now: datetime) -> Engine:
    """Two candidates: one with a suggestion."""
    with write(engine) as connection:
        candidates.save(
            connection,
            [
                Candidate(
                    id=key,
                    vendor="Anthropic",
                    feed="https://feed.example",
                    title=title,
                    url=f"https://news.example/{key}",
                    published_at=now,
                    suggested=suggested,
                )
                for key, title, suggested in (
                    ("aaaa1", "Sessions: resume (beta)", "session_feature"),
                    ("aaaa2", "A new office", ""),
                )
            ],
            now,
        )
    return engine


def test_a_confirmed_candidate_is_on_the_timeline(waiting: Engine, now: datetime) -> None:
    told = {"product": "Claude Code", "deployed": "2026-11-20", "note": "by  its\nchangelog"}
    made = confirm(waiting, "aaaa1", told, now)
    assert made.id == "anthropic-2026-11-23-sessions-resume-beta"
    with read(waiting) as connection:
        kept = release(connection, made.id)
        state = candidates.one(connection, "aaaa1")
    assert kept == made
    assert (made.kind, made.deployed) == ("session_feature", date(2026, 11, 20))
    assert (made.announced, made.affects) == (now.date(), "Claude Code")
    assert (made.source_url, made.note) == ("https://news.example/aaaa1", "by its changelog")
    assert state is not None
    assert (state.state, state.release) == (candidates.CONFIRMED, made.id)


def test_a_dismissed_candidate_waits_no_more(waiting: Engine, now: datetime) -> None:
    assert dismiss(waiting, ["aaaa2"], now) == ["aaaa2"]
    with read(waiting) as connection:
        assert [c.id for c in candidates.waiting(connection)] == ["aaaa1"]
        assert releases(connection) == []


@pytest.mark.parametrize(
    ("candidate", "changes", "said"),
    [
        ("aaaa", {}, "names no candidate, or more than one"),
        ("zzzz", {}, "names no candidate"),
        ("aaaa2", {}, "suggest no kind.*Give --kind"),
        ("aaaa1", {"kind": "party"}, "Kind 'party' is none of safety_training_research, "),
        ("aaaa1", {"product": "Clippy"}, "Product 'Clippy' is none of "),
        ("aaaa1", {"product": "Claude", "deployed": "soon"}, "Deployed 'soon' is not a day"),
        ("aaaa1", {"deployed": "2026-11-20"}, "A day of deployment needs the product"),
        ("aaaa1", {"contained_in": "nothing"}, "contained_in names nothing, which is no release"),
    ],
)
def test_what_there_is_not_is_named(
    waiting: Engine, now: datetime, candidate: str, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        confirm(waiting, candidate, changes, now)
    with read(waiting) as connection:
        assert len(candidates.waiting(connection)) == 2


def test_all_are_dismissed_or_none(waiting: Engine, now: datetime) -> None:
    with pytest.raises(InputError, match="zzzz"):
        dismiss(waiting, ["aaaa1", "zzzz"], now)
    with read(waiting) as connection:
        assert candidates.count_new(connection) == 2


def test_what_was_confirmed_is_neither_confirmed_again_nor_dismissed(
    waiting: Engine, now: datetime
) -> None:
    made = confirm(waiting, "aaaa1", {}, now)
    with pytest.raises(InputError, match="is on the timeline already"):
        confirm(waiting, "aaaa1", {}, now)
    with pytest.raises(InputError, match=f"aaaa1 was confirmed as {made.id}.*retire"):
        dismiss(waiting, ["aaaa2", "aaaa1"], now)
    with read(waiting) as connection:
        assert [c.id for c in candidates.waiting(connection)] == ["aaaa2"]
