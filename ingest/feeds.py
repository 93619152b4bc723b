"""RSS, Atom and JSON Feed as typed entries, however broken the feed is.

XML is parsed by feedparser: it mends what real feeds get wrong (bare ampersands, undeclared
namespaces, wrong dates) and resolves relative links. A feed that declares entities is refused.
Feeds are unordered and their dates are the publisher's word: nothing here relies on either.
"""

from __future__ import annotations

import hashlib
import io
import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from time import struct_time
from typing import Any, ClassVar
from urllib.parse import urljoin

import feedparser
import msgspec

from domain.errors import BadAnswer, InputError
from ingest.client import Client
from ingest.source import Source
from ingest.text import from_html

LARGEST = 8_000_000  # bytes; parsing takes seconds for each million
_OPEN = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")
_CLOSED = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>")


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
    """A feed as it was answered. `damaged` tells what the parser had to mend, or "" .

    `unreadable` counts entries that are none, or of which the end is missing.
    """

    title: str
    entries: tuple[Entry, ...]
    damaged: str
    unreadable: int = 0


class NewestOnly(Source):
    """A source of which `search` names addresses that show their newest entries, and no more.

    What dropped off can't be asked for: neither by the next run, nor by a walk back.
    """

    catches_up: ClassVar[bool] = False

    def addresses(self) -> tuple[str, ...]:
        """All that it reads."""
        return self._settings.search

    def advice(self, cursor: Mapping[str, Any], back_to: datetime) -> str:
        """There is nothing to walk back to."""
        return ""


def fetched(
    client: Client, address: str, cursor: Mapping[str, Any]
) -> tuple[Feed | None, dict[str, str]]:
    """The feed at `address` (None: as it was), and what to keep in the cursor to tell so next time.

    Raises what the client raises, and `BadAnswer` as `parse` does.
    """
    answer = client.get_bytes(
        address,
        etag=str(cursor.get("etag", "")),
        last_modified=str(cursor.get("last_modified", "")),
    )
    feed = None if answer.content is None else parse(answer.content, address)
    return feed, {"etag": answer.etag, "last_modified": answer.last_modified}


def host_of(address: str, source: str) -> str:
    """The host of a feed's address; `InputError`, naming the source's setting, for what is none."""
    scheme, _, rest = address.partition("://")
    host = rest.partition("/")[0].lower()
    if scheme not in ("http", "https") or not host or any(c.isspace() for c in address):
        raise InputError(f"sources.{source}: {address!r} is no feed.", "Write https://host/...")
    return host


def parse(body: bytes, address: str, content_type: str = "") -> Feed:
    """The feed in `body`, which came from `address`. Raises `BadAnswer` where it is no feed."""
    if body.lstrip().startswith(b"{"):
        return from_json(body, address)
    if len(body) > LARGEST:
        raise BadAnswer(f"{address} is larger than {LARGEST // 1_000_000} MB.", "It is not read.")
    # A stream: a string or bytes would be tried as an address and as a file's name first.
    headers = {"content-location": address, "content-type": content_type or "application/xml"}
    told = feedparser.parse(io.BytesIO(body), response_headers=headers)
    if declares_entities(body, str(told.get("encoding") or "utf-8")):
        raise BadAnswer(f"{address} declares entities, which no feed needs.", "It is not read.")
    if not told.get("version") and not told.get("entries"):
        raise BadAnswer(f"{address} answered with something that is no feed.", "Check the address.")
    problem = told.get("bozo_exception")
    entries = tuple(_entry(entry) for entry in told.entries)
    cut = int(bool(problem and entries and len(_OPEN.findall(body)) > len(_CLOSED.findall(body))))
    return Feed(
        title=str(told.feed.get("title", "")),
        entries=entries[: len(entries) - cut],
        damaged=type(problem).__name__ if problem else "",
        unreadable=cut,
    )


def declares_entities(body: bytes, encoding: str) -> bool:
    """Whether entities are declared in this encoding; what they unfold to is bounded by expat."""
    if b"<!entity" in body.lower():
        return True
    try:
        return "<!entity" in body.decode(encoding, "replace").lower()
    except (LookupError, UnicodeError):  # no codec for text
        return False


def from_json(body: bytes, address: str) -> Feed:
    """A JSON Feed (https://www.jsonfeed.org/version/1.1); a value of a wrong type is as none."""
    try:
        told = msgspec.json.decode(body, type=_JsonFeed)
    except msgspec.DecodeError as error:
        raise BadAnswer(
            f"{address} answered with JSON that is no feed.", "Check the address."
        ) from error
    items = [item for item in told.items if isinstance(item, dict)]
    return Feed(
        title=_text(told.title),
        entries=tuple(_item(item, address) for item in items),
        damaged="",
        unreadable=len(told.items) - len(items),
    )


class _JsonFeed(msgspec.Struct):
    version: str
    items: list[object]
    title: object = ""


def _item(told: dict[str, object], address: str) -> Entry:
    key = told.get("id")  # the format wants numbers to be read as text
    link = _text(told.get("url")) or _text(told.get("external_url"))
    title, plain = _text(told.get("title")), _text(told.get("content_text"))
    html = _text(told.get("content_html")) or escape(plain or _text(told.get("summary")))
    published, updated = _iso(told.get("date_published")), _iso(told.get("date_modified"))
    named = str(key) if isinstance(key, str | int | float) else link
    return Entry(
        id=named or _hash(title, str(published or updated or "") or html),
        link=urljoin(address, link) if link else "",
        title=title,
        html=html,
        author=_name(told),
        published=published,
        updated=updated,
    )


def _name(told: dict[str, object]) -> str | None:
    """The first author that has a name; version 1 of the format knew only one."""
    named = told.get("authors")
    authors = [*(named if isinstance(named, list) else ()), told.get("author")]
    names = (_text(author.get("name")) for author in authors if isinstance(author, dict))
    return next(filter(None, names), None)


def _text(told: object) -> str:
    return told if isinstance(told, str) else ""


def _iso(told: object) -> datetime | None:
    try:
        read = datetime.fromisoformat(_text(told))
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _entry(told: Any) -> Entry:
    title, link = _title(told), str(told.get("link", ""))
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


def _title(told: Any) -> str:
    title, detail = str(told.get("title", "")), told.get("title_detail") or {}
    return title if detail.get("type") == "text/plain" else from_html(title)


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
