"""What was collected and what is missing: how far the other pages can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import streamlit as st

from dashboard import data, frame
from dashboard.summary import STALE
from dashboard.tables import Html, Shown, ago, counted, moment, table
from dashboard.text import plain
from db import due
from db.gaps import BEGINNING
from db.queries import health

RUNS_SHOWN = 20
_BAD = ("failed", "killed")


def page() -> None:
    """Sizes, places, sources, runs, gaps, imports and the schedule."""
    source = data.shown()
    now = data.now()
    with data.reading(source) as connection:
        sizes = health.totals(connection, source.judges)
        places = health.places(connection)
        visits = health.latest_visits(connection)
        waiting = due.waiting(connection, now)
        runs = health.runs(connection, limit=RUNS_SHOWN)
        gaps = health.gaps(connection)
        imports = health.imports(connection)
        size = health.size_bytes(connection)
    st.title("Data health")
    if not runs and not sizes.posts:
        frame.nothing_yet(source)
        return
    st.html(_sizes(sizes, size, source.model))
    _warnings(runs, sizes, now, demonstration=source.demonstration)
    st.subheader("Places")
    st.html(_places(places, now))
    if visits:
        st.subheader("Sources")
        st.html(_sources(visits, waiting, now))
    st.subheader("Runs")
    st.html(_runs(runs))
    st.subheader("Known gaps")
    st.html(_gaps(gaps))
    if imports:
        st.subheader("Imported files")
        st.html(_imports(imports))
    st.subheader("Schedule")
    st.html(
        '<p class="prose">whylost collects when it is called, so call it from a schedule. For '
        "cron, hourly:</p><pre>17 * * * *  whylost run</pre>"
        '<p class="quiet">A second run while one is going stops at once; a killed run goes on '
        "where it was. Edits and deletions are seen when a thread is read again, or a post is "
        "asked for: new ones daily, old ones ever more rarely.</p>"
    )


def _sizes(sizes: health.Totals, size: int, model: str | None) -> str:
    span = f"{sizes.first_day} to {sizes.last_day}" if sizes.first_day else "none"
    cells = (
        (f"{sizes.posts:,}", "posts"),
        (f"{sizes.threads:,}", "threads"),
        (f"{sizes.withdrawn:,}", "withdrawn"),
        (f"{sizes.unjudged:,}", "not judged yet"),
        (f"{size / 1e6:,.1f} MB", "database"),
    )
    shown = "".join(f"<div><b>{value}</b><span>{name}</span></div>" for value, name in cells)
    judged = f"Model {plain(model)}." if model else "No model has judged anything yet."
    return f'<div class="counts">{shown}</div><div class="asof">Days {span}. {judged}</div>'


def _warnings(
    runs: Sequence[health.RunLine], sizes: health.Totals, now: datetime, *, demonstration: bool
) -> None:
    ended = [run.finished_at for run in runs if run.stage == "ingest" and run.finished_at]
    if ended and now - ended[0] > STALE and not demonstration:
        frame.empty(
            f"The last reading ended {ago(ended[0], now)}.",
            "Newer posts are missing from every page: run <code>whylost run</code>, and see the "
            "schedule below.",
        )
    if sizes.unjudged:
        frame.empty(
            f"{sizes.unjudged:,} texts are not judged yet.",
            "They are in no count or rate until <code>whylost classify</code> has read them.",
        )


def _places(places: Sequence[health.PlaceLine], now: datetime) -> str:
    rows: list[Sequence[Shown]] = [
        (
            line.place,
            line.frame,
            line.posts,
            line.oldest,
            ago(line.newest, now) if line.newest else None,
            ago(line.last_run, now) if line.last_run else "imported",
        )
        for line in places
    ]
    heads = ("Place", "Seen of it", "Posts", "From", "Newest", "Last read")
    return table(heads, rows, caption="Places") if rows else "<p>No place was read yet.</p>"


def _sources(
    visits: Mapping[str, tuple[datetime, health.SourceLine]],
    waiting: Mapping[str, due.Waiting],
    now: datetime,
) -> str:
    """What the latest reading of each source brought, what it counted beside, what it left."""
    rows: list[Sequence[Shown]] = [
        (
            name,
            ago(began, now),
            _outcome(line.outcome),
            line.posts_new,
            line.posts_changed,
            line.posts_deleted,
            line.beside() or None,
            _due(waiting.get(name)),
            line.message or None,
        )
        for name, (began, line) in visits.items()
    ]
    heads = (
        *("Source", "Last read", "Outcome", "New", "Edited", "Deleted"),
        *("Also counted", "Still due to be read again", "Message"),
    )
    return table(heads, rows, caption="The latest reading of each source")


def _due(left: due.Waiting | None) -> str | None:
    if left is None:
        return None
    told = ((left.threads, "thread"), (left.posts, "post"))
    return ", ".join(counted(count, noun) for count, noun in told if count)


def _runs(runs: Sequence[health.RunLine]) -> str:
    rows: list[Sequence[Shown]] = []
    for run in runs:
        took = (run.finished_at - run.started_at).total_seconds() if run.finished_at else None
        counts = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in run.counts.items() if n)
        failed = "; ".join(f"{s.source}: {s.message}" for s in run.sources if s.message)
        told = ". ".join(part.rstrip(".") for part in (counts, failed or run.message) if part)
        rows.append((run.started_at, run.stage, _outcome(run.outcome), took, told))
    caption = f"The latest {RUNS_SHOWN} runs"
    if not rows:
        return "<p>No run is recorded.</p>"
    return table(
        ("Began (UTC)", "Stage", "Outcome", "Seconds", "What it did"), rows, caption=caption
    )


def _outcome(outcome: str | None) -> Html | None:
    if outcome is None:
        return None
    tone = " bad" if outcome in _BAD else (" warn" if outcome in ("partly", "running") else "")
    return Html(f'<span class="tag{tone}">{plain(outcome)}</span>')


def _gaps(gaps: Sequence[health.GapLine]) -> str:
    """Gaps since a place is collected; what lies before that is the same for all of them."""
    since = [gap for gap in gaps if gap.began > BEGINNING]
    told = (
        '<p class="quiet">A gap is missing in every chart, never a zero. So is what was written '
        "before a place's first collected day.</p>"
    )
    if not since:
        return f'<p class="quiet">None is known.</p>{told}'
    rows: list[Sequence[Shown]] = [
        (gap.place, gap.began, moment(gap.ended) if gap.ended else "still open", gap.reason)
        for gap in since
    ]
    heads = ("Place", "Began (UTC)", "Ended (UTC)", "Why")
    return table(heads, rows, caption="Known gaps") + told


def _imports(imports: Sequence[health.ImportLine]) -> str:
    rows: list[Sequence[Shown]] = [
        (line.at, line.format, line.read, line.unreadable, line.complete, line.file[:12])
        for line in imports
    ]
    heads = ("Read (UTC)", "Format", "Posts", "Unreadable", "Complete", "SHA-256 begins")
    return table(heads, rows, caption="Imported files")
