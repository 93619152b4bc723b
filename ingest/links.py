"""How a link reads in plain text."""

from __future__ import annotations

import re


def link(words: str, target: str) -> str:
    """A link in plain text: its target once, its words where they say more than the target."""
    shown = words.strip().rstrip(".…")
    bare = re.sub(r"^(?:https?://|mailto:)|/$", "", target)
    if not target or target.startswith("#"):
        return words
    if not shown or bare.startswith(re.sub(r"^https?://", "", shown)):
        return target
    return f"{words} ({target})"
