"""Finding cues: one pass for every phrase, then rules only in sentences that hold their words.

A rule is tried in the sentence around each of its anchors, after a look at whether the sentence
holds all that the rule needs, in order and near enough. Half a word, where a long sentence is cut,
doesn't pass that look.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from operator import itemgetter

from classify.cues.cue import Cue, compile_rule, single_words
from classify.cues.rules import Rules, Stretch
from classify.cues.scan import Scan
from classify.cues.sentences import Sentences
from classify.text import Field, Region, Views, Voice

SPANS_A_CUE = 3  # passages kept of one cue in one field; more add nothing for a reader
MANY = 20  # passages among which those that are kept are looked for before more are searched for
NEAR_CHARACTERS = 90  # on either side of a passage, where its author may say "I" or "my"
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|me|my|mine|we|our|us)\b")
_NOT_HEARD = (Voice.QUOTE, Voice.FORM)
_SPAN = itemgetter(0, 1)
Window = tuple[int, int]  # what is read around an anchor, `[start, end)`
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


class CueFinder:
    """Finds all cues of a list. Building it takes some tens of milliseconds; keep it."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self.cues = tuple(cues)
        rules: list[str] = []
        self._cue_of: list[int] = []  # of each rule
        anchors: set[str] = set()
        meanings: dict[str, set[tuple[int, _How]]] = defaultdict(set)
        for number, cue in enumerate(self.cues):
            for text in cue.texts:
                meanings[text.lower()].add((number, _How.TEXT))
            for rule in cue.rules:
                pattern, words = compile_rule(rule)
                if len(pattern) == 1:  # one word: the scan itself has found it
                    for word in single_words(rule):
                        how = _How.BEGINNING if word.endswith("*") else _How.WORD
                        meanings[word.removesuffix("*")].add((number, how))
                    continue
                anchors.update(words)
                rules.append(rule)
                self._cue_of.append(number)
        self._rules = Rules(rules)
        self._scan = Scan(meanings)
        self._meanings = [
            tuple(sorted(signs, key=lambda c: (c[0], c[1].value))) for signs in meanings.values()
        ]
        # What of it counts outside a title.
        self._meanings_below = [
            tuple(s for s in signs if not self.cues[s[0]].titles_only) for signs in self._meanings
        ]
        self._literals = tuple({*meanings, *anchors})

    def find(self, views: Views) -> list[Hit]:
        """Every cue of a post, field by field; none where nothing hints at a cause."""
        hits: list[Hit] = []
        for field in views.fields:
            if field.text:
                hits += self._in_field(field)
        return hits

    @cached_property
    def _all_literals(self) -> Scan:
        return Scan(self._literals)

    def literals(self, low: str) -> list[tuple[int, int]]:
        """Where phrases and anchors stand in a folded text, `[start, end)`: candidates."""
        return [(start, end) for _, start, end in self._all_literals.find(low)]

    def _in_field(self, field: Field) -> Iterator[Hit]:
        low = field.low
        found = self._by_the_scan(field)
        self._by_rules(field, found)
        for number, spans in found.items():
            for start, end, voice in sorted(set(spans), key=_SPAN)[:SPANS_A_CUE]:
                near = low[max(0, start - NEAR_CHARACTERS) : end + NEAR_CHARACTERS]
                mine = bool(_FIRST_PERSON.search(near))
                yield Hit(self.cues[number], field.name, start, end, voice, mine)

    def _by_the_scan(self, field: Field) -> Spans:
        """Cues that literals are signs of."""
        found: Spans = defaultdict(list)
        sentences = Sentences(field)
        low = field.low
        meanings = self._meanings if field.name == "title" else self._meanings_below
        for literal, start, end in self._scan.find(low):
            if not (signs := meanings[literal]):
                continue
            region = sentences.region(start)
            if region.voice in _NOT_HEARD:
                continue
            own = region.voice is Voice.AUTHOR
            inside = end < len(low) and low[end].isalnum() and low[end - 1].isalnum()
            for number, how in signs:
                if inside and how is not _How.BEGINNING:
                    continue
                if own or how is _How.TEXT:
                    found[number].append((start, end, region.voice))
        return found

    def _by_rules(self, field: Field, found: Spans) -> None:
        sentences = Sentences(field)
        for region in field.regions:
            if region.voice is not Voice.AUTHOR:
                continue
            for start, end in sentences.of(region):
                near = self._rules.near(field.low, start, end)
                if near and field.name != "title":
                    near = [n for n in near if not self.cues[self._cue_of[n[0]]].titles_only]
                if near:
                    windows = self._windows(field.low, sentences, region, (start, end), near)
                    self._in_windows(field.low, windows, found)

    def _windows(
        self, low: str, sentences: Sentences, region: Region, sentence: Window, near: list[Stretch]
    ) -> dict[Window, set[Stretch]]:
        """The stretches of a sentence by what is read around their rules' anchors, in order."""
        anchors = sorted(
            (end, start, stretch)
            for stretch in near
            for start, end in self._rules.anchors(low, stretch[0], *sentence)
        )
        made: dict[Window, set[Stretch]] = defaultdict(set)
        for _, start, stretch in anchors:
            made[sentences.around(start, region)].add(stretch)
        return made

    def _in_windows(self, low: str, windows: dict[Window, set[Stretch]], found: Spans) -> None:
        """Tries stretches in windows; where one isn't whole, what of its rule may be in there."""
        tried: set[Stretch] = set()
        for (start, end), stretches in windows.items():
            for stretch in sorted(stretches):
                rule, first, last = stretch
                cue = self._cue_of[rule]
                if _full(found.get(cue, ()), start):
                    continue
                inside = start <= first and last <= end
                held = (stretch,) if inside else self._rules.stretches(low, start, end, rule)
                for one in held:
                    if one not in tried:
                        tried.add(one)
                        self._try(low, one, cue, found)

    def _try(self, low: str, stretch: Stretch, cue: int, found: Spans) -> None:
        matches = self._rules.matches(low, *stretch)
        if spans := [(first, last, Voice.AUTHOR) for first, last in matches]:
            found[cue] += spans


def _full(spans: Sequence[tuple[int, int, Voice]], start: int) -> bool:
    """Whether as many passages as are kept of a cue all begin before `start`.

    Few are looked at: where a text repeats one a thousand times, the first are found first.
    """
    first = spans[:MANY]
    return len(spans) >= SPANS_A_CUE and len({s[:2] for s in first if s[0] < start}) >= SPANS_A_CUE
