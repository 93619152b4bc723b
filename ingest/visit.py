"""One source in one run: its places in turn, page by page, each page in one transaction.

First what is new at every place. Then, within a part of the budget each, threads that are due to be
read again and posts that are due to be asked for, since replies, edits and deletions come later.
What is left goes into the walk back through history. A cursor is saved in the transaction of the
posts that it passes, never before.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db import coverage, cursors, gaps
from db.engine import read, write
from db.handles import Engine
from domain.errors import BudgetSpent, Refused, SourceError, Throttled, Unreachable
from domain.keyed import Keyed
from domain.nouns import Place, SourceReport
from ingest.again import check_due, visit_due
from ingest.client import Client
from ingest.keep import Keeper
from ingest.silence import silence
from ingest.source import Page, Source, Window

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
    stopped: bool = False  # something concerns the whole source: there is no use in asking on

    def run(self, *, since: datetime | None, back_to: datetime, even_first: bool) -> SourceReport:
        """Reads what is new, then what is due again, then walks back to `back_to`.

        A place's first run doesn't walk, unless `even_first` says so.
        """
        kept = Keeper(
            engine=self.engine,
            keyed=self.keyed,
            source=self.source,
            places=self.places,
            now=self.now,
            first=self.first,
            progress=self.progress,
        )
        with write(self.engine) as connection:
            coverage.save(connection, self.places, self.now)
        old = [p for p in self.places if self.cursor(p)]
        caught_up = self._forward(kept, Window(first=self.first, since=since))
        if not self.stopped:  # a place that fails must not keep deletions from being followed
            visit_due(kept, self.client)
            check_due(kept, self.client)
        walking = [p for p in self.places if p in caught_up and (even_first or p in old)]
        if walking and not self.stopped:
            self._back(kept, walking, Window(first=self.first, back_to=back_to))
        return kept.report(self.client.budget)

    def cursor(self, place: Place) -> dict[str, Any]:
        """How far the place was read; {} for a new one."""
        with read(self.engine) as connection:
            return cursors.get(connection, self.source.name, place.name) or {}

    def _forward(self, kept: Keeper, window: Window) -> list[Place]:
        """Reads on at every place, and notes where reading stopped; gives those read to the end."""
        caught_up: list[Place] = []
        refused = 0
        for place, page, error in self._pages(self.places, window):
            if page:
                kept.keep(place, page)
            elif error:
                self._missing(kept, place, window, error)
                refused += isinstance(error, Refused)
            else:
                self._found_again(place)
                caught_up.append(place)
        self.stopped = self.stopped or refused == len(self.places)
        for place in caught_up:
            told = silence(self.engine, self.source.name, place.name, self.now)
            if told:
                kept.failures.append(told)
        return caught_up

    def _back(self, kept: Keeper, places: Sequence[Place], window: Window) -> None:
        """Walks back. To stop at a limit is how each such walk ends, so it is no failure."""
        for place, page, error in self._pages(places, window):
            if page:
                kept.keep(place, page)
            elif isinstance(error, BudgetSpent | Throttled):
                advice = self.source.advice(self.cursor(place), window.back_to or window.first)
                if advice:
                    kept.note(f"{place.name}: {advice}.")
                if isinstance(error, Throttled):
                    kept.note(str(error))
            elif error:
                kept.failures.append(f"{place.name}: {error}")

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
                if isinstance(error, BudgetSpent) or self._one_host():
                    self.stopped = True
                    for stopped in (place, *(p for p, _ in waiting)):
                        yield stopped, None, error
                    return
                yield place, None, error
                continue
            except SourceError as error:
                yield place, None, error
                continue
            yield place, page, None
            if page:
                waiting.append((place, pages))

    def _one_host(self) -> bool:
        """Whether all places are at one service: what stops one of them stops all."""
        return not self.source.addresses()

    def _missing(self, kept: Keeper, place: Place, window: Window, error: SourceError) -> None:
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
        if str(error) not in kept.failures:
            kept.failures.append(str(error))

    def _found_again(self, place: Place) -> None:
        """Closes the gap: filled where the source gives what was missed, else for good."""
        with write(self.engine) as connection:
            if self.source.catches_up:
                gaps.fill(connection, place.name)
            else:
                gaps.end(connection, place.name, self.now)
