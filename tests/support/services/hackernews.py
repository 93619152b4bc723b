"""Hacker News in small: Algolia's index and Firebase's items on one server.

Synthetic: shapes from https://hn.algolia.com/api and https://github.com/HackerNews/API.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.support.fakes import FakeHackerNews
from tests.support.replay import Asked, Reply

DAYS = (0, 9, 45)  # before now, on each of which somebody posts


@dataclass
class HackerNews:
    """Threads about a product, and others in which one is named."""

    now: datetime
    news: FakeHackerNews
    secrets: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, asked: Asked) -> Reply:
        return self.news(asked)

    def settings(self, address: str) -> dict[str, object]:
        return {
            "search": ("Claude", "Claude Code"),
            "base": f"{address}/api/v1",
            "also": {"firebase": f"{address}/v0"},
        }

    def belonging(self) -> set[str]:
        return {
            f"hn:{number}"
            for number, item in self.news.items.items()
            if "Claude" in f"{self._root(number)['title']} {item['text']}"
            and not (item["deleted"] or item["dead"])
        }

    def _root(self, number: int) -> dict[str, object]:
        item = self.news.items[number]
        return item if item["parent"] is None else self._root(item["parent"])

    def edit(self, at: datetime) -> str:
        self.news.items[10_002]["text"] = "Same here, twice, and all of it is gone."
        return "hn:10002"

    def delete(self, at: datetime) -> str:
        """As a moderator kills a comment in a thread about a kite: only Firebase tells."""
        self.news.kill(20_001)
        return "hn:20001"

    def reply(self, at: datetime) -> str:
        """In the thread of nine days ago: no search of new posts leads to it."""
        self.news.post(10_019, at, "Same here.", parent=10_012)
        return "hn:10019"


def service(now: datetime) -> HackerNews:
    """Posts of the last sixty days, of which some name a product."""
    news = FakeHackerNews()
    for turn, day in enumerate(DAYS):
        at = now - timedelta(days=day, hours=3)
        one, two = 10_000 + 10 * turn, 20_000 + 10 * turn
        news.post(one, at, "", title=f"Claude Code lost a day's work ({day})")
        news.post(one + 1, at + timedelta(minutes=9), "Claude did that to me.", parent=one)
        news.post(one + 2, at + timedelta(minutes=19), "And to me.", parent=one + 1)
        news.post(two, at, "", title="Show HN: A kite")
        news.post(two + 1, at + timedelta(minutes=5), "Claude forgot mine.", parent=two)
        news.post(two + 2, at + timedelta(minutes=7), "Windy.", parent=two, author="claude")
    return HackerNews(now=now, news=news)
