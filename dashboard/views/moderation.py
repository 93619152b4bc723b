"""How places closed the threads of reports: what they did, never what befell the reporter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import streamlit as st

from dashboard import data, filters, frame
from dashboard.data import Shown
from dashboard.shares import Share, share_cell, stacked
from dashboard.tables import Shown as Cell
from dashboard.tables import counted, table
from dashboard.text import plain
from db.judges import Judges
from db.queries import health
from db.queries.closings import Ended
from domain.closing import CLOSED_LABELS, Closed, Closer, Ending
from domain.filter import Filter

_LEAD = """
<div class="prose">
<p>What places did with the threads in which failures are reported. A closed thread says how a
tracker is kept, not that nothing failed: bots close what nobody answered, reports are closed as
duplicates of issues that are closed themselves, and some are called invalid because they are about
another product.</p>
<p><b>Closings are never used as negatives.</b> No model learns from them, no verdict, count or rate
changes by them, and no report is hidden because its place closed it.</p>
</div>
"""
_MUTE = (
    '<p class="quiet">Only GitHub tells how a thread stands. Elsewhere, and where a thread was '
    "read before its standing was kept, it is not told: left out of the shares, never counted as "
    "open. Who closed a thread is not always told either; such a closing is in no bot's count, so "
    "the share of bots is the least that it can be. The same is true of originals: one is known "
    "where a comment that we hold names it.</p>"
)
_YOUNG = '<p class="quiet">The threads of late months had less time to be closed.</p>'

Test = Callable[[Ended], bool]


def _closed(one: Ended) -> bool:
    return one.ending is not Ending.OPEN


_TESTS: dict[Closed, Test] = {
    Closed.BOT: lambda e: e.closer is Closer.BOT,
    Closed.COMPLETED: lambda e: e.ending is Ending.COMPLETED,
    Closed.DUPLICATE: lambda e: e.ending is Ending.DUPLICATE,
    Closed.DUPLICATE_OF_CLOSED: lambda e: bool(e.of_closed),
    Closed.INVALID: lambda e: e.ending is Ending.INVALID,
    Closed.STALE: lambda e: e.ending is Ending.STALE,
    Closed.NOT_PLANNED: lambda e: e.ending is Ending.NOT_PLANNED,
    Closed.CLOSED: lambda e: e.ending is Ending.CLOSED,
    Closed.OPEN: lambda e: e.ending is Ending.OPEN,
}
_LINES: tuple[tuple[str, Test], ...] = (
    ("Closed", _closed),
    *((CLOSED_LABELS[c].removeprefix("Closed ").capitalize(), test) for c, test in _TESTS.items()),
)


def page() -> None:
    """Shares by place and by month, and the way to the reports behind each."""
    source = data.shown()
    if source.judges is None:
        frame.nothing_yet(source)
        return
    _shares(source, source.judges, filters.current())


def _shares(source: Shown, judges: Judges, wanted: Filter) -> None:
    st.title("Moderation")
    st.html(_LEAD)
    with data.reading(source) as connection:
        sizes = health.totals(connection, judges)
    filters.bar(wanted, data.choices(source, judges, wanted), (sizes.first_day, sizes.last_day))
    found = data.endings(source, judges, wanted)
    if not found:
        frame.empty("No report matches.", "Clear a part of the filter, or choose other days.")
        frame.link("moderation", "Clear the filter")
        return
    told = [one for one in found if one.ending is not None]
    st.html(_as_of(found, told))
    if not told:
        frame.empty(
            "Of none of these threads it is told how they stand.",
            "Only GitHub tells. The next <code>whylost run</code> hears of threads that changed; "
            "<code>whylost ingest github --since 2026-01-01</code> reads earlier ones again.",
        )
        return
    st.subheader("By place")
    st.html(_by_place(found))
    st.subheader("The reports behind it")
    _links(told, wanted)
    st.subheader("By month")
    st.html(_by_month(told) + _YOUNG + _MUTE)


def _as_of(found: Sequence[Ended], told: Sequence[Ended]) -> str:
    whole, known = _threads(found), _threads(told)
    return (
        f'<div class="asof"><b>{counted(whole, "thread")}</b> with a report that matches · of '
        f"{counted(known, 'thread')} it is told how they stand, of {whole - known:,} not</div>"
    )


def _threads(found: Iterable[Ended]) -> int:
    return sum(one.threads for one in found)


def _by_place(found: Sequence[Ended]) -> str:
    """A column for each place that tells, a line for each way to stand; then who doesn't tell."""
    told = {place: _of(found, place) for place in dict.fromkeys(one.place for one in found)}
    places = [place for place, mine in told.items() if mine]
    rows: list[Sequence[Cell]] = [("Threads", *(f"{_threads(told[place]):,}" for place in places))]
    for name, test in _LINES:
        rows.append((name, *(share_cell(_share(told[place], test)) for place in places)))
    note = (
        '<p class="quiet">Shares of the threads that are told of, with 95 % intervals (Wilson) and '
        "the number of threads. A thread is closed for one reason; a bot may have done it.</p>"
    )
    mute = [
        f"{plain(place)} ({counted(_threads(e for e in found if e.place == place), 'thread')})"
        for place, mine in told.items()
        if not mine
    ]
    silent = f'<p class="quiet">Not told: {", ".join(mute)}.</p>' if mute else ""
    return table(("", *places), rows, caption="How threads stand, by place") + note + silent


def _of(found: Sequence[Ended], place: str) -> list[Ended]:
    """What the place tells of its threads."""
    return [one for one in found if one.place == place and one.ending is not None]


def _share(told: Sequence[Ended], test: Test) -> Share:
    return Share.of(_threads(one for one in told if test(one)), _threads(told))


def _links(told: Sequence[Ended], wanted: Filter) -> None:
    with st.container(key="behind", horizontal=True, gap="small"):
        for closed, test in _TESTS.items():
            reports = sum(one.reports for one in told if test(one))
            if reports:
                label = f"{CLOSED_LABELS[closed]}: {counted(reports, 'report')}"
                frame.link("reports", label, replace(wanted, closed=(closed,)))


def _by_month(told: Sequence[Ended]) -> str:
    made = []
    for place in dict.fromkeys(one.place for one in told):
        mine = _of(told, place)
        months = sorted({one.month for one in mine})
        rows = [_month(month, [one for one in mine if one.month == month]) for month in months]
        heads = ("First report in", "Threads", "Hatched: by a bot", "Closed", "By a bot")
        shown = table(heads, rows, caption=f"How threads of {place} stand, by month")
        made.append(f"<h3>{plain(place)}</h3>{shown}")
    return "".join(made)


def _month(month: str, here: Sequence[Ended]) -> Sequence[Cell]:
    closed, bot = _share(here, _closed), _share(here, _TESTS[Closed.BOT])
    bar = stacked(closed.part - bot.part, bot.part, closed.whole)
    return (month, closed.whole, bar, share_cell(closed), share_cell(bot))
