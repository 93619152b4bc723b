"""The stage run, and the overview that page and command share, on both databases."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta

import pytest
import seeded
from sqlalchemy import Engine, select

from db import verdicts
from db.engine import read, write
from db.posts import save_places, save_posts
from db.tables import PlaceRow, ReleaseRow
from domain.causes import REPORT_DECISIONS, Decision
from domain.filter import Filter
from domain.nouns import Frame
from trends.claims import violations
from trends.curves import Measure
from trends.periods import Period, State
from trends.run import refresh
from trends.series import Overview, overview_series

CODEX = seeded.PLACES[1].name


def quiet(_done: int, _total: int | None) -> None:
    """A progress that nobody watches."""


def overview(
    engine: Engine, now: datetime, wanted: Filter | None = None, period: Period = Period.DAY
) -> Overview:
    with read(engine) as connection:
        return overview_series(connection, wanted or Filter(), period, now)


@pytest.fixture
def filled(engine: Engine) -> seeded.Seeded:
    made = seeded.fill(engine, posts=600, days=60)
    report = refresh(engine, made.now, quiet)
    assert report.outcome == "done"
    assert report.counts["exposure_rows"] > 0
    return made


def test_an_empty_database_says_what_to_do(engine: Engine, now: datetime) -> None:
    report = refresh(engine, now, quiet)
    assert report.counts == {"releases_new": 422, "releases_changed": 0}
    assert "whylost classify" in report.message
    made = overview(engine, now)
    assert made.series == made.places == made.totals == ()
    assert [m.kind for m in made.missing] == ["nothing judged"]
    with read(engine) as connection:
        assert len(connection.execute(select(ReleaseRow.id)).all()) == 415


def test_a_second_run_changes_nothing(engine: Engine, filled: seeded.Seeded) -> None:
    again = refresh(engine, filled.now, quiet)
    assert set(again.counts.values()) == {0}


def test_every_place_has_a_series_of_each_decision(engine: Engine, filled: seeded.Seeded) -> None:
    made = overview(engine, filled.now)
    names = sorted(place.name for place in seeded.PLACES)
    assert [(s.place, s.decision) for s in made.series] == [
        (name, decision) for name in names for decision in REPORT_DECISIONS
    ]
    assert {s.measure for s in made.series} == {Measure.RATE}
    for line in made.series:
        assert filled.now.date() not in line.starts
        for n, state in enumerate(line.states):
            if state is State.WHOLE and line.posts[n]:
                assert line.low[n] <= line.values[n] <= line.high[n]  # type: ignore[operator]  # whole
            else:
                assert line.values[n] is None


def test_a_gap_is_missing_and_said(engine: Engine, filled: seeded.Seeded) -> None:
    began = (filled.now - timedelta(days=40)).date()
    in_gap = {began + timedelta(days=n) for n in range(5)}
    made = overview(engine, filled.now)
    for line in made.series:
        gone = {d for d, s in zip(line.starts, line.states, strict=True) if s is State.MISSING}
        assert gone == (in_gap if line.place == CODEX else set())
        assert all(
            (reports is None) == (start in gone)
            for start, reports in zip(line.starts, line.reports, strict=True)
        )
    said = [m for m in made.missing if m.kind == "gap"]
    assert [m.place for m in said] == [CODEX]
    assert f"{min(in_gap)} to {max(in_gap)}" in said[0].text
    assert "403" in said[0].text


def test_weeks_are_whole_or_have_no_rate(engine: Engine, filled: seeded.Seeded) -> None:
    weekly = overview(engine, filled.now, period=Period.WEEK)
    daily = overview(engine, filled.now)
    for week, day in zip(weekly.series, daily.series, strict=True):
        assert all(start.weekday() == 0 for start in week.starts)
        by_day = dict(zip(day.starts, day.reporters, strict=True))
        for n, start in enumerate(week.starts):
            seven = [by_day.get(start + timedelta(days=k)) for k in range(7)]
            if week.states[n] is State.WHOLE:
                assert week.reporters[n] == sum(seven)  # type: ignore[arg-type]  # all whole
            else:
                assert week.values[n] is None


def test_a_place_that_shows_too_little_is_counted_only(
    engine: Engine, filled: seeded.Seeded
) -> None:
    with write(engine) as connection:
        save_places(connection, [replace(seeded.PLACES[0], frame=Frame.CAPPED_FEED)])
    made = overview(engine, filled.now)
    mine = [s for s in made.series if s.place == seeded.PLACES[0].name]
    assert {s.measure for s in mine} == {Measure.COUNT}
    assert {value for s in mine for value in (*s.values, *s.low, *s.high)} == {None}
    assert sum(n or 0 for s in mine for n in s.reports) > 0
    assert [m.place for m in made.missing if m.kind == "counts only"] == [seeded.PLACES[0].name]


def test_a_narrow_filter_turns_rates_into_shares(engine: Engine, filled: seeded.Seeded) -> None:
    made = overview(engine, filled.now, Filter(versions=("2.1.89",)), Period.WEEK)
    assert made.explored
    assert {s.measure for s in made.series} == {Measure.SHARE}
    assert any("Explored, not tested" in note for note in made.notes)
    unsaid = [m for m in made.missing if m.kind == "unsaid"]
    reports = [v for v in filled.verdicts if v.decision is not Decision.NOT_A_REPORT]
    silent = [v for v in reports if not any(f.name == "version" for f in v.facts)]
    assert unsaid[0].text == f"{len(silent)} more reports name no version."


def test_days_and_causes_narrow_the_picture(engine: Engine, filled: seeded.Seeded) -> None:
    first = date(2026, 5, 1)
    wanted = Filter(
        first_day=first, last_day=date(2026, 5, 10), causes=(Decision.OTHER,), places=(CODEX,)
    )
    made = overview(engine, filled.now, wanted)
    assert [(s.place, s.decision) for s in made.series] == [(CODEX, Decision.OTHER)]
    assert made.series[0].starts == tuple(first + timedelta(days=n) for n in range(10))
    assert [t.decision for t in made.totals] == [Decision.OTHER, None]


def test_half_a_day_of_today_changes_no_period(engine: Engine, filled: seeded.Seeded) -> None:
    noon = filled.now.replace(hour=12)
    before = overview(engine, noon)
    extra = [
        replace(p, key=f"ee{p.key[2:]}", raw_hash=f"ee{p.key[2:]}", written_at=filled.now)
        for p in filled.posts[:50]
    ]
    with write(engine) as connection:
        save_posts(connection, extra, noon, seeded.KEYED)
        judged = [replace(v, post=f"ee{v.post[2:]}") for v in filled.verdicts[:50]]
        verdicts.save_verdicts(connection, judged, {v.post: noon.date() for v in judged})
    refresh(engine, noon, quiet)
    after = overview(engine, noon)
    assert after.series == before.series
    assert after.totals != before.totals


def test_everything_said_passes_and_is_json(engine: Engine, filled: seeded.Seeded) -> None:
    made = overview(engine, filled.now, Filter(surfaces=("web",)), Period.WEEK)
    for sentence in (*made.notes, *(m.text for m in made.missing)):
        assert violations(sentence) == ()
        assert "\n" not in sentence
    told = json.loads(json.dumps(asdict(made), default=str))
    assert len(told["series"]) == len(made.series)


def test_places_without_posts_in_the_period_are_named(
    engine: Engine, filled: seeded.Seeded
) -> None:
    with write(engine) as connection:
        save_places(connection, [replace(seeded.PLACES[0], name="github:none/yet")])
    made = overview(engine, filled.now)
    assert [m.place for m in made.missing if m.kind == "no posts"] == ["github:none/yet"]
    with read(engine) as connection:
        assert len(connection.execute(select(PlaceRow.name)).all()) == 5


def test_what_was_read_late_is_said(engine: Engine, filled: seeded.Seeded) -> None:
    old = replace(
        filled.posts[0],
        key="dd" * 12,
        raw_hash="dd" * 12,
        place=CODEX,
        written_at=filled.now - timedelta(days=90),
        back_filled=True,
    )
    with write(engine) as connection:
        save_posts(connection, [old], filled.now, seeded.KEYED)
    day = old.written_at.date()
    said = [m for m in overview(engine, filled.now).missing if m.kind == "back-filled"]
    assert [m.place for m in said] == [CODEX]
    assert f"1 posts from {day} to {day}" in said[0].text
    elsewhere = overview(engine, filled.now, Filter(first_day=day + timedelta(days=1)))
    assert "back-filled" not in {m.kind for m in elsewhere.missing}
