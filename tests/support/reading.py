"""A source by itself: its pages, read from a service on loopback, without a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine

from domain.errors import BudgetSpent
from domain.keyed import Keyed
from domain.nouns import RunReport
from domain.settings import Settings, SourceSettings
from ingest.client import Client, client_for
from ingest.run import ingest
from ingest.source import Asked, Page, RawPost, Source, Window
from tests.support import replay
from tests.support.replay import QuickClock, Replay, replaying

QUICK: Mapping[str, Any] = {"pace_seconds": 0.0, "timeout_seconds": 0.5}
WEEK = timedelta(days=7)

S = TypeVar("S", bound=Source)


class Reader:
    """One run over the first place of a source."""

    def __init__(
        self, kind: type[Source], settings: SourceSettings, now: datetime, *, requests: int
    ) -> None:
        self.settings = settings
        self.source = kind(settings, now)
        self.now = now
        self.requests = requests
        self.clock = QuickClock()

    def client(self) -> Client:
        return client_for(
            self.source.name,
            self.settings,
            requests=self.requests,
            addresses=self.source.addresses(),
            clock=self.clock,
        )

    def read(self, cursor: dict | None = None, **window: datetime) -> Iterator[Page]:
        with self.client() as client:
            asked = Window(**{"first": self.now - WEEK, **window})
            yield from self.source.pages(client, self.source.places()[0], cursor or {}, asked)

    def pages(self, cursor: dict | None = None, **window: datetime) -> list[Page]:
        return list(self.read(cursor, **window))

    def thread(self, opener: RawPost) -> Page:
        with self.client() as client:
            (page,) = self.source.thread(client, asked(opener))
            return page

    def check(self, *posts: RawPost) -> list[Page]:
        with self.client() as client:
            return list(self.source.check(client, [asked(post) for post in posts]))


class Runs:
    """Runs one after the other, each with the cursor that the last one left."""

    def __init__(self, reader: Callable[[int], Reader]) -> None:
        self._reader = reader
        self.found: dict[str, RawPost] = {}
        self.cursor: dict = {}

    def run(self, requests: int, *, back_to: datetime | None = None) -> None:
        """One of so many requests, forward or back."""
        window = {"back_to": back_to} if back_to else {}
        pages: list[Page] = []
        with suppress(BudgetSpent):
            pages.extend(self._reader(requests).read(self.cursor, **window))
        self.found |= posts(pages)
        self.cursor = next((dict(p.cursor) for p in reversed(pages) if p.cursor), self.cursor)


@contextmanager
def source_and_service(
    kind: type[S],
    answer: Callable[[replay.Asked], replay.Reply],
    settings: Callable[[str], Mapping[str, Any]],
    now: datetime,
) -> Iterator[tuple[S, Client, Replay]]:
    """The source, a client, and the server that both ask; `settings` are told its address."""
    with replaying(answer) as server:
        told = replace(kind.defaults, **QUICK | settings(server.address))
        with client_for(kind.name, told, requests=200, clock=QuickClock()) as client:
            yield kind(told, now), client, server


def run_alone(
    engine: Engine,
    keyed: Keyed,
    home: Path,
    source: str,
    told: Mapping[str, object],
    at: datetime,
) -> RunReport:
    """One `whylost ingest` of a single source."""
    settings = Settings(home=home, database="unused", sources={source: QUICK | told})
    return ingest(engine, keyed, settings, (source,), now=at, clock=QuickClock())


def asked(post: RawPost) -> Asked:
    """A post as it is asked for again."""
    return Asked(
        place=post.place,
        external_id=post.external_id,
        url=post.url,
        kind=post.kind,
        written_at=post.written_at,
    )


def posts(pages: Sequence[Page]) -> dict[str, RawPost]:
    """By external id; of several versions the last one."""
    return {post.external_id: post for page in pages for post in page.posts}


def cursor_of(pages: Sequence[Page]) -> dict:
    """The last one that was to be saved."""
    return dict(next(page.cursor for page in reversed(pages) if page.cursor is not None))


def until(error: type[Exception], read: Iterator[Page]) -> list[Page]:
    """The pages before it stops."""
    pages: list[Page] = []
    try:
        pages.extend(read)
    except error:
        return pages
    pytest.fail(f"no {error.__name__} was raised")
