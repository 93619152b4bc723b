"""The shape that every source has: what it may do, what it reads, what it yields.

A source is one file in `ingest/sources`. It knows what to ask for and how to read the answer;
pacing, retries, limits and budgets belong to the client, keys, redaction and rows to `prepare`,
the order of work and all that is saved to `visit`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any, ClassVar

from db.due import Asked
from domain.closing import Closing
from domain.nouns import Candidate, Outage, Place, Terms
from domain.settings import SourceSettings

if TYPE_CHECKING:
    from ingest.client import Client

__all__ = [
    "Asked",
    "Covered",
    "Missed",
    "Page",
    "RawPost",
    "Source",
    "Terms",
    "Window",
    "days_left",
    "to_go",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class RawPost:
    """A post as its source shows it, in plain text, before redaction. Never stored, never logged.

    External ids are unique over all sources and begin with the source's scheme: `hn:8863`,
    `github:owner/repo#12`, `github:owner/repo/comment/34`. A live source and an archive that
    hold the same post must give it the same id. Times are in UTC.
    """

    place: str
    thread: str  # external id of the post that opened the thread; "": as held, in `Source.check`
    thread_title: str | None  # None: this answer doesn't say
    thread_opened_at: datetime | None
    external_id: str
    parent: str | None  # external id of the post that it answers
    kind: str  # issue, story, comment, reply, review, post
    author: str | None  # as the source writes it; None where the account is gone
    title: str
    text: str
    written_at: datetime
    edited_at: datetime | None = None
    deleted: bool = False
    url: str = ""
    depth: int = 0
    products: tuple[str, ...] = ()  # that the place or the thread is about, whatever the text says
    closing: Closing | None = None  # how the thread that it opens stands; None: the source is mute
    original: str | None = None  # external id of what it says its thread is a duplicate of


@dataclass(frozen=True, kw_only=True, slots=True)
class Missed:
    """A stretch of a place of which the source doesn't give everything: a gap, never a zero."""

    began: datetime
    ended: datetime
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """What is saved in one transaction: posts, and the cursor's value once they are kept.

    `cursor` None leaves the cursor where it is. `empty` marks an answer that held nothing where
    something might have been: counted, since an empty answer is no proof of an empty place.
    `skipped` counts what was left out on purpose, `unreadable` what could not be decoded, `gone`
    names posts of which the source says that they are deleted, `there` posts of which it says no
    more than that they are not. `notes` are sentences to tell that are no failure.
    """

    posts: tuple[RawPost, ...] = ()
    cursor: Mapping[str, Any] | None = None
    unreadable: int = 0
    skipped: int = 0
    empty: bool = False
    gone: tuple[str, ...] = ()
    there: tuple[str, ...] = ()
    missed: tuple[Missed, ...] = ()
    notes: tuple[str, ...] = ()
    outages: tuple[Outage, ...] = ()
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """Which part of a place is asked for.

    `first`: where a place without a cursor begins. `since`: read again from here where that is
    earlier than the cursor. `back_to`: walk from the oldest position back to here instead.
    """

    first: datetime
    since: datetime | None = None
    back_to: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Covered:
    """The stretch of a place of which every post was read that was there at the time."""

    began: datetime
    ended: datetime


class Source(ABC):
    """One public place or service. An object lives for one run and may remember what it saw.

    What a source doesn't say here is true of most: no credentials, places that can be read on
    later, threads and posts that can't be asked for again, a cursor `from` one time `to` another.
    """

    name: ClassVar[str]
    defaults: ClassVar[SourceSettings]  # address, places, pace and budget, unless settings say else
    terms: ClassVar[Terms]
    hosts: ClassVar[tuple[str, ...]] = ()  # that it may be redirected to, beside its own
    needs: ClassVar[tuple[str, ...]] = ()  # roles of credentials without which it can't be read
    catches_up: ClassVar[bool] = True  # whether what a failed run missed can still be read later
    seen_live: ClassVar[bool] = False  # whether this code ever read a real answer of the service
    visits: ClassVar[bool] = False  # whether `thread` can read a whole thread again
    checks: ClassVar[int] = 0  # how many posts one call of `check` takes; 0: it can't be asked

    def __init__(self, settings: SourceSettings, now: datetime) -> None:
        self._settings = settings
        self._now = now.astimezone(UTC)

    @abstractmethod
    def places(self) -> tuple[Place, ...]:
        """The places that the settings ask for; `InputError` for one that can't be asked for."""

    def addresses(self) -> tuple[str, ...]:
        """Addresses whose hosts it asks, beside `base` and `also` of the settings."""
        return ()

    def requests(self) -> int:
        """How many requests a run may make: the settings' number, or fewer where terms ask it."""
        return self._settings.budget_requests

    @abstractmethod
    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """Pages of one place from `cursor` on ({} for a new place), each safe to commit alone.

        Raises the client's `SourceError`s; what was yielded before stays right.
        """

    def thread(self, client: Client, opener: Asked) -> Iterator[Page]:
        """The whole thread that `opener` began, as it is now: late replies and edits.

        The pages together must hold every post of the thread that is still there: one that we hold
        and that is missing is asked for by `check`. Never called where `visits` is False.
        """
        raise NotImplementedError

    def check(self, client: Client, posts: Sequence[Asked]) -> Iterator[Page]:
        """At most `checks` posts as they are now: edited ones as posts, deleted ones as `gone`.

        All are of one place. An answer may tell of further posts, too: what is named on a page
        need not be asked for soon. A post of which the answer says nothing certain is left out; it
        is asked for again later. Never called where `checks` is 0.
        """
        raise NotImplementedError

    def covered(self, cursor: Mapping[str, Any]) -> Covered | None:
        """What the cursor says was read whole; None where nothing was."""
        if "to" not in cursor:
            return None
        return Covered(
            began=datetime.fromisoformat(cursor["from"]), ended=datetime.fromisoformat(cursor["to"])
        )

    def advice(self, cursor: Mapping[str, Any], back_to: datetime) -> str:
        """What a reader of `whylost sources` should know of this place, such as the time to go."""
        covered = self.covered(cursor)
        return to_go(covered.began, back_to) if covered else ""


def days_left(began: datetime, back_to: datetime) -> int:
    """How many days a walk that reached `began` has to go back; 0 where it is there."""
    return max(ceil((began - back_to) / timedelta(days=1)), 0)


def to_go(began: datetime, back_to: datetime) -> str:
    """The same in words; "" where it is there."""
    left = days_left(began, back_to)
    return f"{left} days of history to go" if left else ""
