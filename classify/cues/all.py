"""Every cue, in a fixed order: the order of the model's features."""

from __future__ import annotations

from functools import cache

from classify.cues import context_limit, other, report, safety_trigger, session_management, symptoms
from classify.cues.engine import CueFinder

CUES = (
    *context_limit.CUES,
    *safety_trigger.CUES,
    *session_management.CUES,
    *other.CUES,
    *report.CUES,
    *symptoms.CUES,
)


@cache
def finder() -> CueFinder:
    """The one finder of the process."""
    return CueFinder(CUES)
