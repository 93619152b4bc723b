"""One line of a list of reports: what was decided, the words that speak for it, where and when."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import frame, theme
from dashboard.gone import gone
from dashboard.tables import moment
from dashboard.text import highlight, plain, snippet
from db.handles import Connection
from db.judges import Judges
from db.queries import attached
from db.queries.reports import Listed
from domain.causes import DECISION_LABELS, Decision
from domain.filter import Filter
from domain.nouns import Evidence

__all__ = ["Listed", "evidence", "show"]


def evidence(
    connection: Connection, listed: Sequence[Listed], judges: Judges
) -> dict[str, tuple[Evidence, ...]]:
    """Post -> its evidence."""
    return attached.evidence_of(connection, [one.key for one in listed], judges)


def show(listed: Listed, found: Sequence[Evidence], wanted: Filter) -> None:
    """A link to the report, made of our own words only, and its text below it."""
    with st.container(key=f"row-{listed.decision.value}-{listed.key}"):
        frame.link("report", heading(listed), wanted, report=listed.key)
        st.html(_body(listed, found))


def heading(listed: Listed) -> str:
    """Such as `■ Session management 0.86 · 2026-08-30 22:18`."""
    decision = listed.decision
    sure = listed.causes[listed.likely_cause] if listed.likely_cause else None
    shown = f" {sure:.2f}" if sure is not None and decision is not Decision.UNDETERMINED else ""
    person = " (by a person)" if listed.reviewer else ""
    named = f"{theme.mark(decision)} {DECISION_LABELS[decision]}{shown}{person}"
    return f"{named} · {moment(listed.written_at)}"


def _body(listed: Listed, found: Sequence[Evidence]) -> str:
    in_text = [e for e in found if e.span.field == "text"]
    in_title = [e for e in found if e.span.field == "title"]
    if listed.text is None:
        words = f'<span class="quiet">{gone(listed.state, listed.purged_because)}</span>'
    else:
        words = snippet(listed.text, in_text)
    thread = plain(listed.thread_title) or '<span class="quiet">a thread without a title</span>'
    title = highlight(listed.title, in_title) if listed.title else thread
    answer = "" if listed.title else '<span class="quiet">In:</span> '
    where = " · ".join(
        plain(part)
        for part in (listed.place, listed.kind, ", ".join(listed.products), listed.language)
        if part
    )
    return (
        f'<div>{answer}<span class="row-title">{title}</span></div><div>{words}</div>'
        f'<div class="quiet">{where}</div>'
    )
