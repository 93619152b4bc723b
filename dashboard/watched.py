"""What is known of a place beside its counts, and how it is told: days above expectation, lasting
steps, days that aren't complete. Nothing here says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dashboard.axes import Frame
from dashboard.tables import counted
from db.cells import neutral
from db.effects import KeptCompleteness, KeptEpisode
from domain.nouns import Release
from trends.changepoints import nearest_date
from trends.curves import PER, Series
from trends.drift import Shape
from trends.episodes import SPIKE
from trends.steps import STEP

# Where more days than this are near a publication, being near one says nothing: not marked.
DENSE = 0.5
_SHAPES = {
    Shape.LEVEL: "one level does as well",
    Shape.STEPS: "a step",
    Shape.DRIFT: "a straight line does as well: perhaps a drift",
    Shape.UNKNOWN: "too few reports to tell a step from a drift",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """What is known of one place: `episodes` of one product or of all posts, and its late days.

    `all_posts`: the counts are of all products and languages, as the expectation for late days is.
    `publications`: what was published of failures, by id. `deployed`: what steps are set beside.
    """

    episodes: tuple[KeptEpisode, ...] = ()
    late: KeptCompleteness | None = None
    all_posts: bool = False
    publications: Mapping[str, Release] = field(default_factory=dict)
    deployed: tuple[Release, ...] = ()

    def of(self, series: Series) -> tuple[KeptEpisode, ...]:
        """The spikes and steps of one series."""
        return tuple(
            one
            for one in self.episodes
            if one.cause == series.decision.value
            and one.place == series.place
            and one.kind in (SPIKE, STEP)
        )

    def incomplete(self, last: date) -> bool:
        """Whether a period that ends on this day is not complete yet."""
        return self.late is not None and last > self.late.complete_through


NOTHING = Watched()


def awaited(series: Series, watched: Watched) -> list[dict[str, Any]]:
    """The days of a place that aren't complete, as rates with limits; of all products together."""
    if watched.late is None or not watched.all_posts:
        return []
    posts = {e["day"]: e for e in watched.late.expected if e["what"] == "posts"}
    made = []
    for one in watched.late.expected:
        among = posts.get(one["day"])
        if one["what"] != series.decision.value or not among or not among["estimate"]:
            continue
        high = one["high"] if isinstance(one["high"], int | float) else None
        rate = PER / among["estimate"]
        top = "more" if high is None else f"{high:.0f}"
        made.append(
            {
                "day": date.fromisoformat(str(one["day"])),
                "low": one["low"] * rate,
                "high": (one["low"] if high is None else high) * rate,
                "told": f"{one['seen']} seen; {one['low']:.0f} to {top} in the end",
            }
        )
    return made


def span(one: KeptEpisode) -> str:
    """Its days in words."""
    return f"{one.began}" if one.began == one.ended else f"{one.began} to {one.ended}"


def observed(one: KeptEpisode) -> str:
    """What was seen beside what was to be expected, or the rates on both sides of a step."""
    if one.kind == SPIKE:
        days = one.detail["days"]
        seen, expected = (sum(day[name] for day in days) for name in ("reporters", "expected"))
        return f"{seen:,}, where {expected:.1f} were to be expected"
    sides = []
    for name in ("before", "after"):
        side = one.detail[name]
        rate, low, high = (float(side[part]) * PER for part in ("rate", "low", "high"))
        sides.append(f"{rate:.1f} (95 % {low:.1f} to {high:.1f})")
    return " to ".join(sides)


def rule(one: KeptEpisode) -> str:
    """By which rule a spike stands out."""
    if one.detail.get("crude"):
        return "a crude rule, for want of nine weeks of history: often false"
    return "the nine weeks before"


def shape(one: KeptEpisode) -> str:
    """Whether steps describe the series better than a line does."""
    return _SHAPES[Shape(one.detail["shape"])]


def near(one: KeptEpisode, watched: Watched) -> str:
    """What was published of failures before a rise; empty where that says nothing."""
    published = one.detail.get("published") or {}
    if not published.get("before") or published.get("chance", 1.0) > DENSE:
        return ""
    known = [watched.publications.get(name) for name in published["before"]]
    titles = [f"{neutral(r.title)} ({r.announced})" for r in known if r]
    return f"{'; '.join(titles)} (share of days so near to one: {published['chance']:.2f})"


def nearest(one: KeptEpisode, watched: Watched, around: Frame) -> str:
    """The deployment nearest to a step, and how many days are as near to some deployment."""
    monday = date.fromisoformat(str(one.detail["monday"]))
    known = [(r, r.deployed) for r in watched.deployed if r.deployed and around.holds(r)]
    found = nearest_date(
        (monday - around.first).days,
        [(day - around.first).days for _, day in known],
        span=(around.last - around.first).days,
    )
    if found.nearest is None or found.days is None:
        return "none is known in these days"
    side = "after" if found.days >= 0 else "before"
    title = neutral(known[found.nearest][0].title)
    return (
        f"{title}, and the step {counted(abs(found.days), 'day')} {side} it. Share of all days "
        f"within a week of some deployment: {found.chance:.2f}"
    )
