"""How a report names classes."""

from __future__ import annotations

from domain.causes import DECISION_LABELS, Decision

_KNOWN = frozenset(map(str, Decision))


def label(name: str) -> str:
    """A class as readers see it."""
    return DECISION_LABELS[Decision(name)] if name in _KNOWN else name[:1].upper() + name[1:]
