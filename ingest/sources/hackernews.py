"""Hacker News through Algolia's index: searches in windows of time, and whole trees of threads.

https://hn.algolia.com/api. One query gives 1,000 hits at most, whatever there is: windows of
`created_at_i` are halved until they hold fewer. The index forgives typing errors ("clause" for
"claude") and matches authors: typing tolerance is off, phrases are quoted, and every hit is
matched again here. Items that were deleted or killed leave the index.

A thread is read whole where its story names a product, or where several of its comments do; there
replies that name nothing ("same here") come along. Elsewhere only the comments that match are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Annotated, Any, ClassVar

import msgspec

from domain.errors import BadAnswer, Gone
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.matching import names, narrowest_first
from ingest.products import products_of
from ingest.source import Covered, Page, RawPost, Terms, Window
from ingest.text import from_html
from ingest.windows import walk

OVERLAP = timedelta(hours=24)  # the index lags, and at times stands still for hours
MOST_HITS = 1_000  # that one query can reach
MOST_TREES = 100  # of one window: what is fetched before its posts and the cursor are kept
LEAST_SPLIT = 3_600  # seconds: a narrower window isn't split for its trees
MOST_VISITS = 3  # runs in which a tree that can't be read is asked for again
BUSY = 3  # matching comments that make an unrelated story's thread worth a visit

Seconds = Annotated[int, msgspec.Meta(ge=0, lt=2**33)]  # since 1970


class Hit(msgspec.Struct, kw_only=True):
    """A found item. Keys without a value are null in old answers and missing in new ones."""

    objectID: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,15}$")]  # noqa: N815 - the wire's name
    created_at_i: Seconds
    author: str | None = None
    title: str | None = None
    story_text: str | None = None
    comment_text: str | None = None
    story_id: int | None = None
    story_title: str | None = None
    parent_id: int | None = None


class Found(msgspec.Struct, kw_only=True):
    """One page of a search. Hits are decoded one by one: a strange one costs only itself."""

    hits: list[msgspec.Raw]
    nbHits: int  # noqa: N815 - the wire's name
    nbPages: int = 0  # noqa: N815 - the wire's name


class Item(msgspec.Struct, kw_only=True):
    """A node of a thread's tree. A deleted one keeps its place, without author and text."""

    id: int
    created_at_i: Seconds | None = None
    author: str | None = None
    title: str | None = None
    text: str | None = None
    children: list[Item] = []


@dataclass(kw_only=True, slots=True)
class _Read:
    """What one window gave: posts that match, and the stories whose trees are to be read."""

    total: int = 0
    unreadable: int = 0
    posts: list[RawPost] = field(default_factory=list)
    visits: list[int] = field(default_factory=list)


