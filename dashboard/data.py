"""The database behind the pages: opened once a process, read in one transaction a page.

What is costly is cached by the state of the database, so that a page is never older than the last
run that ended or the last change that a person made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from dashboard.database import address, engine, told_demonstration
from db.effects import KeptCompleteness, KeptEpisode
from db.engine import holds_demonstration, read
from db.handles import Connection
from db.judges import Judges, judges
from db.queries import closings, effects, facets
from db.queries.state import state
from domain.filter import Filter
from trends.periods import Period
from trends.series import Overview, overview_series

FILTER_AS_KEY: dict[str | type[Any], Callable[[Any], Any]] = {
    Filter: lambda wanted: str(sorted(wanted.to_query().items()))
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Which database is shown, and its state: everything that is cached is cached by `state`."""

    url: str
    state: str
    judges: Judges | None
    demonstration: bool

    @property
    def model(self) -> str | None:
        """The model that judges what is written today; None before the first judging."""
        return self.judges.current if self.judges else None


def shown() -> Shown:
    """What the command told us to show.

    Raises `StoreError` where it told nothing, or the database can't be read.
    """
    url = address()
    with read(engine(url)) as connection:
        judged_by = judges(connection)
        now_at = state(connection)
    demonstration = told_demonstration() or holds_demonstration(engine(url))
    return Shown(url=url, state=now_at, judges=judged_by, demonstration=demonstration)


@contextmanager
def reading(source: Shown) -> Iterator[Connection]:
    """A transaction that sees one state of the database."""
    with read(engine(source.url)) as connection:
        yield connection


def now() -> datetime:
    """The moment at which a page is made."""
    return datetime.now(UTC)


@st.cache_data(show_spinner=False, max_entries=200, hash_funcs=FILTER_AS_KEY)
def choices(source: Shown, shown_by: Judges, wanted: Filter) -> dict[str, list[facets.Value]]:
    """The filter bar's values with their counts."""
    with reading(source) as connection:
        return facets.facets(connection, wanted, shown_by)


@st.cache_data(show_spinner=False, max_entries=100, hash_funcs=FILTER_AS_KEY)
def overview(source: Shown, wanted: Filter, period: str, today: str) -> Overview:
    """What the overview draws; `today` is part of the key, since a period ends with its day."""
    with reading(source) as connection:
        return overview_series(connection, wanted, Period(period), now())


@st.cache_data(show_spinner=False, max_entries=100, hash_funcs=FILTER_AS_KEY)
def endings(source: Shown, shown_by: Judges, wanted: Filter) -> list[closings.Ended]:
    """How the threads of the reports that match stand at their places."""
    with reading(source) as connection:
        return closings.endings(connection, wanted, shown_by)


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingOut:
    """Spikes and steps of one product, and the delays by place."""

    episodes: tuple[KeptEpisode, ...]
    late: Mapping[str, KeptCompleteness]


@st.cache_data(show_spinner=False, max_entries=50)
def standing_out(source: Shown, product: str) -> StandingOut:
    """What the charts of one product draw beside the counts; `*`: of all posts."""
    with reading(source) as connection:
        found = effects.episodes(connection, products=(product,))
        late = effects.completeness(connection)
    return StandingOut(episodes=tuple(found), late={one.place: one for one in late})
