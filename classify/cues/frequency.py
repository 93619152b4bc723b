"""How common words are, so that rules can be called by the rarest of what they must hold.

Only the speed depends on it: a word that the list lacks counts as rare. `python -m
classify.cues.frequency` counts our own posts again.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parents[1] / "data" / "frequent_words.txt"
_OF = 100_000  # words
_LEAST = 20
_WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[^\w\s]")


@cache
def _known() -> dict[str, int]:
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    return {word: int(times) for word, times in map(str.split, lines)}


def frequency(option: str) -> int:
    """Times in 100,000 words that a word of a rule stands, or any with a beginning ("delet*")."""
    if not option.endswith("*"):
        return _known().get(option, 0)
    return sum(times for word, times in _known().items() if word.startswith(option[:-1]))


def count() -> list[str]:
    """The list's lines: words and signs of our own posts, the most frequent first."""
    from classify.labels import examples
    from classify.text import folded

    counted: Counter[str] = Counter()
    for row in examples():
        counted.update(_WORD.findall(folded(f"{row.content.title}\n{row.content.text}")))
    share = _OF / counted.total()
    ranked = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    return [f"{word} {times * share:.0f}" for word, times in ranked if times * share >= _LEAST]


if __name__ == "__main__":
    _FILE.write_text("\n".join(count()) + "\n", encoding="utf-8")
