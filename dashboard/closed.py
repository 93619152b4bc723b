"""How the place of a thread closed it, in words."""

from __future__ import annotations

from domain.closing import CLOSED_LABELS, Closed, Closer, Closing

_BY = {
    Closer.BOT: " by a bot",
    Closer.AUTHOR: " by who opened it",
    Closer.OTHER: " by somebody else",
    Closer.UNKNOWN: "",
}


def closed(closing: Closing) -> str:
    """Such as `thread closed as stale by a bot on 2026-11-01`; not for an open one."""
    told = CLOSED_LABELS[Closed(closing.ending.value)].lower()
    day = f" on {closing.closed_at:%Y-%m-%d}" if closing.closed_at else ""
    return f"thread {told}{_BY[closing.closer]}{day}"
