"""Reports of the same failure, grouped: how far each reaches over sources and days."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import data, filters, frame, theme
from dashboard.data import Shown
from dashboard.tables import counted, moment
from dashboard.text import plain
from db.judges import Judges
from db.queries import health
from db.queries.incidents import Group, count_incidents, list_incidents
from db.queries.reports import Mark
from domain.causes import DECISION_LABELS
from domain.errors import InputError
from domain.filter import Filter

PAGE_SIZE = 25
LEAST = {"1": "All", "2": "2 reports or more", "5": "5 reports or more"}


def page() -> None:
    """The incidents that match the filter, the latest begun first."""
    source = data.shown()
    if source.judges is None:
        frame.nothing_yet(source)
        return
    _list(source, source.judges, filters.current(), _least())


def _least() -> int:
    told = st.query_params.get("least", "1")
    if told not in LEAST:
        raise InputError(f"least={told} can't be read.", f"It is one of {', '.join(LEAST)}.")
    return int(told)


def _list(source: Shown, judges: Judges, wanted: Filter, least: int) -> None:
    st.title("Incidents")
    told = st.query_params.get("after")
    after = Mark.read(told) if told else None
    with data.reading(source) as connection:
        found = list_incidents(
            connection, wanted, judges, limit=PAGE_SIZE + 1, least_reports=least, after=after
        )
        count = count_incidents(connection, wanted, judges, least)
        sizes = health.totals(connection, judges)
    filters.bar(wanted, data.choices(source, judges, wanted), (sizes.first_day, sizes.last_day))
    _size(least)
    if not count:
        frame.empty("No incident matches.", "Clear a part of the filter, or choose other days.")
        frame.link("incidents", "Clear the filter")
        return
    st.html(
        f'<div class="asof"><b>{counted(count, "incident")}</b>, the latest begun first. Reports '
        "are one incident where one answers another, or where they say nearly the same words. "
        "Counts are of the reports that match.</div>"
    )
    for group in found[:PAGE_SIZE]:
        _show(group)
    _turn(wanted, least, found)


def _size(least: int) -> None:
    key = "incidents_least"
    st.session_state[key] = str(least)
    st.segmented_control(
        "Size", list(LEAST), key=key, format_func=LEAST.__getitem__, on_change=_write, args=(key,)
    )


def _write(key: str) -> None:
    st.query_params["least"] = st.session_state[key] or "1"
    st.query_params.pop("after", None)


def _show(group: Group) -> None:
    """A link made of our own words, and below it what the incident reaches."""
    lead = max(group.decisions, key=lambda decision: group.decisions[decision])
    with st.container(key=f"row-{lead.value}-{group.incident}"):
        label = f"{theme.mark(lead)} {counted(group.reports, 'report')} · {_span(group)}"
        frame.link("incident", label, id=group.incident)
        st.html(_body(group))


def _span(group: Group) -> str:
    """From when to when, to the minute where it is one moment."""
    if group.first.date() == group.last.date():
        return moment(group.first)
    days = (group.last.date() - group.first.date()).days + 1
    return f"{group.first:%Y-%m-%d} to {group.last:%Y-%m-%d}, {counted(days, 'day')}"


def _body(group: Group) -> str:
    title = plain(group.title) or '<span class="quiet">a thread without a title</span>'
    reach = [counted(group.reporters, "reporter"), counted(group.threads, "thread")]
    reach.append(counted(group.sources, "source"))
    if group.corroborations:
        replies = "reply that says" if group.corroborations == 1 else "replies that say"
        reach.append(f"{group.corroborations:,} {replies} “same here”")
    decided = [
        f"{theme.mark(decision)} {DECISION_LABELS[decision]} {number:,}"
        for decision, number in group.decisions.items()
        if number
    ]
    outage = ""
    if group.reports_in_outages:
        outage = (
            f'<div><span class="tag warn">{group.reports_in_outages:,} during an official outage'
            "</span></div>"
        )
    return (
        f'<div class="row-title">{title}</div><div>{" · ".join(reach)}</div>'
        f'<div class="quiet">{" · ".join(decided)}</div>{outage}'
    )


def _turn(wanted: Filter, least: int, found: Sequence[Group]) -> None:
    with st.container(key="turn", horizontal=True):
        if "after" in st.query_params:
            frame.link("incidents", "← Latest", wanted, least=str(least))
        if len(found) > PAGE_SIZE:
            last = found[PAGE_SIZE - 1]
            mark = str(Mark(last.first, last.incident))
            frame.link("incidents", "Earlier →", wanted, least=str(least), after=mark)
