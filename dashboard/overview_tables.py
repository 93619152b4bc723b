"""The overview's charts in words: their headings, the same numbers as a table, what stands out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dashboard import summary, theme
from dashboard.axes import Frame
from dashboard.tables import Shown, table
from dashboard.watched import Watched, awaited, near, nearest, observed, rule, shape, span
from domain.causes import DECISION_LABELS
from trends.curves import Series
from trends.episodes import SPIKE
from trends.periods import State

_DAY = timedelta(days=1)


def heading(series: Series, watched: Watched, around: Frame) -> str:
    """The cause, and its latest value that is complete."""
    decision = series.decision
    whole = [
        (v, low, high)
        for start, v, low, high in zip(
            series.starts, series.values, series.low, series.high, strict=True
        )
        if v is not None and not watched.incomplete(start + around.length - _DAY)
    ]
    latest = ""
    if whole and whole[-1][1] is not None and whole[-1][2] is not None:
        v, low, high = whole[-1]
        latest = f"latest {v:.1f} (95 % {low:.1f} to {high:.1f})"
    return (
        f'<h3><span class="hue-{decision.value}">{theme.mark(decision)}</span> '
        f'{DECISION_LABELS[decision]} <span class="quiet">{latest}</span></h3>'
    )


def numbers(series: Sequence[Series], watched: Watched, around: Frame) -> str:
    """The charts' numbers, the latest first."""
    rows = [
        (
            start,
            summary.named(s.decision),
            s.reports[at],
            s.reporters[at],
            s.threads[at],
            s.posts[at],
            s.values[at],
            s.low[at],
            s.high[at],
            _seen(s.states[at], late=watched.incomplete(start + around.length - _DAY)),
        )
        for s in series
        for at, start in reversed(list(enumerate(s.starts)))
    ]
    heads = (
        "From", "Decision", "Reports", "Reporters", "Threads", "Judged posts",
        series[0].unit.capitalize(), "95 % from", "to", "Seen",
    )  # fmt: skip
    return table(heads, rows, caption="The chart's numbers, the latest first")


def _seen(state: State, *, late: bool) -> str:
    if state is not State.WHOLE:
        return state.value
    return "not complete yet" if late else ""


def outstanding(series: Sequence[Series], watched: Watched, around: Frame) -> str:
    """Spikes, steps and days that aren't complete, as HTML; empty without any."""
    rows: list[Sequence[Shown]] = []
    for one in series:
        shown = summary.named(one.decision)
        for episode in watched.of(one):
            if episode.ended < around.first or episode.began >= around.last:
                continue
            if episode.kind == SPIKE:
                published = near(episode, watched)
                beside = f"Published shortly before: {published}" if published else None
                told = ("Above expectation", observed(episode), rule(episode), beside)
            else:
                beside = f"Nearest deployment: {nearest(episode, watched, around)}"
                told = ("Lasting step", observed(episode), shape(episode), beside)
            rows.append((shown, span(episode), *told))
        rows += [
            (shown, f"{day['day']}", "Not complete yet", day["told"], None, None)
            for day in awaited(one, watched)
            if around.first <= day["day"] < around.last
        ]
    if not rows:
        return ""
    heads = ("Cause", "Days", "What", "Reporters", "How sure", "Beside it")
    return table(heads, rows, caption="What stands out in the charts")
