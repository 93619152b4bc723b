"""How an issue stands at GitHub, and which other one a comment names as its original.

A repository closes with one of GitHub's reasons, with labels, or with both; the label says more
than "not planned". Labels are free words: those that most repositories use are known here.
https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/closing-an-issue
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime

from domain.closing import Closer, Closing, Ending

# By label, in lower case; the first that an issue has counts.
_LABELS = {
    "duplicate": Ending.DUPLICATE,
    "invalid": Ending.INVALID,
    "stale": Ending.STALE,
    "autoclose": Ending.STALE,
}
_REASONS = {
    "completed": Ending.COMPLETED,
    "duplicate": Ending.DUPLICATE,
    "not_planned": Ending.NOT_PLANNED,
}
_BOT = "[bot]"
# GitHub's own mark is a comment that begins so; bots say "closed as a duplicate of".
# https://docs.github.com/issues/tracking-your-work-with-issues/administering-issues/marking-issues-or-pull-requests-as-a-duplicate
_ORIGINAL = re.compile(
    r"(?:^[\s*_>]*|\bclosed as (?:an? )?)duplicate of\s+"
    r"(?:#|https://github\.com/([\w.-]+/[\w.-]+)/issues/)(\d{1,15})\b",
    re.ASCII | re.IGNORECASE | re.MULTILINE,
)


def closing(
    state: str,
    reason: str | None,
    labels: Collection[str],
    *,
    told_at: datetime,
    closed_at: datetime | None = None,
    closer: Closer = Closer.UNKNOWN,
) -> Closing | None:
    """The standing of an issue; None for a state that GitHub doesn't have."""
    if state == "open":
        return Closing(ending=Ending.OPEN, told_at=told_at)
    if state != "closed":
        return None
    ending = _REASONS.get(reason or "", Ending.CLOSED)
    if ending in (Ending.CLOSED, Ending.NOT_PLANNED):
        known = {label.strip().lower() for label in labels}
        ending = next((e for label, e in _LABELS.items() if label in known), ending)
    return Closing(ending=ending, told_at=told_at, closer=closer, closed_at=closed_at)


def closer(login: str | None, author: str | None, *, bot: bool = False) -> Closer:
    """Who closed it, by the account's name; `bot`: GitHub says that it is one."""
    if not login:
        return Closer.UNKNOWN
    if bot or login.lower().endswith(_BOT):
        return Closer.BOT
    return Closer.AUTHOR if login == author else Closer.OTHER


def original(repository: str, body: str | None) -> str | None:
    """The external id of the issue that a comment names as the original of its own."""
    found = _ORIGINAL.search(body or "")
    if not found:
        return None
    return f"github:{(found[1] or repository).lower()}#{int(found[2])}"
