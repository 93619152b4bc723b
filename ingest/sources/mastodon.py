"""Mastodon's hashtags, each at one instance: https://docs.joinmastodon.org/methods/timelines/#tag.

An instance shows what it knows of a hashtag: its own statuses, and those of others that reached it.
Ids grow with the time of writing, so a feed is read upwards by `min_id`; a status that came late
has an old id, so every window overlaps the last one. A page may be short, and a full one the last:
only an empty one ends the feed.

What a status is kept as stands in `ingest.mastodon`: where it opens a thread, the whole thread is
read and read again. Of other statuses the context is asked for once, since their thread has no
other name than its opener.

Authors who ask not to be found (`noindex`, `indexable`, `discoverable`, #nobot and the like in
their profile, quietly public statuses) are left out, and taken out where they ask later. Language
marks are often wrong and are not used. Some instances' rules forbid machines: mastodon.social's do,
so it is no default.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, ClassVar
from urllib.parse import unquote

from domain.errors import BadAnswer, InputError, Refused
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.mastodon import Gatherer, Step, Tag
from ingest.source import Asked, Page, Source, Terms, Window
from ingest.wires.mastodon import (
    Status,
    id_at,
    numbers,
    read,
    time_of,
)
from ingest.wires.mastodon_api import Api

BATCH = 20  # of one check
MOST_TRIES = 3  # at a page of which a context can't be read
NEXT = 1 << 16  # from an id to those of the next millisecond
OVERLAP = timedelta(hours=24)  # statuses of other instances come late, with their old ids
_ADDRESS = re.compile(r"(https?://[^/\s]+)/tags/([^/?#\s]+)/?", re.IGNORECASE)
_STATUS = re.compile(r"(https?://[^/\s]+)/@[^/\s]+/([0-9]{1,20})")


class Mastodon(Source):
    """The configured hashtags, each by the address at which an instance shows it."""

    name: ClassVar[str] = "mastodon"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        search=(
            "https://hachyderm.io/tags/ClaudeCode",
            "https://hachyderm.io/tags/ClaudeAI",
            "https://hachyderm.io/tags/ChatGPT",
            "https://fosstodon.org/tags/ClaudeCode",
        ),
        about={
            "https://hachyderm.io/tags/ClaudeCode": "Claude Code",
            "https://hachyderm.io/tags/ClaudeAI": "Claude",
            "https://hachyderm.io/tags/ChatGPT": "ChatGPT",
            "https://fosstodon.org/tags/ClaudeCode": "Claude Code",
        },
        pace_seconds=1.0,  # 300 in five minutes are allowed
        budget_requests=250,
    )
    terms: ClassVar[Terms] = Terms(
        train=False,
        attribution="Mastodon, the authors on their instances",
        written_at="https://mastodon.social/terms-of-service",
    )
    visits: ClassVar[bool] = True
    checks: ClassVar[int] = BATCH

    def __init__(self, settings: SourceSettings, now: datetime) -> None:
        super().__init__(settings, now)
        tags = [_tag(entry, settings.about.get(entry)) for entry in settings.search]
        self._tags = {tag.place: tag for tag in tags if tag}
        self._apis: dict[str, Api] = {}
        self._gatherer = Gatherer(self._now)

    def places(self) -> tuple[Place, ...]:
        """One for each hashtag at each instance."""
        for entry in self._settings.search:
            if not _ADDRESS.fullmatch(entry):
                raise InputError(
                    f"sources.mastodon: {entry!r} is no hashtag's address.",
                    "Write https://instance/tags/word.",
                )
        return tuple(
            Place(
                name=tag.place,
                source=self.name,
                frame=Frame.PRODUCT_QUERY,
                query=f"#{tag.tag.lower()}",
            )
            for tag in self._tags.values()
        )

    def addresses(self) -> tuple[str, ...]:
        """The instances."""
        return tuple(dict.fromkeys(tag.base for tag in self._tags.values()))

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """Upwards from the cursor, or downwards from the oldest status."""
        tag = self._tags[place.name]
        state = deepcopy(dict(cursor))
        api = self._api(client, tag.base)
        closed = api.closed()
        if window.back_to is None:
            yield from self._forward(api, tag, state, window)
            if closed:
                yield Page(notes=(f"{tag.base} shows no {closed} statuses to strangers.",))
        elif "from" in state:
            yield from self._back(api, tag, state, id_at(window.back_to))

    def _forward(self, api: Api, tag: Tag, state: dict[str, Any], window: Window) -> Iterator[Page]:
        start = datetime.fromisoformat(state["to"]) - OVERLAP if "to" in state else window.first
        low = began = id_at(min(start, window.since) if window.since else start)
        known = set[str]() if window.since else set(state.get("recent", ()))
        seen: dict[str, int] = {}
        while items := api.feed(tag.tag, {"min_id": str(low)}):
            low = _moved(numbers(items), low, up=True)
            statuses, unreadable = read(items)
            news = [s for s in statuses if _mark(s) not in known]
            step = yield from self._patiently(api, tag, news, state)
            step.unreadable += unreadable
            seen |= {_mark(s): int(s.id) for s in statuses if s.id not in step.unknown}
            state["from"] = min(state.get("from", _iso(began)), _iso(began))
            state["to"] = max(state.get("to", ""), _iso(low))
            state["recent"] = sorted(known | seen.keys())
            yield step.page(state)
        if "to" not in state and api.feed(tag.tag, {}):
            # The feed is alive, and nothing was written since: older statuses are for the way back.
            state |= {"from": _iso(began), "to": _iso(began)}
        if "to" in state:
            least = id_at(datetime.fromisoformat(state["to"]) - OVERLAP)
            state["recent"] = sorted(mark for mark, number in seen.items() if number > least)
        yield Page(empty=low == began, cursor=deepcopy(state) if "to" in state else None)

    def _back(self, api: Api, tag: Tag, state: dict[str, Any], floor: int) -> Iterator[Page]:
        at = id_at(datetime.fromisoformat(state["from"]))
        while at > floor:
            items = api.feed(tag.tag, {"max_id": str(at)})
            if not items:  # the feed's end: what is older was never there, or is kept no longer
                state["from"] = _iso(floor)
                yield Page(cursor=deepcopy(state), empty=True)
                return
            lowest = _moved(numbers(items), at, up=False)
            statuses, unreadable = read(items)
            step = yield from self._patiently(api, tag, statuses, state)
            step.unreadable += unreadable
            at = lowest
            state["from"] = _iso(at + NEXT)  # of a millisecond's statuses all are read again
            yield step.page(state)

    def _patiently(
        self, api: Api, tag: Tag, statuses: Sequence[Status], state: dict[str, Any]
    ) -> Generator[Page, None, Step]:
        """What is taken; a context that can't be read stops a few runs, then costs only itself."""
        tries = state.get("tries", 0) + 1
        try:
            at_any_cost = tries > MOST_TRIES
            step = self._gatherer.taken(api, tag, statuses, at_any_cost=at_any_cost)
        except BadAnswer:
            state["tries"] = tries
            yield Page(cursor=deepcopy(state))
            raise
        state.pop("tries", None)
        return step

    def thread(self, client: Client, opener: Asked) -> Iterator[Page]:
        """The opener, and its answers as far as a reader without an account is shown them."""
        tag, number = self._where(opener)
        api = self._api(client, tag.base)
        yield self._gatherer.whole(api, tag, api.status(number)).page()

    def check(self, client: Client, posts: Sequence[Asked]) -> Iterator[Page]:
        """All in one request; one that is not in the answer is asked for alone: 404 means gone."""
        asked = {}
        for post in posts:
            found = _STATUS.fullmatch(post.url)
            tag = self._tags.get(post.place)
            if found and tag and found[1] == tag.base:
                asked[found[2]] = post
        if not asked:
            return
        tag = self._tags[posts[0].place]
        for number, status in self._api(client, tag.base).statuses(list(asked)):
            key = asked[number].external_id
            if status is None:
                yield Page(gone=(key,))
            elif status.key() == key:
                yield self._gatherer.again(tag, status)

    def _api(self, client: Client, base: str) -> Api:
        if base not in self._apis:
            self._apis[base] = Api(client, base)
        return self._apis[base]

    def _where(self, opener: Asked) -> tuple[Tag, str]:
        """The hashtag by which a thread is held, and the opener's id at its instance."""
        found = _STATUS.fullmatch(opener.url)
        tag = self._tags.get(opener.place)
        if not found or tag is None or found[1] != tag.base:
            raise Refused(f"{opener.place} is not read any more.", "It is left as it is.")
        return tag, found[2]


def _tag(entry: str, about: str | None) -> Tag | None:
    found = _ADDRESS.fullmatch(entry)
    if not found:
        return None
    base, tag = found[1].lower(), unquote(found[2])
    host = base.partition("://")[2]
    return Tag(
        base=base,
        tag=tag,
        place=f"mastodon:{host}/tags/{tag.lower()}",
        about=(about,) if about else (),
    )


def _moved(found: Sequence[int], at: int, *, up: bool) -> int:
    """How far a page leads. Raises `BadAnswer` for one that leads nowhere, as it never ends."""
    to = (max if up else min)(found, default=at)
    if (to <= at) if up else (to >= at):
        raise BadAnswer("mastodon: a page of a hashtag leads nowhere.", "The next run tries again.")
    return to


def _mark(status: Status) -> str:
    """A version of a status, by which it is known again; its id is nothing for a cursor."""
    edited = status.edited_at.isoformat() if status.edited_at else ""
    return blake2b(f"{status.id}|{edited}".encode(), digest_size=8).hexdigest()


def _iso(number: int) -> str:
    """The time of an id."""
    return time_of(number).isoformat(timespec="milliseconds")


SOURCE: type[Source] = Mastodon
