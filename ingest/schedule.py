"""When a thread is read again, and when a post is asked for again.

Replies come fast at first and then ever more slowly: a thread is read again after half the time
that it has been quiet. Deletions come at any age: a post is asked for again after half its age, or
as often as the source's terms want deletions to be followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.source import RawPost, Source

SOONEST_VISIT = timedelta(hours=1)
LATEST_VISIT = timedelta(days=7)
QUIET = timedelta(days=30)  # a thread that was quiet for so long is not read again
SOONEST_CHECK = timedelta(days=1)
LATEST_CHECK = timedelta(days=90)


def next_visit(last_active: datetime, now: datetime) -> datetime | None:
    """When a thread of which the newest post is from `last_active` is read again; None: no more."""
    quiet = now - last_active
    if quiet >= QUIET:
        return None
    return now + min(max(quiet / 2, SOONEST_VISIT), LATEST_VISIT)


def next_check(written_at: datetime, now: datetime, within_hours: int | None) -> datetime:
    """When a post is asked for again; `within_hours` after a deletion it must be gone here."""
    wait = min(max((now - written_at) / 2, SOONEST_CHECK), LATEST_CHECK)
    if within_hours is not None:
        wait = min(wait, timedelta(hours=within_hours))
    return now + wait


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What becomes of a new post of one source."""

    now: datetime
    visits: bool
    checks: bool
    delete_within_hours: int | None

    def visit(self, raw: RawPost) -> datetime | None:
        """When the thread of a new post is read again as a whole."""
        return next_visit(raw.written_at, self.now) if self.visits else None

    def check(self, raw: RawPost) -> datetime | None:
        """When a new post is asked for again."""
        if not self.checks:
            return None
        return next_check(raw.written_at, self.now, self.delete_within_hours)


def plan_of(source: type[Source] | Source | None, now: datetime) -> Plan:
    """The plan of a source; without one nothing is asked for again."""
    return Plan(
        now=now,
        visits=source is not None and source.visits,
        checks=source is not None and source.checks > 0,
        delete_within_hours=source.terms.delete_within_hours if source else None,
    )
