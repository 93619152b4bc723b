"""Effects as rows: a table on a desk, a list of cards on a phone (the style sheet turns it).

Every cell bears the name of its column, which a phone shows in front of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from dashboard import verdicts
from dashboard.addresses import anchor
from dashboard.ratios import limits, scale, times, whisker
from dashboard.summary import named
from dashboard.text import plain
from domain.causes import Cause, Decision
from domain.filter import Filter
from trends.verdict import Verdict


class Estimated(Protocol):
    """What a row shows of a `ReleaseEffect`; a kept one without its curve has as much."""

    @property
    def cause(self) -> Cause: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def preliminary(self) -> bool: ...
    @property
    def ratio(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def q(self) -> float | None: ...
    @property
    def events_before(self) -> int: ...
    @property
    def events_after(self) -> int: ...
    @property
    def posts_before(self) -> int: ...
    @property
    def posts_after(self) -> int: ...
    @property
    def days_before(self) -> int: ...
    @property
    def days_after(self) -> int: ...
    @property
    def smallest_rise(self) -> float | None: ...
    @property
    def smallest_fall(self) -> float | None: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """A release with its effects, as the forest plot shows it."""

    id: str
    title: str
    product: str
    day: date
    frozen: bool
    effects: Sequence[Estimated]


def by_cause(effects: Sequence[Estimated]) -> str:
    """A row a cause: the release page's table."""
    heads = (
        ("Cause", ""),
        ("Verdict", ""),
        ("Before", "Reporters, of how many judged posts."),
        ("After", "Reporters, of how many judged posts."),
        ("Ratio", "Reporters per judged post after, over before; 95 % interval."),
        ("q", verdicts.Q),
        ("Smallest detectable", verdicts.SMALLEST),
    )
    top = "".join(
        f'<th scope="col" title="{plain(told)}">{name}{scale() if name == "Ratio" else ""}</th>'
        for name, told in heads
    )
    body = "".join(_cause_row(effect) for effect in effects)
    return (
        f'<table class="effects"><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>'
        f"{verdicts.legend()}"
    )


def _cause_row(effect: Estimated) -> str:
    before = _counts(effect.events_before, effect.posts_before, effect.days_before)
    after = _counts(effect.events_after, effect.posts_after, effect.days_after)
    unsaid = ' class="unsaid"' if effect.ratio is None else ""
    return (
        f'<tr{unsaid}><th scope="row">{named(Decision(effect.cause.value)).html}</th>'
        + cell("Verdict", verdicts.tag(effect.verdict, preliminary=effect.preliminary))
        + cell("Before", before)
        + cell("After", after)
        + cell("Ratio", _ratio(effect), "ratio")
        + cell("q", verdicts.q_value(effect.q))
        + cell("Smallest detectable", _smallest(effect))
        + "</tr>"
    )


def cell(column: str, html: str, kind: str = "") -> str:
    """A cell that bears the name of its column; one element inside, for a phone to place."""
    shown = f' class="{kind}"' if kind else ""
    return f'<td data-is="{column}"{shown}><div>{html}</div></td>'


def _counts(events: int, posts: int, days: int) -> str:
    return (
        f'<b>{events:,}</b> <span class="quiet">of {posts:,} posts in '
        f"{days} day{'' if days == 1 else 's'}</span>"
    )


def _ratio(effect: Estimated) -> str:
    between = limits(effect)
    shown = f' <span class="quiet">{between}</span>' if between else ""
    hue = f"hue-{effect.cause.value}"
    return f"<span><b>{times(effect.ratio)}</b>{shown}</span>{whisker(effect, hue)}"


def _smallest(effect: Estimated) -> str:
    """Both ways: a rise and a fall differ in what can be seen."""
    if effect.smallest_rise is None:
        return "–"
    fall = (
        f" or {times(effect.smallest_fall)}"
        if effect.smallest_fall is not None and effect.smallest_fall > 0.005
        else ""
    )
    return f"{times(effect.smallest_rise)}{fall}"


def forest(tested: Sequence[Compared], wanted: Filter) -> str:
    """All tested releases below one another on one scale, each with a row a cause."""
    head = (
        '<tr><th scope="col">Cause</th><th scope="col">Verdict</th>'
        f'<th scope="col"><span class="hidden">Drawn</span>{scale()}</th>'
        '<th scope="col">Ratio, 95 % interval</th>'
        f'<th scope="col" title="{plain(verdicts.Q)}">q</th>'
        '<th scope="col">Reporters before, after, of posts</th></tr>'
    )
    groups = "".join(_release(one, wanted) for one in tested)
    return f'<table class="effects forest"><thead>{head}</thead>{groups}</table>'


def _release(one: Compared, wanted: Filter) -> str:
    link = anchor("release", one.title, wanted, id=one.id)
    rows = "".join(_pair(effect) for effect in one.effects)
    return (
        f'<tbody><tr class="release"><th scope="rowgroup" colspan="6">'
        f'<span class="when">{one.day}</span> {link} '
        f'<span class="tag">{plain(one.product)}</span></th></tr>{rows}</tbody>'
    )


def _pair(effect: Estimated) -> str:
    hue = f"hue-{effect.cause.value}"
    between = limits(effect)
    ratio = f'<b>{times(effect.ratio)}</b> <span class="quiet">{between}</span>'
    counts = (
        f"{effect.events_before:,}, {effect.events_after:,} "
        f'<span class="quiet">of {effect.posts_before:,}, {effect.posts_after:,}</span>'
    )
    unsaid = ' class="unsaid"' if effect.ratio is None else ""
    return (
        f'<tr{unsaid}><th scope="row">{named(Decision(effect.cause.value)).html}</th>'
        + cell("Verdict", verdicts.tag(effect.verdict, preliminary=effect.preliminary), "is")
        + cell("Drawn", whisker(effect, hue), "drawn")
        + cell("Ratio", ratio, "ratio")
        + cell("q", verdicts.q_value(effect.q), "q")
        + cell("Before, after", counts, "both")
        + "</tr>"
    )
