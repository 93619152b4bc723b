"""The sentence around a place, inside one voice's words."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property

from classify.text import Field, Region

SENTENCE_CHARACTERS = 240  # on either side of a place, where no full stop comes first
_STOPS = re.compile(r"[.!?\n。！？](?:(?<=[\n。！？])|(?=[\s\"')*]|$))")


class Sentences:
    """The regions and sentences of one field, looked up roughly from left to right."""

    def __init__(self, field: Field) -> None:
        self._low = field.low
        self._regions = field.regions
        self._at = 0

    def region(self, place: int) -> Region:
        """The region that holds a code point."""
        regions = self._regions
        while regions[self._at].start > place:
            self._at -= 1
        while regions[self._at].end <= place:
            self._at += 1
        return regions[self._at]

    @cached_property
    def _ends(self) -> list[int]:
        return [stop.end() for stop in _STOPS.finditer(self._low)]

    def of(self, region: Region) -> Iterator[tuple[int, int]]:
        """All sentences of a region, `[start, end)`: what is `around` a place lies in one."""
        ends, left = self._ends, region.start
        for after in range(bisect_right(ends, left), len(ends)):
            if ends[after] >= region.end:
                break
            yield left, ends[after]
            left = ends[after]
        if left < region.end:
            yield left, region.end

    def around(self, place: int, region: Region) -> tuple[int, int]:
        """The sentence around a code point, inside its region; `[start, end)`.

        A full stop right before the place ends a sentence whatever follows it: ".claude".
        """
        left = max(region.start, place - SENTENCE_CHARACTERS)
        right = min(region.end, place + SENTENCE_CHARACTERS)
        ends = self._ends
        after = bisect_right(ends, place)
        if place > left and self._low[place - 1] in ".!?":
            left = place
        elif after and ends[after - 1] > left:
            left = ends[after - 1]
        if after < len(ends) and ends[after] < right:
            right = ends[after]
        return left, right
