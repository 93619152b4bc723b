"""Finding cues: one pass for every anchor, then rules only in the sentences around the hits.

A blank spaCy pipeline tokenises some hundred issues a second, so it never sees a whole one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

import ahocorasick_rs
import spacy
from spacy.matcher import Matcher
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found] # compiled, without stub

from classify.cues.cue import Cue, compile_rule, in_order, single_words
from classify.text import Field, Region, Views, Voice

SENTENCE_CHARACTERS = 240  # on either side of an anchor, where no full stop comes first
SPANS_A_CUE = 3  # passages kept of one cue in one field; more add nothing for a reader
NEAR_CHARACTERS = 90  # on either side of a passage, where its author may say "I" or "my"
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|me|my|mine|we|our|us)\b")
_ENDS = re.compile(r"[.!?](?=[\s\"')*]|$)|\n|[。！？]")


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
    """What it means that the scan has found a string."""

    TEXT = 1  # a literal phrase of a cue
    WORD = 2  # a whole word that is a rule by itself
    BEGINNING = 3  # the beginning of one
    ANCHOR = 4  # a rule is to be tried in this sentence


_NOT_HEARD = (Voice.QUOTE, Voice.FORM)


class CueFinder:
    """Finds all cues of a list. Building it takes some tens of milliseconds; keep it."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self.cues = tuple(cues)
        self._nlp = spacy.blank("en")
        self._nlp.tokenizer = _plain_tokenizer(self._nlp)
        # The cue's number, what a sentence must hold for its rule, the rule compiled.
        self._rules: list[tuple[int, tuple[re.Pattern[str], ...], Any]] = []
        anchors: dict[str, set[tuple[int, _How]]] = defaultdict(set)
        for number, cue in enumerate(self.cues):
            for text in cue.texts:
                anchors[text.lower()].add((number, _How.TEXT))
            for rule in cue.rules:
                pattern, words = compile_rule(rule)
                if len(pattern) == 1:  # one word: the scan itself has found it
                    for word in single_words(rule):
                        how = _How.BEGINNING if word.endswith("*") else _How.WORD
                        anchors[word.removesuffix("*")].add((number, how))
                    continue
                for word in words:
                    anchors[word].add((len(self._rules), _How.ANCHOR))
                self._rules.append((number, in_order(rule), self._matcher(pattern)))
        self._meanings = [
            tuple(sorted(found, key=lambda f: (f[0], f[1].value))) for found in anchors.values()
        ]
        self._scan = ahocorasick_rs.AhoCorasick(list(anchors))

    def _matcher(self, pattern: list[dict[str, Any]]) -> Any:
        matcher = Matcher(self._nlp.vocab)
        matcher.add("rule", [pattern], greedy="LONGEST")
        return matcher

    def find(self, views: Views) -> list[Hit]:
        """Every cue of a post, field by field; none where nothing hints at a cause."""
        hits: list[Hit] = []
        for field in views.fields:
            if field.text:
                hits += self._in_field(field)
        return hits

    def _in_field(self, field: Field) -> Iterator[Hit]:
        found: dict[int, list[tuple[int, int, Voice]]] = defaultdict(list)
        tried: dict[tuple[int, int], set[int]] = defaultdict(set)
        sentences = _Sentences(field)
        low = field.low
        for which, start, end in self._scan.find_matches_as_indexes(low, overlapping=True):
            if start and low[start - 1].isalnum() and low[start].isalnum():
                continue  # inside a word
            region = sentences.region(start)
            ends_inside = end < len(low) and low[end].isalnum() and low[end - 1].isalnum()
            sentence: tuple[int, int] | None = None
            for number, how in self._meanings[which]:
                if how is _How.ANCHOR:
                    if region.voice is Voice.AUTHOR:
                        sentence = sentence or sentences.around(start, region)
                        tried[sentence].add(number)
                    continue
                if self.cues[number].titles_only and field.name != "title":
                    continue
                if how is _How.TEXT:
                    if region.voice not in _NOT_HEARD and not ends_inside:
                        found[number].append((start, end, region.voice))
                elif region.voice is Voice.AUTHOR and (how is _How.BEGINNING or not ends_inside):
                    found[number].append((start, end, region.voice))
        for place, rules in tried.items():
            for number, span in self._try(low[place[0] : place[1]], rules, field):
                found[number].append((place[0] + span[0], place[0] + span[1], Voice.AUTHOR))
        for number, spans in found.items():
            for start, end, voice in sorted(set(spans), key=lambda s: s[:2])[:SPANS_A_CUE]:
                near = low[max(0, start - NEAR_CHARACTERS) : end + NEAR_CHARACTERS]
                mine = bool(_FIRST_PERSON.search(near))
                yield Hit(self.cues[number], field.name, start, end, voice, mine)

    def _try(
        self, sentence: str, rules: set[int], field: Field
    ) -> Iterator[tuple[int, tuple[int, int]]]:
        """Cues' numbers and spans in one sentence, which is tokenised only if a rule can match."""
        doc = None
        for rule in sorted(rules):
            number, ordered, matcher = self._rules[rule]
            if self.cues[number].titles_only and field.name != "title":
                continue
            if not _follow(sentence, ordered):
                continue
            doc = self._nlp.make_doc(sentence) if doc is None else doc
            for _, first, last in matcher(doc):
                token = doc[last - 1]
                yield number, (doc[first].idx, token.idx + len(token))


def _follow(sentence: str, ordered: tuple[re.Pattern[str], ...]) -> bool:
    """Whether the elements stand one after the other; the earliest place of each is enough."""
    at = 0
    for pattern in ordered:
        found = pattern.search(sentence, at)
        if found is None:
            return False
        at = found.start() + 1
    return True


class _Sentences:
    """The regions and sentences of one field, looked up from left to right."""

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

    def around(self, place: int, region: Region) -> tuple[int, int]:
        """The sentence around a code point, inside its region."""
        left = max(region.start, place - SENTENCE_CHARACTERS)
        right = min(region.end, place + SENTENCE_CHARACTERS)
        for end in _ENDS.finditer(self._low, left, place):
            left = end.end()
        if end_after := _ENDS.search(self._low, place, right):
            right = end_after.end()
        return left, right


def _plain_tokenizer(nlp: Any) -> Tokenizer:
    """Words with their apostrophes and inner hyphens whole, every other sign a token of its own.

    The English tokenizer splits "can't"; rules are easier to read, and a third faster, without.
    """
    before = r"^(?:[^\w\s/\-]|[/\-](?![\w/\-]))"  # "/compact" and "--resume" stay whole
    return Tokenizer(
        nlp.vocab,
        prefix_search=re.compile(before).search,
        suffix_search=re.compile(r"[^\w\s]$").search,
        infix_finditer=re.compile(r"(?<=\w)(?:[^\w\s'\-.]|\.(?=[a-z]{4})|--)(?=\w)").finditer,
    )
