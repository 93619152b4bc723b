"""What a rule is, and which rules a text needs: most posts need none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import ahocorasick_rs

# Digits in a row that a rule can ask for, and how such a run is found; each needs the ones before.
RUNS = {n: re.compile(r"\d" + r"(?:[ .()/-]{0,2}\d)" * (n - 1)) for n in (1, 4, 7)}


@dataclass(frozen=True, slots=True)
class Rule:
    """`apply` is called only for texts that hold one of `triggers` (compared in lower case).

    `digits` is a second condition: the text holds a run of so many digits (of `RUNS`), separators
    between them allowed. What `apply` puts in must not match the rule again.
    """

    apply: Callable[[str], str]
    triggers: tuple[str, ...] = ()
    digits: int = 0


def swap(
    pattern: str,
    by: str | Callable[[re.Match[str]], str],
    *triggers: str,
    digits: int = 0,
    flags: int = 0,
) -> Rule:
    """A rule that replaces what `pattern` (verbose syntax) matches."""
    compiled = re.compile(pattern, re.VERBOSE | flags)
    return Rule(lambda text: compiled.sub(by, text), triggers, digits)


class Rules:
    """Rules in order, and one search for all their triggers. Sets of rules are bits of a number."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        wanted: dict[str, int] = {}
        for number, rule in enumerate(self._rules):
            for trigger in rule.triggers:
                wanted[trigger] = wanted.get(trigger, 0) | 1 << number
        # Single characters are everywhere: each is asked for once instead of found each time.
        self._characters = [(t, rules) for t, rules in wanted.items() if len(t) == 1]
        phrases = {t: rules for t, rules in wanted.items() if len(t) > 1}
        self._phrases = list(phrases.values())
        self._search = ahocorasick_rs.AhoCorasick(list(phrases))
        self._always = self._those(lambda rule: not rule.triggers)
        self._without_run = {n: self._those(lambda rule, n=n: rule.digits < n) for n in RUNS}

    def _those(self, fits: Callable[..., bool]) -> int:
        return sum(1 << number for number, rule in enumerate(self._rules) if fits(rule))

    def due(self, text: str) -> Iterator[Rule]:
        """The rules that may find something in `text`, in order."""
        lower = text.lower()
        due = self._always
        for character, rules in self._characters:
            if character in lower:
                due |= rules
        for phrase, _, _ in self._search.find_matches_as_indexes(lower, overlapping=True):
            due |= self._phrases[phrase]
        for least, run in RUNS.items():
            if not run.search(text):
                due &= self._without_run[least]
                break
        while due:
            lowest = due & -due
            yield self._rules[lowest.bit_length() - 1]
            due ^= lowest
