"""What the Model page reads from the database and the program, cached by the database's state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from classify.audit import Audit
from classify.audited import audit_of
from classify.drift import Drift
from classify.model import Model
from classify.stored_drift import stored_drift
from dashboard import data
from dashboard.data import Shown
from db.judges import Judges
from db.queries import compared, contradicted, thresholds
from db.queries.named import card_of
from domain.causes import Cause, Decision
from domain.filter import Filter


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Figures on labelled posts, and the model that they are of: a correction's is its base's."""

    of: str
    told: Mapping[str, Any]


def card(source: Shown, model: str) -> dict[str, Any]:
    """The card that the model brought when it first judged here."""
    with data.reading(source) as connection:
        return card_of(connection, model)


def figures(model: str, card: Mapping[str, Any]) -> Figures | None:
    """What `whylost classify evaluate --record` kept of this model, or of the one it corrects."""
    from classify.card import figures_of

    for name in (model, card.get("base")):
        if name and (told := figures_of(name)):
            return Figures(of=name, told=told)
    return None


@st.cache_resource(show_spinner=False)
def shipped() -> Model:
    """The model that the program brings: whose words drift is measured by."""
    from classify.artifact import load

    return load()


@st.cache_data(show_spinner=False, max_entries=20)
def audited(source: Shown, judges: Judges, model: str) -> tuple[Audit | None, list[str]]:
    """The audit of the model's verdicts, and what a reader should know of it."""
    with data.reading(source) as connection:
        return audit_of(connection, judges, model)


@st.cache_data(show_spinner=False, max_entries=100, hash_funcs=data.FILTER_AS_KEY)
def by_step(source: Shown, judges: Judges, wanted: Filter) -> dict[Cause, Counter[int]]:
    """Reports that match, by likeliest cause and step of its probability."""
    with data.reading(source) as connection:
        return thresholds.reports_by_step(connection, wanted, judges)


@st.cache_data(show_spinner=False, max_entries=20)
def contradictions(source: Shown, judges: Judges) -> contradicted.Contradictions:
    """Where people decided otherwise, the surest verdicts first."""
    with data.reading(source) as connection:
        return contradicted.contradictions(connection, judges)


@st.cache_data(show_spinner=False, max_entries=20)
def models(source: Shown) -> list[tuple[str, int]]:
    """The models that judged posts here with the number of their verdicts."""
    with data.reading(source) as connection:
        return compared.models(connection)


@st.cache_data(show_spinner="Comparing two models", max_entries=20)
def otherwise(source: Shown, first: str, second: str) -> dict[tuple[Decision, Decision], int]:
    """What two models decide of the posts that both judged."""
    with data.reading(source) as connection:
        return compared.decided_otherwise(connection, first, second)


@st.cache_data(show_spinner="Looking for drift", max_entries=5)
def drift(source: Shown, judges: Judges) -> tuple[Drift, int]:
    """Months against the earliest ones, over all posts; and how many models judged them."""
    with data.reading(source) as connection:
        return stored_drift(connection, judges, shipped())
