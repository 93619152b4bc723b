"""Where a redacted text differs from its original: which stretch became which marker."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.privacy import MARKERS

_MARKER = re.compile("|".join(map(re.escape, MARKERS)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Replaced:
    """Half-open code points of the original, and the marker that stands there now."""

    start: int
    end: int
    marker: str

    def overlaps(self, start: int, end: int) -> bool:
        """Whether a character of the range is gone."""
        return self.start < end and start < self.end


def replaced(before: str, after: str) -> list[Replaced]:
    """The replacements that made `after` of `before`, each as short as it can be, in order.

    What lies between two markers stood in the original word by word. A marker that was there
    already is none of ours. Raises `ValueError` where `after` can't have come of `before`.
    """
    if before == after:
        return []
    kept = _MARKER.split(after)
    pattern = "(.+?)".join(map(re.escape, kept))
    found = re.fullmatch(pattern, before, re.DOTALL)
    if found is None:
        raise ValueError("something else than a marker was put in")
    markers = _MARKER.findall(after)
    spans = (
        Replaced(start=found.start(number), end=found.end(number), marker=marker)
        for number, marker in enumerate(markers, 1)
    )
    return [s for s in spans if before[s.start : s.end] != s.marker]


def gone(start: int, end: int, replacements: Iterable[Replaced]) -> bool:
    """Whether no character of the range is left."""
    left = set(range(start, end))
    for one in replacements:
        left.difference_update(range(one.start, one.end))
    return not left
