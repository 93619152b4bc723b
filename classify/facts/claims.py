"""Whether the author claims what a passage says: not denied, supposed, asked or quoted.

Words that deny count within their clause ("I didn't lose anything, but ..."), words that suppose
up to a turn of the sentence ("if it crashes I lose ..."; "could have ..., but it deleted ...").
The approach is that of NegEx (Chapman et al. 2001): trigger words and a scope, no parse.
"""

from __future__ import annotations

import re

from classify.facts.rule import Place
from classify.facts.words import Words

_WORDS = Words.of("claims")
_CLAUSE = re.compile(r"[,;:()\u2014]|\s[-\u2013]+\s|\b(?:but|because|while|although|though|then)\b")
_AND = re.compile(r"\b(?:and|so)\b")
_DENIES = _WORDS.pattern("{DENIES}")
_NO_DENIAL = _WORDS.pattern("{NO_DENIAL}")
_SUPPOSES = _WORDS.pattern("{SUPPOSES}")
_NO_SUPPOSITION = _WORDS.pattern("{NO_SUPPOSITION}")
_TURN = _WORDS.pattern("{TURN}")
_INTENDS = _WORDS.pattern("{INTENDS}")
_ASKS = _WORDS.pattern(r"\W*(?:(?:so|and|but|also|hi|hello|hey|ok|okay|guys)\b[, ]*)*{ASKS}\b")
_SPEAKER = _WORDS.pattern(r"(?:^|\n)\s*\W{0,3}{SPEAKER}\W{0,3}:")
LINE = 300  # characters before a passage in which a line or a quotation may have begun


def claimed(place: Place, start: int, end: int) -> bool:
    """Whether the author claims `[start, end)`, which stands in the sentence of `place`."""
    return not (
        denied(place, start, end)
        or supposed(place, start)
        or asked(place)
        or quoted(place.low, start, end)
    )


def denied(place: Place, start: int, end: int) -> bool:
    """Whether the clause up to the end of the passage denies it."""
    clause = _clause(place.low[place.start : start]) + " " + place.low[start:end]
    return bool(_DENIES.search(_NO_DENIAL.sub(" ", clause)))


def denied_before(place: Place, start: int) -> bool:
    """As `denied`, for passages whose own words may hold a denial ("can't recover it")."""
    return bool(_DENIES.search(_NO_DENIAL.sub(" ", _clause(place.low[place.start : start]))))


def supposed(place: Place, start: int, *, intended: bool = True) -> bool:
    """Whether the passage is a possibility or, with `intended`, a wish, a fear or an intention."""
    left = place.low[place.start : start]
    if not left.strip():
        return False
    turn = max((found.end() for found in _TURN.finditer(left)), default=0)
    if _SUPPOSES.search(_NO_SUPPOSITION.sub(" ", left[turn:])):
        return True
    return intended and bool(_INTENDS.search(_NO_DENIAL.sub(" ", _clause(left))))


def asked(place: Place) -> bool:
    """Whether the sentence is a question about the fact itself; "why did it ...?" is none."""
    if place.low[place.end - 1 : place.end] != "?":
        return False
    return bool(_ASKS.match(place.low, place.start, place.end))


def quoted(low: str, start: int, end: int) -> bool:
    """Whether the passage stands between quotation marks, or in a line that the assistant says."""
    line = max(low.rfind("\n", max(0, start - LINE), start) + 1, start - LINE, 0)
    before = low[line:start]
    if _SPEAKER.match(before):
        return True
    if before.count('"') % 2 and '"' in low[end : end + LINE]:
        return True
    return before.rfind("\u201c") > before.rfind("\u201d") and "\u201d" in low[end : end + LINE]


def _clause(left: str) -> str:
    """What stands before a passage in its own clause; "and" begins one where a verb follows."""
    at = max((found.end() for found in _CLAUSE.finditer(left)), default=0)
    clause = left[at:]
    joined = [found.end() for found in _AND.finditer(clause)]
    return clause[joined[-1] :] if joined else clause
