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
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from classify.cues.cue import Needed, compile_rule, needed

KEPT_PIECES = 50_000  # whose elements are remembered; about 10 MB
LONGEST_RUN = 24  # letters and digits that are looked at; no word of a rule has as many
KEPT_STRINGS = 100_000  # in spaCy's store, which only grows; then it is made anew
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

    def reach(self, pieces: Sequence[int]) -> tuple[int, int] | None:
        """First and last piece that a match may touch, of pieces with these elements' bits."""
        mine = [(i, bits) for i, bits in enumerate(pieces) if bits & self.bits]
        chain: list[list[int]] = []
        for bit, between in self.elements:
            here = [i for i, bits in mine if bits & bit]
            if chain:
                here = [i for i in here if _any(chain[-1], i - between - 1, i)]
            if not here:
                return None
            chain.append(here)
        first = chain[-1]
        for here, (_, between) in zip(chain[-2::-1], self.elements[:0:-1], strict=True):
            first = [i for i in here if _any(first, i, i + between + 1)]
        return first[0] - self.before, chain[-1][-1] + self.after


def _any(places: Sequence[int], first: int, last: int) -> bool:
    """Whether one of these ascending places is in `[first, last]`."""
    at = bisect_left(places, first)
    return at < len(places) and places[at] <= last


class Rules:
    """All rules of a list; a rule's number is its place there. Not for several threads at once."""

    def __init__(self, rules: Sequence[str]) -> None:
        self._texts = tuple(rules)
        bits: dict[tuple[str, ...], int] = {}
        self._rules = [_rule(*needed(text), bits) for text in rules]
        self._bits = [rule.bits for rule in self._rules]
        self._elements = _Elements(bits)
        self._spacy: _Spacy | None = None

    def stretches(
        self, low: str, start: int, end: int, rules: Iterable[int], wanted: Callable[[int], bool]
    ) -> Iterator[tuple[int, int, int]]:
        """(rule, start, end) where all its matches in `low[start:end]` must lie, if it has any.

        Of the rules that may match only those that are `wanted` then.
        """
        sentence = low[start:end]
        pieces = sentence.split()
        held = list(map(self._elements.__getitem__, pieces))
        present, bits = reduce(or_, held, 0), self._bits
        for number in sorted(n for n in rules if bits[n] & present == bits[n]):
            if wanted(number) and (reach := self._rules[number].reach(held)):
                begin, stop = _stretch(sentence, len(pieces), *reach)
                yield number, start + begin, start + stop

    def matches(self, low: str, rule: int, start: int, end: int) -> Iterator[tuple[int, int]]:
        """`[start, end)` of a rule's matches in `low[start:end]`, the longest where they overlap.

        What spaCy has read stays in its store, which is made anew when it has grown too large.
        """
        if self._spacy is None or self._spacy.full():
            self._spacy = _Spacy(self._texts)
        for first, last in self._spacy.match(rule, low[start:end]):
            yield start + first, start + last


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
        self._matchers: dict[int, Any] = {}

    def full(self) -> bool:
        """Whether the store of strings has grown too large."""
        return len(self._vocab.strings) > KEPT_STRINGS

    def match(self, number: int, words: str) -> Iterator[tuple[int, int]]:
        """`[start, end)` in `words` of each match of a rule."""
        matcher = self._matchers.get(number)
        if matcher is None:
            matcher = self._matchers[number] = self._matcher(self._rules[number])
        doc = self._tokenize(words)
        for _, first, last in matcher(doc):
            token = doc[last - 1]
            yield doc[first].idx, token.idx + len(token)

    def _matcher(self, rule: str) -> Any:
        from spacy.matcher import Matcher

        matcher = Matcher(self._vocab)
        matcher.add(rule, [compile_rule(rule)[0]], greedy="LONGEST")
        return matcher


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
