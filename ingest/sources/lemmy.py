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
from collections.abc import Collection, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, ClassVar

from domain.errors import BadAnswer, Gone, InputError, Refused
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.source import (
    Asked,
    Covered,
    Missed,
    Page,
    RawPost,
    Source,
    Terms,
    Window,
    days_left,
    to_go,
)
from ingest.wires.lemmy import CommentView, PostView, comment_of, post_of
from ingest.wires.lemmy_api import LIMIT, MOST_PAGES, Api, Turned

OVERLAP = timedelta(hours=24)  # what other instances write comes late, with its old time
MOST_TRIES = 3  # at a thread that can't be read
REACHED = LIMIT * MOST_PAGES
_ADDRESS = re.compile(r"(https?://[^/\s]+)/c/([\w.-]+(?:@[\w.:-]+)?)/?", re.IGNORECASE)
_SHOWN = re.compile(r"(https?://[^/\s]+)/(post|comment)/([0-9]{1,18})")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Community:
    """A community as an instance names it."""

    base: str
    name: str
    place: str
    about: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _News:
    """What the list of comments told."""

    threads: tuple[int, ...]  # with comments that are new or edited
    recent: tuple[str, ...]  # marks of the overlap's comments
    newest: datetime | None
    unreadable: int
    missed: tuple[Missed, ...]


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
        self._views: dict[tuple[str, int], PostView] = {}  # posts that lists gave, by instance

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
        yield self._tree(self._api(client, community.base), community, number)

    def check(self, client: Client, posts: Sequence[Asked]) -> Iterator[Page]:
        """Each alone; what the instance says isn't there is gone."""
        for post in posts:
            community, kind, number = self._where(post)
            api = self._api(client, community.base)
            try:
                raw = self._post(api, community, number, kind)
            except Gone:
                yield Page(gone=(post.external_id,))
                continue
            if raw.external_id == post.external_id:
                yield Page(gone=(raw.external_id,)) if raw.deleted else Page(posts=(raw,))

    def _forward(
        self, api: Api, community: _Community, state: dict[str, Any], window: Window
    ) -> Iterator[Page]:
        known = datetime.fromisoformat(state["to"]) if "to" in state else window.first
        start = known - OVERLAP if "to" in state else known
        start = min(start, window.since) if window.since else start
        newest: datetime | None = None
        missed: tuple[Missed, ...] = ()
        for turned in api.posts(community.name):
            yield self._listed(api, community, turned)
            times = [view.post.written_at() for view in turned.views]
            newest = max([*times, newest] if newest else times, default=None)
            missed = _missed(turned, known, "posts")
            if _reached(turned, start):
                break
        marks = () if window.since else state.get("recent", ())
        news = self._news(api, community, start, known, marks)
        newest = max(filter(None, (newest, news.newest)), default=None)
        if newest:
            newest = min(newest, self._now)
            state["to"] = max(state.get("to", ""), _iso(newest))
            state["from"] = min(state.get("from", _iso(start)), _iso(start), state["to"])
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

    def _news(
        self,
        api: Api,
        community: _Community,
        start: datetime,
        known: datetime,
        marks: Collection[str],
    ) -> _News:
        """Which threads have comments from `start` on that are not among `marks`.

        Those up to `known` were read before.
        """
        views: list[CommentView] = []
        unreadable = 0
        missed: tuple[Missed, ...] = ()
        for turned in api.comments(community.name):
            views += turned.views
            unreadable += turned.unreadable
            missed = _missed(turned, known, "comments")
            if _reached(turned, start):
                break
        views = [view for view in views if view.comment.written_at() >= start]
        newest = max((view.comment.written_at() for view in views), default=None)
        news = [view for view in views if _mark(view) not in marks]
        least = min(newest, self._now) - OVERLAP if newest else start
        return _News(
            threads=tuple(dict.fromkeys(view.post.id for view in news)),
            recent=tuple(sorted(_mark(v) for v in views if v.comment.written_at() >= least)),
            newest=newest,
            unreadable=unreadable,
            missed=missed,
        )

    def _back(
        self, api: Api, community: _Community, state: dict[str, Any], back_to: datetime
    ) -> Iterator[Page]:
        """On down the list of posts, each with its thread."""
        floor = _iso(back_to)
        if state["from"] <= floor or state.get("capped"):
            return
        for turned in self._onwards(api, community, state):
            page = self._listed(api, community, turned)
            older = [v for v in turned.views if _iso(v.post.written_at()) < state["from"]]
            owed = {str(view.post.id): 0 for view in older if view.answers()}
            state["owed"] = state.get("owed", {}) | owed
            if turned.oldest:
                state["from"] = min(state["from"], _iso(turned.oldest))
            # Ahead of a numbered page others move down: it is read again, a cursor's is not.
            state["next"] = dict(turned.here if "page" in turned.here else turned.following or {})
            missed = _missed(turned, back_to, "posts")
            state |= {"capped": True} if missed else {}
            if turned.following is None and not turned.capped:
                state["from"] = min(state["from"], floor)
                state.pop("next")
            _settle(state)
            yield _with(page, state, missed)
            yield from self._owed(api, community, state)
            if _reached(turned, back_to):
                return

    def _onwards(
        self, api: Api, community: _Community, state: dict[str, Any]
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

    def _owed(self, api: Api, community: _Community, state: dict[str, Any]) -> Iterator[Page]:
        """Threads that are still to be read. One that can't be is left for the next runs."""
        for number in list(state.get("owed", {})):
            tries = state["owed"].pop(number) + 1
            try:
                page = self._tree(api, community, int(number))
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

    def _listed(self, api: Api, community: _Community, turned: Turned[PostView]) -> Page:
        """The posts of a page, and those that were taken away since."""
        self._views |= {(api.base, view.post.id): view for view in turned.views}
        posts = [self._opener(api, community, view) for view in turned.views]
        return Page(
            posts=tuple(p for p in posts if not p.deleted),
            gone=tuple(p.external_id for p in posts if p.deleted),
            unreadable=turned.unreadable,
        )

    def _tree(self, api: Api, community: _Community, number: int) -> Page:
        """A whole thread. Comments come after those that they answer."""
        listed = self._views.pop((api.base, number), None)
        view = listed or api.post(number)
        empty = not listed and not view.answers()  # a list's count may be older than a comment
        opener = self._opener(api, community, view)
        posts = [] if opener.deleted else [opener]
        known: dict[int, str] = {}
        unreadable = 0
        missed: tuple[Missed, ...] = ()
        for turned in () if empty else api.below(number):
            unreadable += turned.unreadable
            for below in turned.views:
                above = [known[n] for n in below.comment.above() if n in known]
                known[below.comment.id] = below.comment.key()
                posts.append(self._comment(api, community, below, above[-1] if above else ""))
            if turned.capped:
                last = max((post.written_at for post in posts), default=self._now)
                reason = f"A thread has more than {REACHED} comments"
                missed = (Missed(began=last, ended=self._now, reason=reason),)
        return Page(
            posts=tuple(posts),
            gone=(opener.external_id,) if opener.deleted else (),
            unreadable=unreadable,
            missed=missed,
        )

    def _post(self, api: Api, community: _Community, number: int, kind: str) -> RawPost:
        """One post or comment that we hold, as it is now."""
        if kind == "post":
            return self._opener(api, community, api.post(number))
        return self._comment(api, community, api.comment(number), "")

    def _opener(self, api: Api, community: _Community, view: PostView) -> RawPost:
        return post_of(view, community.place, api.base, community.about, self._now)

    def _comment(self, api: Api, community: _Community, view: CommentView, parent: str) -> RawPost:
        above = parent or view.post.key()
        return comment_of(view, above, community.place, api.base, community.about, self._now)

    def _api(self, client: Client, base: str) -> Api:
        if base not in self._apis:
            self._apis[base] = Api(client, base)
        return self._apis[base]

    def _where(self, post: Asked) -> tuple[_Community, str, int]:
        """Where a post that we hold is shown."""
        found = _SHOWN.fullmatch(post.url)
        community = self._communities.get(post.place)
        if not found or community is None or found[1] != community.base:
            raise Refused(f"{post.place} is not read any more.", "It is left as it is.")
        return community, found[2], int(found[3])


def _community(entry: str, about: str | None) -> _Community | None:
    found = _ADDRESS.fullmatch(entry)
    if not found:
        return None
    base, name = found[1].lower(), found[2].lower()
    host = base.partition("://")[2]
    return _Community(
        base=base,
        name=name,
        place=f"lemmy:{host}/c/{name}",
        about=(about,) if about else (),
    )


def _reached(turned: Turned[Any], start: datetime) -> bool:
    return turned.oldest is not None and turned.oldest < start


def _missed(turned: Turned[Any], start: datetime, what: str) -> tuple[Missed, ...]:
    """What lies between a list's last page and what was to be reached."""
    if not turned.capped or turned.oldest is None or _reached(turned, start):
        return ()
    reason = f"The instance shows {REACHED} {what}, and there are more"
    return (Missed(began=start, ended=turned.oldest, reason=reason),)


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


def _mark(view: CommentView) -> str:
    """A version of a comment, by which it is known again; its id is nothing for a cursor."""
    edited = view.comment.edited_at()
    told = f"{view.comment.id}|{_iso(edited) if edited else ''}|{view.comment.gone()}"
    return blake2b(told.encode(), digest_size=8).hexdigest()


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


SOURCE: type[Source] = Lemmy
