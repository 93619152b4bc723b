"""What a refresh keeps of tests: computed where something changed, frozen where a family closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import counted
import daily
import numpy as np
import pytest
from counted import FIRST, CountedPlace, noon
from daily import level, step
from sqlalchemy import Engine, delete, select, update

from db import coverage
from db.engine import read, write
from db.judges import Judges, know, show
from db.queries.effects import (
    ShownEffect,
    closed_families,
    completeness,
    effects,
    effects_of,
    episodes,
)
from db.queries.releases import releases
from db.tables import (
    DailyCountRow,
    EffectRow,
    EpisodeRow,
    ExposureRow,
    ReleaseRow,
    RunRow,
)
from domain.causes import Cause
from domain.nouns import Frame, Place
from trends import keep as keeping
from trends import run, standing
from trends.keep import keep
from trends.load import load
from trends.verdict import Verdict

DAYS = 500
RISING = date(2026, 2, 20)  # a family of the first quarter: closed in the middle of April
QUIET = date(2026, 3, 25)
NOW = noon(FIRST + timedelta(days=DAYS))  # 16 May 2026
SESSION, CONTEXT = Cause.SESSION_MANAGEMENT, Cause.CONTEXT_LIMIT
PLACES = (
    CountedPlace(
        name="forum:a",
        product="Copilot",
        rates={SESSION: step(0.05, RISING, 2.0), CONTEXT: level(0.05)},
    ),
    CountedPlace(
        name="hub:b",
        product="Copilot",
        rates={SESSION: step(0.04, RISING, 2.0), CONTEXT: level(0.03)},
    ),
    CountedPlace(name="hub:c", product="Perplexity", rates={SESSION: level(0.05)}),
)
FAMILY = "Copilot 2026-Q1"


def fill(engine: Engine, days: int = DAYS, *, first: date = FIRST) -> None:
    counted.fill(engine, PLACES, days=days - (first - FIRST).days, first=first)
    with write(engine) as connection:
        daily.release(connection, "rising", deployed=RISING, product="Copilot")
        daily.release(connection, "quiet", deployed=QUIET, product="Copilot")


@pytest.fixture
def filled(sqlite_engine: Engine) -> Engine:
    """500 days of counts and two releases; nothing is tested yet."""
    fill(sqlite_engine)
    return sqlite_engine


def shown(engine: Engine, judges: Judges = counted.JUDGES) -> dict[tuple[str, str], ShownEffect]:
    with read(engine) as connection:
        found = effects(connection, judges)
    return {(one.effect.cluster, one.effect.cause): one for one in found}


def everything(engine: Engine) -> tuple[object, ...]:
    """All that is kept, whichever way it was computed."""
    with read(engine) as connection:
        told = (
            effects(connection, counted.JUDGES),
            episodes(connection),
            closed_families(connection),
            completeness(connection),
        )
    return tuple(repr(part) for part in told)


def refuse(*_args: object, **_more: object) -> Any:
    raise AssertionError("computed again")


def test_before_anything_is_judged_nothing_is_tested(engine: Engine) -> None:
    assert keep(engine, NOW) == {}


def test_what_rose_is_told_and_frozen(engine: Engine) -> None:
    fill(engine)
    done = keep(engine, NOW)
    assert done["families_closed"] == 1
    assert done["effects"] == 8
    found = shown(engine)
    rose = found["rising", SESSION.value]
    assert rose.effect.verdict == Verdict.ROSE.value
    assert rose.effect.low is not None
    assert rose.effect.low > 1
    assert rose.effect.detail["releases"] == ["rising"]
    assert rose.frozen_at == NOW
    others = {one.effect.verdict for key, one in found.items() if key != ("rising", SESSION.value)}
    assert Verdict.ROSE.value not in others
    with read(engine) as connection:
        (family,) = closed_families(connection)
    assert (family.family, family.tests) == (FAMILY, 4)
    assert family.closed == QUIET + timedelta(days=28)


def test_the_same_again_computes_nothing(filled: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(filled, NOW)
    keep(filled, NOW)  # what is frozen leaves the open ones
    before = everything(filled)
    monkeypatch.setattr(standing, "release_effects", refuse)
    monkeypatch.setattr(keeping, "standing", refuse)
    assert keep(filled, NOW + timedelta(hours=3)) == {
        "effects": 0,
        "families_closed": 0,
        "episodes": 0,
    }
    assert everything(filled) == before
    with pytest.raises(AssertionError, match="computed again"):
        keep(filled, NOW, again=True)


def test_half_a_day_of_today_changes_no_verdict(
    filled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(filled, NOW)
    keep(filled, NOW)
    monkeypatch.setattr(keeping, "standing", refuse)
    with write(filled) as connection:
        busy = tuple(replace(p, posts=p.posts / 2) for p in PLACES)
        counted.add(connection, busy, [DAYS], np.random.default_rng(5))
    assert keep(filled, NOW)["effects"] == 0


@pytest.mark.parametrize("days", [1, 6, 40])
def test_days_that_are_added_come_to_what_computing_all_comes_to(
    sqlite_engine: Engine, days: int
) -> None:
    fill(sqlite_engine, DAYS - 50)
    now = noon(FIRST + timedelta(days=DAYS - 50))
    keep(sqlite_engine, now)
    dice = np.random.default_rng(11)
    for number in range(DAYS - 50, DAYS - 50 + days):
        with write(sqlite_engine) as connection:
            counted.add(connection, PLACES, [number], dice)
        now = noon(FIRST + timedelta(days=number + 1))
        if number % 3 == 0 or number == DAYS - 51 + days:
            daily.visit(sqlite_engine, [counted.as_daily(p) for p in PLACES], now)
            keep(sqlite_engine, now)
    once = everything(sqlite_engine)
    done = keep(sqlite_engine, now, again=True)
    assert done["episodes"] > 0
    assert everything(sqlite_engine) == once


def test_a_change_of_the_past_is_found(filled: Engine) -> None:
    keep(filled, NOW)
    day = FIRST + timedelta(days=200)
    with write(filled) as connection:
        mine = (DailyCountRow.day == day, DailyCountRow.decision == CONTEXT.value)
        connection.execute(update(DailyCountRow).where(*mine).values(reporters=150))
    assert keep(filled, NOW)["episodes"] > 0
    with read(filled) as connection:
        spikes = episodes(connection, first=day, last=day, products=["Copilot"], kinds=["spike"])
    assert {(one.place, one.cause) for one in spikes} == {
        ("forum:a", CONTEXT.value),
        ("hub:b", CONTEXT.value),
    }
    assert all(one.strength > 5 for one in spikes)
    once = everything(filled)
    keep(filled, NOW, again=True)
    assert everything(filled) == once


# -- families --------------------------------------------------------------------------------------


def test_what_is_frozen_is_left_alone_by_later_data(filled: Engine) -> None:
    keep(filled, NOW)
    before = shown(filled)
    with write(filled) as connection:
        connection.execute(
            update(DailyCountRow)
            .where(DailyCountRow.decision == SESSION.value, DailyCountRow.day > RISING)
            .values(reporters=1)
        )
    keep(filled, NOW + timedelta(days=1))
    keep(filled, NOW + timedelta(days=1), again=True)
    assert shown(filled) == before


def test_a_release_that_comes_to_a_closed_quarter_is_in_no_family(filled: Engine) -> None:
    keep(filled, NOW)
    before = shown(filled)
    late = RISING - timedelta(days=25)
    with write(filled) as connection:
        daily.release(connection, "late", deployed=late, product="Copilot")
    keep(filled, NOW)
    after = shown(filled)
    assert {key: one for key, one in after.items() if key[0] != "late"} == before
    mine = [one for key, one in after.items() if key[0] == "late"]
    assert len(mine) == 4
    assert {(one.effect.family, one.effect.q, one.frozen_at) for one in mine} == {("", None, None)}
    assert not {one.effect.verdict for one in mine} & {Verdict.ROSE.value, Verdict.FELL.value}


def test_a_family_is_open_until_its_last_window_is_complete(sqlite_engine: Engine) -> None:
    fill(sqlite_engine)
    closes = QUIET + timedelta(days=28)
    early = noon(closes + timedelta(days=14))  # nothing is known of delays: 14 days are awaited
    assert keep(sqlite_engine, early - timedelta(days=1))["families_closed"] == 0
    assert {one.frozen_at for one in shown(sqlite_engine).values()} == {None}
    assert any(one.effect.preliminary for one in shown(sqlite_engine).values())
    assert keep(sqlite_engine, early)["families_closed"] == 1
    assert {one.frozen_at for one in shown(sqlite_engine).values()} == {early}


def test_a_family_stays_open_while_its_history_may_still_come(sqlite_engine: Engine) -> None:
    """What was collected begins in the middle of the first window: older days may be read later."""
    fill(sqlite_engine, first=RISING - timedelta(days=20))
    done = keep(sqlite_engine, NOW)
    assert done["families_closed"] == 0
    assert {one.effect.family for one in shown(sqlite_engine).values()} == {FAMILY}


@pytest.mark.parametrize(("since", "closes"), [(10, 0), (100, 1)])
def test_a_place_that_is_new_is_waited_for(sqlite_engine: Engine, since: int, closes: int) -> None:
    """What it holds begins in the middle of the first window; the other place holds it all."""
    fill(sqlite_engine)
    with write(sqlite_engine) as connection:
        for kept in (ExposureRow, DailyCountRow):
            mine = (kept.place == "hub:b", kept.day < RISING - timedelta(days=10))
            connection.execute(delete(kept).where(*mine))
    today = NOW.date()
    with read(sqlite_engine) as connection:
        loaded = load(connection, counted.JUDGES, today)
        known = tuple(releases(connection))
    young = replace(loaded.waiting["hub:b"], since=today - timedelta(days=since))
    loaded = replace(loaded, waiting=loaded.waiting | {"hub:b": young})
    made = standing.standing(loaded, "Copilot", known, {}, today)
    assert len(made.closing) == closes
    assert len(made.effects) == 8 * (1 - closes)


def test_a_frozen_verdict_on_a_retired_release_is_no_longer_listed(filled: Engine) -> None:
    keep(filled, NOW)
    before = shown(filled)
    with write(filled) as connection:
        mine = update(ReleaseRow).where(ReleaseRow.id == "rising")
        connection.execute(mine.values(retired="It never came out."))
    keep(filled, NOW)
    after = shown(filled)
    assert after == {key: one for key, one in before.items() if key[0] == "quiet"}
    with read(filled) as connection:
        everything_ = effects(connection, counted.JUDGES, retired=True)
    assert len(everything_) == len(before)  # it stays on record


def test_what_was_frozen_counts_though_a_later_release_takes_it_in(filled: Engine) -> None:
    """A more important release two days away makes another cluster of the same days."""
    with write(filled) as connection:
        mine = update(ReleaseRow).where(ReleaseRow.id == "rising")
        connection.execute(mine.values(kind="session_feature"))
    keep(filled, NOW)
    before = shown(filled)
    with write(filled) as connection:
        near = RISING + timedelta(days=2)
        daily.release(connection, "larger", deployed=near, product="Copilot")
    keep(filled, NOW)
    with read(filled) as connection:
        found = effects_of(connection, counted.JUDGES, "rising")
        larger = effects_of(connection, counted.JUDGES, "larger")
    assert found == [before[key] for key in sorted(before) if key[0] == "rising"]
    assert {one.effect.family for one in larger} == {""}
    assert larger[0].effect.detail["releases"] == ["larger", "rising"]


def test_another_model_makes_a_family_of_its_own(filled: Engine) -> None:
    keep(filled, NOW)
    old = shown(filled)
    later = NOW + timedelta(days=2)
    counted_again(filled, "counted-model-2", later)
    assert keep(filled, later)["families_closed"] == 1
    new = Judges.only("counted-model-2")
    mine = shown(filled, new)
    assert {one.effect.model for one in mine.values()} == {"counted-model-2"}
    assert {one.frozen_at for one in mine.values()} == {later}
    assert shown(filled) == old  # still there, for whoever asks for that model
    with read(filled) as connection:
        assert {f.model for f in closed_families(connection)} == {counted.MODEL, "counted-model-2"}


def counted_again(engine: Engine, model: str, now: datetime) -> None:
    """All days as another model judges them."""
    with write(engine) as connection:
        know(connection, model, {}, now)
        show(connection, Judges.only(model), now)
        dice = np.random.default_rng(21)
        counted.add(connection, PLACES, range(DAYS), dice, model)


# -- what is not tested ----------------------------------------------------------------------------


def test_no_window_straddles_a_change_of_our_own(filled: Engine) -> None:
    """The query of both places changed ten days after the release."""
    on = RISING + timedelta(days=10)
    wider = [
        Place(name=p.name, source=p.name.partition(":")[0], frame=Frame.ALL_POSTS, query="more")
        for p in PLACES
    ]
    with write(filled) as connection:
        coverage.save(connection, wider, datetime.combine(on, time(8), UTC))
    keep(filled, NOW)
    found = shown(filled)
    torn = found["rising", SESSION.value].effect
    assert torn.p is None
    assert torn.verdict == Verdict.INCOMPLETE_DAYS.value
    assert found["quiet", SESSION.value].effect.verdict != Verdict.ROSE.value


def test_a_retired_release_is_no_longer_tested(sqlite_engine: Engine) -> None:
    fill(sqlite_engine)
    early = noon(QUIET + timedelta(days=20))
    keep(sqlite_engine, early)
    assert {key[0] for key in shown(sqlite_engine)} == {"rising", "quiet"}
    with write(sqlite_engine) as connection:
        mine = update(ReleaseRow).where(ReleaseRow.id == "quiet")
        connection.execute(mine.values(retired="It was another product."))
    keep(sqlite_engine, early)
    assert {key[0] for key in shown(sqlite_engine)} == {"rising"}


def test_releases_of_products_that_are_not_collected_are_not_tested(filled: Engine) -> None:
    with write(filled) as connection:
        daily.release(connection, "absent", deployed=RISING, product="Cursor")
        daily.release(connection, "before", deployed=date(2023, 1, 1), product="Perplexity")
    keep(filled, NOW)
    assert {key[0] for key in shown(filled)} == {"rising", "quiet"}


@pytest.mark.parametrize("table", [EffectRow, EpisodeRow])
def test_a_product_that_is_gone_keeps_nothing_open(sqlite_engine: Engine, table: type[Any]) -> None:
    fill(sqlite_engine)
    keep(sqlite_engine, noon(QUIET + timedelta(days=20)))
    with write(sqlite_engine) as connection:
        # Nothing of the product is left: its texts were judged anew, and name another one.
        for kept in (ExposureRow, DailyCountRow):
            mine = update(kept).where(kept.product == "Copilot")
            connection.execute(mine.values(product="Gemini"))
    keep(sqlite_engine, noon(QUIET + timedelta(days=20)))
    with read(sqlite_engine) as connection:
        assert "Copilot" not in set(connection.scalars(select(table.product)))


# -- the whole run ---------------------------------------------------------------------------------


def test_a_run_counts_and_tests(engine: Engine) -> None:
    told: list[tuple[int, int | None]] = []
    place = daily.DailyPlace(name="forum:a", product="Copilot", posts=10.0, rates=())
    daily.fill(engine, [place], days=20)
    now = noon(daily.FIRST + timedelta(days=20))
    report = run.refresh(engine, now, lambda done, total: told.append((done, total)))
    assert report.outcome == "done"
    assert report.counts["exposure_rows"] == 40
    assert report.counts["effects"] == 0
    assert told[-1] == (told[-1][1], told[-1][1])
    again = run.refresh(engine, now, _quiet, again=True)
    assert again.counts["exposure_rows"] == 0
    with read(engine) as connection:
        assert connection.scalars(select(RunRow.outcome)).all()[-2:] == ["done", "done"]


def _quiet(_done: int, _total: int | None) -> None:
    """No bar in a test."""
