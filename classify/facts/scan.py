"""One pass over a field for the triggers of all rules, then rules only around what it found."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import ahocorasick_rs

from classify.facts.rule import Mention, Place, Rule
from classify.text import Field

REACH = 240  # characters on either side of a trigger, where no sentence ends first
SHORT = 4  # letters of triggers that many longer words contain ("ate", "pro")
# What may stand before a short trigger: it is sought together with one of these.
_OPENING = " \n\t(['\"*/-:>=,#`"
_END = re.compile(r"[.!?](?=[\s\"')*]|$)|\n")


class Scanner:
    """Finds what rules state. Building it takes a few milliseconds; keep it."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        called: dict[str, list[tuple[Rule, bool, int]]] = defaultdict(list)
        for number, rule in enumerate(rules):
            for trigger in dict.fromkeys(rule.triggers):
                word = trigger.removesuffix("*")
                before = _OPENING if len(word) <= SHORT and word[0].isalnum() else ("",)
                for sign in before:
                    called[sign + word].append((rule, trigger.endswith("*"), number))
        self._called = [
            (int(not word[0].isalnum() and len(word) > 1), tuple(found))
            for word, found in called.items()
        ]
        self._scan = ahocorasick_rs.AhoCorasick(
            list(called), implementation=ahocorasick_rs.Implementation.DFA
        )

    def find(self, field: Field) -> Iterator[Mention]:
        """Every mention in one field, in no order; the same passage may state several facts."""
        low, regions, at = field.low, field.regions, 0
        done: set[int | tuple[int, int]] = set()
        idle: set[int] = set()  # triggers whose rules are all done
        ends: list[int] = []  # of all sentences, sought where the first is needed
        for which, start, end in self._scan.find_matches_as_indexes(" " + low, overlapping=True):
            if which in idle:
                continue
            sign, called = self._called[which]
            start, end = start + sign - 1, end - 1
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
            for rule, beginning, number in called:
                if (open_ended and not beginning) or number in done:
                    continue
                if region.voice not in rule.heard:
                    continue
                first, last = start - REACH, end + REACH
                around = (
                    max(region.start, first),
                    min(region.end, last),
                )
                if not rule.narrow:
                    ends = ends or _ends(low)
                    around = _sentence(ends, start, end, *around)
                if rule.once:
                    if (number, around[0]) in done:
                        continue
                    done.add((number, around[0]))
                for mention in rule.read(Place(low, *around, start, end, region.voice, region.end)):
                    yield mention
                    if rule.first:
                        done.add(number)
                        if len(called) == 1:
                            idle.add(which)


def _ends(low: str) -> list[int]:
    """Where sentences end, in order; the text's own end last."""
    return [*(found.end() for found in _END.finditer(low)), len(low)]


def _sentence(ends: Sequence[int], start: int, stop: int, first: int, last: int) -> tuple[int, int]:
    """The sentence around `[start, stop)`, not beyond `[first, last)`."""
    before, after = bisect_right(ends, start), bisect_left(ends, stop)
    left = ends[before - 1] if before else 0
    right = ends[after] if after < len(ends) else last
    return max(first, left), max(min(last, right), stop)
