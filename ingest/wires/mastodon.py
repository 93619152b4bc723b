"""Mastodon's statuses: who may be read, what they say, where they stand in their thread.

https://docs.joinmastodon.org/entities/Status/. Ids are an instance's own and too long for a JSON
number; `uri` is the same everywhere. An id begins with the time of the status, in milliseconds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from ingest.text import from_html

CLOSED = ("authenticated", "disabled")
_AWAY = re.compile(r"#(?:<span>)?no(?:bots?|index|search|archive)\b", re.IGNORECASE)
_COUNTER = 16  # bits of an id below the milliseconds
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,20}$")]


class Account(msgspec.Struct, kw_only=True):
    """An author. Who opted out of being found says so in one of three flags; null: never said."""

    acct: str
    url: str = ""
    note: str | None = None  # of oneself; by custom, hashtags in it keep machines away
    noindex: bool | None = None
    indexable: bool | None = None
    discoverable: bool | None = None


class Status(msgspec.Struct, kw_only=True):
    """A post. `in_reply_to_id` is null, too, where what it answered is gone."""

    id: Id
    uri: Annotated[str, msgspec.Meta(min_length=1)]
    created_at: Moment
    account: Account
    content: str | None = None
    spoiler_text: str | None = None
    in_reply_to_id: str | None = None
    edited_at: Moment | None = None
    visibility: str = "public"
    replies_count: int = 0
    reblog: Status | None = None

    def hidden(self) -> bool:
        """Whether its author asked not to be found: by a flag, a word, or posting it quietly."""
        who = self.account
        told = who.noindex is True or who.indexable is False or who.discoverable is False
        return told or self.visibility != "public" or bool(_AWAY.search(who.note or ""))

    def key(self) -> str:
        """The external id."""
        return key_of(self.uri)

    def title(self) -> str:
        """What stands before the text: a warning of what it is about."""
        return from_html(self.spoiler_text or "")

    def text(self) -> str:
        """The text; `:emoji:` codes stay."""
        return from_html(self.content or "")


class Numbered(msgspec.Struct):
    """As much of a status as turning pages needs."""

    id: Id


class Ancestor(msgspec.Struct, kw_only=True):
    """As much of a status as knowing its thread needs."""

    id: Id
    uri: str
    in_reply_to_id: str | None = None


class Context(msgspec.Struct, kw_only=True):
    """What is around a status: those that it answers, the first one first, and its answers."""

    ancestors: list[msgspec.Raw] = []
    descendants: list[msgspec.Raw] = []

    def above(self) -> list[Ancestor]:
        """Those that it answers, as far as they are readable."""
        found: list[Ancestor] = []
        for item in self.ancestors:
            with suppress(msgspec.ValidationError):
                found.append(msgspec.json.decode(item, type=Ancestor))
        return found


class Access(msgspec.Struct):
    """Who may read a kind of feed: `public`, or one of `CLOSED`."""

    local: str | None = None
    remote: str | None = None


class Feeds(msgspec.Struct):
    """Since 4.5 an instance can close them."""

    hashtag_feeds: Access | None = None


class Configuration(msgspec.Struct):
    """Of an instance."""

    timelines_access: Feeds | None = None


class Instance(msgspec.Struct):
    """What an instance tells of itself."""

    configuration: Configuration | None = None

    def closed(self) -> list[str]:
        """Whose statuses with a hashtag it shows to its own users only: `local`, `remote`."""
        feeds = self.configuration.timelines_access if self.configuration else None
        access = (feeds.hashtag_feeds if feeds else None) or Access()
        kinds = {"local": access.local, "remote": access.remote}
        return [kind for kind, who in kinds.items() if who in CLOSED]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stand:
    """Where a status stands: in which thread, below what, how deep."""

    thread: str
    key: str
    parent: str | None = None
    depth: int = 0

    def answer(self, key: str) -> Stand:
        """Where an answer to it stands."""
        return Stand(thread=self.thread, key=key, parent=self.key, depth=self.depth + 1)


def key_of(uri: str) -> str:
    """The external id of the status of this `uri`."""
    return f"mastodon:{uri}"


def read(items: Iterable[msgspec.Raw]) -> tuple[list[Status], int]:
    """The statuses, a repeated one as the one that it repeats, and how many are unreadable."""
    statuses: list[Status] = []
    unreadable = 0
    for item in items:
        try:
            status = msgspec.json.decode(item, type=Status)
        except msgspec.ValidationError:
            unreadable += 1
        else:
            statuses.append(status.reblog or status)
    return statuses, unreadable


def numbers(items: Iterable[msgspec.Raw]) -> list[int]:
    """The ids of a page's items, those of unreadable ones too where they have one."""
    found: list[int] = []
    for item in items:
        try:
            found.append(int(msgspec.json.decode(item, type=Numbered).id))
        except msgspec.ValidationError:
            continue
    return found


def id_at(moment: datetime) -> int:
    """The least id of a status from `moment`."""
    return (moment - _BEGINNING) // timedelta(milliseconds=1) << _COUNTER


def time_of(number: int) -> datetime:
    """When a status with this id was written."""
    return _BEGINNING + timedelta(milliseconds=number >> _COUNTER)
