"""The filter lives in the address: read from it, shown as widgets, written back by them.

Widgets never hold the state. Before each is drawn its value is set from the address; when a reader
changes one, its callback writes the address. So Back, a shared link and a bookmark all work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import streamlit as st

from db.queries.facets import Value
from domain.causes import (
    ABSTENTION_LABELS,
    DECISION_LABELS,
    REPORT_DECISIONS,
    SYMPTOM_LABELS,
    Abstention,
    Decision,
    Symptom,
)
from domain.closing import CLOSED_LABELS, Closed
from domain.facts import FACTS, SafetyKind, Severity
from domain.filter import STEPS, Filter
from domain.triage import Triage

_NAMES = tuple(f.name for f in fields(Filter))
_ALWAYS = {
    "causes": tuple(decision.value for decision in REPORT_DECISIONS),
    "symptoms": tuple(symptom.value for symptom in Symptom),
    "safety_kinds": tuple(kind.value for kind in SafetyKind),
    "severities": tuple(severity.value for severity in Severity),
    "triage": tuple(state.value for state in Triage),
    "abstentions": tuple(reason.value for reason in Abstention),
    "closed": tuple(closed.value for closed in Closed),
}
_LABELS: dict[str, str] = {
    **{decision.value: label for decision, label in DECISION_LABELS.items()},
    **{symptom.value: label for symptom, label in SYMPTOM_LABELS.items()},
    **{reason.value: label.rstrip(".") for reason, label in ABSTENTION_LABELS.items()},
    "unknown": "Not said",
}
# Fields whose values are facts: the same word may mean a plan and a surface.
_FACTS = {
    "safety_kinds": "safety_kind",
    "severities": "severity",
    "plans": "plan",
    "outcomes": "outcome",
    "surfaces": "surface",
}
# Fields of which the bar doesn't say how many reports a value has.
_UNCOUNTED = ("closed",)


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of the filter that is chosen from a list."""

    field: str
    label: str
    help: str = ""


FIRST = (
    Choice("causes", "Cause", "What the post is decided to be: the likely cause, or undetermined."),
    Choice("sources", "Source"),
    Choice("products", "Product"),
)
MORE = (
    Choice("places", "Place", "A repository, a search or an imported collection."),
    Choice("symptoms", "Symptom", "What the author saw happen, whatever the cause."),
    Choice("severities", "Severity", "Why a report may need a person soon."),
    Choice("outcomes", "Outcome", "How it ended, by the author's last word in the thread."),
    Choice("safety_kinds", "Safety step", "What a safety mechanism did."),
    Choice("plans", "Plan", "What the author pays for."),
    Choice("surfaces", "Surface", "Where it happened: web, desktop, mobile, command line ..."),
    Choice("versions", "Version", "The version that the account names."),
    Choice("languages", "Language"),
    Choice("abstentions", "Why undetermined"),
    Choice("reviews", "Review", "Whether a person has decided about the post."),
    Choice("triage", "Triage", "Where it stands in the work of those who follow it up."),
    Choice(
        "closed", "Closed", "How the place of its thread closed it. It says nothing of the failure."
    ),
)


def current() -> Filter:
    """The filter in the address. Raises `InputError` for a value that can't be read."""
    return Filter.from_query({name: st.query_params.get_all(name) for name in _NAMES})


def as_query(wanted: Filter, **more: str) -> dict[str, Any]:
    """What `st.page_link` needs to carry the filter, and `more`, to another page."""
    return {**wanted.to_query(), **{name: value for name, value in more.items() if value}}


def bar(
    wanted: Filter,
    choices: Mapping[str, Sequence[Value]],
    days: tuple[date | None, date | None],
) -> None:
    """Draws the widgets. `days`: the first and the last day on which anything was written."""
    with st.container(key="filters", horizontal=True, gap="small"):
        _text("words", "Words", wanted.words)
        for choice in FIRST:
            _several(choice, wanted, choices)
        _day("first_day", "From", wanted.first_day, days)
        _day("last_day", "To", wanted.last_day, days)
        _more(wanted, choices)


