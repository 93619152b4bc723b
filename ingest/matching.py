"""Whether a text names what a product query searches for.

Search services match loosely (stems, authors, typing errors), so every hit is matched again here,
and the frame `matches of a product query` means the same for every source and on every day.
"""

from __future__ import annotations

import re
from functools import lru_cache

# A word that means other things too counts only beside one of these, in the post or its thread.
_TRADE = re.compile(
    r"(?<!\w)(openai|anthropic|chatgpt|gpt(-\w+)?|claude|copilot|cursor|gemini|llms?|ai|agents?|"
    r"agentic|models?|prompts?|prompting|cli|coding|tokens?|context|api|ides?|vs ?code|vibe)(?!\w)",
    re.IGNORECASE,
)
_AMBIGUOUS = frozenset({"codex"})
_PEOPLE = re.compile(
    r"jean[- ]claude|claude (shannon|monet|debussy|bernard|chabrol|lorrain|l[eé]vi-strauss)",
    re.IGNORECASE,
)


def names(query: str, words: str, around: str = "") -> bool:
    """Whether `words` hold the phrase `query` as whole words, in any case, hyphened or not.

    "Codex" is a manuscript too: it counts beside a word of the trade, in `words` or `around` (the
    thread's title). "Claude" with a well-known surname, or after "Jean", is a person.
    """
    bare = _PEOPLE.sub(" ", words)
    if not _phrase(query).search(bare):
        return False
    return query.lower() not in _AMBIGUOUS or of_the_trade(f"{words}\n{around}")


def of_the_trade(words: str) -> bool:
    """Whether the words are about what the products are, so that "Codex" is one of them."""
    return bool(_TRADE.search(words))


def narrowest_first(queries: tuple[str, ...]) -> list[str]:
    """ "Claude Code" before "Claude": a post that matches both belongs to the narrower search."""
    return sorted(queries, key=lambda query: -len(query.split()))


@lru_cache(maxsize=256)
def _phrase(query: str) -> re.Pattern[str]:
    inner = r"[\s-]+".join(re.escape(word) for word in query.split())
    return re.compile(rf"(?<!\w){inner}(?!\w)", re.IGNORECASE)
