"""The passages that speak for or against a cause, as they are stored and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classify.cues.engine import Hit
from domain.causes import Cause
from domain.nouns import Evidence, Span

MOST_PASSAGES = 24  # of one post; the heaviest are kept


def passages(found: Sequence[Hit], weights: Mapping[str, float]) -> tuple[Evidence, ...]:
    """Evidence in reading order. Symptoms are facts, not evidence, and are left out."""
    made = [
        Evidence(
            span=Span(field=hit.field, start=hit.start, end=hit.end),  # type: ignore[arg-type] # the finder's field names are the span's
            cause=hit.cue.about,
            direction=hit.cue.direction,
            cue=hit.cue.name,
            weight=weights.get(hit.cue.name, 0.0),
        )
        for hit in found
        if isinstance(hit.cue.about, Cause | None)
    ]
    kept = sorted(made, key=lambda e: (-abs(e.weight), e.cause is None))[:MOST_PASSAGES]
    order = {"title": 0, "text": 1, "thread_title": 2}
    return tuple(sorted(kept, key=lambda e: (order[e.span.field], e.span.start, e.span.end, e.cue)))
