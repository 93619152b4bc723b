"""Amounts as people write them: "four", "a couple of", "20,000", "150k", "3-4"."""

from __future__ import annotations

import re

_EXACT = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "sixteen": 16, "eighteen": 18,
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
# The least that the words mean.
_VAGUE = {
    "a couple of": 2, "a couple": 2, "couple of": 2, "couple": 2, "a few": 3, "few": 3,
    "several": 3, "half an": 0.5, "half a": 0.5, "a half": 0.5, "a dozen": 12, "dozens of": 24,
    "dozen": 12, "a hundred": 100, "hundreds of": 200, "a thousand": 1000, "thousands of": 2000,
    "many": 3, "countless": 3, "a whole": 1, "an entire": 1, "a full": 1, "the whole": 1,
    "the entire": 1, "the better part of a": 0.5, "the better part of an": 0.5,
    "most of a": 0.5, "another": 1, "an": 1, "a": 1,
}  # fmt: skip
_WORDS = {**_EXACT, **_VAGUE}
_DIGITS = r"\d{1,3}(?:[,.]\d{3})+(?!\d)|\d+(?:\.\d+)?"
_ONE = rf"(?:(?:{_DIGITS})(?:k\b| k\b)?|\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b)"
# One amount, or a range of two.
NUMBER = rf"{_ONE}(?:(?: ?[-\u2013~] ?| to | or )(?:{_DIGITS}|{'|'.join(_EXACT)})k?\b)?"
_READ = re.compile(rf"(?P<first>{_ONE})")
_LAST = frozenset(words.split()[-1] for words in _WORDS)
_THOUSANDS = re.compile(r"\d{1,3}(?:[,.]\d{3})+")


def number(said: str) -> float | None:
    """The number that folded words begin with, of a range the smaller; None where there is none."""
    found = _READ.match(said.strip())
    if not found:
        return None
    word = found["first"].strip()
    if word in _WORDS:
        return float(_WORDS[word])
    factor = 1000 if word.endswith("k") else 1
    digits = word.removesuffix("k").strip()
    if _THOUSANDS.fullmatch(digits):
        digits = re.sub(r"[,.]", "", digits)
    return float(digits) * factor


def may_end(left: str) -> bool:
    """Whether an amount may end `left`, a few characters: a quick look before a long one."""
    words = left.rstrip(" -+").rsplit(None, 1)
    if not words:
        return False
    last = words[-1].rpartition("-")[2].lstrip("(~")
    return last[-1:].isdigit() or last[-2:-1].isdigit() or last in _LAST


def vague(said: str) -> bool:
    """Whether the words leave the number open ("a few", "several")."""
    found = _READ.match(said.strip())
    return found is not None and found["first"].strip() in _VAGUE.keys() - {"a", "an"}


def shown(value: float) -> str:
    """At most two decimals, none where there are none."""
    return f"{round(value, 2):.2f}".rstrip("0").rstrip(".")
