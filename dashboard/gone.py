"""Why a text is not there, in a sentence."""

from __future__ import annotations

from db.retention import RETENTION, TERMS
from db.superseded import KEPT, SUPERSEDED
from domain.nouns import PostState

_WITHDRAWN = "The text was withdrawn by its author or its place."
_BECAUSE = {
    SUPERSEDED: f"This version's text was removed {KEPT.days} days after it was replaced.",
    RETENTION: "The text was removed when its time was over: it tells of no failure.",
    TERMS: "The text was removed once it was judged: the terms of its place don't let it be kept.",
}


def gone(state: PostState, purged_because: str | None) -> str:
    """The reason; a deletion counts more than whatever took the text before."""
    if state is PostState.DELETED:
        return _WITHDRAWN
    return _BECAUSE.get(purged_because or "", _WITHDRAWN)
