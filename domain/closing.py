"""How the place of a thread ended it: its own word, which says nothing of the failure itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Ending(StrEnum):
    """Why a thread was closed, as its place words it; `open` where it is not."""

    OPEN = "open"
    COMPLETED = "completed"
    DUPLICATE = "duplicate"
    INVALID = "invalid"
    STALE = "stale"
    NOT_PLANNED = "not_planned"
    CLOSED = "closed"  # without a reason


class Closer(StrEnum):
    """Who closed it; `unknown` where the source doesn't say."""

    BOT = "bot"
    AUTHOR = "author"  # whoever opened the thread
    OTHER = "other"
    UNKNOWN = "unknown"


class Closed(StrEnum):
    """What can be asked of the thread of a report; one of them may be true beside another."""

    OPEN = "open"
    BOT = "bot"
    COMPLETED = "completed"
    DUPLICATE = "duplicate"
    DUPLICATE_OF_CLOSED = "duplicate_of_closed"
    INVALID = "invalid"
    STALE = "stale"
    NOT_PLANNED = "not_planned"
    CLOSED = "closed"
    UNKNOWN = "unknown"


CLOSED_LABELS: dict[Closed, str] = {
    Closed.OPEN: "Open",
    Closed.BOT: "Closed by a bot",
    Closed.COMPLETED: "Closed as completed",
    Closed.DUPLICATE: "Closed as a duplicate",
    Closed.DUPLICATE_OF_CLOSED: "Closed as a duplicate of a closed one",
    Closed.INVALID: "Closed as invalid",
    Closed.STALE: "Closed as stale",
    Closed.NOT_PLANNED: "Closed as not planned",
    Closed.CLOSED: "Closed without a reason",
    Closed.UNKNOWN: "Not told",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """The standing of a thread at its place, as of `told_at`, when the source changed it last."""

    ending: Ending
    told_at: datetime
    closer: Closer = Closer.UNKNOWN
    closed_at: datetime | None = None
