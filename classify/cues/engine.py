"""Finding cues: one pass for every anchor, then rules only in the sentences around the hits."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from classify.cues.cue import Cue, compile_rule, single_words
from classify.cues.rules import Rules
from classify.cues.scan import Scan
from classify.cues.sentences import Sentences
from classify.text import Field, Views, Voice

SPANS_A_CUE = 3  # passages kept of one cue in one field; more add nothing for a reader
MANY = 20  # passages among which those that are kept are looked for before more are searched for
NEAR_CHARACTERS = 90  # on either side of a passage, where its author may say "I" or "my"
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|me|my|mine|we|our|us)\b")
_NOT_HEARD = (Voice.QUOTE, Voice.FORM)
Window = tuple[int, int]  # a sentence, `[start, end)`
Signs = tuple[tuple[int, "_How"], ...]  # cues by number
Spans = dict[int, list[tuple[int, int, Voice]]]  # passages of a cue, by its number


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found in a field, `[start, end)` in the field's own code points."""

    cue: Cue
    field: str
    start: int
    end: int
    voice: Voice
    mine: bool = False  # the author speaks of himself nearby


class _How(Enum):
    """What it means that the scan has found a literal."""

    TEXT = 1  # a phrase of a cue
    WORD = 2  # a whole word that is a rule by itself
    BEGINNING = 3  # the beginning of one


@dataclass(slots=True)
class _Meaning:
    """Cues that a literal is a sign of by itself, and rules to be tried around it."""

    cues: set[tuple[int, _How]]
    rules: set[int]


class CueFinder:
    """Finds all cues of a list. Building it takes some tens of milliseconds; keep it."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self.cues = tuple(cues)
        rules: list[str] = []
        self._cue_of: list[int] = []  # of each rule
        meanings: dict[str, _Meaning] = defaultdict(lambda: _Meaning(set(), set()))
        for number, cue in enumerate(self.cues):
            for text in cue.texts:
                meanings[text.lower()].cues.add((number, _How.TEXT))
            for rule in cue.rules:
                pattern, words = compile_rule(rule)
                if len(pattern) == 1:  # one word: the scan itself has found it
                    for word in single_words(rule):
                        how = _How.BEGINNING if word.endswith("*") else _How.WORD
                        meanings[word.removesuffix("*")].cues.add((number, how))
                    continue
                for word in words:
                    meanings[word].rules.add(len(rules))
                rules.append(rule)
                self._cue_of.append(number)
        self._rules = Rules(rules)
        self._scan = Scan(meanings)
        self._meanings = [
            (tuple(sorted(m.cues, key=lambda c: (c[0], c[1].value))), tuple(sorted(m.rules)))
            for m in meanings.values()
        ]
        self._meanings_below = [self._below_the_title(*m) for m in self._meanings]

    def _below_the_title(self, signs: Signs, rules: Sequence[int]) -> tuple[Signs, tuple[int, ...]]:
        """What of a literal's meaning counts outside a title."""
        return (
            tuple(s for s in signs if not self.cues[s[0]].titles_only),
            tuple(r for r in rules if not self.cues[self._cue_of[r]].titles_only),
        )

    def find(self, views: Views) -> list[Hit]:
        """Every cue of a post, field by field; none where nothing hints at a cause."""
        hits: list[Hit] = []
        for field in views.fields:
            if field.text:
                hits += self._in_field(field)
        return hits

    def literals(self, low: str) -> list[tuple[int, int]]:
        """Where the scan stops in a folded text, `[start, end)`: candidates, right or not."""
        return [(start, end) for _, start, end in self._scan.find(low)]

    def _in_field(self, field: Field) -> Iterator[Hit]:
        low = field.low
        found, sentences = self._by_the_scan(field)
        self._by_rules(field, sentences, found)
        for number, spans in found.items():
            for start, end, voice in sorted(set(spans), key=lambda s: s[:2])[:SPANS_A_CUE]:
                near = low[max(0, start - NEAR_CHARACTERS) : end + NEAR_CHARACTERS]
                mine = bool(_FIRST_PERSON.search(near))
                yield Hit(self.cues[number], field.name, start, end, voice, mine)

    def _by_the_scan(self, field: Field) -> tuple[Spans, dict[Window, set[int]]]:
        """Cues that literals are signs of, and which rules are to be tried in which sentence."""
        found: Spans = defaultdict(list)
        tried: dict[Window, set[int]] = defaultdict(set)
        sentences = Sentences(field)
        low = field.low
        meanings = self._meanings if field.name == "title" else self._meanings_below
        for literal, start, end in self._scan.find(low):
            cues, rules = meanings[literal]
            region = sentences.region(start)
            own = region.voice is Voice.AUTHOR
            if rules and own:
                tried[sentences.around(start, region)].update(rules)
            if not cues or region.voice in _NOT_HEARD:
                continue
            inside = end < len(low) and low[end].isalnum() and low[end - 1].isalnum()
            for number, how in cues:
                if inside and how is not _How.BEGINNING:
                    continue
                if own or how is _How.TEXT:
                    found[number].append((start, end, region.voice))
        return found, tried

    def _by_rules(self, field: Field, sentences: dict[Window, set[int]], found: Spans) -> None:
        tried: set[tuple[int, int, int]] = set()
        for (start, end), rules in sentences.items():

            def wanted(rule: int, start: int = start) -> bool:
                return not _full(found.get(self._cue_of[rule], ()), start)

            for stretch in self._rules.stretches(field.low, start, end, rules, wanted):
                if stretch in tried:
                    continue
                tried.add(stretch)
                matches = self._rules.matches(field.low, *stretch)
                if spans := [(first, last, Voice.AUTHOR) for first, last in matches]:
                    found[self._cue_of[stretch[0]]] += spans


def _full(spans: Sequence[tuple[int, int, Voice]], start: int) -> bool:
    """Whether as many passages as are kept of a cue all begin before `start`.

    Few are looked at: where a text repeats one a thousand times, the first are found first.
    """
    first = spans[:MANY]
    return len(spans) >= SPANS_A_CUE and len({s[:2] for s in first if s[0] < start}) >= SPANS_A_CUE
