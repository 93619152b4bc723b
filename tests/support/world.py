"""A small world of two services, and a run over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from domain.keyed import Keyed
from domain.nouns import RunReport
from domain.settings import Settings
from ingest.run import ingest
from ingest.sources import known
from tests.support.fakes import FakeGitHub, FakeHackerNews
from tests.support.replay import QuickClock, Replay, replaying


@dataclass(kw_only=True)
class World:
    """Two services with their servers, and how to read them."""

    news: FakeHackerNews
    hub: FakeGitHub
    news_server: Replay
    hub_server: Replay
    settings: Settings
    keyed: Keyed
    clock: QuickClock = field(default_factory=QuickClock)

    def source(self, name: str, **changes: object) -> None:
        """Changes a source's settings."""
        sources = {**self.settings.sources, name: {**self.settings.sources[name], **changes}}
        self.settings = replace(self.settings, sources=sources)

    def run(
        self,
        engine: Engine,
        now: datetime,
        names: tuple[str, ...] = (),
        *,
        since: datetime | None = None,
        back_to: datetime | None = None,
        report: Callable[[int, int | None], None] = lambda _done, _total: None,
    ) -> RunReport:
        """One `whylost ingest`."""
        return ingest(
            engine,
            self.keyed,
            self.settings,
            names,
            since=since,
            back_to=back_to,
            now=now,
            report=report,
            clock=self.clock,
        )


def fill(news: FakeHackerNews, hub: FakeGitHub, now: datetime) -> None:
    """Sixty days of posts at both services."""
    for day in range(60):
        at = now - timedelta(days=day, hours=3)
        number = 1_000 * (60 - day)
        hub.issue(number, at, f"Day {day}: the session was gone after a restart.")
        hub.comment(number + 1, number, at + timedelta(hours=1), f"Same here on day {day}.")
        hub.issue(number + 2, at, "Adds a test.", title="A pull request", pull=True)
        hub.comment(number + 3, number + 2, at + timedelta(minutes=5), "Looks good.")
        if day % 3 == 0:
            news.post(number, at, "", title=f"Claude Code lost a day's work ({day})")
            news.post(number + 1, at + timedelta(minutes=9), "Same here.", parent=number)
            news.post(number + 2, at + timedelta(minutes=19), "And here.", parent=number + 1)
        else:
            news.post(number, at, "", title="Show HN: A kite")
            news.post(number + 1, at + timedelta(minutes=9), "Claude forgot mine.", parent=number)
            news.post(number + 2, at + timedelta(minutes=19), "Nice kite.", parent=number)
            news.post(
                number + 3, at + timedelta(minutes=29), "Windy.", parent=number, author="claude"
            )


def named(world: World) -> set[str]:
    """The external ids of all posts of `fill` that belong into the database."""
    ids = {
        f"github:owner/project#{n}" for n, i in world.hub.issues.items() if "pull_request" not in i
    }
    ids |= {
        f"github:owner/project/comment/{n}"
        for n, c in world.hub.comments.items()
        if "/pull/" not in c["html_url"]
    }
    for number, item in world.news.items.items():
        story = world.news.items[number // 1_000 * 1_000]
        if "Claude" in story["title"] or "Claude" in item["text"]:
            ids.add(f"hn:{number}")
    return ids


@contextmanager
def small_world(home: Path, keyed: Keyed, now: datetime) -> Iterator[World]:
    """Both services with sixty days of posts, and settings that lead to them."""
    news, hub = FakeHackerNews(), FakeGitHub()
    fill(news, hub, now)
    with replaying(news) as news_server, replaying(hub) as hub_server:
        sources: dict[str, dict[str, object]] = {
            name: {"enabled": False} for name in known() if name not in ("hackernews", "github")
        } | {
            "hackernews": {
                "search": ("Claude", "Claude Code"),
                "base": f"{news_server.address}/api/v1",
                "also": {"firebase": f"{news_server.address}/v0"},
                "timeout_seconds": 0.5,
            },
            "github": {
                "search": ("Owner/Project",),
                "base": hub_server.address,
                "timeout_seconds": 0.5,
                "credentials": {"token": "WHYLOST_TEST_TOKEN"},
            },
        }
        yield World(
            news=news,
            hub=hub,
            news_server=news_server,
            hub_server=hub_server,
            settings=Settings(
                home=home, database="unused", back_fill_days=60, at_once=1, sources=sources
            ),
            keyed=keyed,
        )
