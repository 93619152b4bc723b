"""The reports that match the filter, newest first."""

from __future__ import annotations

from urllib.parse import urlencode

import streamlit as st

from dashboard import data, filters, frame, rows, sheets
from dashboard.data import Shown
from dashboard.tables import counted
from dashboard.text import plain
from dashboard.views import report
from db.judges import Judges
from db.queries import health
from db.queries.reports import Mark, list_reports
from db.queries.series import three_counts
from domain.filter import Filter

PAGE_SIZE = 25


def page() -> None:
    """The list, or one report."""
    if "report" in st.query_params:
        report.page()
        return
    source = data.shown()
    if source.judges is None:
        frame.nothing_yet(source)
        return
    _list(source, source.judges, filters.current())


def _list(source: Shown, judges: Judges, wanted: Filter) -> None:
    st.title("Reports")
    after = st.query_params.get("after")
    with data.reading(source) as connection:
        counts = three_counts(connection, wanted, judges).get(None)
        mark = Mark.read(after) if after else None
        found = list_reports(connection, wanted, judges, limit=PAGE_SIZE + 1, after=mark)
        sizes = health.totals(connection, judges)
        evidence = rows.evidence(connection, found, judges)
    filters.bar(wanted, data.choices(source, judges, wanted), (sizes.first_day, sizes.last_day))
    if counts is None or not counts.reports:
        frame.empty("No report matches.", "Clear a part of the filter, or choose other days.")
        frame.link("reports", "Clear the filter")
        sheets.show(source, wanted)  # it takes sheets of any filter
        return
    _summary(wanted, counts.reports, counts.reporters, counts.threads)
    for listed in found[:PAGE_SIZE]:
        rows.show(listed, evidence.get(listed.key, ()), wanted)
    _turn(wanted, after, found[PAGE_SIZE - 1] if len(found) > PAGE_SIZE else None)
    sheets.show(source, wanted)


def _summary(wanted: Filter, reports: int, reporters: int, threads: int) -> None:
    told = filters.described(wanted)
    query = urlencode(wanted.to_query(), doseq=True)
    st.html(
        f'<div class="asof"><b>{counted(reports, "report")}</b> by '
        f"{counted(reporters, 'reporter')} in {counted(threads, 'thread')}, newest first"
        f"{f' · {plain(told)}' if told else ''} · "
        f'<a href="/download/reports.csv?{plain(query)}" download>CSV</a>, '
        f'<a href="/download/reports.parquet?{plain(query)}" download>Parquet</a> '
        f'<a href="/download/reports.csv?{plain(query)}&amp;links=no" download>'
        "CSV without links</a></div>"
    )


def _turn(wanted: Filter, after: str | None, last: rows.Listed | None) -> None:
    with st.container(key="turn", horizontal=True):
        if after:
            frame.link("reports", "← Newest", wanted)
        if last:
            mark = str(Mark(last.written_at, last.key))
            frame.link("reports", "Older →", wanted, after=mark)
