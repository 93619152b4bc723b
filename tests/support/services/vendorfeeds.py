"""A news feed (RSS) and the releases of a repository (Atom).

Synthetic: RSS 2.0 (https://www.rssboard.org/rss-specification), and Atom as GitHub writes it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime

from tests.support.replay import Asked, Reply


@dataclass
class FakeFeeds:
    """`news` and `releases`: (id, title, when). The feed of releases keeps ten."""

    now: datetime
    secrets: dict[str, str] = field(default_factory=dict)
    news: list[tuple[str, str, datetime]] = field(default_factory=list)
    releases: list[tuple[str, str, datetime]] = field(default_factory=list)
    address: str = ""

    def __call__(self, asked: Asked) -> Reply:
        match asked.path:
            case "/news/rss.xml":
                body, kind = self._rss(), "application/rss+xml"
            case "/owner/project/releases.atom":
                body, kind = self._atom(), "application/atom+xml"
            case _:
                return Reply(status=404, headers={"Content-Type": "text/html"}, body=b"Not here")
        etag = f'"{hashlib.sha256(body).hexdigest()[:12]}"'
        if asked.headers.get("if-none-match") == etag:
            return Reply(status=304, headers={"ETag": etag})
        return Reply(headers={"Content-Type": kind, "ETag": etag}, body=body)

    def _rss(self) -> bytes:
        items = "".join(
            f"<item><guid>{key}</guid><title>{title}</title><link>{key}</link>"
            f"<pubDate>{format_datetime(at)}</pubDate></item>"
            for key, title, at in self.news
        )
        return f'<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()

    def _atom(self) -> bytes:
        newest = sorted(self.releases, key=lambda r: r[2], reverse=True)[:10]
        entries = "".join(
            f"<entry><id>{key}</id><title>{title}</title><updated>{at.isoformat()}</updated>"
            f'<link href="https://code.example/{key}"/></entry>'
            for key, title, at in newest
        )
        head = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Releases</title>'
        return f"{head}<updated>2020-01-01T00:00:00Z</updated>{entries}</feed>".encode()

    def settings(self, address: str) -> dict[str, object]:
        self.address = address
        feeds = (f"{address}/news/rss.xml", f"{address}/owner/project/releases.atom")
        return {"search": feeds, "about": dict.fromkeys(feeds, "Anthropic")}

    def belonging(self) -> set[str]:
        """Of the first week: what a feed had before it was first read is not asked about."""
        news, releases = self.settings(self.address)["search"]  # type: ignore[misc] # two
        week = self.now - timedelta(days=7)
        told = [(news, key) for key, _, at in self.news if at >= week]
        told += [(releases, key) for key, _, at in self.releases if at >= week]
        return {hashlib.sha256(f"{a}\x1f{k}".encode()).hexdigest()[:16] for a, k in told}

    def edit(self, at: datetime) -> str | None:
        return None

    def delete(self, at: datetime) -> str | None:
        return None

    def reply(self, at: datetime) -> str | None:
        return None


def service(now: datetime) -> FakeFeeds:
    """Sixty days of news, and a release every two days."""
    made = FakeFeeds(now)
    made.news = [
        (f"https://news.example/n{d}", f"On day {d}", now - timedelta(days=d, hours=1))
        for d in range(60)
    ]
    made.releases = [
        (f"tag:code.example,2008:r{d}", f"v1.0.{60 - d}", now - timedelta(days=d))
        for d in range(0, 60, 2)
    ]
    return made
