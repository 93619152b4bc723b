"""Faults that vendors confirmed afterwards: could the posts have shown them, and did they?"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import data, frame, studies
from dashboard.data import Shown as Source
from dashboard.ratios import times
from dashboard.summary import named
from dashboard.tables import Html, Shown, table
from dashboard.text import link, plain
from domain.causes import Decision
from trends.backtest import COULD, Backtest, FaultCase

_INTRO = f"""
<p class="prose">The only test from outside: faults whose days a vendor published. A fault of which
too few days are held, or that would have had to be more than {COULD:.0f} times the usual to be
seen, is no test of anything: it says why and counts in no score. To be shown means that days above
expectation lie in it.</p>
"""


def show(source: Source) -> None:
    """The score, if there is one, and a row a fault and product."""
    if source.judges is None:
        frame.nothing_yet(source)
        return
    found = studies.tried(source, source.judges, data.now().date().isoformat())
    st.html(_INTRO)
    if not found.cases:
        frame.empty(
            "No confirmed fault is known.",
            "<code>whylost trends</code> loads those that come with the program.",
        )
        return
    st.html(f"<p><b>{plain(found.note)}</b>{_score(found)}</p>")
    st.html(rows(found.cases))


def _score(found: Backtest) -> str:
    """The share that was shown; nothing where they are too few for one."""
    if found.rate is None or found.low is None or found.high is None:
        return ""
    return (
        f" {found.seen} of {found.scored} were shown: a share of {found.rate:.2f} "
        f"({found.low:.2f} to {found.high:.2f})."
    )


def rows(cases: Sequence[FaultCase]) -> str:
    """The table."""
    made: list[Sequence[Shown]] = [
        (
            Html(
                f"{link(case.fault.source_url, case.fault.symptom or case.fault.id)}"
                f'<div class="quiet">{plain(case.fault.vendor)}: {plain(case.product)}</div>'
            ),
            f"{case.fault.began} to {case.fault.ended}",
            named(Decision(case.fault.cause.value)),
            f"{case.covered} of {case.days}",
            case.reports_a_day,
            case.reports,
            case.posts,
            times(case.smallest),
            _outcome(case),
        )
        for case in cases
    ]
    heads = (
        *("Fault", "Lasted (UTC)", "Cause", "Days held", "Reporters a day before"),
        *("Reporters in it", "Of judged posts", "Smallest detectable", "Shown?"),
    )
    return table(heads, made, caption="Confirmed faults")


def _outcome(case: FaultCase) -> Html:
    if case.seen is None:
        return Html(f'<span class="quiet">Could not have been: {plain(case.reason)}</span>')
    return Html("<b>Shown</b>" if case.seen else "<b>Not shown</b>")
