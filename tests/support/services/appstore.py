"""The App Store's feed of one app's reviews.

Synthetic, in the shapes that recordings of 2016 to 2026 show: every scalar is `{"label": ...}`, a
single review is no list, a page without reviews has no `entry`, the app itself may come first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.support.replay import JSON, Asked, Reply, json_reply

APP = "6473753684"


@dataclass
class FakeAppStore:
    """`reviews` maps a number to an entry; `times` to when it was last written."""

    now: datetime
    size: int = 5  # reviews on a page
    secrets: dict[str, str] = field(default_factory=dict)
    reviews: dict[int, dict[str, Any]] = field(default_factory=dict)
    times: dict[int, datetime] = field(default_factory=dict)
    dated: bool = True  # feeds of 2016 to 2021 give no dates
    app_first: bool = False
    empty: set[str] = field(default_factory=set)  # addresses that answer with nothing
    alone_as_list: bool = False

    def review(self, number: int, at: datetime, text: str, *, title: str = "Gone again") -> None:
        """Writes one, or edits it."""
        self.times[number] = at
        self.reviews[number] = {
            "author": {
                "uri": {"label": f"https://itunes.apple.com/us/reviews/id{number % 7}77"},
                "name": {"label": f"Someone {number}"},
                "label": "",
            },
            "im:rating": {"label": "1"},
            "im:version": {"label": "1.8.0"},
            "id": {"label": str(number)},
            "title": {"label": title},
            "content": {"label": text, "attributes": {"type": "text"}},
        }

    def __call__(self, asked: Asked) -> Reply:
        """Answers one request."""
        parts = dict(p.split("=", 1) for p in asked.path.split("/") if "=" in p)
        if "/rss/customerreviews/" not in asked.path or int(parts["page"]) > 10:
            return Reply(status=400, headers={"Content-Type": "text/html"}, body=b"<h1>CFU")
        if parts["id"] != APP or asked.path in self.empty:
            return json_reply({"feed": {"author": {"name": {"label": "iTunes Store"}}}})
        newest = sorted(self.reviews, key=lambda n: (self.times[n], n), reverse=True)
        start = (int(parts["page"]) - 1) * self.size
        entries = [self._entry(n) for n in newest[start : start + self.size]]
        if self.app_first and entries:
            entries.insert(0, {"id": {"label": "https://apps.apple.com/us/app/id1"}, "im:name": {}})
        feed: dict[str, Any] = {"updated": {"label": self.now.isoformat()}}
        if len(entries) == 1 and not self.alone_as_list:
            feed["entry"] = entries[0]
        elif entries:
            feed["entry"] = entries
        reply = json_reply({"feed": feed})
        return Reply(headers=JSON | {"Content-Type": "text/javascript"}, body=reply.body)

    def _entry(self, number: int) -> dict[str, Any]:
        told = (self.times[number] - timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M:%S-07:00")
        updated = {"updated": {"label": told}} if self.dated else {}
        return self.reviews[number] | updated

    def settings(self, address: str) -> dict[str, object]:
        return {
            "base": address,
            "search": (f"us/{APP}",),
            "about": {f"us/{APP}": "Claude"},
        }

    def belonging(self) -> set[str]:
        return {f"appstore:{APP}/{number}" for number in self.reviews}

    def edit(self, at: datetime) -> str | None:
        newest = max(self.times, key=lambda n: self.times[n])
        self.review(newest, at, "It forgot my work twice today.")
        return f"appstore:{APP}/{newest}"

    def delete(self, at: datetime) -> str | None:
        """A review that leaves the feed was deleted or is merely old: nothing tells."""

    def reply(self, at: datetime) -> str | None:
        """Only the maker of an app may answer, and the feed doesn't show it."""


def service(now: datetime) -> FakeAppStore:
    """Sixty days of reviews, one every third day."""
    made = FakeAppStore(now=now, size=8)
    for number in range(20):
        at = now - timedelta(days=3 * number, hours=2)
        made.review(14_000_000_000 - number, at, f"It lost my chat number {number}.")
    return made
