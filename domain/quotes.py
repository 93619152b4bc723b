"""Where a text repeats words that were taken away, and the text without them.

Two ways to know such words. `Taken` holds them: used when a post is deleted, over the posts that
may quote it. `Remembered` holds keyed hashes of its sentences, and of each eight words of a longer
one: used for what is read later, when nobody has the words any more. The blocks of eight never
overlap but at a sentence's end, so that the hashes can't be walked word by word even by who has the
key.

A quote is: lines with `> ` that repeat a whole sentence or several words; words between quotation
marks likewise; in plain prose eight words in a row, by another author, said later. Words that an
earlier post of the thread has too are not the deleted author's own. Code is nobody's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from domain.keyed import Keyed
from domain.wording import LEAST_MARKED, Kind, Stretch, length, spoken, stretches

How = Literal["quoted", "said"]  # with a quote mark before it, or in one's own prose
Span = tuple[int, int]
LEAST_QUOTED = 3  # words of a whole sentence with `> `: a "yes" is no quote
BLOCK = 8  # words in a row that nobody writes twice by chance
LEAST_CHARACTERS = {"quoted": 12, "said": 24}  # of words in a row that are no whole sentence
MOST_SENTENCES = 6  # that a quote with other line ends makes of one
_ANSWER = re.compile(r"(?:\s*(?:re|aw|sv|fwd?)\s*:)+", re.IGNORECASE)  # in front of a title
_SIZES: dict[How, tuple[int, ...]] = {"quoted": (3, 4, 5), "said": (4, 5, BLOCK)}


class Known(Protocol):
    """What is known of words that were taken away."""

    @property
    def run(self) -> int:
        """How many words in a row make a quote."""
        ...

    def has(self, how: How, words: Sequence[str]) -> bool:
        """Whether exactly these words are known."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """Who said something, and when."""

    name: str | None  # a keyed hash
    at: datetime


@dataclass(slots=True)
class Taken:
    """The words of deleted texts, and who had said them. `add` them all, then ask."""

    run: int = 5
    _held: dict[tuple[How, tuple[str, ...]], Author] = field(default_factory=dict)
    _asking: Author | None = None

    def add(self, text: str, by: Author) -> None:
        """Adds a deleted text; of several that say the same the earliest counts."""
        for how, stretch in own(text):
            for words in _windows(stretch.words, _SIZES[how]):
                first = self._held.setdefault((how, words), by)
                if by.at < first.at:
                    self._held[how, words] = by

    def asked_by(self, author: Author) -> Taken:
        """The same words, for a text of `author`."""
        return Taken(self.run, self._held, author)

    def has(self, how: How, words: Sequence[str]) -> bool:
        """Whether a deleted text said so before the one who asks, and was another's."""
        sizes = _SIZES[how]
        if len(words) < sizes[0]:
            return False
        size = max(size for size in sizes if size <= len(words))
        return all(self._one(how, window) for window in _windows(words, (size,)))

    def _one(self, how: How, words: tuple[str, ...]) -> bool:
        first, asking = self._held.get((how, words)), self._asking
        if first is None or asking is None:
            return first is not None
        mine = how == "said" and asking.name is not None and asking.name == first.name
        return first.at <= asking.at and not mine

    def discount(self, text: str, by: Author) -> None:
        """Words that a post had said before, and still says, are no longer known."""
        for how, stretch in own(text):
            for words in _windows(stretch.words, _SIZES[how]):
                first = self._held.get((how, words))
                if first and by.at < first.at:
                    del self._held[how, words]

    def hashes(self, text: str, keyed: Keyed) -> set[str]:
        """Hashes by which the passages of a deleted text are known again, as far as its own."""
        return {
            keyed.hash(how, " ".join(words))
            for how, stretch in own(text)
            for start, end in stretch.sentences()
            for words in _blocks(stretch.words[start:end])
            if self.has(how, words)
        }


@dataclass(frozen=True, slots=True)
class Remembered:
    """Hashes of what was taken away, each with its author; for a text of `asking`."""

    held: Mapping[str, Author | None]
    keyed: Keyed
    asking: Author | None = None
    run: int = BLOCK

    def has(self, how: How, words: Sequence[str]) -> bool:
        """Whether the hash of these words is held, and they were another's and not said later."""
        name = self.keyed.hash(how, " ".join(words))
        if name not in self.held:
            return False
        first = self.held[name]
        if how == "quoted" or first is None or self.asking is None:
            return True
        mine = first.name is not None and first.name == self.asking.name
        return first.at <= self.asking.at and not mine


