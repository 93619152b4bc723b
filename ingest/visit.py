"""One source in one run: its places in turn, page by page, each page in one transaction.

First what is new at every place, then the walk back through history with what is left of the
budget. A cursor is saved in the transaction of the posts that it passes, never before.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from db import cursors, gaps
from db.engine import read, write
from db.handles import Engine
from db.posts import Saved, buried, held, save_places, save_posts, save_threads
from domain.errors import BudgetSpent, SourceError, Throttled, Unreachable
from domain.keyed import Keyed
from domain.nouns import Place, SourceReport
from ingest.client import Client
from ingest.prepare import keys, prepare
from ingest.source import Page, RawPost, Source, Window

ROWS = 1_000  # posts of one transaction
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
NOT_COLLECTED = "before the first day that was collected"

logger = logging.getLogger(__name__)


@dataclass(kw_only=True, slots=True)
class Visit:
    """A source with all that is needed to read and to keep it, and what came of it."""

    engine: Engine
    keyed: Keyed
    source: Source
    client: Client
    places: Sequence[Place]
    now: datetime
    first: datetime  # where a place without a cursor begins; older posts are back-filled ones
    progress: Callable[[int], None]  # told how many posts were just read
    saved: Saved = field(default_factory=Saved)
    posts_read: int = 0
    pages: int = 0
    unreadable: int = 0
    empty: int = 0
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def run(self, *, since: datetime | None, back_to: datetime, even_first: bool) -> SourceReport:
        """Reads what is new, then walks back to `back_to`; a place's first run doesn't walk.

        `even_first` walks back in the first run too.
        """
        old = [p for p in self.places if self.cursor(p)]
        caught_up = self._forward(Window(first=self.first, since=since))
        walking = [p for p in self.places if p in caught_up and (even_first or p in old)]
        if walking and not self.failures:
            self._back(walking, Window(first=self.first, back_to=back_to))
        return self._report()

    def cursor(self, place: Place) -> dict[str, Any]:
        """How far the place was read; {} for a new one."""
        with read(self.engine) as connection:
            return cursors.get(connection, self.source.name, place.name) or {}

    def _forward(self, window: Window) -> list[Place]:
        """Reads on at every place, and notes where reading stopped; gives those read to the end."""
        caught_up: list[Place] = []
        for place, page, error in self._pages(self.places, window):
            if page:
                self._keep(place, page)
            elif error:
                self._missing(place, window, error)
            else:
                self._found_again(place)
                caught_up.append(place)
        return caught_up

    def _back(self, places: Sequence[Place], window: Window) -> None:
        """Walks back. To stop at a limit is how each such walk ends, so it is no failure."""
        for place, page, error in self._pages(places, window):
            if page:
                self._keep(place, page)
            elif isinstance(error, BudgetSpent | Throttled):
                advice = self.source.advice(self.cursor(place), window.back_to or window.first)
                self.notes.append(f"{place.name}: {advice}.")
                if isinstance(error, Throttled) and str(error) not in self.notes:
                    self.notes.append(str(error))
            elif error:
                self.failures.append(f"{place.name}: {error}")

    def _pages(
        self, places: Sequence[Place], window: Window
    ) -> Iterator[tuple[Place, Page | None, SourceError | None]]:
        """Pages of the places in turn; at a place's end (place, None, the error if one ended it).

        An error that concerns the whole source ends all places.
        """
        waiting = deque(
            (p, self.source.pages(self.client, p, self.cursor(p), window)) for p in places
        )
        while waiting:
            place, pages = waiting.popleft()
            try:
                page = next(pages, None)
            except (Unreachable, Throttled, BudgetSpent) as error:
                for stopped in (place, *(p for p, _ in waiting)):
                    yield stopped, None, error
                return
            except SourceError as error:
                yield place, None, error
                continue
            yield place, page, None
            if page:
                waiting.append((place, pages))

    def _keep(self, place: Place, page: Page) -> None:
        """Saves a page; the cursor moves with the last of its posts."""
        parts = [page.posts[at : at + ROWS] for at in range(0, len(page.posts), ROWS)] or [()]
        for part in parts[:-1]:
            self._save(place, part, None)
        self._save(place, parts[-1], page)
        self.pages += 1
        self.unreadable += page.unreadable
        self.empty += page.empty
        self.progress(len(page.posts))

    def _save(self, place: Place, posts: Sequence[RawPost], page: Page | None) -> None:
        looked_up = keys(posts, self.keyed)
        with read(self.engine) as connection:
            known, graves = held(connection, looked_up), buried(connection, looked_up)
        ready = prepare(posts, known, graves, self.keyed, live_since=self.first)
        with write(self.engine) as connection:
            save_places(connection, self.places)
            save_threads(connection, ready.threads, self.now)
            save_threads(connection, ready.stubs, self.now, only_new=True)
            saved = save_posts(connection, ready.posts, self.now)
            if page and page.cursor is not None:
                value = dict(page.cursor)
                cursors.move(connection, self.source.name, place.name, value, self.now)
                covered = self.source.covered(value)
                if covered:
                    gaps.note(connection, place.name, BEGINNING, covered.began, NOT_COLLECTED)
        self.posts_read += len(posts)
        self.saved += saved + Saved(unchanged=ready.unchanged)

    def _missing(self, place: Place, window: Window, error: SourceError) -> None:
        """Opens a gap where the place was read to, and keeps the reason.

        An older gap of a source that catches up moves there: what lay between has been read.
        """
        covered = self.source.covered(self.cursor(place))
        with write(self.engine) as connection:
            if self.source.catches_up:
                gaps.fill(connection, place.name)
            gaps.begin(
                connection, place.name, covered.ended if covered else window.first, str(error)
            )
        logger.info("%s stopped: %s", place.name, error)
        if str(error) not in self.failures:
            self.failures.append(str(error))

    def _found_again(self, place: Place) -> None:
        """Closes the gap: filled where the source gives what was missed, else for good."""
        with write(self.engine) as connection:
            if self.source.catches_up:
                gaps.fill(connection, place.name)
            else:
                gaps.end(connection, place.name, self.now)

    def _report(self) -> SourceReport:
        outcome: Literal["done", "partly", "failed"] = "done"
        if self.failures:
            outcome = "partly" if self.pages else "failed"
        budget = self.client.budget
        return SourceReport(
            source=self.source.name,
            outcome=outcome,
            requests=budget.requests_used,
            bytes=budget.bytes_used,
            posts_read=self.posts_read,
            posts_new=self.saved.new,
            posts_changed=self.saved.changed,
            posts_unchanged=self.saved.unchanged,
            posts_deleted=self.saved.deleted,
            unreadable=self.unreadable,
            empty_answers=self.empty,
            seconds=round(budget.seconds_used(), 3),
            message=" ".join(filter(None, [*self.failures, *self.notes])),
        )
