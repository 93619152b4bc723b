"""Mastodon's hashtags, each at one instance: https://docs.joinmastodon.org/methods/timelines/#tag.

An instance shows what it knows of a hashtag: its own statuses, and those of others that reached it.
Ids grow with the time of writing, so a feed is read upwards by `min_id`; a status that came late
has an old id, so every window overlaps the last one. A page may be short, and a full one the last:
only an empty one ends the feed.

Where a status opens a thread, the whole thread is read and read again: answers that don't bear the
hashtag come along. Below other openers only statuses with the hashtag are kept; the context of each
is asked once, since its thread has no other name than its opener.

Authors who ask not to be found (`noindex`, `indexable`, `discoverable`, #nobot and the like in
their profile, quietly public statuses) are left out, and taken out where they ask later. Language
marks are often wrong and are not used. Some instances' rules forbid machines: mastodon.social's do,
so it is no default.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, ClassVar
from urllib.parse import quote, unquote, urlencode

import msgspec

from domain.errors import BadAnswer, Gone, InputError, Refused
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.answer import PAGE
from ingest.client import Client
from ingest.source import Asked, Page, RawPost, Source, Terms, Window
from ingest.wires.mastodon import (
    Instance,
    Stand,
    Status,
    id_at,
    numbers,
    read,
    time_of,
)
from ingest.wires.mastodon_threads import Threads

LIMIT = 40  # statuses of one page
BATCH = 20  # of one check
MOST_TRIES = 3  # at a page of which a context can't be read
NEXT = 1 << 16  # from an id to those of the next millisecond
OVERLAP = timedelta(hours=24)  # statuses of other instances come late, with their old ids
_ADDRESS = re.compile(r"(https?://[^/\s]+)/tags/([^/?#\s]+)/?", re.IGNORECASE)
_STATUS = re.compile(r"(https?://[^/\s]+)/@[^/\s]+/([0-9]{1,20})")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Tag:
    """A hashtag at an instance."""

    base: str
    tag: str
    place: str
    about: tuple[str, ...]


@dataclass(kw_only=True, slots=True)
class _Step:
    """What one answer gave."""

    posts: list[RawPost] = field(default_factory=list)
    unreadable: int = 0
    hidden: int = 0  # of authors who asked not to be found
    gone: list[str] = field(default_factory=list)  # the hidden ones too: we may hold them
    unknown: list[str] = field(default_factory=list)  # ids of those whose context is not shown
    notes: list[str] = field(default_factory=list)

    def page(self, cursor: Mapping[str, Any] | None = None) -> Page:
        return Page(
            posts=tuple(self.posts),
            cursor=deepcopy(cursor),
            unreadable=self.unreadable + len(self.unknown),
            skipped=self.hidden,
            gone=tuple(self.gone),
            notes=tuple(self.notes),
        )


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
        self._open: dict[str, str] = {}  # instances that were asked: what they don't show
        self._threads = Threads()

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
        closed = self._closed(client, tag.base)
        if window.back_to is None:
            yield from self._forward(client, tag, state, window)
            if closed:
                yield Page(notes=(f"{tag.base} shows no {closed} statuses to strangers.",))
        elif "from" in state:
            yield from self._back(client, tag, state, id_at(window.back_to))

    def _forward(
        self, client: Client, tag: _Tag, state: dict[str, Any], window: Window
    ) -> Iterator[Page]:
        start = datetime.fromisoformat(state["to"]) - OVERLAP if "to" in state else window.first
        low = began = id_at(min(start, window.since) if window.since else start)
        known = set[str]() if window.since else set(state.get("recent", ()))
        seen: dict[str, int] = {}
        while items := self._feed(client, tag, {"min_id": str(low)}):
            low = _moved(numbers(items), low, up=True)
            statuses, unreadable = read(items)
            news = [s for s in statuses if _mark(s) not in known]
            step = yield from self._patiently(client, tag, news, state)
            step.unreadable += unreadable
            seen |= {_mark(s): int(s.id) for s in statuses if s.id not in step.unknown}
            state["from"] = min(state.get("from", _iso(began)), _iso(began))
            state["to"] = max(state.get("to", ""), _iso(low))
            state["recent"] = sorted(known | seen.keys())
            yield step.page(state)
        if "to" not in state and self._feed(client, tag, {}):
            # The feed is alive, and nothing was written since: older statuses are for the way back.
            state |= {"from": _iso(began), "to": _iso(began)}
        if "to" in state:
            least = id_at(datetime.fromisoformat(state["to"]) - OVERLAP)
            state["recent"] = sorted(mark for mark, number in seen.items() if number > least)
        yield Page(empty=low == began, cursor=deepcopy(state) if "to" in state else None)

    def _back(self, client: Client, tag: _Tag, state: dict[str, Any], floor: int) -> Iterator[Page]:
        at = id_at(datetime.fromisoformat(state["from"]))
        while at > floor:
            items = self._feed(client, tag, {"max_id": str(at)})
            if not items:  # the feed's end: what is older was never there, or is kept no longer
                state["from"] = _iso(floor)
                yield Page(cursor=deepcopy(state), empty=True)
                return
            lowest = _moved(numbers(items), at, up=False)
            statuses, unreadable = read(items)
            step = yield from self._patiently(client, tag, statuses, state)
            step.unreadable += unreadable
            at = lowest
            state["from"] = _iso(at + NEXT)  # of a millisecond's statuses all are read again
            yield step.page(state)

    def _patiently(
        self, client: Client, tag: _Tag, statuses: Sequence[Status], state: dict[str, Any]
    ) -> Generator[Page, None, _Step]:
        """As `_taken`; a context that can't be read stops a few runs, then it costs only itself."""
        tries = state.get("tries", 0) + 1
        try:
            step = self._taken(client, tag, statuses, at_any_cost=tries > MOST_TRIES)
        except BadAnswer:
            state["tries"] = tries
            yield Page(cursor=deepcopy(state))
            raise
        state.pop("tries", None)
        return step

    def thread(self, client: Client, opener: Asked) -> Iterator[Page]:
        """The opener, and its answers as far as a reader without an account is shown them."""
        tag, number = self._where(opener)
        root = client.get(f"{tag.base}/api/v1/statuses/{number}", Status).content
        if root is None:
            raise BadAnswer("mastodon: a status came back as unchanged.")
        step = _Step()
        self._whole(client, tag, root, step)
        yield step.page()

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
        for number, status in self._statuses(client, tag.base, list(asked)):
            key = asked[number].external_id
            if status is None:
                yield Page(gone=(key,))
            elif status.key() == key:
                yield self._again(tag, status)

    def _again(self, tag: _Tag, status: Status) -> Page:
        """A status that we hold, as it is now; its thread and its place in it are known."""
        if status.hidden():
            return Page(gone=(status.key(),), skipped=1)
        return Page(posts=(self._post(tag, status, Stand(thread="", key=status.key())),))

    def _statuses(
        self, client: Client, base: str, wanted: Sequence[str]
    ) -> Iterator[tuple[str, Status | None]]:
        """Each of these ids with its status, or with None where it is gone."""
        found: dict[str, Status] = {}
        query = urlencode([("id[]", number) for number in wanted])
        try:
            items = client.get(f"{base}/api/v1/statuses?{query}", list[msgspec.Raw]).content
            found = {s.id: s for s in read(items or [])[0]}
        except Refused as error:  # before 4.3 several can't be asked for at once
            if error.status not in (404, 405, 422):
                raise
        yield from found.items()
        for number in wanted:
            if number in found:
                continue
            try:
                status = client.get(f"{base}/api/v1/statuses/{number}", Status).content
            except Gone as error:
                if _says_gone(error):
                    yield number, None
            else:
                if status:
                    yield number, status

    def _closed(self, client: Client, base: str) -> str:
        """What the instance doesn't show of hashtags; `Refused` where it shows nothing.

        A closed feed answers as an empty one, so it must be known before.
        """
        if base not in self._open:
            try:
                told = client.get(f"{base}/api/v2/instance", Instance).content
            except Gone:  # before 4.0: feeds can't be closed
                told = None
            self._open[base] = " and ".join(told.closed() if told else ())
        if self._open[base] == "local and remote":
            raise Refused(
                f"{base} shows hashtags to its own users only.",
                "Take another instance into `search` of [sources.mastodon].",
            )
        return self._open[base]

    def _feed(self, client: Client, tag: _Tag, params: Mapping[str, str]) -> list[msgspec.Raw]:
        where = f"{tag.base}/api/v1/timelines/tag/{quote(tag.tag, safe='')}"
        asked: dict[str, str | int] = {"limit": LIMIT, **params}
        return client.get(where, list[msgspec.Raw], params=asked).content or []

    def _taken(
        self, client: Client, tag: _Tag, statuses: Iterable[Status], *, at_any_cost: bool
    ) -> _Step:
        """The posts among `statuses`, with the answers to those that open a thread.

        The oldest first: where one stands tells where its answers do. Raises `BadAnswer` for a
        context that can't be read, unless `at_any_cost`.
        """
        step = _Step()
        for status in sorted(statuses, key=lambda s: int(s.id)):
            try:
                stand = None if status.hidden() else self._threads.stand(client, tag.base, status)
                if stand and stand.parent is None and status.replies_count:
                    self._whole(client, tag, status, step)
                else:
                    self._take(tag, status, stand, step)
            except Refused as error:
                if _says_gone(error):  # deleted since the page was made
                    step.gone.append(status.key())
                elif error.status:
                    step.unknown.append(status.id)
                else:  # it is us who refused to go where the answer led
                    raise
            except BadAnswer:
                if not at_any_cost:
                    raise
                step.unknown.append(status.id)
        return step

    def _whole(self, client: Client, tag: _Tag, root: Status, step: _Step) -> None:
        """Takes a thread. A cut one is no gap: what bears the hashtag comes by the feed."""
        whole = self._threads.whole(client, tag.base, root)
        for status, stand in whole.statuses:
            self._take(tag, status, stand, step)
        step.unreadable += whole.unreadable
        if whole.capped:
            step.notes.append("A thread has more answers than strangers are shown.")

    def _take(self, tag: _Tag, status: Status, stand: Stand | None, step: _Step) -> None:
        if status.hidden() or stand is None:
            step.hidden += 1
            step.gone.append(status.key())
        else:
            step.posts.append(self._post(tag, status, stand))

    def _where(self, opener: Asked) -> tuple[_Tag, str]:
        """The hashtag by which a thread is held, and the opener's id at its instance."""
        found = _STATUS.fullmatch(opener.url)
        tag = self._tags.get(opener.place)
        if not found or tag is None or found[1] != tag.base:
            raise Refused(f"{opener.place} is not read any more.", "It is left as it is.")
        return tag, found[2]

    def _post(self, tag: _Tag, status: Status, stand: Stand) -> RawPost:
        opens = stand.parent is None
        written = min(status.created_at.astimezone(UTC), self._now)  # its author's clock told it
        who = status.account
        return RawPost(
            place=tag.place,
            thread=stand.thread,
            thread_title=status.title() if opens else None,
            thread_opened_at=written if opens else None,
            external_id=status.key(),
            parent=stand.parent,
            kind="post" if opens else "reply",
            author=who.url or who.acct,
            title=status.title(),
            text=status.text(),
            written_at=written,
            edited_at=status.edited_at,
            url=f"{tag.base}/@{who.acct}/{status.id}",
            depth=stand.depth,
            products=tag.about,
        )


def _tag(entry: str, about: str | None) -> _Tag | None:
    found = _ADDRESS.fullmatch(entry)
    if not found:
        return None
    base, tag = found[1].lower(), unquote(found[2])
    host = base.partition("://")[2]
    return _Tag(
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


def _says_gone(error: Refused) -> bool:
    """Whether Mastodon says that a status is gone, not a guard or a page in its place."""
    return isinstance(error, Gone) and error.word not in ("", PAGE)


def _mark(status: Status) -> str:
    """A version of a status, by which it is known again; its id is nothing for a cursor."""
    edited = status.edited_at.isoformat() if status.edited_at else ""
    return blake2b(f"{status.id}|{edited}".encode(), digest_size=8).hexdigest()


def _iso(number: int) -> str:
    """The time of an id."""
    return time_of(number).isoformat(timespec="milliseconds")


SOURCE: type[Source] = Mastodon
