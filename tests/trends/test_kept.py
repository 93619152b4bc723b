"""An effect comes back from the database as it went in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from math import inf, nan

import made_up_effects
import pytest
import timeline
from sqlalchemy import Engine

from db.effects import save_effects
from db.engine import read, write
from db.judges import Judges
from db.queries.effects import effects
from domain.causes import Cause
from trends.clusters import Cluster
from trends.kept import effect_of, plain, to_kept
from trends.verdict import Verdict

ANCHOR, OTHER = timeline.release("anchor", 0), timeline.release("other", 3)
CLUSTER = Cluster(
    product="Claude", day=timeline.DAY, anchor=ANCHOR, others=(OTHER,), nearby=(OTHER,)
)
EVERY = (
    *made_up_effects.EVERY_CAUSE,
    made_up_effects.effect(
        Cause.OTHER,
        high=inf,
        sources=(made_up_effects.place(exact_high=inf, exact_low=0.0),),
        curve=None,
    ),
)


@pytest.mark.parametrize("number", range(len(EVERY)))
def test_what_is_kept_is_what_was_computed(engine: Engine, number: int) -> None:
    made = EVERY[number]
    kept = to_kept(made, CLUSTER, model="model-1", family="Claude 2026-Q1")
    with write(engine) as connection:
        save_effects(connection, "Claude", [kept])
    with read(engine) as connection:
        (shown,) = effects(connection, Judges.only("model-1"))
    assert shown.effect == kept
    assert effect_of(shown.effect) == made


def test_what_is_asked_for_by_column_is_a_column() -> None:
    made = made_up_effects.effect(needed=inf, high=inf)
    kept = to_kept(made, CLUSTER, model="model-1", family="")
    assert (kept.product, kept.cluster, kept.cause) == ("Claude", "anchor", made.cause.value)
    assert (kept.verdict, kept.p, kept.q, kept.low) == ("rose", made.p, made.q, made.low)
    assert (kept.needed, kept.high) == (None, None)  # no column holds an infinity
    assert kept.detail["releases"] == ["anchor", "other"]
    assert kept.detail["nearby"] == ["other"]


def test_what_json_holds() -> None:
    moment = datetime(2026, 5, 8, 12, tzinfo=UTC)
    told = {"a": (1, 2.5, inf, -inf, nan, None, True), Verdict.ROSE: [moment, moment.date()]}
    assert plain(told) == {
        "a": [1, 2.5, "inf", "-inf", None, None, True],
        "rose": ["2026-05-08T12:00:00+00:00", "2026-05-08"],
    }
    assert plain(replace(ANCHOR, note="x"))["note"] == "x"
    with pytest.raises(TypeError, match="JSON can't hold a object"):
        plain(object())