def own(text: str) -> Iterator[tuple[How, Stretch]]:
    """What others can quote of a text: all but what it quotes; and what they can say after it."""
    for stretch in stretches(text):
        if stretch.kind is not Kind.QUOTED:
            yield "quoted", stretch
        if stretch.kind is Kind.PROSE:
            for part in spoken(text, stretch):
                if part.kind is Kind.PROSE:
                    yield "said", part


def repeated(text: str, known: Known, *, elsewhere: bool = False) -> list[Span]:
    """Where `text` repeats what is known: half-open ranges of code points, in order.

    `elsewhere`: in another thread, where only long passages with `> ` are sure to be quotes.
    """
    found: list[Span] = []
    for stretch in stretches(text, only=Kind.QUOTED if elsewhere else None):
        if stretch.kind is Kind.QUOTED:
            if _repeats(stretch, known, "quoted", BLOCK if elsewhere else LEAST_QUOTED):
                found += stretch.lines
        elif stretch.kind is Kind.PROSE:
            for part in spoken(text, stretch):
                if part.kind is Kind.PROSE:
                    found += _in_prose(part, known)
                elif _repeats(part, known, "said", LEAST_MARKED):
                    found += part.lines
    return found


def repeats_title(title: str, known: Known) -> bool:
    """Whether a title, such as `Re: ...`, repeats a deleted one."""
    bare = _ANSWER.sub("", title)
    return any(_repeats(s, known, "quoted", LEAST_QUOTED) for s in stretches(bare))


def blanked(text: str, spans: Iterable[Span]) -> str:
    """`text` with a filler of the same length in code points in place of each span.

    Line ends stay, so that the offsets and lines of everything else are as they were.
    """
    parts: list[str] = []
    at = 0
    for start, end in sorted(spans):
        begin = max(start, at)
        if begin >= end:
            continue
        parts += (text[at:begin], "\n".join(_filler(len(p)) for p in text[begin:end].split("\n")))
        at = end
    return "".join((*parts, text[at:]))


def _filler(size: int) -> str:
    return "[\u2026]".ljust(size) if size >= 3 else "\u2026" * size


def _windows(words: Sequence[str], sizes: Collection[int]) -> Iterator[tuple[str, ...]]:
    for size in sizes:
        for start in range(len(words) - size + 1):
            yield tuple(words[start : start + size])


def _blocks(sentence: Sequence[str]) -> Iterator[Sequence[str]]:
    """The sentence, and where it is longer, its words in blocks; the last one ends with it."""
    if len(sentence) >= LEAST_QUOTED:
        yield sentence
    if len(sentence) > BLOCK:
        for start in range(0, len(sentence) - BLOCK + 1, BLOCK):
            yield sentence[start : start + BLOCK]
        yield sentence[-BLOCK:]


def _repeats(stretch: Stretch, known: Known, how: How, least: int) -> bool:
    """Whether whole sentences of it, or enough words in a row, are known."""
    words = stretch.words

    def has(start: int, end: int) -> bool:
        return known.has(how, words[start:end])

    if any(end - start >= least and has(start, end) for start, end in _sentences(stretch)):
        return True
    runs = _runs(len(words), known.run, has)
    return any(length(words[start:end]) >= LEAST_CHARACTERS["quoted"] for start, end in runs)


def _in_prose(part: Stretch, known: Known) -> list[Span]:
    """Where the author's prose has as many words in a row as nobody repeats by chance."""
    words = part.words
    if len(words) < BLOCK:
        return []

    def has(start: int, end: int) -> bool:
        return known.has("said", words[start:end])

    found = _runs(len(words), BLOCK, has)
    if known.run == BLOCK:  # where only hashes are known, a sentence says more than its blocks
        found += [s for s in _sentences(part) if s[1] - s[0] >= BLOCK and has(*s)]
    return [
        (part.places[start][0], part.places[end - 1][1])
        for start, end in found
        if length(words[start:end]) >= LEAST_CHARACTERS["said"]
    ]


def _sentences(stretch: Stretch) -> Iterator[tuple[int, int]]:
    """Sentences, and several in a row: a quote may break lines where its original didn't."""
    single = list(stretch.sentences())
    for number, (start, _) in enumerate(single):
        for _, end in single[number : number + MOST_SENTENCES]:
            yield start, end


def _runs(words: int, size: int, has: Callable[[int, int], bool]) -> list[tuple[int, int]]:
    """The longest stretches of which each window of `size` words is known."""
    found: list[tuple[int, int]] = []
    for start in range(words - size + 1):
        if has(start, start + size):
            if found and start <= found[-1][1]:
                found[-1] = (found[-1][0], start + size)
            else:
                found.append((start, start + size))
    return found
