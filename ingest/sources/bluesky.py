"""Bluesky: searches by product, downwards in time; whole threads of those who began with one.

https://docs.bsky.app/docs/api/app-bsky-feed-search-posts. The search's own cursor is refused to
readers without an account, and may not reach all that there is: so each answer is followed by one
`until` the oldest post seen. An answer that still holds that post and nothing older is the proof of
the end; an empty one proves nothing.

What a search finds is matched again here. Authors who want no strangers to read them are left out,
with an account, too: what is stored here is shown to others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from domain.errors import BadAnswer, Gone
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.bluesky import Account
from ingest.client import Client
from ingest.matching import names, narrowest_first
from ingest.products import products_of
from ingest.source import Asked, Missed, Page, RawPost, Source, Terms, Window
from ingest.wires.bluesky import (
    Found,
    Node,
    Tree,
    View,
    nodes,
    opted_out,
    post,
    sorted_at,
    views_of,
)

LARGEST = 100  # posts of one answer
OVERLAP = timedelta(hours=2)  # posts come into the index late
AN_INSTANT = timedelta(milliseconds=1)
WITNESSES = (
    AN_INSTANT,
    timedelta(hours=6),
    timedelta(days=32),
)  # how far up a known post is looked for
DEEPEST = 1_000  # of a tree: the service's own limit
POSTS, THREAD = (f"xrpc/app.bsky.feed.{m}" for m in ("getPosts", "getPostThread"))


@dataclass(kw_only=True, slots=True)
class _Step:
    """One answer of a search."""

    views: list[View]  # not seen before in this walk
    unreadable: int = 0
    oldest: datetime | None = None  # None: it was empty
    done: bool = False  # nothing older is there, and that is proven
    missed: tuple[Missed, ...] = ()


class Bluesky(Source):
    """Searches for the configured products; each post belongs to the narrowest one it matches."""

    name: ClassVar[str] = "bluesky"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        search=("Claude", "Claude Code", "ChatGPT", "Codex"),
        base="https://public.api.bsky.app",
        also={"login": "https://bsky.social"},
        pace_seconds=0.5,  # 3,000 in five minutes are allowed
        budget_requests=300,
        credentials={"identifier": "BLUESKY_IDENTIFIER", "password": "BLUESKY_APP_PASSWORD"},
    )
    terms: ClassVar[Terms] = Terms(
        train=False,  # the guidelines give no right to it
        delete_within_hours=None,  # deletions are to be followed, in no named time
        attribution="Bluesky",
        written_at="https://docs.bsky.app/docs/support/developer-guidelines",
    )
    needs: ClassVar[tuple[str, ...]] = ()  # an app password is welcome
    visits: ClassVar[bool] = True
    checks: ClassVar[int] = 25

    def __init__(self, settings: SourceSettings, now: datetime) -> None:
        super().__init__(settings, now)
        self._queries = narrowest_first(settings.search)
        self._account = Account(settings)
        self._about = {_place(q): (p,) for q, p in settings.about.items()}

    def places(self) -> tuple[Place, ...]:
        """One for each query; together they hold every post once."""
        return tuple(
            Place(name=_place(q), source=self.name, frame=Frame.PRODUCT_QUERY, query=f'"{q}"')
            for q in self._settings.search
        )

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """Downwards from now to what was read before, or from the oldest post on."""
        query, state = place.query.strip('"'), deepcopy(dict(cursor))
        if window.back_to is not None:
            yield from self._back(client, query, state, window.back_to)
            return
        if "walk" in state:  # an earlier run didn't get to its end
            yield from self._walk(client, query, state)
            if "walk" in state:
                return
        floor = datetime.fromisoformat(state["to"]) - OVERLAP if "to" in state else window.first
        floor = min(floor, window.since) if window.since else floor
        top = _iso(self._now)
        state["walk"] = {"top": top, "at": top, "floor": _iso(floor)}
        yield from self._walk(client, query, state)

    def _walk(self, client: Client, query: str, state: dict[str, Any]) -> Iterator[Page]:
        """Down to the floor of `walk`, which is taken out of `state` where that is reached."""
        walk = state["walk"]
        for step in self._down(
            client, query, datetime.fromisoformat(walk["floor"]), datetime.fromisoformat(walk["at"])
        ):
            if step.done:
                state["from"] = min(state.get("from", walk["floor"]), walk["floor"])
                state["to"] = max(state.get("to", walk["top"]), walk["top"])
                del state["walk"]
            elif step.oldest:
                walk["at"] = min(walk["at"], _iso(step.oldest))
            yield self._page(step, state)

    def _back(
        self, client: Client, query: str, state: dict[str, Any], floor: datetime
    ) -> Iterator[Page]:
        if "from" not in state or datetime.fromisoformat(state["from"]) <= floor:
            return
        for step in self._down(client, query, floor, datetime.fromisoformat(state["from"])):
            if step.done:
                state["from"] = _iso(floor)
            elif step.oldest:
                state["from"] = min(state["from"], _iso(step.oldest))
            yield self._page(step, state)

    def _page(self, step: _Step, state: Mapping[str, Any]) -> Page:
        """The posts that match; an empty answer moves nothing."""
        allowed = [told for told in step.views if not opted_out(told)]
        matching = ((told, self._query_of(told.record.text)) for told in allowed)
        return Page(
            posts=tuple(self._post(told, _place(query)) for told, query in matching if query),
            cursor=deepcopy(dict(state)) if step.oldest else None,
            unreadable=step.unreadable,
            skipped=len(step.views) - len(allowed),
            empty=step.oldest is None,
            missed=step.missed,
        )

    def _down(self, client: Client, query: str, floor: datetime, at: datetime) -> Iterator[_Step]:
        """Answers from `at` down to `floor`. The last is `done`, or empty where nothing is sure."""
        seen: set[str] = set()
        wider = list(WITNESSES)
        while True:
            until = min(at + wider[0], self._now + AN_INSTANT)
            found = self._search(client, query, floor, until)
            if not found.posts:
                # The post that stood there may be gone: another one, higher up, is proof as well.
                wider = wider[1:] if until <= self._now else []
                if wider:
                    continue
                yield _Step(views=[])
                return
            step = self._read(found, seen)
            full = len(found.posts) >= LARGEST
            if not step.views and not full:
                step.done = True
            elif not step.views and step.oldest:
                step.missed = (_too_many(step.oldest),)
                step.oldest -= AN_INSTANT
            yield step
            if step.done or step.oldest is None:
                return
            at, wider = step.oldest, list(WITNESSES)

    def _read(self, found: Found, seen: set[str]) -> _Step:
        views, unreadable = views_of(found.posts)
        if not views:
            raise BadAnswer("bluesky: no post of an answer could be read.")
        fresh = [told for told in views if told.uri not in seen]
        seen.update(told.uri for told in fresh)
        return _Step(views=fresh, unreadable=unreadable, oldest=min(map(sorted_at, views)))

    def _search(self, client: Client, query: str, since: datetime, until: datetime) -> Found:
        params: dict[str, str | int] = {
            "q": f'"{query}"',
            "sort": "latest",
            "since": _iso(since),
            "until": _iso(until),
            "limit": LARGEST,
        }
        return self._account.search(client, params)

    def thread(self, client: Client, opener: Asked) -> Iterator[Page]:
        """The whole tree; nothing where it isn't shown any more: then its posts are asked for."""
        try:
            tree = self._tree(client, opener.external_id, DEEPEST)
        except Gone:
            return
        views, unreadable = nodes(tree)
        allowed = [(told, depth) for told, depth in views if not opted_out(told)]
        # What the thread is about, its replies are: "same here" names nothing.
        hint = products_of((), "", views[0][0].record.text) if views else ()
        posts = (
            replace(self._post(told, opener.place, hint), thread=opener.external_id, depth=depth)
            for told, depth in allowed
        )
        yield Page(posts=tuple(posts), skipped=len(views) - len(allowed), unreadable=unreadable)

    def _tree(self, client: Client, uri: str, depth: int) -> Tree:
        params: dict[str, str | int] = {"uri": uri, "depth": depth, "parentHeight": 0}
        return client.get(THREAD, Tree, params=params).content or Tree(thread=Node())

    def check(self, client: Client, posts: Sequence[Asked]) -> Iterator[Page]:
        """As `getPosts` has them. One that it leaves out is asked for alone, for a plain answer."""
        places = {asked.external_id: asked.place for asked in posts}
        # `uris` is repeated, which an address can say and a mapping can't.
        where = f"{POSTS}?{urlencode([('uris', uri) for uri in places])}"
        found = client.get(f"{self._settings.base.rstrip('/')}/{where}", Found).content
        views, unreadable = views_of(found.posts if found else ())
        shown = {told.uri: told for told in views if told.uri in places}
        hidden = [uri for uri, told in shown.items() if opted_out(told)]
        yield Page(
            posts=tuple(
                self._post(told, places[uri]) for uri, told in shown.items() if uri not in hidden
            ),
            gone=tuple(hidden),
            unreadable=unreadable,
        )
        for uri in places:
            if uri not in shown and not unreadable and self._gone(client, uri):
                yield Page(gone=(uri,))

    def _gone(self, client: Client, uri: str) -> bool:
        """Whether the service says that there is no such post."""
        try:
            return self._tree(client, uri, 0).thread.not_found
        except Gone:
            return True

    def _post(self, told: View, place: str, hint: tuple[str, ...] = ()) -> RawPost:
        return post(told, place, tuple(dict.fromkeys((*self._about.get(place, ()), *hint))))

    def _query_of(self, words: str) -> str | None:
        """The narrowest configured query that `words` match."""
        return next((q for q in self._queries if names(q, words)), None)


def _place(query: str) -> str:
    return f"bluesky:{query.lower()}"


def _too_many(at: datetime) -> Missed:
    return Missed(
        began=at, ended=at + AN_INSTANT, reason="Bluesky gives no more posts of one instant"
    )


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


SOURCE: type[Source] = Bluesky
