"""The list of incidents and the page of one, without a browser."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import seeded
from opening import Opening, opening, words
from sqlalchemy import Engine

from dashboard.incident_spread import by_day, by_place
from db.constraints import constrain
from db.engine import write
from db.queries.incident import Member
from domain.causes import Decision
from domain.nouns import Role

__all__ = ["opening"]


@pytest.fixture
def known(sqlite_engine: Engine) -> seeded.Seeded:
    return seeded.fill(sqlite_engine)


def incident_of(known: seeded.Seeded) -> str:
    """The key of the one incident that the seeded posts hold."""
    at = {p.key: p.written_at for p in known.posts}
    return min(known.keys(Decision.SESSION_MANAGEMENT)[:4], key=at.__getitem__)


def test_the_list_shows_how_far_each_reaches(opening: Opening, known: seeded.Seeded) -> None:
    told = words(opening("incidents"))
    assert "1 incident</b>" in told
    assert "reporter" in told
    assert "■ Session management 4" in told


def test_the_size_is_in_the_address(opening: Opening, known: seeded.Seeded) -> None:
    assert "1 incident</b>" in words(opening("incidents", least="2"))
    assert "No incident matches." in words(opening("incidents", least="5"))
    assert "least=7 can't be read" in words(opening("incidents", least="7").run()).replace(
        "&#x27;", "'"
    )


def test_a_filter_leaves_none(opening: Opening, known: seeded.Seeded) -> None:
    assert "No incident matches." in words(opening("incidents", causes=["safety_trigger"]))


def test_one_names_its_members_and_why(
    opening: Opening, known: seeded.Seeded, sqlite_engine: Engine
) -> None:
    key = incident_of(known)
    other = known.keys(Decision.SESSION_MANAGEMENT)[:4]
    with write(sqlite_engine) as connection:
        constrain(
            connection,
            "merge",
            [other],
            person="Ada <b>",
            reason="One outage of the store.",
            now=known.now,
        )
    seeded.review(sqlite_engine, other[0], Decision.OTHER)
    told = words(opening("incident", id=key))
    assert told.count("A report<") == 4
    assert told.count("■ Session management") == 3
    assert told.count("◆ Other failure") == 1  # what a person said counts at once
    assert "the earliest report" in told
    assert "Merged by <b>Ada &lt;b&gt;</b>" in told
    assert "One outage of the store." in told


def test_what_there_is_not_says_so(opening: Opening, known: seeded.Seeded) -> None:
    assert "There is no incident with this key." in words(opening("incident", id="none"))


def member(day: date, *, place: str = "forum:a", role: Role = Role.REPORT) -> Member:
    return Member(
        post="p",
        role=role,
        decision=Decision.OTHER,
        source="forum",
        place=place,
        thread=f"{place} {day}",
        thread_title="",
        written_at=datetime(day.year, day.month, day.day, tzinfo=UTC),
        author=None,
        products=(),
        url=None,
    )


def test_days_tell_reports_from_replies() -> None:
    day = date(2026, 5, 8)
    told = by_day([member(day), member(day), member(day, role=Role.CORROBORATES)])
    assert "2026-05-08" in told
    assert '<td class="n">2</td><td class="n">1</td>' in told


def test_many_days_are_shown_by_month() -> None:
    told = by_day([member(date(2026, 1, 1) + timedelta(days=n)) for n in range(90)])
    assert ">2026-01<" in told
    assert "2026-01-01" not in told


def test_places_come_with_their_threads() -> None:
    day = date(2026, 5, 8)
    told = by_place([member(day), member(day), member(day, place="hub:<b>")])
    assert '<td>forum:a</td><td class="n">2</td><td class="n">1</td>' in told
    assert "hub:&lt;b&gt;" in told
