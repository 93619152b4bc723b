"""Effects are kept as they are now; what is frozen stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from db.effects import (
    KeptCompleteness,
    KeptEffect,
    KeptEpisode,
    computed,
    forget_products,
    freeze,
    note_computed,
    save_completeness,
    save_effects,
    save_episodes,
)
from db.engine import read, write
from db.judges import Judges, Span
from db.queries.effects import (
    closed_families,
    completeness,
    effects,
    effects_of,
    episodes,
)

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY = date(2026, 5, 8)
CLOSED = date(2026, 7, 30)
FAMILY = "Claude 2026-Q2"
JUDGES = Judges.only("model-1")


def effect(cause: str = "other", **changed: Any) -> KeptEffect:
    made = KeptEffect(
        model="model-1",
        product="Claude",
        cluster="a-model",
        cause=cause,
        family=FAMILY,
        verdict="rose",
        day=DAY,
        preliminary=False,
        ratio=1.5,
        low=1.2,
        high=1.9,
        p=0.001,
        q=0.004,
        q_dependent=0.01,
        smallest_rise=1.3,
        smallest_fall=None,
        needed=1.25,
        events_before=40,
        events_after=61,
        posts_before=900,
        posts_after=910,
        detail={
            "releases": ["a-model", "a-feature"],
            "curve": {"weeks": [-1, 0], "ratio": [1, 2.5]},
        },
    )
    return replace(made, **changed)


def test_effects_are_those_of_the_last_refresh(engine: Engine) -> None:
    with write(engine) as connection:
        save_effects(connection, "Claude", [effect(), effect("context_limit")])
        save_effects(connection, "Codex", [effect(product="Codex", cluster="c", day=CLOSED)])
        save_effects(connection, "Claude", [effect(ratio=None, q=None)])
    with read(engine) as connection:
        found = effects(connection, JUDGES)
    assert [s.effect for s in found] == [
        effect(ratio=None, q=None),
        effect(product="Codex", cluster="c", day=CLOSED),
    ]
    assert {s.frozen_at for s in found} == {None}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, 4),
        ({"products": ["Claude"]}, 3),
        ({"causes": ["other"]}, 3),
        ({"first": DAY + timedelta(days=1)}, 1),
        ({"last": DAY}, 3),
        ({"products": ["Gemini"]}, 0),
    ],
)
def test_effects_by_what_is_asked(engine: Engine, wanted: dict[str, Any], found: int) -> None:
    with write(engine) as connection:
        mine = [effect(), effect("context_limit"), effect(cluster="later", day=date(2026, 6, 20))]
        save_effects(connection, "Claude", mine)
        save_effects(connection, "Codex", [effect(product="Codex")])
    with read(engine) as connection:
        assert len(effects(connection, JUDGES, **wanted)) == found


def test_a_release_has_the_effects_of_its_cluster(engine: Engine) -> None:
    alone = effect(cluster="alone", detail={"releases": ["alone"]})
    with write(engine) as connection:
        save_effects(connection, "Claude", [effect(), effect("context_limit"), alone])
    with read(engine) as connection:
        of_feature = effects_of(connection, JUDGES, "a-feature")
        of_nothing = effects_of(connection, JUDGES, "unheard-of")
    assert [s.effect.cause for s in of_feature] == ["context_limit", "other"]
    assert of_nothing == []


def test_a_family_is_frozen_once(engine: Engine) -> None:
    later = NOW + timedelta(days=40)
    with write(engine) as connection:
        assert freeze(connection, FAMILY, [effect(), effect("b", p=None)], closed=CLOSED, now=NOW)
        changed = [effect(q=0.9, verdict="unclear")]
        assert not freeze(connection, FAMILY, changed, closed=CLOSED, now=later)
    with read(engine) as connection:
        found = effects(connection, JUDGES)
        (family,) = closed_families(connection)
    assert [(s.effect, s.frozen_at) for s in found] == [
        (effect("b", p=None), NOW),
        (effect(), NOW),
    ]
    assert (family.family, family.product, family.closed, family.at) == (
        FAMILY,
        "Claude",
        CLOSED,
        NOW,
    )
    assert family.tests == 1  # the other could not be tested


@pytest.mark.parametrize("table", ["frozen_family", "frozen_effect"])
@pytest.mark.parametrize("change", ["UPDATE {} SET product = 'Codex'", "DELETE FROM {}"])
def test_the_database_refuses_to_alter_what_is_frozen(
    engine: Engine, table: str, change: str
) -> None:
    with write(engine) as connection:
        freeze(connection, FAMILY, [effect()], closed=CLOSED, now=NOW)
    with pytest.raises(DatabaseError, match="append-only"), write(engine) as connection:
        connection.execute(text(change.format(table)))


def test_another_model_makes_a_family_of_its_own_and_the_old_one_stays(engine: Engine) -> None:
    theirs = effect(model="model-2", q=0.6, verdict="unclear")
    with write(engine) as connection:
        freeze(connection, FAMILY, [effect()], closed=CLOSED, now=NOW)
        assert freeze(connection, FAMILY, [theirs], closed=CLOSED, now=NOW)
    keeps = Judges((Span(date.min, "model-1"), Span(CLOSED + timedelta(days=1), "model-2")))
    with read(engine) as connection:
        assert [s.effect for s in effects(connection, Judges.only("model-2"))] == [theirs]
        assert [s.effect for s in effects(connection, JUDGES)] == [effect()]
        assert [s.effect for s in effects(connection, keeps)] == [effect()]
        assert len(closed_families(connection)) == 2


def test_a_family_is_one_products_and_one_models(engine: Engine) -> None:
    for other in (effect(product="Codex"), effect(model="model-2"), effect(family="")):
        with pytest.raises(ValueError, match="one product"), write(engine) as connection:
            freeze(connection, FAMILY, [effect(), other], closed=CLOSED, now=NOW)
    with pytest.raises(ValueError, match="one product"), write(engine) as connection:
        freeze(connection, "Codex 2026-Q2", [effect()], closed=CLOSED, now=NOW)


def episode(began: date, ended: date, **changed: Any) -> KeptEpisode:
    made = KeptEpisode(
        kind="spike",
        place="*",
        product="Claude",
        cause="other",
        model="model-1",
        began=began,
        ended=ended,
        strength=2.5,
        detail={"p": 1e-7},
    )
    return replace(made, **changed)


def test_episodes_that_touch_a_span(engine: Engine) -> None:
    one = episode(DAY, DAY + timedelta(days=3))
    step = episode(DAY, DAY, kind="step")
    late = episode(CLOSED, CLOSED)
    with write(engine) as connection:
        save_episodes(connection, "Claude", [late, one, step])
        save_episodes(connection, "Codex", [replace(one, product="Codex")])
    with read(engine) as connection:
        assert len(episodes(connection)) == 4
        touched = episodes(
            connection,
            first=DAY + timedelta(days=2),
            last=DAY + timedelta(days=9),
            products=["Claude"],
        )
        assert touched == [one]
        assert episodes(connection, last=DAY, kinds=["step"]) == [step]
    with write(engine) as connection:
        save_episodes(connection, "Claude", [])
    with read(engine) as connection:
        assert [e.product for e in episodes(connection)] == ["Codex"]


def test_delays_are_kept_as_they_are_now(engine: Engine) -> None:
    known = KeptCompleteness(
        place="forum:a",
        seen_until=NOW.date(),
        complete_through=NOW.date() - timedelta(days=2),
        posts=120,
        share=[0.5, 0.97, 1.0],
        expected=[{"day": "2026-08-31", "estimate": 12.5, "high": None}],
    )
    with write(engine) as connection:
        save_completeness(connection, [replace(known, place="gone:b")])
        save_completeness(connection, [known])
    with read(engine) as connection:
        assert completeness(connection) == [known]


def test_what_was_computed_from_what(engine: Engine) -> None:
    first = {("Claude", "effects"): "aa", ("Codex", "steps"): "bb"}
    with write(engine) as connection:
        note_computed(connection, first)
    with read(engine) as connection:
        assert computed(connection) == first
    with write(engine) as connection:
        note_computed(connection, {("Claude", "effects"): "cc"})
    with read(engine) as connection:
        assert computed(connection) == {("Claude", "effects"): "cc"}


def test_a_product_without_a_panel_keeps_only_what_is_frozen(engine: Engine) -> None:
    with write(engine) as connection:
        save_effects(connection, "Claude", [effect(cluster="open")])
        save_episodes(connection, "Claude", [episode(DAY, DAY)])
        freeze(connection, FAMILY, [effect()], closed=CLOSED, now=NOW)
        forget_products(connection, ["Codex"])
    with read(engine) as connection:
        assert [s.effect.cluster for s in effects(connection, JUDGES)] == ["a-model"]
        assert episodes(connection) == []
