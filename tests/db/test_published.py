"""A past chart can be shown again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import daily
import pytest
from daily import FIRST, DailyPlace, level
from sqlalchemy import Engine, select, update

from db.engine import read, write
from db.queries.published import ShownDay, shown_at
from db.queries.series import daily as shown_now
from db.series import refresh
from db.tables import VerdictRow
from domain.causes import Cause, Decision
from domain.filter import Filter

FORUM = DailyPlace(
    name="forum:a", product="Claude", posts=12.0, rates=((Cause.CONTEXT_LIMIT, level(0.3)),)
)
HUB = DailyPlace(name="hub:b", product="Codex", posts=5.0, rates=((Cause.OTHER, level(0.3)),))
DAYS = 10
MONDAY = datetime.combine(FIRST + timedelta(days=DAYS), time(9), UTC)
LATER = MONDAY + timedelta(days=2, hours=1)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    daily.fill(engine, [FORUM, HUB], days=DAYS)
    refresh(engine, MONDAY)
    return engine


def said(engine: Engine, moment: datetime, **wanted: object) -> list[ShownDay]:
    with read(engine) as connection:
        return shown_at(connection, moment, **wanted)  # type: ignore[arg-type]  # as it is called


def plain(shown: list[ShownDay]) -> dict[tuple[date, str, str], tuple[int, int]]:
    return {(s.day, s.place, s.decision): (s.reporters, s.posts) for s in shown}


def test_what_was_shown_is_what_is_shown_until_something_changes(filled: Engine) -> None:
    with read(filled) as connection:
        rows = shown_now(connection, Filter(), daily.Judges.only(daily.MODEL))
    now = {(r.day, r.place, r.decision): (r.reporters, r.posts) for r in rows}
    assert plain(said(filled, MONDAY)) == now
    assert said(filled, MONDAY - timedelta(seconds=1)) == []


def test_a_chart_of_last_monday_says_what_it_said(filled: Engine) -> None:
    before = said(filled, MONDAY)
    day = FIRST + timedelta(days=4)
    with write(filled) as connection:
        mine = (VerdictRow.day == day, VerdictRow.decision == Cause.CONTEXT_LIMIT.value)
        held = len(connection.scalars(select(VerdictRow.post).where(*mine)).all())
        connection.execute(update(VerdictRow).where(*mine).values(decision=Decision.OTHER.value))
    refresh(filled, LATER)
    assert said(filled, MONDAY) == before
    assert said(filled, LATER - timedelta(minutes=1)) == before
    moved = {
        key: value
        for key, value in plain(said(filled, LATER)).items()
        if plain(before).get(key) != value
    }
    assert moved == {
        (day, "forum:a", Decision.CONTEXT_LIMIT): (0, moved[day, "forum:a", Decision.OTHER][1]),
        (day, "forum:a", Decision.OTHER): (held, moved[day, "forum:a", Decision.OTHER][1]),
    }


def test_only_what_is_asked_for(filled: Engine) -> None:
    wanted = said(
        filled,
        LATER,
        products=["Codex"],
        decisions=[Decision.OTHER],
        first=FIRST + timedelta(days=2),
        last=FIRST + timedelta(days=5),
    )
    assert [(s.day, s.place, s.product) for s in wanted] == [
        (FIRST + timedelta(days=n), "hub:b", "Codex") for n in range(2, 6)
    ]
    assert {s.place for s in said(filled, LATER, places=["forum:a"])} == {"forum:a"}
    assert {s.product for s in said(filled, LATER, products=[])} == {"*", "Claude", "Codex"}
