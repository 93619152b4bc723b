"""What is read or asked for again: threads while they are active, posts on a slow schedule.

Both take a part of what is left of the run's requests, so that neither starves the other nor the
walk back. To stop at the part's end is how each of them ends: the rest stays due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from db import due
from db.due import Due
from db.engine import read, write
from db.handles import Connection
from domain.errors import BudgetSpent, Refused, SourceError, Throttled, Unreachable
from domain.nouns import Place
from ingest.client import Client
from ingest.keep import Keeper
from ingest.prepare import post_key
from ingest.schedule import SOONEST_VISIT, next_check, next_visit
from ingest.source import Page

PART = 3  # a third of the requests that are left, each time
_NOT_SHOWN = (403, 404, 410, 451)
_ENDS = (BudgetSpent, Throttled, Unreachable)


def visit_due(kept: Keeper, client: Client) -> None:
    """Reads threads that are due as a whole; what they no longer hold is asked for at once."""
    part = client.budget.requests_left() // PART
    if not kept.source.visits or not part:
        return
    with read(kept.engine) as connection:
        waiting = due.threads(connection, kept.source.name, kept.now, part)
    with client.budget.part(part):
        for done, opener in enumerate(waiting):
            try:
                _visit(kept, client, opener)
            except _ENDS as error:
                _stopped(kept, error, f"{len(waiting) - done:,} threads to be read again")
                return
            except SourceError as error:
                kept.note(f"A thread of {opener.place} could not be read again: {error.what}")
                with write(kept.engine) as connection:
                    due.set_thread(connection, opener.thread, kept.now + SOONEST_VISIT * 24)


def _visit(kept: Keeper, client: Client, opener: Due) -> None:
    shown: set[str] = set()
    try:
        for page in kept.source.thread(client, opener):
            kept.keep(_place(kept, opener), page)
            shown |= _named(kept, page)
    except Refused as error:
        if error.status not in _NOT_SHOWN:
            raise
        shown.clear()  # the thread isn't shown any more: each of its posts is asked for
    with write(kept.engine) as connection:
        due.missing(connection, opener.thread, shown, kept.now)
        newest = due.newest_post(connection, opener.thread) or opener.written_at
        due.set_thread(connection, opener.thread, next_visit(newest, kept.now))
        _later(connection, kept, shown)
    kept.visited += 1


def check_due(kept: Keeper, client: Client) -> None:
    """Asks whether posts that are due are still there, and as they were."""
    part = client.budget.requests_left() // PART
    if not kept.source.checks or not part:
        return
    with read(kept.engine) as connection:
        waiting = due.posts(connection, kept.source.name, kept.now, part * kept.source.checks)
    left = {post.post for post in waiting}
    with client.budget.part(part):
        for batch in _batches(waiting, kept.source.checks):
            asked = [post for post in batch if post.post in left]
            try:
                _check(kept, client, asked, left)
            except _ENDS as error:
                _stopped(kept, error, f"{len(left):,} posts to be asked for again")
                return


def _check(kept: Keeper, client: Client, batch: Sequence[Due], left: set[str]) -> None:
    """One call. What a page names is done with, so that a stop repeats nothing.

    The rest of the batch moves on as well, so that a post that can't be asked for blocks no other:
    one of which nothing certain is said comes later, one that met an error tomorrow.
    """
    if not batch:
        return
    soon = False
    try:
        for page in kept.source.check(client, batch):
            kept.keep(_place(kept, batch[0]), page)
            _done(kept, _named(kept, page), left)
    except _ENDS:
        raise
    except SourceError as error:
        kept.note(f"Posts of {batch[0].place} could not be asked for: {error.what}")
        soon = True
    _done(kept, {post.post for post in batch} & left, left, soon=soon)


def _done(kept: Keeper, posts: set[str], left: set[str], *, soon: bool = False) -> None:
    with write(kept.engine) as connection:
        _later(connection, kept, posts, soon=soon)
    kept.checked += 0 if soon else len(posts & left)
    left -= posts


def _later(
    connection: Connection, kept: Keeper, posts: Collection[str], *, soon: bool = False
) -> None:
    """Sets when posts that were just seen are asked for; `soon`: as if they were new."""
    hours = kept.source.terms.delete_within_hours
    written = due.asked_for(connection, posts) if kept.source.checks else {}
    due.set_posts(
        connection,
        {
            key: next_check(kept.now if soon else written_at, kept.now, hours)
            for key, written_at in written.items()
        },
    )


def _named(kept: Keeper, page: Page) -> set[str]:
    """The keys of all posts of which a page says something."""
    external = (*(p.external_id for p in page.posts), *page.there, *page.gone)
    return {post_key(external_id, kept.keyed) for external_id in external}


def _batches(posts: Sequence[Due], size: int) -> Iterator[list[Due]]:
    """Posts of one place each time: a place may be a host of its own."""
    at_place: defaultdict[str, list[Due]] = defaultdict(list)
    for post in posts:
        at_place[post.place].append(post)
    for theirs in at_place.values():
        for start in range(0, len(theirs), size):
            yield theirs[start : start + size]


def _stopped(kept: Keeper, error: SourceError, left: str) -> None:
    kept.note(f"{left}: the next run goes on.")
    if not isinstance(error, BudgetSpent):
        kept.failures.append(str(error))


def _place(kept: Keeper, post: Due) -> Place:
    """The place of a post that we hold; an imported one has no place among the settings'."""
    return next((p for p in kept.places if p.name == post.place), kept.places[0])
