"""What is read or asked for again: threads while they are active, posts on a slow schedule.

Both take a part of what is left of the run's requests, so that neither starves the other nor the
walk back. To stop at the part's end is how each of them ends: the rest stays due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from db import due
from db.due import Due
from db.engine import read, write
from domain.errors import BadAnswer, BudgetSpent, Refused, SourceError, Throttled, Unreachable
from domain.nouns import Place
from ingest.client import Client
from ingest.keep import Keeper
from ingest.schedule import SOONEST_VISIT, next_check, next_visit
from ingest.source import Asked

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
    shown: list[str] = []
    try:
        for page in kept.source.thread(client, _asked(opener)):
            kept.keep(_place(kept, opener), page)
            shown += (kept.keyed.hash("post", p.external_id) for p in page.posts)
    except Refused as error:
        if error.status not in _NOT_SHOWN:
            raise
        shown.clear()  # the thread isn't shown any more: each of its posts is asked for
    with write(kept.engine) as connection:
        due.missing(connection, opener.thread, shown, kept.now)
        newest = due.newest_post(connection, opener.thread) or opener.written_at
        due.set_thread(connection, opener.thread, next_visit(newest, kept.now))
    kept.visited += 1


def check_due(kept: Keeper, client: Client) -> None:
    """Asks whether posts that are due are still there, and as they were."""
    part = client.budget.requests_left() // PART
    if not kept.source.checks or not part:
        return
    with read(kept.engine) as connection:
        waiting = due.posts(connection, kept.source.name, kept.now, part * kept.source.checks)
    with client.budget.part(part):
        for done, batch in _batches(waiting, kept.source.checks):
            try:
                _check(kept, client, batch)
            except _ENDS as error:
                _stopped(kept, error, f"{len(waiting) - done:,} posts to be asked for again")
                return
            except SourceError as error:
                kept.note(f"Posts of {batch[0].place} could not be asked for: {error.what}")


def _check(kept: Keeper, client: Client, batch: Sequence[Due]) -> None:
    """One call. All of the batch move on: a post of which nothing certain is said comes later."""
    pages = kept.source.check(client, [_asked(post) for post in batch])
    try:
        for page in pages:
            kept.keep(_place(kept, batch[0]), page)
    except BadAnswer as error:
        kept.note(f"Posts of {batch[0].place} could not be asked for: {error.what}")
    hours = kept.source.terms.delete_within_hours
    with write(kept.engine) as connection:
        due.set_posts(
            connection, {p.post: next_check(p.written_at, kept.now, hours) for p in batch}
        )
    kept.checked += len(batch)


def _batches(posts: Sequence[Due], size: int) -> Iterator[tuple[int, list[Due]]]:
    """Posts of one place each time: a place may be a host of its own."""
    at_place: defaultdict[str, list[Due]] = defaultdict(list)
    for post in posts:
        at_place[post.place].append(post)
    done = 0
    for theirs in at_place.values():
        for start in range(0, len(theirs), size):
            batch = theirs[start : start + size]
            yield done, batch
            done += len(batch)


def _stopped(kept: Keeper, error: SourceError, left: str) -> None:
    kept.note(f"{left}: the next run goes on.")
    if not isinstance(error, BudgetSpent):
        kept.failures.append(str(error))


def _asked(post: Due) -> Asked:
    return Asked(
        place=post.place,
        external_id=post.external_id,
        url=post.url,
        kind=post.kind,
        written_at=post.written_at,
    )


def _place(kept: Keeper, post: Due) -> Place:
    """The place of a post that we hold; an imported one has no place among the settings'."""
    return next((p for p in kept.places if p.name == post.place), kept.places[0])
