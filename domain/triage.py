"""Where a report stands in the work of those who follow it up."""

from __future__ import annotations

from enum import StrEnum


class Triage(StrEnum):
    """The states; a report that nobody has touched is new."""

    NEW = "new"
    WATCHING = "watching"
    ESCALATED = "escalated"
    KNOWN = "known"
    CLOSED = "closed"


TRIAGE_MEANINGS: dict[Triage, str] = {
    Triage.NEW: "Nobody has looked at it yet.",
    Triage.WATCHING: "Somebody keeps an eye on it.",
    Triage.ESCALATED: "It was passed on to those who can act.",
    Triage.KNOWN: "The failure is known; nothing more is learnt from this report.",
    Triage.CLOSED: "Nothing more is to be done about it.",
}
