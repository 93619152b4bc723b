"""Word lists of `classify/data/facts/NAME.toml`, and patterns made of them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from classify.facts.amounts import NUMBER

FOLDER = Path(__file__).parents[1] / "data" / "facts"


class Words:
    """Named parts of patterns: in a pattern `{NAME}` stands for any entry of the list of that name.

    Entries are regular expressions over folded text; `{NUMBER}` is an amount in figures or words.
    """

    def __init__(self, told: dict[str, list[str] | str]) -> None:
        self._parts = {"NUMBER": NUMBER}
        for name, entries in told.items():
            joined = entries if isinstance(entries, str) else "|".join(entries)
            self._parts[name] = f"(?:{self._filled(joined)})"

    @classmethod
    def of(cls, name: str) -> Words:
        """The lists under `[words]` in a file; later ones may use earlier ones."""
        return cls(told(name).get("words", {}))

    def pattern(self, text: str) -> re.Pattern[str]:
        """`text` compiled. A name that no list bears stays, and fails to compile or to match."""
        return re.compile(self._filled(text))

    def _filled(self, text: str) -> str:
        for name, part in self._parts.items():
            text = text.replace(f"{{{name}}}", part)
        return text


def told(name: str) -> dict[str, Any]:
    """The file of `name`, which is ours: a broken one is a bug."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
