"""From kept counts to arrays: which days, places and verdicts tests of changes see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import daily
import numpy as np
import pytest
import seeded
from daily import FIRST, NOW, DailyPlace, level
from sqlalchemy import Engine, insert, select, update

from db import coverage, gaps
from db.engine import read, write
from db.judges import Judges, Span, know, show
from db.posts import save_places
from db.queries.delays import first_seen
from db.series import refresh
from db.tables import PostRow, VerdictRow
from domain.causes import Cause, Decision
from domain.nouns import Frame, Place
from trends.load import CAUSES, Loaded, load
from trends.panel import Panel

FORUM = DailyPlace(
    name="forum:a",
    product="Claude",
    rates=((Cause.SESSION_MANAGEMENT, level(0.1)), (Cause.CONTEXT_LIMIT, level(0.05))),
)
HUB = DailyPlace(name="hub:b", product="Codex", posts=20.0, rates=((Cause.OTHER, level(0.1)),))
FEED = DailyPlace(name="feed:c", product="Claude", posts=10.0, frame=Frame.CAPPED_FEED)
PLACES = (FORUM, HUB, FEED)
DAYS = 60
TODAY = FIRST + timedelta(days=DAYS)
AT_NOON = datetime.combine(TODAY, time(12), UTC)


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Two months at three places, counted; nothing of today yet."""
    daily.fill(engine, PLACES, days=DAYS)
    refresh(engine, AT_NOON)
    return engine


def loaded(engine: Engine, today: date = TODAY, *, model: str = daily.MODEL) -> Loaded:
    with read(engine) as connection:
        return load(connection, Judges.only(model), today)


def day_of(panel: Panel, place: str, day: date) -> bool:
    return bool(panel.usable[panel.places.index(place), panel.index(day)])


def test_every_product_has_a_panel_of_the_places_that_allow_rates(filled: Engine) -> None:
    made = loaded(filled)
    assert list(made.panels) == ["*", "Claude", "Codex"]
    assert made.panels["*"].places == ("forum:a", "hub:b")
    assert made.panels["Claude"].places == ("forum:a",)
    panel = made.panels["Codex"]
    assert (panel.places, panel.first_day, panel.causes) == (("hub:b",), FIRST, CAUSES)
    assert panel.counts.shape == (4, 1, DAYS)


def test_the_arrays_hold_what_was_judged(filled: Engine) -> None:
    made = loaded(filled).panels["Claude"]
    with read(filled) as connection:
        rows = connection.execute(
            select(VerdictRow.day, VerdictRow.decision)
            .join(PostRow, PostRow.key == VerdictRow.post)
            .where(PostRow.place == "forum:a")
        ).all()
    exposure = np.zeros(DAYS, dtype=int)
    counts = np.zeros((4, DAYS), dtype=int)
    for day, decision in rows:
        exposure[(day - FIRST).days] += 1
        if decision != Decision.NOT_A_REPORT.value:
            counts[CAUSES.index(Cause(decision)), (day - FIRST).days] += 1
    assert made.exposure[0].tolist() == exposure.tolist()
    assert made.counts[:, 0].tolist() == counts.tolist()


def test_reporters_are_counted_and_posts_are_beside(filled: Engine) -> None:
    """Two reports of one author in one thread: one reporter."""
    mine = PostRow.place == "forum:a"
    with read(filled) as connection:
        query = select(PostRow.key, PostRow.thread, PostRow.author).join(
            VerdictRow, VerdictRow.post == PostRow.key
        )
        said = VerdictRow.decision == Cause.CONTEXT_LIMIT.value
        first, second = connection.execute(
            query.where(mine, said, PostRow.day == FIRST + timedelta(days=20)).limit(2)
        ).all()
    with write(filled) as connection:
        same = update(PostRow).where(PostRow.key == second.key)
        connection.execute(same.values(thread=first.thread, author=first.author))
    refresh(filled, AT_NOON)
    made = loaded(filled)
    c, t = CAUSES.index(Cause.CONTEXT_LIMIT), 20
    reporters, posts = (p["Claude"].counts[c, 0, t] for p in (made.panels, made.posts))
    assert posts == reporters + 1


def test_days_that_are_not_whole_are_not_usable(filled: Engine) -> None:
    with write(filled) as connection:
        began = datetime.combine(FIRST + timedelta(days=30), time(22), UTC)
        gaps.note(connection, "forum:a", began, began + timedelta(hours=4), "refused")
    panel = loaded(filled).panels["*"]
    lost = {n for n in range(DAYS) if not day_of(panel, "forum:a", FIRST + timedelta(days=n))}
    assert lost == {0, 30, 31}  # the first day, and the two that the gap touches
    assert panel.index(TODAY) == DAYS  # today is not in the arrays
    assert day_of(panel, "hub:b", FIRST + timedelta(days=30))


def test_a_half_day_of_today_changes_nothing(filled: Engine) -> None:
    before = loaded(filled)
    with write(filled) as connection:
        daily.add(connection, PLACES, [DAYS], np.random.default_rng(9))
    refresh(filled, AT_NOON)
    after = loaded(filled)
    for product, panel in before.panels.items():
        same(panel, after.panels[product])


def same(one: Panel, other: Panel) -> None:
    for name in ("counts", "exposure", "usable", "eras"):
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert (one.places, one.first_day) == (other.places, other.first_day)


def test_a_review_changes_nothing(filled: Engine) -> None:
    before = loaded(filled)
    with read(filled) as connection:
        query = select(VerdictRow.post).where(VerdictRow.decision == "context_limit").limit(5)
        posts = connection.scalars(query).all()
    for post in posts:
        seeded.review(filled, post, Decision.OTHER)
    refresh(filled, AT_NOON)
    after = loaded(filled)
    for product, panel in before.panels.items():
        same(panel, after.panels[product])


