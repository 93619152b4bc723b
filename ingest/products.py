"""Which products a post is about: from its place, and from what it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ahocorasick_rs import AhoCorasick, MatchKind

from domain.products import PRODUCTS

_WORDS = [(word, product.name) for product in PRODUCTS for word in product.words]
_VENDOR = {product.name: product.vendor for product in PRODUCTS}
_ORDER = {product.name: number for number, product in enumerate(PRODUCTS)}
_SEARCH = AhoCorasick([word for word, _ in _WORDS], matchkind=MatchKind.Standard)

# Where the place is about the first, its users' plain "Claude" means it too.
_SHORT_FOR = {"Claude": "Claude Code"}
_UNMISTAKABLE = frozenset(("claude.ai", "claude desktop"))
# Beside these a word is part of a path, a package or a model's name, and names no product itself.
_JOINTS = frozenset("/\\-_@~.")

Match = tuple[int, int, int]  # number of the word, start, end


def products_of(default: Sequence[str], title: str, text: str) -> tuple[str, ...]:
    """Names of `domain.products`: `default` (the place's own), then those that the words name.

    The longest word counts: "claude code" is no mention of Claude, "Claude Code and Claude" is.
    A model's or a package's name (`claude-opus-4`, `~/.claude`) counts for its vendor's product
    only where nothing else of that vendor is named.
    """
    found = f"{title}\n{text}".lower()
    matches = _longest(_whole(found, _SEARCH.find_matches_as_indexes(found, overlapping=True)))
    named = {
        _WORDS[word][1]
        for word, start, end in matches
        if not _joined(found, start, end) and _apart(word, default)
    }
    vendors = {_VENDOR[name] for name in (*named, *default) if name in _VENDOR}
    joined = {_WORDS[word][1] for word, start, end in matches if _joined(found, start, end)}
    named |= {
        name
        for name in joined
        if _VENDOR[name] not in vendors and _SHORT_FOR.get(name) not in joined
    }
    return (*default, *sorted(named.difference(default), key=_ORDER.__getitem__))


def _whole(text: str, matches: Iterable[Match]) -> list[Match]:
    return [
        (word, start, end)
        for word, start, end in matches
        if not (start and text[start - 1].isalnum()) and not text[end : end + 1].isalnum()
    ]


def _longest(matches: list[Match]) -> list[Match]:
    """Without those that lie inside another one."""
    kept: list[Match] = []
    last_end = -1
    for match in sorted(matches, key=lambda m: (m[1], -m[2])):
        if match[2] > last_end:
            kept.append(match)
            last_end = match[2]
    return kept


def _joined(text: str, start: int, end: int) -> bool:
    """Whether a word is a piece of a longer name; a full stop ends a sentence, too."""
    before = text[start - 1] if start else " "
    after, beyond = text[end : end + 1] or " ", text[end + 1 : end + 2]
    return before in _JOINTS or (after in _JOINTS and (beyond.isalnum() or after == "/"))


def _apart(word: int, default: Sequence[str]) -> bool:
    text, name = _WORDS[word]
    return _SHORT_FOR.get(name) not in default or text in _UNMISTAKABLE