class HackerNews:
    """Searches for the configured products; each post belongs to the narrowest one it matches."""

    name: ClassVar[str] = "hackernews"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        search=("Claude", "Claude Code", "ChatGPT", "Codex"),
        base="https://hn.algolia.com/api/v1",
        pace_seconds=0.4,  # 9,000 an hour of the 10,000 allowed
        budget_requests=300,
    )
    terms: ClassVar[Terms] = Terms(
        store_text=True,
        export_text=True,
        train=True,
        keep_days=None,
        delete_within_hours=None,
        attribution="Hacker News",
        written_at="https://www.ycombinator.com/legal/",
    )
    hosts: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    catches_up: ClassVar[bool] = True
    seen_live: ClassVar[bool] = False
    visits: ClassVar[bool] = False
    checks: ClassVar[int] = 0

    def __init__(self, settings: SourceSettings, now: datetime) -> None:
        self._settings = settings
        self._now = int(now.timestamp())
        self._queries = narrowest_first(settings.search)
        self._visited: set[int] = set()  # stories
        self._given: set[str] = set()  # external ids of the posts that trees gave

    def places(self) -> tuple[Place, ...]:
        """One for each query; together they hold every post once."""
        return tuple(
            Place(name=_place(q), source=self.name, frame=Frame.PRODUCT_QUERY, query=f'"{q}"')
            for q in self._settings.search
        )

    def addresses(self) -> tuple[str, ...]:
        """None but those of the settings."""
        return ()

    def requests(self) -> int:
        """As the settings say; the service allows 10,000 an hour."""
        return self._settings.budget_requests

    def covered(self, cursor: Mapping[str, Any]) -> Covered | None:
        """From `from` to `to`, both in seconds since 1970."""
        if "to" not in cursor:
            return None
        return Covered(began=_moment(cursor["from"]), ended=_moment(cursor["to"]))

    def advice(self, cursor: Mapping[str, Any], back_to: datetime) -> str:
        """How far the walk back still has to go."""
        covered = self.covered(cursor)
        left = ceil((covered.began - back_to) / timedelta(days=1)) if covered else 0
        return f"{left} days of history to go" if left > 0 else ""

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """Windows upwards from the cursor, or downwards from the oldest one."""
        query = place.query.strip('"')
        state = deepcopy(dict(cursor))

        def read(since: int, until: int) -> tuple[_Read, bool] | None:
            got = self._search(client, query, since, until)
            return None if got is None else (got, got.total < MOST_HITS // 4)

        if window.back_to is None:
            yield from self._owed(client, state)
            start = self._start(state, window)
            for _, until, got in walk(start, self._now, read):
                if got.total:  # an empty answer moves nothing: the index may stand still
                    known = state.get("from", start)
                    state["from"] = min(known, start) if until >= known else known
                    state["to"] = max(state.get("to", until), until)
                yield from self._kept(client, got, state)
        else:
            end = state.setdefault("from", self._now)
            state.setdefault("to", end)
            floor = int(window.back_to.timestamp())
            for since, _, got in walk(floor, end, read, newest_first=True):
                state["from"] = since
                yield from self._kept(client, got, state)

    def _start(self, state: Mapping[str, Any], window: Window) -> int:
        start = int(window.first.timestamp())
        if "to" in state:
            start = state["to"] - int(OVERLAP.total_seconds())
        return min(start, int(window.since.timestamp())) if window.since else start

    def _search(self, client: Client, query: str, since: int, until: int) -> _Read | None:
        """All that a window holds; None where it must be split first."""
        got = _Read()
        matching: Counter[int] = Counter()
        page, pages = 0, 1
        while page < pages:
            found = self._ask(client, query, since, until, page)
            if page == 0:
                got.total, pages = found.nbHits, found.nbPages
                if got.total > MOST_HITS and until - since > 1:
                    return None
                got.unreadable = max(got.total - MOST_HITS, 0)  # more than that in one second
            for raw in found.hits:
                try:
                    post = self._from_hit(msgspec.json.decode(raw, type=Hit))
                except msgspec.ValidationError:
                    got.unreadable += 1
                    continue
                if post:
                    got.posts.append(post)
                    about = self._query_of(post.thread_title or "") or post.kind == "story"
                    matching[_number(post.thread)] += BUSY if about else 1
            page += 1
        got.visits = [story for story, weight in matching.items() if weight >= BUSY]
        too_many = len(got.visits) > MOST_TREES and until - since > LEAST_SPLIT
        return None if too_many else got

    def _ask(self, client: Client, query: str, since: int, until: int, page: int) -> Found:
        found = client.get(
            "search_by_date",
            Found,
            params={
                "query": f'"{query}"',
                "tags": "(story,comment,poll)",
                "numericFilters": f"created_at_i>={since},created_at_i<{until}",
                "typoTolerance": "false",
                "hitsPerPage": MOST_HITS,
                "page": page,
            },
        ).content
        if found is None or (page > 0 and not found.hits):
            raise BadAnswer(
                f"hackernews: page {page} of a search came back empty.", "The next run asks again."
            )
        return found

    def _kept(self, client: Client, got: _Read, state: dict[str, Any]) -> Iterator[Page]:
        """The trees first, then the hits with the cursor: a stop in between repeats the window."""
        for story in got.visits:
            if story not in self._visited:
                yield self._visit(client, story, state)
        yield Page(
            posts=tuple(p for p in got.posts if p.external_id not in self._given),
            cursor=deepcopy(state) if state else None,
            unreadable=got.unreadable,
            empty=not got.total,
        )

    def _owed(self, client: Client, state: dict[str, Any]) -> Iterator[Page]:
        """Trees that earlier runs could not read."""
        for story in [int(told) for told in state.get("owed", {})]:
            if story not in self._visited:
                yield replace(self._visit(client, story, state), cursor=deepcopy(state))

    def _visit(self, client: Client, story: int, state: dict[str, Any]) -> Page:
        """A whole thread; one that can't be read is noted in `state`, for the next runs."""
        self._visited.add(story)
        owed = state.setdefault("owed", {})
        tries = owed.pop(str(story), 0) + 1
        try:
            root = client.get(f"items/{story}", Item).content
        except (Gone, BadAnswer):
            if tries < MOST_VISITS:
                owed[str(story)] = tries
            return Page(unreadable=1)
        posts = tuple(self._from_tree(root)) if root else ()
        self._given.update(p.external_id for p in posts)
        return Page(posts=posts)

    def _from_tree(self, root: Item) -> Iterator[RawPost]:
        """Posts in reading order: those that match, and all answers to them."""
        title = root.title or ""
        hint = products_of((), title, "")
        waiting: list[tuple[Item, Item | None, int, str | None]] = [(root, None, 0, None)]
        while waiting:
            item, parent, depth, inherited = waiting.pop()
            text = from_html(item.text or "")
            query = self._query_of(f"{item.title or ''}\n{text}", title) or inherited
            waiting += [(child, item, depth + 1, query) for child in reversed(item.children)]
            if query is None or item.created_at_i is None:
                continue
            yield RawPost(
                place=_place(query),
                thread=_id(root.id),
                thread_title=title,
                thread_opened_at=_moment(root.created_at_i or item.created_at_i),
                external_id=_id(item.id),
                parent=_id(parent.id) if parent else None,
                kind="comment" if parent else "story",
                author=item.author,
                title=item.title or "",
                text=text,
                written_at=_moment(item.created_at_i),
                deleted=item.author is None and item.text is None and parent is not None,
                url=_url(item.id),
                depth=depth,
                products=hint,
            )

    def _from_hit(self, hit: Hit) -> RawPost | None:
        """None where the words don't name any product that is searched for."""
        number = int(hit.objectID)
        story = hit.story_id or number
        title = hit.story_title or hit.title or ""
        own_title = "" if hit.parent_id else (hit.title or "")
        text = from_html(hit.comment_text or hit.story_text or "")
        query = self._query_of(f"{own_title}\n{text}", title)
        if query is None:
            return None
        written = _moment(hit.created_at_i)
        return RawPost(
            place=_place(query),
            thread=_id(story),
            thread_title=title,
            thread_opened_at=None if hit.parent_id else written,
            external_id=_id(number),
            parent=_id(hit.parent_id) if hit.parent_id else None,
            kind="comment" if hit.parent_id else "story",
            author=hit.author,
            title=own_title,
            text=text,
            written_at=written,
            url=_url(number),
            # The search says who is answered, not how deep: 2 stands for "2 or deeper".
            depth=0 if not hit.parent_id else (1 if hit.parent_id == story else 2),
            products=products_of((), title, ""),
        )

    def _query_of(self, words: str, around: str = "") -> str | None:
        """The narrowest configured query that `words` match, in a thread titled `around`."""
        return next((q for q in self._queries if names(q, words, around)), None)


def _place(query: str) -> str:
    return f"hackernews:{query.lower()}"


def _id(number: int) -> str:
    return f"hn:{number}"


def _number(external_id: str) -> int:
    return int(external_id.partition(":")[2])


def _url(number: int) -> str:
    return f"https://news.ycombinator.com/item?id={number}"


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


SOURCE = HackerNews