def test_days_after_the_last_visit_are_not_usable(engine: Engine) -> None:
    daily.fill(engine, [FORUM], days=DAYS)
    refresh(engine, AT_NOON)
    later = TODAY + timedelta(days=3)
    panel = loaded(engine, later).panels["*"]
    assert day_of(panel, "forum:a", TODAY - timedelta(days=1))
    assert not any(day_of(panel, "forum:a", TODAY + timedelta(days=n)) for n in range(3))


def test_a_change_of_our_own_begins_an_era(filled: Engine) -> None:
    on = FIRST + timedelta(days=40)
    place = Place(name="forum:a", source="forum", frame=Frame.ALL_POSTS, query="wider")
    with write(filled) as connection:
        coverage.save(connection, [place], datetime.combine(on, time(9), UTC))
    panel = loaded(filled).panels["*"]
    forum, hub = (panel.eras[panel.places.index(name)] for name in ("forum:a", "hub:b"))
    assert forum.tolist() == [0] * 40 + [1] * (DAYS - 40)
    assert not hub.any()
    assert not day_of(panel, "forum:a", on)  # read with both queries
    assert day_of(panel, "forum:a", on + timedelta(days=1))


def test_another_models_days_are_another_era_everywhere(filled: Engine) -> None:
    first = FIRST + timedelta(days=25)
    spans = Judges((Span(date.min, daily.MODEL), Span(first, "model-2")))
    with write(filled) as connection:
        know(connection, "model-2", {}, AT_NOON)
        rows = connection.execute(
            select(VerdictRow.__table__).where(VerdictRow.day >= first)
        ).mappings()
        moved = [dict(row) | {"model": "model-2"} for row in rows]
        connection.execute(insert(VerdictRow), moved)
        show(connection, spans, AT_NOON)
    refresh(filled, AT_NOON)
    with read(filled) as connection:
        panel = load(connection, spans, TODAY).panels["*"]
    assert panel.eras.tolist() == [[0] * 25 + [1] * (DAYS - 25)] * 2
    assert day_of(panel, "hub:b", first)  # a model takes over whole days
    assert panel.exposure[:, 24:26].all()


def test_only_the_products_asked_for(filled: Engine) -> None:
    with read(filled) as connection:
        made = load(connection, Judges.only(daily.MODEL), TODAY, ["Codex", "Gemini"])
    assert list(made.panels) == ["Codex"]


def test_nothing_judged_is_no_panel(engine: Engine) -> None:
    with read(engine) as connection:
        made = load(connection, Judges.only("nobody"), TODAY)
    assert made.panels == {}
    assert made.posts == {}


# -- delays ----------------------------------------------------------------------------------------


def late(engine: Engine, days: int) -> None:
    """One half of the posts of every day was seen `days` days later."""
    with write(engine) as connection:
        rows = connection.execute(select(PostRow.key, PostRow.written_at, PostRow.day)).all()
        for row in rows:
            seen = row.written_at + timedelta(days=days)
            if int(row.key[12:14], 16) % 2 and seen < AT_NOON:
                mine = update(PostRow).where(PostRow.key == row.key)
                connection.execute(mine.values(first_seen_at=seen))


def test_days_of_which_posts_still_come_are_not_usable(sqlite_engine: Engine) -> None:
    daily.fill(sqlite_engine, [replace(FORUM, posts=12.0)], days=DAYS)
    late(sqlite_engine, 3)
    refresh(sqlite_engine, AT_NOON)
    made = loaded(sqlite_engine)
    known = made.waiting["forum:a"]
    assert known.delay is not None
    assert known.delay.complete_after == 3
    assert known.through == TODAY - timedelta(days=3)
    panel = made.panels["*"]
    usable = [day_of(panel, "forum:a", TODAY - timedelta(days=n)) for n in range(1, 5)]
    assert usable == [False, False, True, True]


def test_back_filled_posts_say_nothing_of_delays(sqlite_engine: Engine) -> None:
    daily.fill(sqlite_engine, [replace(FORUM, posts=12.0)], days=DAYS)
    late(sqlite_engine, 3)
    with write(sqlite_engine) as connection:
        connection.execute(update(PostRow).values(back_filled=True))
    refresh(sqlite_engine, AT_NOON)
    known = loaded(sqlite_engine).waiting["forum:a"]
    assert known.delay is None
    assert known.through == TODAY - timedelta(days=14)  # nothing is known: as late as can be


def test_the_clock_of_a_panel_is_utc(engine: Engine) -> None:
    """A post of half past midnight that was seen at once has no delay, on both databases."""
    daily.fill(engine, [replace(FORUM, posts=3.0)], days=20)
    with write(engine) as connection:
        written = datetime.combine(TODAY - timedelta(days=45), time(0, 30), UTC)
        moved = {"written_at": written, "first_seen_at": written, "day": written.date()}
        connection.execute(update(PostRow).values(moved))
    with read(engine) as connection:
        rows = first_seen(connection, written.date())
    assert [(r.day, r.seen) for r in rows] == [(written.date(), written.date())]


def test_the_delay_of_a_place_without_posts_is_not_known(engine: Engine) -> None:
    with write(engine) as connection:
        save_places(connection, [Place(name="forum:a", source="forum", frame=Frame.ALL_POSTS)])
    with read(engine) as connection:
        made = load(connection, Judges.only("nobody"), NOW.date())
    assert made.waiting["forum:a"].delay is None
