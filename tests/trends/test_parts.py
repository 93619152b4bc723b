"""The parts of a change from the database: which days, places and reporters they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

import daily
import numpy as np
import pytest
from daily import FIRST, DailyPlace, level, step
from sqlalchemy import Engine, func, update
from templates import Templates

from db.engine import open_engine, read, write
from db.judges import Judges
from db.queries.parts import Reporter
from db.series import refresh
from db.tables import PostRow, VerdictRow
from domain.causes import Cause
from domain.nouns import Frame
from trends.claims import violations
from trends.load import load
from trends.panel import Panel
from trends.part_words import ADDING_UP, part_sentences
from trends.parts import Lacking, Parts, parts_of_rise, spans_around
from trends.periods import ONE_DAY

BORDER = FIRST + timedelta(days=120)
DAYS = 150
JUDGES = Judges.only(daily.MODEL)
RATES = (
    (Cause.OTHER, step(0.1, BORDER, 2.0)),
    (Cause.CONTEXT_LIMIT, level(0.1)),
    (Cause.SAFETY_TRIGGER, level(0.0005)),
)
PLACES = (
    DailyPlace(name="forum:a", product="Claude", rates=RATES),
    DailyPlace(name="hub:b", product="Claude", rates=RATES),
    DailyPlace(name="feed:c", product="Claude", rates=RATES, frame=Frame.CAPPED_FEED),
)


@pytest.fixture
def filled(database_url: str, templates: Templates) -> Iterator[Engine]:
    templates.lay(database_url, "parts", lambda engine: daily.fill(engine, PLACES, days=DAYS))
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def panel_of(engine: Engine) -> Panel:
    refresh(engine, daily.NOW)
    with read(engine) as connection:
        return load(connection, JUDGES, FIRST + timedelta(days=DAYS), ["Claude"]).panels["Claude"]


def parts(
    engine: Engine,
    panel: Panel | None = None,
    *,
    border: date = BORDER,
    dispersion: Mapping[Cause, float | None] | None = None,
) -> dict[Cause, Parts]:
    panel = panel or panel_of(engine)
    with read(engine) as connection:
        made = parts_of_rise(connection, JUDGES, panel, spans_around(border), dispersion or {})
    return {one.cause: one for one in made}


def total(one: Parts) -> float:
    made = one.made
    assert made is not None
    whole = made.source_mix.estimate + made.language_mix.estimate + made.remainder.estimate
    return float(whole + made.within.estimate.sum())


def test_what_doubled_is_within_the_places(filled: Engine) -> None:
    panel = panel_of(filled)
    other = parts(filled, panel)[Cause.OTHER]
    assert other.made is not None
    assert (other.places, other.languages) == (("forum:a", "hub:b"), ("en",))
    assert other.reporters == (Reporter.NEW,)  # every author writes once
    t, c = panel.index(BORDER), panel.causes.index(Cause.OTHER)
    sides = slice(t - 28, t), slice(t, t + 28)
    assert other.reports == tuple(panel.counts[c][:, side].sum() for side in sides)
    assert other.posts == tuple(panel.exposure[:, side].sum() for side in sides)
    assert total(other) == pytest.approx(
        other.reports[1] / other.posts[1] - other.reports[0] / other.posts[0]
    )
    within = other.made.within
    assert within.low[0] < 0.1 < within.high[0]
    assert within.low[0] > 0.05
    assert abs(float(other.made.source_mix.estimate)) < 0.005
    assert not other.made.remainder.estimate


def test_reporters_who_come_back_are_told_from_new_ones(filled: Engine) -> None:
    """From the border on one author, who reported long before, writes all of a place."""
    old = FIRST + timedelta(days=50)
    with write(filled) as connection:
        first = PostRow.day == old, PostRow.place == "forum:a"
        connection.execute(update(PostRow).where(*first).values(author="back".ljust(24, "0")))
        mine = PostRow.day >= BORDER, PostRow.place == "forum:a"
        connection.execute(update(PostRow).where(*mine).values(author="back".ljust(24, "0")))
    other = parts(filled)[Cause.OTHER]
    assert other.made is not None
    assert set(other.reporters) >= {Reporter.NEW, Reporter.KNOWN}
    known = other.reporters.index(Reporter.KNOWN)
    new = other.reporters.index(Reporter.NEW)
    assert other.made.within.low[known] > 0  # all of forum:a's reports
    assert other.made.within.estimate[new] < other.made.within.estimate[known]
    assert other.back == BORDER - timedelta(days=28) - FIRST


def test_languages_are_parts_too(filled: Engine) -> None:
    """From ten days before on a third of the posts is in another language, reported in as much."""
    with write(filled) as connection:
        late = VerdictRow.day >= BORDER - 10 * ONE_DAY
        german = late, func.substr(VerdictRow.post, 14, 1).in_(list("01234"))
        connection.execute(update(VerdictRow).where(*german).values(language="de"))
    made = parts(filled)[Cause.OTHER]
    assert made.languages == ("de", "en")
    assert total(made) == pytest.approx(
        made.reports[1] / made.posts[1] - made.reports[0] / made.posts[0]
    )
    assert any("languages had another share" in one for one in part_sentences(made))


def test_days_that_are_not_usable_are_in_no_part(filled: Engine) -> None:
    panel = panel_of(filled)
    usable = panel.usable.copy()
    t = panel.index(BORDER)
    usable[:, t : t + 3] = False
    made = parts(filled, replace(panel, usable=usable))[Cause.OTHER]
    assert made.posts[1] == panel.exposure[:, t + 3 : t + 28].sum()


def test_a_place_with_a_change_of_our_own_is_left_out(filled: Engine) -> None:
    panel = panel_of(filled)
    eras = panel.eras.copy()
    eras[1, panel.index(BORDER) + 5 :] += 1
    made = parts(filled, replace(panel, eras=eras))[Cause.OTHER]
    assert made.places == ("forum:a",)
    assert not any("places had another share" in one for one in part_sentences(made))
    neither = parts(filled, replace(panel, usable=np.zeros_like(panel.usable)))[Cause.OTHER]
    assert (neither.made, neither.lacking, neither.places) == (None, Lacking.DAYS, ())


def test_too_few_reports_have_no_parts(filled: Engine) -> None:
    made = parts(filled)[Cause.SAFETY_TRIGGER]
    assert (made.made, made.lacking) == (None, Lacking.REPORTS)
    (sentence,) = part_sentences(made)
    assert "10 on each side are needed" in sentence


def test_a_short_history_knows_nobody(filled: Engine) -> None:
    made = parts(filled, border=FIRST + timedelta(days=50))[Cause.OTHER]
    assert made.reporters == (Reporter.UNKNOWN,)
    assert not made.back
    assert not any("An earlier report" in one for one in part_sentences(made))


def test_counts_that_vary_more_have_wider_intervals(filled: Engine) -> None:
    panel = panel_of(filled)
    narrow, wide = (
        parts(filled, panel, dispersion={Cause.OTHER: phi})[Cause.OTHER] for phi in (None, 4.0)
    )
    assert narrow.made is not None
    assert wide.made is not None
    for one in ("rise", "source_mix", "within"):
        a, b = getattr(narrow.made, one), getattr(wide.made, one)
        assert (b.high - b.low).sum() == pytest.approx(2 * (a.high - a.low).sum())


def test_every_sentence_may_be_said(filled: Engine) -> None:
    made = parts(filled)
    usable = np.zeros_like(panel_of(filled).usable)
    made_of_none = parts(filled, replace(panel_of(filled), usable=usable))
    for one in (*made.values(), *made_of_none.values()):
        told = part_sentences(one)
        assert [violations(sentence) for sentence in told] == [()] * len(told)
    told = part_sentences(made[Cause.OTHER])
    assert told[-1] == ADDING_UP
    assert len(told) == 6  # both rates, two parts, what is known, how they add up
    before, posts = made[Cause.OTHER].reports[0], made[Cause.OTHER].posts[0]
    assert f"{before:,} of {posts:,} judged posts" in told[0]
    assert f"{1000 * before / posts:,.2f} reports per 1,000" in told[0]
