"""Discourse forums: all posts in the order of their ids, and topics read again as a whole.

https://docs.discourse.org; how `/posts.json` turns its pages is told by the forum's own code. Ids
only grow: the list of the newest posts is walked down to the last one seen. A walk that stops
half-way leaves an open stretch, which stands in the cursor and is read first by the next run.

A reply says which number in its topic it answers, not which post: the topic is asked once for what
the list didn't show. A topic that can't be read is owed: its posts come when it can.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from domain.errors import BadAnswer, InputError, Refused
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.discourse import Forum, gone, shown
from ingest.source import Asked, Covered, Page, Source, Terms, Window
from ingest.wires.discourse import Post, in_utc

OVERLAP = 10  # ids read again: a post may be committed after its successor
WINDOW = 50  # ids: older versions answer for so many at a time, shown or not
MOST_WINDOWS = 5  # without a public post, until a list is believed to end
MOST_TRIES = 3  # runs in which a topic that can't be read is asked for again
FEW = 10  # posts saved at once: each may cost a request for its topic, which a stop would waste
OLDEST = 5  # posts that tell how far a page goes back: one alone may come from an older forum
_ADDRESS = re.compile(r"https?://([^/?#\s]+(?:/[^?#\s]*[^/?#\s])?)/*")
_TOPIC = re.compile(r"/t/[^/]+/(\d+)(?:/\d+)?$")
_NOT_SHOWN = ("not_found", "invalid_access")  # to anybody who isn't signed in


class Discourse(Source):
    """One place a forum, named by its address."""

    name: ClassVar[str] = "discourse"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        search=("https://community.openai.com", "https://forum.cursor.com"),
        about={"https://forum.cursor.com": "Cursor"},
        pace_seconds=1.0,  # 200 a minute and 50 in ten seconds are allowed
    )
    terms: ClassVar[Terms] = Terms(
        # Each forum has its own at /tos; most keep the text that Discourse comes with, by which
        # posts are under CC BY-NC-SA: nothing there allows training.
        train=False,
        attribution="the forum, CC BY-NC-SA where its terms say nothing else",
        written_at="https://meta.discourse.org/tos",
    )
    visits: ClassVar[bool] = True
    checks: ClassVar[int] = 1

    def __init__(self, settings: SourceSettings, now: datetime) -> None:
        super().__init__(settings, now)
        self._forums: dict[str, Forum] = {}
        for told in settings.search:
            name, address = _address(told)
            self._forums.setdefault(name, Forum(name, address, settings.about.get(told)))

    def places(self) -> tuple[Place, ...]:
        """One for each forum."""
        return tuple(
            Place(name=f"discourse:{name}", source=self.name, frame=Frame.ALL_POSTS)
            for name in self._forums
        )

    def addresses(self) -> tuple[str, ...]:
        """The forums."""
        return tuple(forum.address for forum in self._forums.values())

    def covered(self, cursor: Mapping[str, Any]) -> Covered | None:
        """What adjoins the oldest post read; an open stretch isn't covered yet."""
        if "to" not in cursor:
            return None
        return Covered(
            began=datetime.fromisoformat(cursor["from_at"]),
            ended=datetime.fromisoformat(cursor["to_at"]),
        )

    def advice(self, cursor: Mapping[str, Any], back_to: datetime) -> str:
        """How far the walk back still has to go."""
        return "" if "bottom" in cursor else super().advice(cursor, back_to)

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """From the newest post down to the last one seen, or on from the oldest one."""
        forum = self._forums[place.name.partition(":")[2]]
        state = deepcopy(dict(cursor))
        if window.back_to is not None:
            if "from" in state and "bottom" not in state:
                yield from self._down(client, forum, state, state["from"], window.back_to)
            return
        yield from self._owed(client, forum, state)
        if "to" not in state:
            yield from self._down(client, forum, state, None, window.first)
            return
        if "open" in state:
            yield from self._up_to_date(client, forum, state, None)
        yield from self._up_to_date(client, forum, state, window.since)

    def thread(self, client: Client, opener: Asked) -> Iterator[Page]:
        """The topic, in parts of twenty posts."""
        topic = _TOPIC.search(opener.url)
        forum, _ = self._place_of(opener)
        if forum and topic:
            yield from forum.whole(client, int(topic[1]))

    def check(self, client: Client, posts: Sequence[Asked]) -> Iterator[Page]:
        """A post by its id. Only a forum's own word counts: a proxy, too, may say 404."""
        for asked in posts:
            forum, number = self._place_of(asked)
            if forum is None:
                continue
            try:
                yield forum.post(client, number, asked.thread_title)
            except Refused as error:
                if error.status == 410 or error.word == "not_found":
                    yield Page(gone=(asked.external_id,))
                elif not _not_shown(error):
                    raise

    def _place_of(self, asked: Asked) -> tuple[Forum | None, int]:
        name, _, number = asked.external_id.partition(":")[2].rpartition("/")
        return self._forums.get(name), int(number)

    def _up_to_date(
        self, client: Client, forum: Forum, state: dict[str, Any], since: datetime | None
    ) -> Iterator[Page]:
        """Goes on with the open stretch, or from the newest post, down to the last one seen."""
        stretch, seen = state.get("open"), state["to"]
        floor = seen - OVERLAP
        known = {seen - offset for offset in state.get("near", ())}
        listed: set[int] = set()
        for posts, bad in self._downwards(client, forum, stretch["at"] if stretch else None):
            if not posts:
                if stretch and stretch["at"] > seen:
                    raise BadAnswer(
                        f"{forum.address} lists nothing below post {stretch['at']}.",
                        "The next run asks again.",
                    )
                if stretch is None:
                    yield Page(empty=True)
                return
            lowest = posts[-1].id
            stretch = stretch or {"top": posts[0].id, "read_at": self._now.isoformat()}
            stretch = {**stretch, "at": lowest}
            new = [
                p
                for p in posts
                if (p.id > floor and p.id not in known)
                or (since and p.created_at >= since)
                or gone(p)
            ]
            listed |= {p.id for p in posts}
            page = self._kept(client, forum, new, bad, state)
            if lowest <= seen:
                top = max(seen, stretch["top"])
                state |= {"to": top, "to_at": stretch["read_at"], "near": _near(top, listed)}
                state.pop("open", None)
            else:
                state["open"] = stretch
            yield replace(page, cursor=deepcopy(state))
            if lowest <= floor and (since is None or _oldest(posts) < since):
                return

    def _down(
        self,
        client: Client,
        forum: Forum,
        state: dict[str, Any],
        start: int | None,
        floor: datetime,
    ) -> Iterator[Page]:
        """From `start`, or from the newest post, down to the time `floor` or to the first post."""
        if "from_at" in state and datetime.fromisoformat(state["from_at"]) <= floor:
            return
        for posts, bad in self._downwards(client, forum, start):
            if not posts:
                if "from" in state:
                    oldest = min(datetime.fromisoformat(state["from_at"]), floor)
                    state |= {"bottom": True, "from_at": oldest.isoformat()}
                    yield Page(cursor=deepcopy(state))
                else:
                    yield Page(empty=True)
                return
            if "to" not in state:
                state |= {"to": posts[0].id, "near": _near(posts[0].id, {p.id for p in posts})}
            state.setdefault("to_at", self._now.isoformat())
            state |= {"from": posts[-1].id, "from_at": _oldest(posts).isoformat()}
            yield replace(self._kept(client, forum, posts, bad, state), cursor=deepcopy(state))
            if _oldest(posts) < floor:
                return

    def _downwards(
        self, client: Client, forum: Forum, at: int | None
    ) -> Iterator[tuple[list[Post], int]]:
        """Posts below `at` (None: the newest), a few at a time; at the end none, once."""
        while True:
            posts, bad = _below(client, forum, at)
            for start in range(0, max(len(posts), 1), FEW):
                yield posts[start : start + FEW], 0 if start else bad
            if not posts:
                return
            at = posts[-1].id

    def _kept(
        self, client: Client, forum: Forum, posts: Sequence[Post], bad: int, state: dict[str, Any]
    ) -> Page:
        """A page of those `posts` whose topics can be read; the topics of the rest are owed."""
        ready: list[Post] = []
        hidden = 0
        for post in posts:
            if str(post.topic_id) in state.get("owed", {}):
                continue
            try:
                if shown(post):
                    forum.answers(client, post)
            except BadAnswer:
                state.setdefault("owed", {})[str(post.topic_id)] = 1
                bad += 1
            except Refused as error:
                if not _not_shown(error):
                    raise
                hidden += 1
            else:
                ready.append(post)
        page = forum.page(ready, bad)
        return replace(page, skipped=page.skipped + hidden)

    def _owed(self, client: Client, forum: Forum, state: dict[str, Any]) -> Iterator[Page]:
        """Topics that earlier runs could not read, as a whole."""
        for topic, tries in list(state.get("owed", {}).items()):
            del state["owed"][topic]
            try:
                yield from forum.whole(client, int(topic))
                rest = Page()
            except BadAnswer:
                rest = Page(unreadable=1)
                if tries < MOST_TRIES:
                    state["owed"][topic] = tries + 1
            except Refused as error:
                if not _not_shown(error):
                    raise
                rest = Page(skipped=1)
            yield replace(rest, cursor=deepcopy(state))


