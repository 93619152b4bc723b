"""One pass over a text for thousands of literals, wherever a word may begin.

Letters and digits of ASCII are compared; every other sign counts as a space, so that the pass stops
at words, not inside them. What it stops at is then compared sign by sign.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from operator import itemgetter

import ahocorasick_rs

_SPACED = bytes(c if chr(c).isalnum() and c < 128 else 32 for c in range(256))


def _spaced(low: str) -> bytes:
    """One byte a code point: letters and digits of ASCII, spaces for all others."""
    return low.encode("ascii", "replace").translate(_SPACED)


class Scan:
    """Where literals stand in folded texts."""

    def __init__(self, literals: Iterable[str]) -> None:
        # Of literals that look alike to the pass: number, text, whether a space was put before it.
        alike: dict[bytes, list[tuple[int, str, int]]] = defaultdict(list)
        self._signs: list[tuple[int, str]] = []  # without a letter: looked for one by one
        for number, literal in enumerate(literals):
            spaced = _spaced(literal)
            if not spaced.strip():
                self._signs.append((number, literal))
                continue
            lead = int(spaced[:1] != b" ")
            alike[b" " * lead + spaced].append((number, literal, lead))
        self._alike = [sorted(found, key=itemgetter(2)) for found in alike.values()]
        # Single words that need no comparison in a text of ASCII, by their number in the pass.
        self._sure = {
            which: found[0][0]
            for which, found in enumerate(self._alike)
            if len(found) == 1 and found[0][1].isascii() and found[0][1].isalnum()
        }
        self._automaton = ahocorasick_rs.BytesAhoCorasick(
            list(alike), implementation=ahocorasick_rs.Implementation.DFA
        )

    def find(self, low: str) -> list[tuple[int, int, int]]:
        """(literal's number, start, end) of all that don't begin inside a word; by end, start."""
        made = []
        alike, sure = self._alike, self._sure if low.isascii() else {}
        padded = b" " + _spaced(low) + b" "
        for which, at, end in self._automaton.find_matches_as_indexes(padded, overlapping=True):
            if which in sure:
                made.append((sure[which], at, end - 1))
                continue
            for number, literal, lead in alike[which]:
                start = at - 1 + lead
                if _stands(literal, low, start):
                    made.append((number, start, start + len(literal)))
        signs = [s for s in self._signs if s[1] in low]
        for number, sign in signs:
            at = low.find(sign)
            while at >= 0:
                if _stands(sign, low, at):
                    made.append((number, at, at + len(sign)))
                at = low.find(sign, at + 1)
        return sorted(made, key=itemgetter(2, 1)) if signs else made


def _stands(literal: str, low: str, start: int) -> bool:
    """Whether it stands there, and not from the middle of a word on."""
    if start < 0 or not low.startswith(literal, start):
        return False
    return begins_a_word(low, start)


def begins_a_word(low: str, at: int) -> bool:
    """Whether a word may begin there: not from the middle of one on."""
    return not (at and low[at - 1].isalnum() and low[at].isalnum())
