"""The audit of a model's stored verdicts: the sample, and how often the model says what."""

from __future__ import annotations

from collections import Counter

import numpy as np

from classify.audit import Audit, audit
from db.audited import audited
from db.handles import Connection
from db.judges import Judges
from db.samples import Stream, drawable
from domain.causes import Decision

NAMES = tuple(decision.value for decision in Decision)


def audit_of(connection: Connection, judges: Judges, model: str) -> tuple[Audit | None, list[str]]:
    """The estimate for the posts that can be drawn from now, and what a reader should know of it.

    None where nobody has judged a post of the sample yet. Posts that the model refuses to judge are
    left out: they are in no count.
    """
    sample = audited(connection, model)
    judged = [one for one in sample if one.decision is not None]
    usable = [one for one in judged if one.said is not None and one.counts]
    notes = []
    if not sample:
        return None, ["Nothing was drawn yet: `whylost classify draw --stream audit --posts 300`."]
    if judged and len(judged) < len(sample):
        notes.append(
            f"{len(sample) - len(judged):,} of {len(sample):,} drawn posts wait to be judged; the "
            "others stand for them."
        )
    if seen := sum(not one.blind for one in usable):
        notes.append(f"{seen:,} posts were not judged blind: the model may have had a say.")
    if unsaid := sum(one.said is None for one in judged):
        notes.append(f"{unsaid:,} judged posts have no verdict of {model} on that version.")
    if refused := sum(one.said is not None and not one.counts for one in judged):
        notes.append(f"{refused:,} judged posts are left out: {model} refuses to judge them.")
    if not usable:
        return None, [*notes, "Nobody has judged a post of the sample yet: `whylost review`."]
    totals = None
    if model == judges.current and len(judges.spans) == 1:
        posts = drawable(connection, judges, Stream.AUDIT)
        totals = Counter(post.decision.value for post in posts if post.judged)
        if missing := set(totals) - {one.said.value for one in usable if one.said}:
            named = ", ".join(sorted(missing))
            notes.append(f"Of posts that the model puts into {named} none was audited: left out.")
    made = audit(
        np.array([NAMES.index(one.said.value) for one in usable if one.said]),
        np.array([NAMES.index(one.decision.value) for one in usable if one.decision]),
        np.array([1 / one.chance for one in usable]),
        NAMES,
        totals,
    )
    return made, notes
