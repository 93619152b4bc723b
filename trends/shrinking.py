"""By how much wrongly counted posts pull the ratios around a release towards no change."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from db.queries.answers import Answers
from domain.causes import Cause, Decision
from trends.effects import ReleaseEffect
from trends.prevalence import audit_table, error_rates, ratio_shrinkage
from trends.wording import false_positives

_CLASSES = tuple(Decision)


def shrunk(effects: Iterable[ReleaseEffect], audit: Answers) -> dict[Cause, str]:
    """A sentence a cause; causes of which the audit sample can't say it are left out."""
    if not audit.said:
        return {}
    at = {decision: number for number, decision in enumerate(_CLASSES)}
    said, true = [at[d] for d in audit.said], [at[d] for d in audit.true]
    table = audit_table(said, true, audit.weights, classes=len(_CLASSES))
    totals = [audit.totals.get(d, 0) for d in _CLASSES] if audit.totals else None
    made = {}
    for effect in effects:
        number = at[Decision(effect.cause.value)]
        before = (effect.events_before, effect.posts_before)
        after = (effect.events_after, effect.posts_after)
        if not before[1] or not after[1] or before[0] > before[1] or after[0] > after[1]:
            continue
        kept = ratio_shrinkage(before, after, error_rates(table, number, totals=totals)).factor
        share, low, high = (1.0 - float(v) for v in (kept.estimate, kept.high, kept.low))
        if isfinite(share) and isfinite(low) and isfinite(high):
            made[effect.cause] = false_positives(share, low, high, said.count(number))
    return made
