"""By which words a post can be told to name a release: its model or its version."""

from __future__ import annotations

import re

from domain.nouns import Release
from domain.products import PRODUCTS

_SEPARATED = re.compile(r"\s*[;,]\s*|\s+and\s+")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_TWO_WORDS = re.compile(r"(\d+(?:\.\d+)*) (\w+)|(\w+) (\d+(?:\.\d+)*)")
# The longest first: "Claude Code 2.1.3" begins with "Claude", too.
_PRODUCTS = sorted((product.name.lower() for product in PRODUCTS), key=len, reverse=True)


def names(release: Release) -> tuple[str, ...]:
    """What names the release and nothing else, in lower case; () where nothing does.

    That is what the source says it concerns, without the product's own name, where that has a
    number: "Claude Opus 5" is named by "opus 5" and "5 opus", "Claude Code 2.1.30" by "2.1.30". A
    lone number such as "4.1" names nothing for certain.
    """
    found: dict[str, None] = {}
    for piece in _SEPARATED.split(release.affects.lower()):
        rest = _bare(" ".join(piece.split()))
        if not any(c.isdigit() for c in rest):
            continue
        if _VERSION.fullmatch(rest) or any(c.isalpha() for c in rest):
            found[rest] = None
        if two := _TWO_WORDS.fullmatch(rest):
            found[" ".join(word for word in (two[2], two[1], two[4], two[3]) if word)] = None
    return tuple(found)


def _bare(piece: str) -> str:
    return next(
        (piece[len(name) + 1 :] for name in _PRODUCTS if piece.startswith(f"{name} ")), piece
    )