def _more(wanted: Filter, choices: Mapping[str, Sequence[Value]]) -> None:
    active = sum(bool(getattr(wanted, choice.field)) for choice in MORE)
    active += bool(wanted.least_probability) + bool(wanted.incident)
    label = f"More ({active})" if active else "More"
    with st.popover(label, key="more", width=92):
        for choice in MORE:
            _several(choice, wanted, choices)
        _threshold(wanted)
        if wanted.incident:
            _one_incident()


def _several(choice: Choice, wanted: Filter, choices: Mapping[str, Sequence[Value]]) -> None:
    chosen = [str(value) for value in getattr(wanted, choice.field)]
    counts = {value.value: value.reports for value in choices.get(choice.field, ())}
    options = list(dict.fromkeys([*counts, *chosen, *_ALWAYS.get(choice.field, ())]))
    key = _keep(choice.field, chosen)
    st.multiselect(
        choice.label,
        options,
        key=key,
        format_func=lambda value: _option(choice.field, value, counts),
        placeholder="All",
        help=choice.help or None,
        width=156,
        on_change=_write,
        args=(choice.field, key, list),
    )


def _option(field: str, value: str, counts: Mapping[str, int]) -> str:
    told = _label(field, value)
    return told if field in _UNCOUNTED else f"{told} ({counts.get(value, 0):,})"


def _text(field: str, label: str, value: str) -> None:
    key = _keep(field, value)
    st.text_input(
        label,
        key=key,
        placeholder="All of these words",
        max_chars=200,
        width=160,
        on_change=_write,
        args=(field, key, str),
    )


def _day(field: str, label: str, value: date | None, days: tuple[date | None, date | None]) -> None:
    key = _keep(field, value)
    known = [day for day in (*days, value) if day]
    st.date_input(
        label,
        value=None,
        key=key,
        min_value=min(known, default=None),
        max_value=max(known, default=None),
        format="YYYY-MM-DD",
        width=138,
        on_change=_write,
        args=(field, key, str),
    )


def _threshold(wanted: Filter) -> None:
    key = _keep("least_probability", wanted.least_probability)
    st.slider(
        "Least probability of the likely cause",
        0.0,
        1.0,
        step=1 / STEPS,
        key=key,
        on_change=_write,
        args=("least_probability", key, str),
    )


def _one_incident() -> None:
    key = _keep("incident", True)
    st.checkbox(
        "Only this incident", key=key, on_change=_write, args=("incident", key, lambda _: "")
    )


def _keep(field: str, value: Any) -> str:
    """The widget's key; its value becomes what the address says."""
    key = f"filter_{field}"
    st.session_state[key] = value
    return key


def _write(field: str, key: str, read: Callable[[Any], Any]) -> None:
    """A widget changed: the address follows, and the list begins at its first page again."""
    value = st.session_state[key]
    if value in (None, "", [], 0.0) or not (told := read(value)):
        st.query_params.pop(field, None)
    else:
        st.query_params[field] = told
    st.query_params.pop("after", None)


def described(wanted: Filter) -> str:
    """The conditions in one line, as plain text; empty without any."""
    told = []
    for name, values in wanted.to_query().items():
        shown = ", ".join(_label(name, value) for value in values)
        told.append(f"{name.replace('_', ' ')}: {shown}")
    return " · ".join(told)


def _label(field: str, value: str) -> str:
    """A value of a field of the filter as a reader sees it."""
    if field in _FACTS and value in FACTS[_FACTS[field]].values:
        return FACTS[_FACTS[field]].values[value]
    if field == "closed":
        return CLOSED_LABELS[Closed(value)]
    return _LABELS.get(value, value)


def label(value: str) -> str:
    """A stored value as a reader sees it, such as `context_limit`."""
    return _LABELS.get(value, value)


def only(decision: Decision) -> Filter:
    """The filter that shows one decision."""
    return Filter(causes=(decision,))
