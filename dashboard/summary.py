"""The overview in two lines: the state of the data, and the three counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dashboard import data, theme
from dashboard.data import Shown as Source
from dashboard.tables import Html, Shown, ago, table
from dashboard.text import plain
from db.queries import health
from domain.causes import CAUSES, DECISION_LABELS, REPORT_DECISIONS, Cause, Decision
from domain.filter import Filter
from trends.series import Total

STALE = timedelta(days=2)  # an hourly or daily schedule that was missed more than once


def as_of(source: Source, sizes: health.Totals, runs: Sequence[health.RunLine]) -> str:
    """The state of the data in one line."""
    now = data.now()
    ended = next((r.finished_at for r in runs if r.stage == "ingest" and r.finished_at), None)
    parts = [f"Posts up to {sizes.last_day}"]
    if ended:
        late = now - ended > STALE and not source.demonstration
        told = f"last read {ago(ended, now)}"
        parts.append(f'<span class="bad">{told}</span>' if late else told)
    failed = sorted({s.source for r in runs[:5] for s in r.sources if s.outcome == "failed"})
    if failed:
        parts.append(f'<span class="bad">failed lately: {plain(", ".join(failed))}</span>')
    if sizes.unjudged:
        parts.append(f'<span class="bad">{sizes.unjudged:,} texts not judged yet</span>')
    parts.append(f"{sizes.posts:,} posts in {sizes.places} places, model {plain(source.model)}")
    return f'<div class="asof">{" · ".join(parts)}</div>'


def three(totals: Sequence[Total], wanted: Filter) -> str:
    """Reports, reporters and threads, together and by decision."""
    whole = next(t for t in totals if t.decision is None)
    counts = (
        (whole.reports, "reports"),
        (whole.reporters, "distinct reporters"),
        (whole.threads, "independent threads"),
    )
    cells = "".join(f"<div><b>{n:,}</b><span>{name}</span></div>" for n, name in counts)
    by_decision = {t.decision: t for t in totals}
    rows: list[Sequence[Shown]] = []
    for decision in wanted.causes or REPORT_DECISIONS:
        t = by_decision.get(decision)
        counted = (t.reports, t.reporters, t.threads) if t else (0, 0, 0)
        rows.append((named(decision), *counted))
    heads = ("Decision", "Reports", "Reporters", "Threads")
    shown = table(heads, rows, caption="Counts by decision")
    return f'<div class="summary"><div class="counts tall">{cells}</div>{shown}</div>'


def named(decision: Decision) -> Html:
    """The decision with its mark; its meaning appears where one points at it."""
    mark = f'<span class="hue-{decision.value}">{theme.mark(decision)}</span>'
    meaning = CAUSES[Cause(decision.value)].meaning if decision.value in set(Cause) else ""
    return Html(f'<span title="{plain(meaning)}">{mark} {DECISION_LABELS[decision]}</span>')
