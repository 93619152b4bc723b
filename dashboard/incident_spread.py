"""How an incident spreads over days and places: bars for the eye beside their numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from dashboard.tables import Html, Shown, table
from db.queries.incident import Member
from domain.nouns import Role

MOST_DAYS = 60  # with more, months are shown


def by_day(members: Sequence[Member]) -> str:
    """Members by UTC day, or by month where they reach over many days; days without are left out.

    The table says how many are reports and how many only corroborate one.
    """
    days = {m.written_at.date() for m in members}
    monthly = len(days) > MOST_DAYS
    told = Counter(
        (_period(m.written_at.date(), monthly=monthly), m.role is Role.REPORT) for m in members
    )
    periods = sorted({period for period, _ in told})
    most = max(told[p, True] + told[p, False] for p in periods)
    rows: list[list[Shown]] = [
        [p, told[p, True], told[p, False], _bar(told[p, True] + told[p, False], most)]
        for p in periods
    ]
    head = "Month" if monthly else "Day (UTC)"
    return table((head, "Reports", "Same here", ""), rows, caption="Members by day")


def by_place(members: Sequence[Member]) -> str:
    """Members by place, the most first, with their threads."""
    places = Counter(m.place for m in members)
    threads = Counter(place for place, _ in {(m.place, m.thread) for m in members})
    rows: list[list[Shown]] = [
        [place, number, threads[place], _bar(number, max(places.values()))]
        for place, number in places.most_common()
    ]
    return table(("Place", "Members", "Threads", ""), rows, caption="Members by place")


def _period(day: date, *, monthly: bool) -> str:
    return f"{day:%Y-%m}" if monthly else day.isoformat()


def _bar(number: int, most: int) -> Html:
    return Html(
        '<i class="bar" aria-hidden="true">'
        f'<i style="width:{max(number / most, 0.02):.0%}"></i></i>'
    )
