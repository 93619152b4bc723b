"""Lemmy communities, each at one instance: https://join-lemmy.org/docs/contributors/04-api.html.

Everything is named by its `ap_id`, so the same post read at two instances is one post. Lists give
the newest first and can't be asked by time: a run reads a community's posts and comments down to
what was read before, and the list of comments tells which threads have new ones. Those threads are
read whole, since a comment names the ones above it by ids that only its thread explains. A thread
that is still to be read is noted in the cursor, so that a stop loses none.

The walk back goes down the list of posts with their threads. Comments below posts that are older
than what was walked come with their posts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from typing import Any, ClassVar

from domain.errors import BadAnswer, Gone, InputError, Refused
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.lemmy import OVERLAP, REACHED, Community, Gatherer, iso, missed_of, reached
from ingest.source import (
    Asked,
    Covered,
    Missed,
    Page,
    Source,
    Terms,
    Window,
    days_left,
    to_go,
)
from ingest.wires.lemmy import PostView
from ingest.wires.lemmy_api import Api, Turned

MOST_TRIES = 3  # at a thread that can't be read
_ADDRESS = re.compile(r"(https?://[^/\s]+)/c/([\w.-]+(?:@[\w.:-]+)?)/?", re.IGNORECASE)
_SHOWN = re.compile(r"(https?://[^/\s]+)/(post|comment)/([0-9]{1,18})")


class Lemmy(Source):
    """All posts and comments of the configured communities."""

    name: ClassVar[str] = "lemmy"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        search=("https://lemmy.world/c/chatgpt",),
        about={
            "https://lemmy.world/c/chatgpt": "ChatGPT",
        },
        pace_seconds=1.0,
        budget_requests=250,
    )
    terms: ClassVar[Terms] = Terms(
        train=False,
        attribution="Lemmy, the authors on their instances",
        written_at="https://legal.lemmy.world/tos/",
    )
    visits: ClassVar[bool] = True
    checks: ClassVar[int] = 1  # each is asked for alone

    def __init__(self, settings: SourceSettings, now: datetime) -> None:
        super().__init__(settings, now)
        found = [_community(entry, settings.about.get(entry)) for entry in settings.search]
        self._communities = {c.place: c for c in found if c}
        self._apis: dict[str, Api] = {}
        self._gatherer = Gatherer(self._now)

    def places(self) -> tuple[Place, ...]:
        """One for each community at each instance."""
        for entry in self._settings.search:
            if not _ADDRESS.fullmatch(entry):
                raise InputError(
                    f"sources.lemmy: {entry!r} is no community's address.",
                    "Write https://instance/c/name.",
                )
        return tuple(
            Place(name=name, source=self.name, frame=Frame.ALL_POSTS) for name in self._communities
        )

    def addresses(self) -> tuple[str, ...]:
        """The instances."""
        return tuple(dict.fromkeys(c.base for c in self._communities.values()))

    def covered(self, cursor: Mapping[str, Any]) -> Covered | None:
        """What was read with all its threads."""
        if "sure" not in cursor:
            return None
        began, ended = cursor["sure"]
        return Covered(began=datetime.fromisoformat(began), ended=datetime.fromisoformat(ended))

    def advice(self, cursor: Mapping[str, Any], back_to: datetime) -> str:
        """How far the walk back still has to go, and whether it can."""
        if "from" not in cursor:
            return ""
        began = datetime.fromisoformat(cursor["from"])
        if cursor.get("capped") and (left := days_left(began, back_to)):
            return f"the instance shows {REACHED} posts, none of the {left} days before"
        return to_go(began, back_to)

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """Down to what was read before, or on from the oldest post."""
        community = self._communities[place.name]
        api = self._api(client, community.base)
        state = deepcopy(dict(cursor))
        yield from self._owed(api, community, state)
        if window.back_to is None:
            yield from self._forward(api, community, state, window)
        elif "from" in state:
            yield from self._back(api, community, state, window.back_to)

    def thread(self, client: Client, opener: Asked) -> Iterator[Page]:
        """A post with all its comments."""
        community, kind, number = self._where(opener)
        if kind != "post":
            raise Refused(f"{opener.place}: a comment opens no thread.", "It is left as it is.")
        yield self._gatherer.tree(self._api(client, community.base), community, number)

    def check(self, client: Client, posts: Sequence[Asked]) -> Iterator[Page]:
        """Each alone; what the instance says isn't there is gone."""
        for post in posts:
            community, kind, number = self._where(post)
            api = self._api(client, community.base)
            try:
                raw = self._gatherer.post(api, community, number, kind)
            except Gone:
                yield Page(gone=(post.external_id,))
                continue
            if raw.external_id == post.external_id:
                yield Page(gone=(raw.external_id,)) if raw.deleted else Page(posts=(raw,))

    def _forward(
        self, api: Api, community: Community, state: dict[str, Any], window: Window
    ) -> Iterator[Page]:
        known = datetime.fromisoformat(state["to"]) if "to" in state else window.first
        start = known - OVERLAP if "to" in state else known
        start = min(start, window.since) if window.since else start
        newest: datetime | None = None
        missed: tuple[Missed, ...] = ()
        for turned in api.posts(community.name):
            yield self._gatherer.listed(api, community, turned)
            times = [view.post.written_at() for view in turned.views]
            newest = max([*times, newest] if newest else times, default=None)
            missed = missed_of(turned, known, "posts")
            if reached(turned, start):
                break
        marks = () if window.since else state.get("recent", ())
        news = self._gatherer.news(api, community, start, known, marks)
        newest = max(filter(None, (newest, news.newest)), default=None)
        if newest:
            newest = min(newest, self._now)
            state["to"] = max(state.get("to", ""), iso(newest))
            state["from"] = min(state.get("from", iso(start)), iso(start), state["to"])
            state["recent"] = list(news.recent)
            state["owed"] = {str(n): 0 for n in news.threads} | state.get("owed", {})
            _settle(state)
        yield Page(
            cursor=deepcopy(state) if newest else None,
            empty=newest is None,
            unreadable=news.unreadable,
            missed=(*missed, *news.missed),
        )
        yield from self._owed(api, community, state)

    def _back(
        self, api: Api, community: Community, state: dict[str, Any], back_to: datetime
    ) -> Iterator[Page]:
        """On down the list of posts, each with its thread."""
        floor = iso(back_to)
        if state["from"] <= floor or state.get("capped"):
            return
        for turned in self._onwards(api, community, state):
            page = self._gatherer.listed(api, community, turned)
            older = [v for v in turned.views if iso(v.post.written_at()) < state["from"]]
            owed = {str(view.post.id): 0 for view in older if view.answers()}
            state["owed"] = state.get("owed", {}) | owed
            if turned.oldest:
                state["from"] = min(state["from"], iso(turned.oldest))
            # Ahead of a numbered page others move down: it is read again, a cursor's is not.
            state["next"] = dict(turned.here if "page" in turned.here else turned.following or {})
            missed = missed_of(turned, back_to, "posts")
            state |= {"capped": True} if missed else {}
            if turned.following is None and not turned.capped:
                state["from"] = min(state["from"], floor)
                state.pop("next")
            _settle(state)
            yield _with(page, state, missed)
            yield from self._owed(api, community, state)
            if reached(turned, back_to):
                return

    def _onwards(
        self, api: Api, community: Community, state: dict[str, Any]
    ) -> Iterator[Turned[PostView]]:
        """The list from where the last walk stopped; from its top where that place is gone."""
        start = state.get("next")
        try:
            yield from api.posts(community.name, start)
        except Refused as error:
            if not start or error.status not in (400, 404):
                raise
            state.pop("next")
            yield from api.posts(community.name)

    def _owed(self, api: Api, community: Community, state: dict[str, Any]) -> Iterator[Page]:
        """Threads that are still to be read. One that can't be is left for the next runs."""
        for number in list(state.get("owed", {})):
            tries = state["owed"].pop(number) + 1
            try:
                page = self._gatherer.tree(api, community, int(number))
            except Gone:
                page = Page()
            except BadAnswer:
                if tries < MOST_TRIES:
                    state["owed"][number] = tries
                _settle(state)
                yield Page(cursor=deepcopy(state), unreadable=tries == MOST_TRIES)
                raise
            _settle(state)
            yield _with(page, state, page.missed)

    def _api(self, client: Client, base: str) -> Api:
        if base not in self._apis:
            self._apis[base] = Api(client, base)
        return self._apis[base]

    def _where(self, post: Asked) -> tuple[Community, str, int]:
        """Where a post that we hold is shown."""
        found = _SHOWN.fullmatch(post.url)
        community = self._communities.get(post.place)
        if not found or community is None or found[1] != community.base:
            raise Refused(f"{post.place} is not read any more.", "It is left as it is.")
        return community, found[2], int(found[3])


def _community(entry: str, about: str | None) -> Community | None:
    found = _ADDRESS.fullmatch(entry)
    if not found:
        return None
    base, name = found[1].lower(), found[2].lower()
    host = base.partition("://")[2]
    return Community(
        base=base,
        name=name,
        place=f"lemmy:{host}/c/{name}",
        about=(about,) if about else (),
    )


def _settle(state: dict[str, Any]) -> None:
    """What was read is sure once no thread is owed."""
    if not state.get("owed"):
        state.pop("owed", None)
        state["sure"] = [state["from"], state["to"]]


def _with(page: Page, state: Mapping[str, Any], missed: tuple[Missed, ...]) -> Page:
    return Page(
        posts=page.posts,
        gone=page.gone,
        unreadable=page.unreadable,
        missed=missed,
        cursor=deepcopy(dict(state)),
    )


SOURCE: type[Source] = Lemmy
