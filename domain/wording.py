"""A text as the words that somebody may quote: split into quotes, code and prose.

Case, spaces and punctuation don't count: a quote rarely keeps them. Where a script is written
without spaces, each character counts as a word.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

_ALONE = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(
    rf"https?://[^\s<>\"')\]]+|[{_ALONE}]|[^\W_{_ALONE}]+(?:['\u2019][^\W_{_ALONE}]+)*"
)
_SENTENCE_END = re.compile(r"\n|[\u3002\uff01\uff1f]|[.!?\u2026][\"'\u201d\u2019)\]]*\s")
_QUOTE_MARK = re.compile(r"[ \t]{0,3}(>(?:[ \t]?>)*)[ \t]?")
_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")
_MARKED = re.compile(
    '["\u201c\u201e\u00ab]([^"\u201c\u201d\u201e\u00ab\u00bb\n]{8,600})["\u201c\u201d\u00bb]'
)
LEAST_MARKED = 4  # words; fewer in quotation marks are a term, no quote


class Kind(Enum):
    """Who speaks: another person (`> `), a machine (code), or the author."""

    QUOTED = auto()
    CODE = auto()
    PROSE = auto()
    MARKED = auto()  # the author, between quotation marks: somebody else's words, or a message's


@dataclass(slots=True)
class Stretch:
    """Words of one kind that stand together. `ends` holds the numbers of words that end a sentence.

    `places` are the words' code points, `lines` those of the lines without their quote marks.
    """

    kind: Kind
    words: list[str] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    ends: set[int] = field(default_factory=set)
    lines: list[tuple[int, int]] = field(default_factory=list)

    def sentences(self) -> Iterator[tuple[int, int]]:
        """The half-open range of words of each sentence."""
        start = 0
        for number in sorted(self.ends | {len(self.words) - 1}):
            if number >= start:
                yield start, number + 1
                start = number + 1

    def part(self, start: int, end: int, kind: Kind) -> Stretch:
        """The words from `start` to `end` as a stretch of its own."""
        places = self.places[start:end]
        return Stretch(
            kind=kind,
            words=self.words[start:end],
            places=places,
            ends={n - start for n in self.ends if start <= n < end},
            lines=[(places[0][0], places[-1][1])] if places else [],
        )


def stretches(text: str, *, only: Kind | None = None) -> list[Stretch]:
    """The stretches of `text` that hold words, from its beginning to its end; `only` of a kind."""
    found: list[Stretch] = []
    for kind, lines in _runs(text):
        if only is not None and kind is not only:
            continue
        stretch = Stretch(kind=kind, lines=lines)
        for start, end in lines:
            _read(text, start, end, stretch)
        if stretch.words:
            found.append(stretch)
    return found


def spoken(text: str, prose: Stretch) -> list[Stretch]:
    """Prose in parts: the author's own words, and what stands between quotation marks."""
    parts: list[Stretch] = []
    begun = 0
    starts = [start for start, _ in prose.places]
    for start, end in prose.lines:
        for found in _MARKED.finditer(text, start, end):
            first, end_of = bisect(starts, found.start()), bisect(starts, found.end() - 1)
            if end_of - max(first, begun) < LEAST_MARKED:
                continue
            parts.append(prose.part(begun, first, Kind.PROSE))
            parts.append(prose.part(first, end_of, Kind.MARKED))
            begun = end_of
    parts.append(prose.part(begun, len(starts), Kind.PROSE))
    return [part for part in parts if part.words]


def _runs(text: str) -> Iterator[tuple[Kind, list[tuple[int, int]]]]:
    """Lines one after another that are of one kind; of quotes, of one depth."""
    before: tuple[Kind, int] | None = None
    lines: list[tuple[int, int]] = []
    fenced, at = False, 0
    for line in text.split("\n"):
        start, end = at, at + len(line)
        at = end + 1
        now = (Kind.CODE, 0) if fenced else (Kind.PROSE, 0)
        if not fenced and (mark := _QUOTE_MARK.match(line)):
            now = (Kind.QUOTED, mark[1].count(">"))
            start += mark.end()
        elif _FENCE.match(line):
            fenced = not fenced
            now = (Kind.CODE, 0)
        if now != before and lines and before:
            yield before[0], lines
            lines = []
        before = now
        lines.append((start, end))
    if before:
        yield before[0], lines


def _read(text: str, start: int, end: int, into: Stretch) -> None:
    """Adds the words of one line."""
    if into.words:
        into.ends.add(len(into.words) - 1)  # a line's end may end a sentence
    last = start
    for found in _WORD.finditer(text, start, end):
        begins, stops = found.span()
        apart = begins - last > 1 or (begins > last and text[last] != " ")
        if apart and into.words and _SENTENCE_END.search(text, last, begins):
            into.ends.add(len(into.words) - 1)
        into.words.append(_plain(found[0]))
        into.places.append((begins, stops))
        last = stops


def _plain(word: str) -> str:
    if word.startswith(("http://", "https://")):
        return word.partition("://")[2].rstrip(".,;:!?\u2026/").lower()
    if word.isascii():
        return word.lower().replace("'", "")
    return unicodedata.normalize("NFKC", word).casefold().replace("\u2019", "").replace("'", "")


def length(words: Sequence[str]) -> int:
    """Characters of these words: three Chinese ones say less than three English ones."""
    return sum(map(len, words))
