"""App Store reviews: the newest 500 of an app in a country, in ten pages of a feed.

Apple describes the feed nowhere; its shapes are known from recordings. It is read from the newest
review down to one that was there the last time: so far every review was seen, and the frame is all
posts of the place. Where ten pages don't reach back that far, what lies between is a gap. Reviews
that leave the feed say nothing of deletion, and the feed gives empty answers for no reason: an
empty page is asked for once more by the feed's other address, and moves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import msgspec

from domain.errors import InputError
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.source import Missed, Page, RawPost, Source, Terms, Window
from ingest.text import tidy
from ingest.wires.appstore import Review, author_of, entries_of, said

PAGES = 10  # the feed has no more
OVERLAP = timedelta(days=3)  # a review may show up days after its date
DATED_WITHIN = timedelta(days=2)  # since the last reading: a new review without a date is from now
_ENTRY = re.compile(r"([a-z]{2})/([0-9]{5,12})", re.ASCII | re.IGNORECASE)
_ADDRESSES = (
    "{country}/rss/customerreviews/page={page}/id={app}/sortby=mostrecent/json",
    "{country}/rss/customerreviews/id={app}/sortBy=mostRecent/page={page}/json",
)


@dataclass(kw_only=True, slots=True)
class _Step:
    """One page, or all that were read so far."""

    posts: list[RawPost] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)  # of all its reviews
    dates: list[datetime] = field(default_factory=list)  # that the feed gave
    unreadable: int = 0
    empty: bool = False

    def reaches(self, moment: datetime, top: int) -> bool:
        """Whether it holds a review from `moment` or before; without dates: one known by number."""
        if self.dates:
            return min(self.dates) <= moment
        return any(number <= top for number in self.numbers)


class AppStore(Source):
    """Reviews of the configured apps, each as `country/app id`."""

    name: ClassVar[str] = "appstore"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        search=(
            "us/6448311069",
            "gb/6448311069",
            "us/6473753684",
            "gb/6473753684",
            "us/6477489729",
            "us/6472538445",
        ),
        about={
            "us/6448311069": "ChatGPT",
            "gb/6448311069": "ChatGPT",
            "us/6473753684": "Claude",
            "gb/6473753684": "Claude",
            "us/6477489729": "Gemini",
            "us/6472538445": "Copilot",
        },
        base="https://itunes.apple.com",
        pace_seconds=2.0,  # no limit is documented; bursts are refused
        budget_requests=120,
    )
    terms: ClassVar[Terms] = Terms(
        train=False,
        attribution="App Store",
        written_at="https://www.apple.com/legal/internet-services/itunes/",
    )
    catches_up: ClassVar[bool] = True  # what it can't catch up with is a gap of its own
    visits: ClassVar[bool] = False  # nobody answers a review
    checks: ClassVar[int] = 0  # no address gives a single review

    def __init__(self, settings: SourceSettings, now: datetime) -> None:
        super().__init__(settings, now)
        self._about = {
            _place(entry): tuple(filter(None, [settings.about.get(entry)]))
            for entry in settings.search
        }

    def places(self) -> tuple[Place, ...]:
        """One for each app in each country."""
        for entry in self._settings.search:
            _app(entry)
        return tuple(
            Place(name=name, source=self.name, frame=Frame.ALL_POSTS) for name in self._about
        )

    def advice(self, cursor: Mapping[str, Any], back_to: datetime) -> str:
        """The feed holds no history: there is nothing to walk back to."""
        return ""

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """The feed from its top to what was there the last time, the first time to its end."""
        if window.back_to is not None:
            return
        state = dict(cursor)
        known = datetime.fromisoformat(state["to"]) if "to" in state else None
        goal = min(filter(None, (known - OVERLAP, window.since))) if known else None
        top = int(state.get("top", "0"))
        whole = _Step()
        for number in range(1, PAGES + 1):
            step = self._read(client, place, number, state)
            whole.posts += step.posts
            whole.numbers += step.numbers
            whole.dates += step.dates
            last = step.empty or number == PAGES or (goal is not None and step.reaches(goal, top))
            missed = self._moved(state, whole, known, ended=step.empty) if last else ()
            yield Page(
                posts=tuple(step.posts),
                cursor=dict(state) if last and state != cursor else None,
                unreadable=step.unreadable,
                empty=step.empty,
                missed=missed,
            )
            if last:
                return

    def _moved(
        self, state: dict[str, Any], whole: _Step, known: datetime | None, *, ended: bool
    ) -> tuple[Missed, ...]:
        """Moves the cursor past all that was read; gives what the feed no longer holds."""
        top = int(state.get("top", "0"))
        joined = known is None or whole.reaches(known, top)
        # A feed that ends before what was there the last time is torn: it moves nothing.
        if not whole.numbers or (ended and not joined):
            return ()
        state["top"] = str(max(top, *whole.numbers))
        state["read"] = _iso(self._now)
        times = [post.written_at for post in whole.posts]
        if times:
            state["from"] = min(state.get("from", _iso(min(times))), _iso(min(times)))
            state["to"] = max(state.get("to", ""), _iso(max(times)))
        if joined or known is None or not times:
            return ()
        reason = "The feed holds 500 reviews, and more than that were written since the last run"
        return (Missed(began=known, ended=min(times), reason=reason),)

    def _read(self, client: Client, place: Place, number: int, state: Mapping[str, Any]) -> _Step:
        """A page; an empty one is asked for again by the other address."""
        country, app = _app(place.name.partition(":")[2])
        entries: list[msgspec.Raw] = []
        for address in _ADDRESSES:
            # Whether it calls its JSON "application/json" or "text/javascript" is not known.
            answer = client.get_bytes(address.format(country=country, app=app, page=number))
            entries = entries_of(answer.content or b"")
            if entries:
                break
        step = _Step(empty=not entries)
        for raw in entries:
            try:
                review = msgspec.json.decode(raw, type=Review)
            except msgspec.ValidationError:
                step.unreadable += 1
                continue
            if review.rating:
                self._take(step, place, review, state)
        return step

    def _take(self, step: _Step, place: Place, review: Review, state: Mapping[str, Any]) -> None:
        """Adds a review to a page.

        One without a date that has come since the last reading is from now, if that was lately. An
        older one without a date can't be placed in time; it counts once.
        """
        number = int(review.id.label)
        new = number > int(state.get("top", "0"))
        lately = (
            "read" in state and self._now - datetime.fromisoformat(state["read"]) <= DATED_WITHIN
        )
        step.numbers.append(number)
        if review.updated:
            written = min(review.updated.label.astimezone(UTC), self._now)
            step.dates.append(written)
        elif new and lately:
            written = self._now
        else:
            step.unreadable += new
            return
        step.posts.append(_post(place, review, written, self._about[place.name]))


def _place(entry: str) -> str:
    return f"appstore:{entry.lower()}"


def _app(entry: str) -> tuple[str, str]:
    found = _ENTRY.fullmatch(entry)
    if not found:
        raise InputError(
            f"sources.appstore: {entry!r} is no app in a country.", "Write us/6473753684."
        )
    return found[1].lower(), found[2]


def _post(place: Place, review: Review, written: datetime, about: tuple[str, ...]) -> RawPost:
    country, app = _app(place.name.partition(":")[2])
    key = f"appstore:{app}/{review.id.label}"
    title = tidy(said(review.title))
    return RawPost(
        place=place.name,
        thread=key,
        thread_title=title,
        thread_opened_at=written,
        external_id=key,
        parent=None,
        kind="review",
        author=author_of(review),
        title=title,
        text=tidy(said(review.content)),
        written_at=written,
        url=f"https://apps.apple.com/{country}/app/id{app}?see-all=reviews",
        products=about,
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


SOURCE: type[Source] = AppStore
