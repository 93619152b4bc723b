"""Feeds of any kind: what a blog, a tag or a forum shows as its newest entries.

RSS 2.0 (https://www.rssboard.org/rss-specification), Atom (RFC 4287), RSS 1.0, JSON Feed. A feed
keeps its newest entries only: what drops off isn't deleted, and where none of the last answer's
entries is left, some may have come and gone unseen. Its order and its dates are the publisher's.

An entry is known by its id. Where a feed gives several entries one id, its ids mean nothing: from
then on entries are known by their links, and where these are alike, too, by title and date.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.feeds import Entry, Feed, NewestOnly, fetched, host_of
from ingest.products import products_of
from ingest.source import Missed, Page, RawPost, Source, Terms, Window
from ingest.text import from_html, tidy

IDENTITIES = ("id", "link", "words")
BEFORE_FEEDS = datetime(1999, 1, 1, tzinfo=UTC)  # an earlier date is a default that nobody set


class Rss(NewestOnly):
    """One place a feed, named by its address."""

    name: ClassVar[str] = "rss"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        search=(
            "https://lobste.rs/t/ai.rss",
            "https://dev.to/feed/tag/claudecode",
            "https://dev.to/feed/tag/chatgpt",
        ),
        about={
            "https://dev.to/feed/tag/claudecode": "Claude Code",
            "https://dev.to/feed/tag/chatgpt": "ChatGPT",
        },
        budget_requests=40,
        budget_seconds=120.0,
    )
    terms: ClassVar[Terms] = Terms(
        # A feed may be read, and what it holds stays its authors': `rights` grant nothing.
        export_text=False,
        train=False,
        attribution="the feed that an entry's link leads to",
        written_at="https://www.rfc-editor.org/rfc/rfc4287#section-4.2.10",
    )

    def places(self) -> tuple[Place, ...]:
        """One for each feed."""
        return tuple(
            Place(name=f"rss:{_name(a)}", source=self.name, frame=Frame.CAPPED_FEED, query=a)
            for a in dict.fromkeys(self._settings.search)
        )

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """The feed as it is now, on one page; nothing where it didn't change."""
        if window.back_to is not None:
            return
        now = self._now.isoformat()
        state = {"from": now} | dict(cursor) | {"to": now}
        feed, validators = fetched(client, place.query, cursor)
        if feed is None:
            yield Page(cursor=state)
            return
        if not feed.entries:
            yield Page(empty=True, unreadable=feed.unreadable)
            return
        by = _identity(feed, str(cursor.get("by", IDENTITIES[0])))
        # Of two versions the later one counts, wherever it stands.
        entries = sorted(feed.entries, key=lambda e: e.updated or e.published or BEFORE_FEEDS)
        keys = [_key(entry, by) for entry in entries]
        state |= {
            **validators,
            "by": by,
            "seen": sorted({_short(key) for key in keys}),
        }
        yield Page(
            posts=tuple(self._post(place, e, k) for e, k in zip(entries, keys, strict=True)),
            cursor=state,
            unreadable=feed.unreadable,
            missed=self._missed(cursor, state, len(keys)),
        )

    def _missed(
        self, cursor: Mapping[str, Any], state: Mapping[str, Any], kept: int
    ) -> tuple[Missed, ...]:
        """A gap where nothing of the last answer is left; not where identity itself changed."""
        if "seen" not in cursor or cursor["by"] != state["by"]:
            return ()
        if not set(state["seen"]).isdisjoint(cursor["seen"]):
            return ()
        reason = f"the feed keeps {kept} entries only, and none of the last ones is left"
        began = datetime.fromisoformat(cursor["to"])
        return (Missed(began=began, ended=self._now, reason=reason),)

    def _post(self, place: Place, entry: Entry, key: str) -> RawPost:
        external_id = f"{place.name}/{key}"
        title = tidy(entry.title)
        written = _date(entry.published) or _date(entry.updated)
        written = min(written, self._now) if written else self._now
        edited = _date(entry.updated)
        about = self._settings.about.get(place.query)
        return RawPost(
            place=place.name,
            thread=external_id,
            thread_title=title,
            thread_opened_at=written,
            external_id=external_id,
            parent=None,
            kind="post",
            author=f"{host_of(place.query, 'rss')}/{entry.author}" if entry.author else None,
            title=title,
            text=from_html(entry.html),
            written_at=written,
            edited_at=min(edited, self._now) if edited and edited > written else None,
            url=entry.link if entry.link.startswith(("http://", "https://")) else "",
            products=products_of((about,) if about else (), title, ""),
        )


def _identity(feed: Feed, before: str) -> str:
    """By what entries are told apart: as before, or by the next thing that tells them apart.

    Two entries with one id and one link are versions of one entry (RFC 4287, 4.1.1).
    """
    for by in IDENTITIES[IDENTITIES.index(before) :]:
        told: dict[str, str] = {}
        for entry in feed.entries:
            apart = (by == "id" and entry.link) or entry.title
            if told.setdefault(_key(entry, by), apart) != apart:
                break
        else:
            return by
    return IDENTITIES[-1]


def _key(entry: Entry, by: str) -> str:
    words = _short(f"{entry.title}\x1f{entry.published or entry.updated or entry.html}")
    match by:
        case "id":
            return entry.id
        case "link":
            return entry.link or words
        case _:
            return words


def _short(told: str) -> str:
    """A hash that stands for an id: cursors hold no addresses of posts."""
    return hashlib.sha256(told.encode()).hexdigest()[:24]


def _date(told: datetime | None) -> datetime | None:
    return told if told and told >= BEFORE_FEEDS else None


def _name(address: str) -> str:
    host_of(address, "rss")  # complains of what is no address
    return address.partition("://")[2].rstrip("/")


SOURCE: type[Source] = Rss
