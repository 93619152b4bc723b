"""Whether what is read, and what the model says of it, has changed by month, in plain words."""

from __future__ import annotations

from collections.abc import Sequence

from classify.drift import LEAST_POSTS, CueShift, Drift, Month, Shift
from classify.passages import meaning
from dashboard.tables import Html, Shown, counted, table
from dashboard.text import plain

CUES_SHOWN = 5
_SIZES = ((0.1, "slightly"), (0.25, "clearly"))


def told(found: Drift, models: int) -> str:
    """Every month after the reference with what changed, the latest first."""
    if not found.months or not found.reference:
        return '<p class="quiet">There are too few months with judged posts to compare.</p>'
    several = (
        f"<p>{models} models judged these posts: changes of probabilities may be theirs.</p>"
        if models > 1
        else ""
    )
    lead = (
        f"<p>Compared with {found.reference[0]} to {found.reference[-1]} "
        f"({found.posts:,} posts). A change is named where dealing the same threads anew to both "
        "sides shows it once in a hundred times.</p>"
    )
    return f'<div class="prose">{lead}{several}</div>{_months(found.months)}'


def _months(months: Sequence[Month]) -> str:
    rows: list[Sequence[Shown]] = []
    for month in reversed(months):
        posts = f"{month.posts:,} in {counted(month.threads, 'thread')}"
        rows.append(
            (Html(f'<span class="share">{month.month}</span>'), posts, Html(_changes(month)))
        )
    return table(("Month", "Posts", "What changed"), rows, caption="Drift by month")


def _changes(month: Month) -> str:
    if not month.shifts:
        return (
            f'<span class="quiet">Not compared: at least {LEAST_POSTS} posts are needed on both '
            "sides.</span>"
        )
    changed = sorted((s for s in month.shifts if s.beyond), key=lambda s: -s.stability)
    cues = sorted((c for c in month.cues if c.beyond), key=lambda c: -abs(c.now - c.before))
    made = [_shift(s) for s in changed] + [_cue(c) for c in cues[:CUES_SHOWN]]
    if len(cues) > CUES_SHOWN:
        more = len(cues) - CUES_SHOWN
        made.append(f"{more} more cues: <code>whylost classify drift</code>")
    if not made:
        return f"Nothing beyond chance, in {counted(len(month.shifts), 'measure')}."
    return f"<ul>{''.join(f'<li>{one}</li>' for one in made)}</ul>"


def _shift(one: Shift) -> str:
    size = next((word for bound, word in _SIZES if one.stability < bound), "strongly")
    return (
        f"<b>{plain(one.variable.replace('_', ' '))}</b> changed {size}: "
        f"“{plain(one.most.replace('_', ' '))}” in {one.now:.1%} of posts, {one.before:.1%} before "
        f'<span class="quiet">(stability index {one.stability:.3f}, by chance up to '
        f"{one.noise:.3f})</span>"
    )


def _cue(one: CueShift) -> str:
    told_of = meaning(one.cue)
    name = f"{plain(told_of)} " if told_of else ""
    return (
        f"Cue <code>{plain(one.cue)}</code> in {one.now:.1%} of posts, {one.before:.1%} before. "
        f'<span class="quiet">{name}</span>'
    )
