"""What a source gave, saved page by page, and counted: nothing that happened is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from db import candidates, closings, cursors, due, gaps, outages, trees
from db.engine import read, write
from db.handles import Connection, Engine
from db.posts import Saved, buried, held, save_posts, save_threads
from db.withdraw import take_titles, withdraw
from domain.keyed import Keyed
from domain.nouns import Place, SourceReport
from ingest.budget import Budget
from ingest.prepare import Prepared, keys, post_key, prepare
from ingest.quotes import without_quotes
from ingest.schedule import SOONEST_VISIT, Plan, plan_of
from ingest.source import Missed, Page, RawPost, Source

ROWS = 1_000  # posts of one transaction
NOT_COLLECTED = "before the first day that was collected"


@dataclass(kw_only=True, slots=True)
class Keeper:
    """Saves the pages of one source in one run and counts what was in them."""

    engine: Engine
    keyed: Keyed
    source: Source
    places: Sequence[Place]
    now: datetime
    first: datetime  # posts written before are back-filled ones
    progress: Callable[[int], None]
    saved: Saved = field(default_factory=Saved)
    posts_read: int = 0
    pages: int = 0
    skipped: int = 0
    unreadable: int = 0
    empty: int = 0
    capped: int = 0
    visited: int = 0
    checked: int = 0
    outages: int = 0  # new, or told otherwise
    candidates: int = 0  # new
    failures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def keep(self, place: Place, page: Page) -> None:
        """Saves a page; the cursor moves with the last of its posts."""
        parts = [page.posts[at : at + ROWS] for at in range(0, len(page.posts), ROWS)] or [()]
        for part in parts[:-1]:
            self._save(place, part, None)
        self._save(place, parts[-1], page)
        self.pages += 1
        self.skipped += page.skipped
        self.unreadable += page.unreadable
        self.empty += page.empty
        self.capped += len(page.missed)
        for missed in page.missed:
            self.failures.append(f"{place.name}: {_told(missed)}")
        for note in page.notes:
            self.note(f"{place.name}: {note}")
        self.progress(len(page.posts))

    def note(self, text: str) -> None:
        """Something to tell that is no failure; once."""
        if text not in self.notes:
            self.notes.append(text)

    def _save(self, place: Place, posts: Sequence[RawPost], page: Page | None) -> None:
        looked_up = keys(posts, self.keyed)
        with read(self.engine) as connection:
            known, graves = held(connection, looked_up), buried(connection, looked_up)
        plan = plan_of(self.source, self.now)
        ready = prepare(
            posts,
            known,
            graves,
            self.keyed,
            live_since=self.first,
            plans={p.name: plan for p in self.places},
        )
        # A search says who is answered, not how deep: the tree that comes later knows.
        deeper = {
            key: raw.depth
            for raw in posts
            if (before := known.get(key := post_key(raw.external_id, self.keyed)))
            and raw.depth > before.depth
        }
        with write(self.engine) as connection:
            ready = without_quotes(connection, ready, self.keyed)
            save_threads(connection, ready.threads, self.now)
            save_threads(connection, ready.stubs, self.now, only_new=True)
            closings.save(connection, ready.standings)
            saved = save_posts(connection, ready.posts, self.now, self.keyed)
            trees.set_depths(connection, deeper)
            trees.settle(connection, {p.key for p in ready.posts}, {p.thread for p in ready.posts})
            if saved.new:
                self._hasten(connection, ready, plan)
            if page:
                saved += self._rest_of(connection, place, page)
            if saved.new and not all(p.back_filled for p in ready.posts):
                # What was known, or is old, is no sign that a feed is alive: see `silence`.
                cursors.found(connection, self.source.name, place.name, self.now)
        self.posts_read += len(posts)
        self.saved += saved + Saved(unchanged=ready.unchanged)

    def _hasten(self, connection: Connection, ready: Prepared, plan: Plan) -> None:
        """A thread in which something new was said is soon read again as a whole."""
        fresh = {p.thread for p in ready.posts if p.parent and not p.back_filled}
        if plan.visits and fresh:
            due.hasten(connection, sorted(fresh), self.now + SOONEST_VISIT)

    def _rest_of(self, connection: Connection, place: Place, page: Page) -> Saved:
        """Saves what is on a page beside its posts; gives what was deleted by it."""
        self.outages += outages.save(connection, page.outages, self.now)
        self.candidates += candidates.save(connection, page.candidates, self.now)
        gone = [self.keyed.hash("post", external_id) for external_id in page.gone]
        for missed in page.missed:
            gaps.note(connection, place.name, missed.began, missed.ended, missed.reason)
        if page.cursor is not None:
            value = dict(page.cursor)
            cursors.move(connection, self.source.name, place.name, value, self.now)
            covered = self.source.covered(value)
            if covered:
                gaps.note(connection, place.name, gaps.BEGINNING, covered.began, NOT_COLLECTED)
        # A thread is named after the post that opened it, which may be one that we don't hold.
        take_titles(connection, [self.keyed.hash("thread", name) for name in page.gone], self.now)
        return Saved(deleted=withdraw(connection, gone, self.now, self.keyed))

    def report(self, budget: Budget) -> SourceReport:
        """All of it. What is missing, capped or unreadable makes a run `partly`."""
        if self.outages:
            self.note(f"{self.outages:,} outages new or told otherwise.")
        if self.candidates:
            self.note(f"{self.candidates:,} candidates new: `whylost releases candidates`.")
        if self.unreadable:
            self.failures.append(f"{self.unreadable:,} items could not be read.")
        outcome: Literal["done", "partly", "failed"] = "done"
        if self.failures:
            outcome = "partly" if self.pages else "failed"
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
            skipped=self.skipped,
            unreadable=self.unreadable,
            empty_answers=self.empty,
            capped=self.capped,
            threads_visited=self.visited,
            posts_checked=self.checked,
            seconds=round(budget.seconds_used(), 3),
            dollars=round(budget.dollars_used, 6),
            message=" ".join(filter(None, [*self.failures, *self.notes])),
        )


def _told(missed: Missed) -> str:
    began, ended = (m.strftime("%Y-%m-%d %H:%M") for m in (missed.began, missed.ended))
    return f"{missed.reason} ({began} to {ended} UTC)."
