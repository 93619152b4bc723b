"""Vendors' own feeds as candidates for the timeline of releases: news, changelogs, GitHub releases.

A feed says that something was published, not what changed for whom: a person reads the page and
confirms (`whylost releases confirm`) or dismisses it. What the entry's words point to is suggested.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from domain.nouns import Candidate, Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.feeds import Entry, Feed, NewestOnly, fetched, host_of
from ingest.source import Missed, Page, Source, Terms, Window
from ingest.text import from_html

OVERLAP = timedelta(days=2)  # entries are published with an older date than their appearance
LONGEST = 300  # of a title
# The first kind of which a word is in title or text; a title counts before a text.
_KINDS: tuple[tuple[str, str], ...] = (
    (
        "safety_training_research",
        r"alignment|misalign|red[- ]team|sycophan|reward hack|constitutional|interpretab|"
        r"safety (?:training|research)|deliberative|scheming|sabotage",
    ),
    (
        "safety_safeguard_deployment",
        r"safeguard|classifier|guardrail|asl-\d|parental control|age prediction|jailbreak|"
        r"refus|moderation|welfare",
    ),
    (
        "policy_change",
        r"usage polic|terms of (?:service|use)|acceptable use|privacy polic|retention",
    ),
    ("outage_or_postmortem", r"post-?mortem|incident report|root cause|outage"),
    (
        "context_feature",
        r"context (?:window|limit|length|editing)|compact|token limit|long context|memory tool|"
        r"1m (?:token|context)",
    ),
    (
        "session_feature",
        r"\bsession|\bresume|chat history|conversation history|\bmemory\b|checkpoint|rewind|"
        r"archiv|\bprojects?\b.{0,20}(?:sync|share)",
    ),
    ("model_release", r"introducing (?:claude|gpt|gemini|grok|o\d)|system card|new model"),
)


class VendorFeeds(NewestOnly):
    """One place a feed; `about` in the settings names its vendor."""

    name: ClassVar[str] = "vendorfeeds"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        search=(
            "https://code.claude.com/docs/en/changelog/rss.xml",
            "https://github.com/anthropics/claude-code/releases.atom",
            "https://openai.com/news/rss.xml",
            "https://openai.com/products/release-notes/rss.xml",
            "https://alignment.openai.com/rss.xml",
            "https://github.com/openai/codex/releases.atom",
            "https://deepmind.google/blog/rss.xml",
        ),
        about={
            "https://code.claude.com/docs/en/changelog/rss.xml": "Anthropic",
            "https://github.com/anthropics/claude-code/releases.atom": "Anthropic",
            "https://openai.com/news/rss.xml": "OpenAI",
            "https://openai.com/products/release-notes/rss.xml": "OpenAI",
            "https://alignment.openai.com/rss.xml": "OpenAI",
            "https://github.com/openai/codex/releases.atom": "OpenAI",
            "https://deepmind.google/blog/rss.xml": "Google",
        },
        budget_requests=40,
        budget_seconds=120.0,
    )
    terms: ClassVar[Terms] = Terms(
        attribution="the vendors' feeds", written_at="https://www.rssboard.org/rss-specification"
    )

    def places(self) -> tuple[Place, ...]:
        """One for each feed."""
        return tuple(
            Place(name=_place(address), source=self.name, frame=Frame.OFFICIAL, query=address)
            for address in self._settings.search
        )

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """One page: the entries that are new since the last answer."""
        if window.back_to is not None:
            return
        state = dict(cursor) | {"to": self._now.isoformat()}
        feed, validators = fetched(client, place.query, cursor)
        if feed is None:
            yield Page(cursor=state)
            return
        since = self._since(cursor, window)
        before = [datetime.fromisoformat(cursor["newest"])] if "newest" in cursor else []
        newest = max([*before, *(min(date, self._now) for date in _dates(feed))], default=since)
        state |= {
            **validators,
            "from": cursor.get("from", since.isoformat()),
            "newest": newest.isoformat(),
        }
        yield Page(
            candidates=tuple(
                candidate
                for entry in feed.entries
                if (candidate := self._candidate(place.query, entry)).published_at >= since
            ),
            cursor=state,
            empty=not feed.entries,
            missed=self._missed(feed, cursor),
        )

    def _since(self, cursor: Mapping[str, Any], window: Window) -> datetime:
        """From when on an entry is new: the first answer of a feed may go back for years."""
        start = (
            datetime.fromisoformat(cursor["newest"]) - OVERLAP
            if "newest" in cursor
            else window.first
        )
        return min(start, window.since) if window.since else start

    def _missed(self, feed: Feed, cursor: Mapping[str, Any]) -> tuple[Missed, ...]:
        """Where all entries are newer than the newest of the last answer, some were dropped."""
        dates = _dates(feed)
        if (
            "newest" not in cursor
            or not dates
            or min(dates) <= datetime.fromisoformat(cursor["newest"])
        ):
            return ()
        reason = f"the feed keeps {len(feed.entries)} entries only"
        return (
            Missed(began=datetime.fromisoformat(cursor["newest"]), ended=min(dates), reason=reason),
        )

    def _candidate(self, address: str, entry: Entry) -> Candidate:
        told = f"{address}\x1f{entry.id}"
        return Candidate(
            id=hashlib.sha256(told.encode()).hexdigest()[:16],
            vendor=self._settings.about.get(address, host_of(address, "vendorfeeds")),
            feed=address,
            title=entry.title[:LONGEST] or entry.link[:LONGEST],
            url=entry.link,
            # A date that lies ahead is a mistake of the feed, or of its time zone.
            published_at=min(entry.published or entry.updated or self._now, self._now),
            suggested=_suggested(entry),
        )


def _suggested(entry: Entry) -> str:
    for words in (entry.title.lower(), from_html(entry.html).lower()):
        for kind, pattern in _KINDS:
            if re.search(pattern, words):
                return kind
    return ""


def _dates(feed: Feed) -> list[datetime]:
    return [date for e in feed.entries if (date := e.published or e.updated)]


def _place(address: str) -> str:
    host_of(address, "vendorfeeds")  # complains of what is no address
    return f"vendorfeeds:{address.partition('://')[2]}"[:120]


SOURCE: type[Source] = VendorFeeds
