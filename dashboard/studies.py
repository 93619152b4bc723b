"""What the pages about releases read; cached by the state of the database."""

from __future__ import annotations

import streamlit as st

from dashboard import data
from dashboard.data import Shown
from dashboard.effect_rows import Compared
from db.judges import Judges
from db.queries.effects import ShownEffect, effects
from db.queries.faults import confirmed_faults
from db.queries.releases import releases
from domain.causes import Cause
from trends.backtest import Backtest, backtest
from trends.compare import Comparison, compare
from trends.kept import effect_of
from trends.load import load

ORDER = tuple(Cause)


@st.cache_data(show_spinner="Comparing the days around this release …", max_entries=50)
def comparison(source: Shown, release_id: str, today: str) -> Comparison:
    """What `whylost releases compare` says of a release; `today` is part of the key."""
    with data.reading(source) as connection:
        return compare(connection, release_id, data.now())


@st.cache_data(show_spinner=False, max_entries=20)
def all_tested(source: Shown, judges: Judges) -> tuple[Compared, ...]:
    """Every tested release with its effects, the latest first."""
    with data.reading(source) as connection:
        found = effects(connection, judges)
        titles = {one.id: one.title for one in releases(connection, retired=True)}
    groups: dict[tuple[str, str], list[ShownEffect]] = {}
    for one in found:
        groups.setdefault((one.effect.product, one.effect.cluster), []).append(one)
    made = [
        Compared(
            id=cluster,
            title=titles.get(cluster, cluster),
            product=product,
            day=mine[0].effect.day,
            frozen=mine[0].frozen_at is not None,
            effects=tuple(
                sorted((effect_of(m.effect) for m in mine), key=lambda e: ORDER.index(e.cause))
            ),
        )
        for (product, cluster), mine in groups.items()
    ]
    return tuple(sorted(made, key=lambda one: (-one.day.toordinal(), one.product, one.id)))


@st.cache_data(show_spinner="Trying the confirmed faults on the days held here …", max_entries=5)
def tried(source: Shown, judges: Judges, today: str) -> Backtest:
    """The confirmed faults, and whether the days held here could have shown them."""
    with data.reading(source) as connection:
        known = confirmed_faults(connection)
        panels = load(connection, judges, data.now().date()).panels
    return backtest(known, panels)
