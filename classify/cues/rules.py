"""Trying rules in one sentence: first by its pieces between spaces, then by spaCy around them.

A `Matcher` takes some tens of microseconds for a sentence, a hundred times as long as a look at
which of a rule's elements a sentence holds, and how far they stand apart. That look may let a
sentence through in vain, but never holds one back: a piece between spaces is one token or several,
so elements are never fewer tokens apart than pieces.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from classify.cues.cue import FAR, NEAR, Needed, compile_rule, needed
from classify.cues.frequency import frequency
from classify.cues.scan import begins_a_word

KEPT_PIECES = 50_000  # whose elements are remembered; about 10 MB
LONGEST_RUN = 24  # letters and digits that are looked at; no word of a rule has as many
KEPT_STRINGS = 100_000  # in spaCy's store, which only grows; then it is made anew
Stretch = tuple[int, int, int]  # a rule's number, and where its matches must lie, `[start, end)`
_RUN = re.compile(r"[a-z0-9_]+")  # no token begins or ends inside one


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as far as it is looked at without spaCy.

    `elements`: a bit for each element that a match must hold, and how many tokens may stand between
    it and the one before. `before`, `after`: tokens that a match may have around them.
    """

    bits: int
    elements: tuple[tuple[int, int], ...]
    before: int
    after: int

    def reach(self, places: Places) -> tuple[int, int] | None:
        """First and last piece that a match may touch, of pieces with these elements' bits."""
        chain: list[list[int]] = []
        for bit, between in self.elements:
            here = places[bit]
            if chain:
                here = [i for i in here if _any(chain[-1], i - between - 1, i)]
            if not here:
                return None
            chain.append(here)
        first = chain[-1]
        for here, (_, between) in zip(chain[-2::-1], self.elements[:0:-1], strict=True):
            first = [i for i in here if _any(first, i, i + between + 1)]
        return first[0] - self.before, chain[-1][-1] + self.after


class Places(dict[int, list[int]]):
    """Where each element may stand among pieces, in order; looked up when asked for."""

    def __init__(self, held: Sequence[int]) -> None:
        super().__init__()
        self._held = [(i, bits) for i, bits in enumerate(held) if bits]

    def __missing__(self, bit: int) -> list[int]:
        made = self[bit] = [i for i, bits in self._held if bits & bit]
        return made


def _any(places: Sequence[int], first: int, last: int) -> bool:
    """Whether one of these ascending places is in `[first, last]`."""
    if len(places) == 1:
        return first <= places[0] <= last
    at = bisect_left(places, first)
    return at < len(places) and places[at] <= last


class Rules:
    """All rules of a list; a rule's number is its place there. Not for several threads at once."""

    def __init__(self, rules: Sequence[str]) -> None:
        self._texts = tuple(rules)
        elements = [needed(text) for text in rules]
        callers = [_rarest([e.options for e in own]) for own, _ in elements]
        bits: dict[tuple[str, ...], int] = {}
        for options in callers:  # first, so that their bits are the low ones
            bits.setdefault(options, 1 << len(bits))
        self._callers = (1 << len(bits)) - 1
        self._rules = [_rule(*own, bits) for own in elements]
        self._bits = [rule.bits for rule in self._rules]
        self._called: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for number, options in enumerate(callers):
            self._called[bits[options]].append((number, self._bits[number]))
        self._elements = _Elements(bits)
        self._anchors = [compile_rule(text)[1] for text in rules]
        self._spacy: _Spacy | None = None

    def near(self, low: str, start: int, end: int) -> list[Stretch]:
        """(rule, start, end) where all its matches in `low[start:end]` must lie, if it has any.

        Of all rules; by number.
        """
        sentence = low[start:end]
        pieces = sentence.split()
        held = list(map(self._elements.__getitem__, pieces))
        present = reduce(or_, held, 0)
        if not (calling := present & self._callers):
            return []
        covered: list[int] = []
        while calling:
            bit = calling & -calling
            calling ^= bit
            for number, bits in self._called[bit]:
                if bits & present == bits:
                    covered.append(number)
        return self._reached(sentence, start, held, sorted(covered)) if covered else []

    def _reached(
        self, sentence: str, start: int, held: Sequence[int], rules: Iterable[int]
    ) -> list[Stretch]:
        places, made = Places(held), []
        for number in rules:
            if reach := self._rules[number].reach(places):
                begin, stop = _stretch(sentence, len(held), *reach)
                made.append((number, start + begin, start + stop))
        return made

    def anchors(self, low: str, rule: int, start: int, end: int) -> Iterator[tuple[int, int]]:
        """`[start, end)` of each of a rule's anchors that begins in `low[start:end]`.

        Wherever a word may begin, be the anchor a word there or the beginning of a longer one.
        """
        for word in self._anchors[rule]:
            beyond = end + len(word) - 1  # the last place where it may end
            at = low.find(word, start, beyond)
            while at >= 0:
                if begins_a_word(low, at):
                    yield at, at + len(word)
                at = low.find(word, at + 1, beyond)

    def stretches(self, low: str, start: int, end: int, rule: int) -> list[Stretch]:
        """The same as `near`, of one rule: one stretch or none."""
        sentence = low[start:end]
        held = list(map(self._elements.__getitem__, sentence.split()))
        return self._reached(sentence, start, held, (rule,))

    def matches(self, low: str, rule: int, start: int, end: int) -> Iterator[tuple[int, int]]:
        """`[start, end)` of a rule's matches in `low[start:end]`, the longest where they overlap.

        What spaCy has read stays in its store, which is made anew when it has grown too large.
        """
        if self._spacy is None or self._spacy.full():
            self._spacy = _Spacy(self._texts)
        for first, last in self._spacy.match(rule, low[start:end]):
            yield start + first, start + last


