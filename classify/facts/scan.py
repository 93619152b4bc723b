"""One pass over a field for the triggers of all rules, then rules only around what it found."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import ahocorasick_rs

from classify.facts.rule import Mention, Place, Rule
from classify.text import Field

REACH = 240  # characters on either side of a trigger, where no sentence ends first
_END = re.compile(r"[.!?](?=[\s\"')*]|$)|\n")
_ENDS = (". ", "! ", "? ", ".)", '."', "\n")


class Scanner:
    """Finds what rules state. Building it takes a few milliseconds; keep it."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        called: dict[str, list[tuple[Rule, bool, int]]] = defaultdict(list)
        for number, rule in enumerate(rules):
            for trigger in dict.fromkeys(rule.triggers):
                called[trigger.removesuffix("*")].append((rule, trigger.endswith("*"), number))
        self._called = [tuple(found) for found in called.values()]
        self._scan = ahocorasick_rs.AhoCorasick(
            list(called), implementation=ahocorasick_rs.Implementation.DFA
        )

    def find(self, field: Field) -> Iterator[Mention]:
        """Every mention in one field, in no order; the same passage may state several facts."""
        low, regions, at = field.low, field.regions, 0
        done: set[int | tuple[int, int]] = set()
        sentence = (0, 0)
        for which, start, end in self._scan.find_matches_as_indexes(low, overlapping=True):
            if (
                start
                and (low[start - 1].isalnum() or low[start - 1] == "_")
                and low[start].isalnum()
            ):
                continue  # inside a word
            while regions[at].end <= start:
                at += 1
            while regions[at].start > start:
                at -= 1
            region = regions[at]
            open_ended = end < len(low) and low[end].isalnum() and low[end - 1].isalnum()
            for rule, beginning, number in self._called[which]:
                if (open_ended and not beginning) or region.voice not in rule.heard:
                    continue
                if number in done:
                    continue
                if rule.narrow:
                    around = (max(region.start, start - REACH), min(region.end, end + REACH))
                else:
                    if not (sentence[0] <= start and end <= sentence[1]):
                        sentence = _around(low, start, end, region.start, region.end)
                    around = sentence
                if rule.once:
                    if (number, around[0]) in done:
                        continue
                    done.add((number, around[0]))
                for mention in rule.read(Place(low, *around, start, end, region.voice, region.end)):
                    yield mention
                    if rule.first:
                        done.add(number)


def _around(low: str, start: int, stop: int, first: int, last: int) -> tuple[int, int]:
    """The sentence around `[start, stop)`, inside of its region `[first, last)`."""
    left = max(first, start - REACH)
    left = max(left, *(low.rfind(end, left, start) + 1 for end in _ENDS))
    right = min(last, stop + REACH)
    if found := _END.search(low, stop, right):
        right = found.end()
    return left, max(right, stop)
