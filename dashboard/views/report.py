"""One report, by its permalink `?report=KEY`."""

from __future__ import annotations

import streamlit as st

from dashboard import data, filters, frame, one
from db.queries.named import card_of
from db.queries.report import report


def page() -> None:
    """The report, or why there is none."""
    source = data.shown()
    if source.judges is None:
        frame.nothing_yet(source)
        return
    wanted = filters.current()
    with data.reading(source) as connection:
        found = report(connection, st.query_params.get("report", ""), source.judges)
        card = card_of(connection, found.verdict.model) if found and found.verdict else {}
    frame.link("reports", "← All reports", wanted)
    if found is None:
        frame.empty(
            "No post with this key is held here.",
            "It may have been forgotten on request, or the link is of another database.",
        )
        return
    one.show(source, found, card)