def _below(client: Client, forum: Forum, at: int | None) -> tuple[list[Post], int]:
    """Posts below `at` with descending ids; none where there are no more.

    Older versions answer for fifty ids at a time, so nothing may only mean that none of these is
    public: the next ones are asked for. Where these hold posts, an empty answer is asked for again.
    """
    posts, bad = forum.latest(client, at)
    below = [p for p in posts if at is None or p.id < at]
    if below or at is None:
        return below, bad
    for start in range(at - WINDOW, max(at - MOST_WINDOWS * WINDOW, 0), -WINDOW):
        lower, bad = forum.latest(client, start)
        if lower:
            posts, again = forum.latest(client, at)
            below = [p for p in posts if p.id < at]
            return (below, again) if below else (lower, bad)
    return [], 0


def _address(told: str) -> tuple[str, str]:
    """A forum's name, which is its host and path, and its address."""
    found = _ADDRESS.fullmatch(told.strip())
    if not found:
        raise InputError(f"sources.discourse: {told!r} is no address.", "Write https://host.")
    host, slash, path = found[1].partition("/")
    name = f"{host.lower()}{slash}{path}"
    return name, f"{told.strip().partition('://')[0]}://{name}"


def _near(top: int, listed: set[int]) -> list[int]:
    """How far below `top` those posts stand that are listed again though they were read."""
    return sorted(top - key for key in listed if 0 <= top - key < OVERLAP)


def _not_shown(error: Refused) -> bool:
    """Whether the forum itself says that strangers don't see what was asked for."""
    return error.status == 410 or error.word in _NOT_SHOWN


def _oldest(posts: Sequence[Post]) -> datetime:
    """How far back a page of descending ids goes."""
    return max(in_utc(post.created_at) for post in posts[-OLDEST:])


SOURCE: type[Source] = Discourse
