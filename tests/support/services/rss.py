"""An RSS feed and an Atom feed, each with the newest twelve of its entries.

Synthetic: RSS 2.0 (https://www.rssboard.org/rss-specification) with full texts (content:encoded),
Atom as RFC 4287 has it. Conditional requests are answered with 304.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any

from tests.support.fakes import iso
from tests.support.replay import Asked, Reply

RSS = "/t/ai.rss"
ATOM = "/blog/feed.atom"


@dataclass
class FakeFeeds:
    """`entries` maps (feed, id) to an entry."""

    now: datetime
    secrets: dict[str, str] = field(default_factory=dict)
    largest: int = 12
    entries: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    name: str = ""

    def entry(self, feed: str, key: str, at: datetime, text: str) -> None:
        """A new entry."""
        self.entries[feed, key] = {"id": key, "at": at, "text": text, "updated": at}

    def __call__(self, asked: Asked) -> Reply:
        """Answers one request."""
        if asked.path not in (RSS, ATOM):
            return Reply(status=404, headers={"Content-Type": "text/html"}, body=b"Not here")
        newest = self._newest(asked.path)
        body = (self._rss(newest) if asked.path == RSS else self._atom(newest)).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
        if asked.headers.get("if-none-match") == etag:
            return Reply(status=304, headers={"ETag": etag})
        return Reply(headers={"Content-Type": "application/xml", "ETag": etag}, body=body)

    def _newest(self, feed: str) -> list[dict[str, Any]]:
        mine = [entry for (of, _), entry in self.entries.items() if of == feed]
        return sorted(mine, key=lambda e: e["at"], reverse=True)[: self.largest]

    def _rss(self, entries: list[dict[str, Any]]) -> str:
        items = "".join(
            f'<item><title>Lost &amp; gone</title><guid isPermaLink="false">{e["id"]}</guid>'
            f"<link>/s/{e['id']}</link><pubDate>{format_datetime(e['at'])}</pubDate>"
            f"<description>Cut ...</description><author>someone</author>"
            f"<content:encoded><![CDATA[<p>{e['text']} All of it.</p>]]></content:encoded></item>"
            for e in entries
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
            f"<title>Tagged ai</title>{items}</channel></rss>"
        )

    def _atom(self, entries: list[dict[str, Any]]) -> str:
        items = "".join(
            f'<entry><title>Lost</title><id>tag:{e["id"]}</id><link href="{e["id"]}.html"/>'
            f"<published>{iso(e['at'])}</published><updated>{iso(e['updated'])}</updated>"
            f'<content type="html">{escape("<p>" + e["text"] + "</p>")}</content></entry>'
            for e in entries
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Blog</title>{items}</feed>'

    def settings(self, address: str) -> dict[str, object]:
        self.name = address.partition("://")[2]
        return {
            "search": (f"{address}{RSS}", f"{address}{ATOM}"),
            "about": {f"{address}{ATOM}": "Claude Code"},
        }

    def belonging(self) -> set[str]:
        return {
            f"rss:{self.name}{feed}/{'tag:' if feed == ATOM else ''}{entry['id']}"
            for feed in (RSS, ATOM)
            for entry in self._newest(feed)
        }

    def edit(self, at: datetime) -> str | None:
        newest = self._newest(ATOM)[0]
        newest |= {"text": "Edited.", "updated": at}
        return f"rss:{self.name}{ATOM}/tag:{newest['id']}"

    def delete(self, at: datetime) -> str | None:
        """What drops off a feed isn't deleted."""
        return None

    def reply(self, at: datetime) -> str | None:
        """A feed has no replies."""
        return None


def service(now: datetime) -> FakeFeeds:
    """An entry every sixth day in each."""
    made = FakeFeeds(now=now)
    for number in range(10):
        at = now - timedelta(days=6 * number, hours=3)
        made.entry(RSS, f"a{number}", at, f"Claude forgot day {number}.")
        made.entry(ATOM, f"b{number}", at - timedelta(hours=1), f"My session is gone ({number}).")
    return made