def _rarest(elements: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The element whose words are the fewest of a text's."""
    return min(elements, key=lambda options: sum(map(frequency, options)))


def _rule(elements: Sequence[Needed], after: int, bits: dict[tuple[str, ...], int]) -> Rule:
    numbered = tuple((bits.setdefault(e.options, 1 << len(bits)), e.between) for e in elements)
    return Rule(reduce(or_, (bit for bit, _ in numbered)), numbered, elements[0].between, after)


def _stretch(sentence: str, pieces: int, first: int, last: int) -> tuple[int, int]:
    """Where pieces `first` to `last` stand; with the space at the ends of the sentence."""
    begin = len(sentence) - len(sentence.split(None, first)[-1]) if first > 0 else 0
    if last >= pieces - 1:
        return begin, len(sentence)
    rest = sentence[begin:].split(None, last + 1 - max(first, 0))[-1]
    return begin, len(sentence[: len(sentence) - len(rest)].rstrip())


class _Elements(dict[str, int]):
    """The bits of the elements that one of a piece's tokens may be; worked out when asked for."""

    def __init__(self, bits: dict[tuple[str, ...], int]) -> None:
        super().__init__()
        self._runs = _Runs(bits)
        self._signs = [
            (option, bit)
            for options, bit in bits.items()
            for option in options
            if not _RUN.search(option)
        ]

    def __missing__(self, piece: str) -> int:
        made = 0
        for run in _RUN.findall(piece):
            for words, bit in self._runs[run[:LONGEST_RUN]]:
                if words in piece:
                    made |= bit
        for sign, bit in self._signs:
            if sign in piece:
                made |= bit
        if len(self) >= KEPT_PIECES:
            self.clear()
        self[piece] = made
        return made


class _Runs(dict[str, tuple[tuple[str, int], ...]]):
    """What a run of letters and digits may be the first of: words and the bits of their elements.

    A word that stands for itself begins with a whole run, a beginning with a part of one.
    """

    def __init__(self, bits: dict[tuple[str, ...], int]) -> None:
        super().__init__()
        self._whole: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._begun: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for options, bit in bits.items():
            for option in options:
                words = option.removesuffix("*")
                if run := _RUN.search(words):
                    part = option.endswith("*") and run.end() == len(words)
                    (self._begun if part else self._whole)[run.group()].append((words, bit))

    def __missing__(self, run: str) -> tuple[tuple[str, int], ...]:
        made = [*self._whole.get(run, ())]
        for size in range(1, len(run) + 1):
            made += self._begun.get(run[:size], ())
        if len(self) >= KEPT_PIECES:
            self.clear()
        self[run] = tuple(made)
        return self[run]


class _Spacy:
    """A tokenizer and the rules' matchers. spaCy is loaded when the first rule is tried."""

    def __init__(self, rules: Sequence[str]) -> None:
        from spacy.lang.lex_attrs import LEX_ATTRS
        from spacy.vocab import Vocab

        self._rules = rules
        self._vocab = Vocab(lex_attr_getters=LEX_ATTRS)
        self._tokenize = _tokenizer(self._vocab)
        self._sizes = [_size(rule) for rule in rules]
        self._matchers: dict[tuple[int, int], Any] = {}

    def full(self) -> bool:
        """Whether the store of strings has grown too large."""
        return len(self._vocab.strings) > KEPT_STRINGS

    def match(self, number: int, words: str) -> Iterator[tuple[int, int]]:
        """`[start, end)` in `words` of each match of a rule.

        A Matcher follows every way of filling a gap, of which there are dozens in eight optional
        words: its gaps are no wider than what these words leave room for.
        """
        doc = self._tokenize(words)
        least, widest = self._sizes[number]
        if (room := len(doc) - least) < 0:
            return
        gap = min(_GAPS[min(room, FAR)], widest)
        matcher = self._matchers.get((number, gap))
        if matcher is None:
            matcher = self._matchers[number, gap] = self._matcher(self._rules[number], gap)
        for _, first, last in matcher(doc):
            token = doc[last - 1]
            yield doc[first].idx, token.idx + len(token)

    def _matcher(self, rule: str, gap: int) -> Any:
        from spacy.matcher import Matcher

        matcher = Matcher(self._vocab)
        matcher.add(rule, [compile_rule(rule, gap)[0]], greedy="LONGEST")
        return matcher


_GAPS = (0, 1, 2, 3, 4, 6, 6, FAR, FAR)  # made for so many words of room


def _size(rule: str) -> tuple[int, int]:
    """How many words a rule matches at least, and its widest gap."""
    elements = rule.split()
    gaps = {"..": NEAR, "...": FAR}
    least = sum(not (e in gaps or e.endswith("?")) for e in elements)
    return least, max((gaps.get(e, 0) for e in elements), default=0)


def _tokenizer(vocab: Any) -> Any:
    """Words with their apostrophes and inner hyphens whole, every other sign a token of its own.

    The English tokenizer splits "can't"; rules are easier to read, and a third faster, without.
    """
    from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found] # compiled, without stub

    before = r"^(?:[^\w\s/\-]|[/\-](?![\w/\-]))"  # "/compact" and "--resume" stay whole
    return Tokenizer(
        vocab,
        prefix_search=re.compile(before).search,
        suffix_search=re.compile(r"[^\w\s]$").search,
        infix_finditer=re.compile(r"(?<=\w)(?:[^\w\s'\-.]|\.(?=[a-z]{4})|--)(?=\w)").finditer,
    )
