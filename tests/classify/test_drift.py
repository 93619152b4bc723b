"""Drift: no news where nothing changed, news where something did, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import seeded
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.spatial.distance import jensenshannon
from sqlalchemy import Engine, select, update

from classify import artifact, drift
from classify.drift import Drift, Observed, divergence, shares, stability
from classify.stored_drift import lines, stored_drift, told
from db.engine import read, write
from db.queries.inputs import judged_posts, texts_of
from db.tables import EvidenceRow, PostRow, PostText

COUNTS = arrays(float, 5, elements=st.integers(0, 1_000))
Floats = NDArray[np.float64]


@settings(deadline=None)
@given(COUNTS, COUNTS)
def test_distances_are_what_they_are_called(a: Floats, b: Floats) -> None:
    p, q = shares(a), shares(b)
    assert divergence(p, q) == pytest.approx(jensenshannon(p, q, base=2) ** 2, abs=1e-9)
    assert 0 <= divergence(p, q) <= 1
    assert stability(p, q) == pytest.approx(stability(q, p))
    assert stability(p, q) >= -1e-12
    assert stability(p, p) == divergence(p, p) == 0


def posts(
    month: str, count: int, share: float, dice: np.random.Generator, cue: float = 0.1
) -> Iterator[Observed]:
    """Threads of eight posts that agree in language: far fewer free choices than posts."""
    for i in range(count):
        if i % 8 == 0:
            language = "de" if dice.random() < share else "en"
        yield Observed(
            month=month,
            thread=f"{month} {i // 8}",
            categories={"language": language, "decision": "other"},
            cues=frozenset({"gone"} if dice.random() < cue else ()),
        )


def compared(share: float, cue: float, seed: int) -> Drift:
    dice = np.random.default_rng(seed)
    before = posts("2026-01", 800, 0.2, dice)
    return drift.drift([*before, *posts("2026-02", 400, share, dice, cue)])


def test_sampling_alone_is_hardly_ever_news() -> None:
    (months,) = zip(*(compared(0.2, 0.1, seed).months for seed in range(60)), strict=True)
    language = [next(s for s in m.shifts if s.variable == "language") for m in months]
    assert sum(s.beyond for s in language) <= 4
    assert sum(c.beyond for m in months for c in m.cues) <= 4
    # Counting posts as independent, a fourth of these would be news: chi-squared over 3.84.
    naive = [s.stability * 400 * 800 / 1200 > 3.84 for s in language]
    assert sum(naive) > 12


def test_a_change_is_news_and_named() -> None:
    (month,) = compared(0.6, 0.4, 1).months
    language = next(s for s in month.shifts if s.variable == "language")
    assert language.beyond
    assert language.now - language.before == pytest.approx(
        0.4 if language.most == "de" else -0.4, abs=0.15
    )
    assert not next(s for s in month.shifts if s.variable == "decision").beyond
    (cue,) = month.cues
    assert (cue.cue, cue.beyond) == ("gone", True)


def test_the_reference_is_what_was_asked_for_or_holds_enough() -> None:
    dice = np.random.default_rng(2)
    months = [p for n in range(1, 7) for p in posts(f"2026-0{n}", 200, 0.2, dice)]
    assert drift.drift(months).reference == ("2026-01", "2026-02", "2026-03")
    assert drift.drift(months, until="2026-01").reference == ("2026-01",)
    assert drift.drift(months[:400]).reference == ("2026-01",)
    early = drift.drift(months, until="2025-12")
    assert early.reference == ()
    assert not any(m.shifts for m in early.months)
    assert "nothing to compare" in lines(early, 1)[0]
    assert drift.drift([]).months == ()


def test_a_month_of_few_posts_is_not_compared() -> None:
    dice = np.random.default_rng(3)
    made = drift.drift([*posts("2026-01", 100, 0.2, dice), *posts("2026-02", 29, 0.9, dice)])
    assert made.months[0].shifts == ()
    assert "not compared" in "\n".join(lines(made, 1))


def test_the_same_posts_give_the_same_drift() -> None:
    assert told(compared(0.3, 0.2, 4), 1) == told(compared(0.3, 0.2, 4), 1)


def test_what_was_judged_is_read_whole(engine: Engine) -> None:
    filled = seeded.fill(engine)
    with read(engine) as connection:
        made = {p.post: p for p in judged_posts(connection, seeded.JUDGES)}
        texts = dict(texts_of(connection, list(made)))
        cues = set(connection.execute(select(EvidenceRow.post, EvidenceRow.cue)).all())
    assert made.keys() == {v.post for v in filled.verdicts}
    assert {(k, c) for k, p in made.items() for c in p.cues} == {(k, c) for k, c in cues}
    for verdict in filled.verdicts:
        found = made[verdict.post]
        assert found.decision == verdict.decision.value
        assert found.report_probability == pytest.approx(verdict.report_probability)
        if found.characters is not None:
            assert found.characters == len(texts[verdict.post]) - 1
    assert made.keys() - texts.keys() == {k for k, p in made.items() if p.characters is None}
    with read(engine) as connection:
        github = list(judged_posts(connection, seeded.JUDGES, "github"))
    assert {p.source for p in github} == {"github"}
    assert 0 < len(github) < len(made)


def test_batches_lose_and_repeat_nothing(
    sqlite_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded.fill(sqlite_engine, posts=40)
    with read(sqlite_engine) as connection:
        whole = list(judged_posts(connection, seeded.JUDGES))
        monkeypatch.setattr("db.queries.inputs.BATCH", 7)
        assert list(judged_posts(connection, seeded.JUDGES)) == whole


def test_stored_posts_are_compared_and_a_purged_text_has_no_length(engine: Engine) -> None:
    filled = seeded.fill(engine)
    with write(engine) as connection:
        first = filled.posts[0]
        connection.execute(
            update(PostText).where(PostText.post == first.key).values(text=None, title=None)
        )
        # A change that no reader can miss: from some day on everybody writes four times as much.
        late = select(PostRow.key).where(PostRow.day >= (seeded.FIRST + timedelta(90)).date())
        connection.execute(
            update(PostText)
            .where(PostText.post.in_(late))
            .values(text=PostText.text + PostText.text + PostText.text + PostText.text)
        )
    with read(engine) as connection:
        made, models = stored_drift(connection, seeded.JUDGES, artifact.load())
        by_key = {p.post: p for p in judged_posts(connection, seeded.JUDGES)}
    assert by_key[first.key].characters is None
    assert models == 1
    machine = json.loads(json.dumps(told(made, models), allow_nan=False))
    assert machine["reference"]["posts"] + sum(m["posts"] for m in machine["months"]) == len(by_key)
    for month in made.months:
        mine = [p for p in by_key.values() if f"{p.day:%Y-%m}" == month.month]
        mean = float(np.mean([p.report_probability for p in mine]))
        assert month.means["report"][1] == pytest.approx(mean)
        assert len(month.means) == 5
    last = next(m for m in reversed(made.months) if m.shifts)
    length = next(s for s in last.shifts if s.variable == "length")
    assert length.beyond
    assert "length changed strongly" in "\n".join(lines(made, models))
    assert "2 models judged" in "\n".join(lines(replace(made), 2))
