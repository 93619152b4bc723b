"""RSS and Atom as typed entries, however broken the feed is.

Parsing is feedparser's: it mends what real feeds get wrong (bare ampersands, undeclared namespaces,
wrong dates) and resolves relative links. A feed that declares entities is refused.
Feeds are unordered and their dates are the publisher's word: nothing here relies on either.
"""

from __future__ import annotations

import hashlib
import io
from calendar import timegm
from dataclasses import dataclass
from datetime import UTC, datetime
from time import struct_time
from typing import Any

import feedparser

from domain.errors import BadAnswer


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One entry. `id` is the feed's own, else its link, else a hash of title and date.

    `html` is the fullest text that the feed gives; `title` is plain. Times are in UTC, None where
    the feed names none that can be read.
    """

    id: str
    link: str
    title: str
    html: str
    author: str | None
    published: datetime | None
    updated: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A feed as it was answered. `damaged` tells what the parser had to mend, or "" ."""

    title: str
    entries: tuple[Entry, ...]
    damaged: str


def parse(body: bytes, address: str, content_type: str = "") -> Feed:
    """The feed in `body`, which came from `address`. Raises `BadAnswer` where it is no feed."""
    if b"<!entity" in body.lower():
        raise BadAnswer(f"{address} declares entities, which no feed needs.", "It is not read.")
    # A stream: a string or bytes would be tried as an address and as a file's name first.
    headers = {"content-location": address, "content-type": content_type or "application/xml"}
    told = feedparser.parse(io.BytesIO(body), response_headers=headers)
    if not told.get("version") and not told.get("entries"):
        raise BadAnswer(f"{address} answered with something that is no feed.", "Check the address.")
    problem = told.get("bozo_exception")
    return Feed(
        title=str(told.feed.get("title", "")),
        entries=tuple(_entry(entry) for entry in told.entries),
        damaged=type(problem).__name__ if problem else "",
    )


def _entry(told: Any) -> Entry:
    title, link = str(told.get("title", "")), str(told.get("link", ""))
    # Its own `get` gives one date for the other where only one is there.
    published = _moment(dict.get(told, "published_parsed"))
    updated = _moment(dict.get(told, "updated_parsed"))
    html, date = _fullest(told), published or updated
    named = str(told.get("id") or link)
    return Entry(
        id=named or _hash(title, str(date or "") or html),
        link=link,
        title=title,
        html=html,
        author=str(told["author"]) if told.get("author") else None,
        published=published,
        updated=updated,
    )


def _fullest(told: Any) -> str:
    parts = [str(part.get("value", "")) for part in told.get("content", ())]
    return max([*parts, str(told.get("summary", ""))], key=len)


def _moment(told: struct_time | None) -> datetime | None:
    if told is None:
        return None
    try:
        return datetime.fromtimestamp(timegm(told), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
