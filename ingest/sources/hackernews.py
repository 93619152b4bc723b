"""Hacker News: searches and trees of threads from Algolia's index, single posts from Firebase.

https://hn.algolia.com/api. One query gives 1,000 hits at most, whatever there is: windows of
`created_at_i` are halved until they hold fewer. The index forgives typing errors ("clause" for
"claude") and matches authors: typing tolerance is off, phrases are quoted, and every hit is
matched again here. Items that were deleted or killed leave the index.

A thread is read whole where its story names a product, or where several of its comments do; there
replies that name nothing ("same here") come along. Elsewhere only the comments that match are kept,
with a depth that says no more than "an answer to the story" (1) or "to an answer" (2). Whole trees
are Algolia's, though its index lags: one request gives what would take Firebase one for each of
hundreds of comments. What a tree no longer shows is asked for at Firebase, which knows at once.

https://github.com/HackerNews/API. Firebase's list of recent changes is not followed: it holds some
hundred ids of the whole site, of the last minutes, and most of them changed in points alone. An
author can edit for two hours, which reading a day again covers, here and in threads that are read
again; deletions of later days, mostly by moderators, are what `check` asks for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec

from domain.errors import BadAnswer, Gone
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.matching import names, narrowest_first
from ingest.source import Asked, Covered, Missed, Page, RawPost, Source, Terms, Window
from ingest.windows import walk
from ingest.wires.hackernews import (
    Found,
    Hit,
    Item,
    Node,
    from_hit,
    from_item,
    is_gone,
    moment,
    number_of,
    place_of,
    tree,
)

FIREBASE = "https://hacker-news.firebaseio.com/v0"
OVERLAP = timedelta(hours=24)  # the index lags, and at times stands still for hours
MOST_HITS = 1_000  # that one query can reach
MOST_TREES = 100  # of one window: what is fetched before its posts and the cursor are kept
LEAST_SPLIT = 3_600  # seconds: a narrower window isn't split for its trees
MOST_VISITS = 3  # runs in which a tree that can't be read is asked for again
BUSY = 3  # matching comments that make an unrelated story's thread worth a visit


@dataclass(kw_only=True, slots=True)
class _Read:
    """What one window gave: posts that match, and the stories whose trees are to be read."""

    total: int = 0
    unreadable: int = 0
    capped: bool = False  # one second held more than a query can reach
    posts: list[RawPost] = field(default_factory=list)
    visits: dict[int, int] = field(default_factory=dict)  # story -> its latest hit


class HackerNews(Source):
    """Searches for the configured products; each post belongs to the narrowest one it matches."""

    name: ClassVar[str] = "hackernews"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        search=("Claude", "Claude Code", "ChatGPT", "Codex"),
        base="https://hn.algolia.com/api/v1",
        also={"firebase": FIREBASE},
        pace_seconds=0.4,  # 9,000 an hour of the 10,000 allowed
        budget_requests=300,
    )
    terms: ClassVar[Terms] = Terms(
        attribution="Hacker News",
        written_at="https://www.ycombinator.com/legal/",
    )
    visits: ClassVar[bool] = True
    checks: ClassVar[int] = 1

    def __init__(self, settings: SourceSettings, now: datetime) -> None:
        super().__init__(settings, now)
        self._end = int(now.timestamp())
        self._queries = narrowest_first(settings.search)
        self._firebase = settings.also.get("firebase", FIREBASE).rstrip("/")
        self._visited: set[int] = set()  # stories
        self._trees: dict[int, Page] = {}  # of stories: a thread may be due in the run that read it
        self._given: set[str] = set()  # external ids of the posts that trees gave

    def places(self) -> tuple[Place, ...]:
        """One for each query; together they hold every post once."""
        return tuple(
            Place(name=place_of(q), source=self.name, frame=Frame.PRODUCT_QUERY, query=f'"{q}"')
            for q in self._settings.search
        )

    def covered(self, cursor: Mapping[str, Any]) -> Covered | None:
        """From `from` to `to`, both in seconds since 1970."""
        if "to" not in cursor:
            return None
        return Covered(began=moment(cursor["from"]), ended=moment(cursor["to"]))

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
            for since, until, got in walk(start, self._end, read):
                if got.total:  # an empty answer moves nothing: the index may stand still
                    known = state.get("from", start)
                    state["from"] = min(known, start) if until >= known else known
                    state["to"] = max(state.get("to", until), until)
                    if not window.since:
                        _leave_read_trees(got, state)
                yield from self._kept(client, got, state, since, until)
        else:
            end = state.setdefault("from", self._end)
            state.setdefault("to", end)
            floor = int(window.back_to.timestamp())
            for since, until, got in walk(floor, end, read, newest_first=True):
                state["from"] = since
                yield from self._kept(client, got, state, since, until)

    def thread(self, client: Client, opener: Asked) -> Iterator[Page]:
        """Its tree: posts that match and their answers, as they are now."""
        story = number_of(opener.external_id)
        if story not in self._trees:
            self._trees[story] = self._tree(client, story)
        yield self._trees[story]

    def check(self, client: Client, posts: Sequence[Asked]) -> Iterator[Page]:
        """Each as Firebase holds it. `null` is an item that isn't there yet: nothing is certain."""
        for post in posts:
            number = number_of(post.external_id)
            told = client.get(f"{self._firebase}/item/{number}.json", msgspec.Raw).content
            try:
                item = msgspec.json.decode(told or b"null", type=Item | None)
            except msgspec.ValidationError:
                yield Page(unreadable=1)
                continue
            if item and item.gone:
                yield Page(gone=(post.external_id,))
            elif item:
                yield Page(posts=(from_item(post, item),))

    def _start(self, state: Mapping[str, Any], window: Window) -> int:
        start = int(window.first.timestamp())
        if "to" in state:
            start = state["to"] - int(OVERLAP.total_seconds())
        return min(start, int(window.since.timestamp())) if window.since else start

    def _search(self, client: Client, query: str, since: int, until: int) -> _Read | None:
        """All that a window holds; None where it must be split first."""
        got = _Read()
        matching: Counter[int] = Counter()
        latest: dict[int, int] = {}
        page, pages = 0, 1
        while page < pages:
            found = self._ask(client, query, since, until, page)
            if page == 0:
                got.total, pages = found.nbHits, found.nbPages
                got.capped = got.total > MOST_HITS or len(found.hits) >= MOST_HITS
                if got.capped and until - since > 1:
                    return None
            for raw in found.hits:
                try:
                    post = self._matched(msgspec.json.decode(raw, type=Hit))
                except msgspec.ValidationError:
                    got.unreadable += 1
                    continue
                if post:
                    got.posts.append(post)
                    about = self._query_of(post.thread_title or "") or post.kind == "story"
                    story = number_of(post.thread)
                    matching[story] += BUSY if about else 1
                    at = int(post.written_at.timestamp())
                    latest[story] = max(latest.get(story, 0), at)
            page += 1
        got.visits = {story: at for story, at in latest.items() if matching[story] >= BUSY}
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

    def _kept(
        self, client: Client, got: _Read, state: dict[str, Any], since: int, until: int
    ) -> Iterator[Page]:
        """The trees first, then the hits with the cursor: a stop in between repeats the window."""
        for story in got.visits:
            if story not in self._visited:
                yield self._visit(client, story, state)
        yield Page(
            posts=tuple(p for p in got.posts if p.external_id not in self._given),
            cursor=deepcopy(state) if state else None,
            unreadable=got.unreadable,
            empty=not got.total,
            missed=(_beyond(got, since, until),) if got.capped else (),
        )

    def _owed(self, client: Client, state: dict[str, Any]) -> Iterator[Page]:
        """Trees that earlier runs could not read."""
        for story in [int(told) for told in state.get("owed", {})]:
            if story not in self._visited:
                yield replace(self._visit(client, story, state), cursor=deepcopy(state))

    def _visit(self, client: Client, story: int, state: dict[str, Any]) -> Page:
        """A whole thread; one that can't be read is noted in `state`, for the next runs.

        The index may not hold the tree yet, or no more: such a one is asked for again as well, but
        nothing there was unreadable.
        """
        self._visited.add(story)
        owed = state.setdefault("owed", {})
        tries = owed.pop(str(story), 0) + 1
        try:
            page = self._trees[story] = self._tree(client, story)
        except (Gone, BadAnswer) as error:
            if tries < MOST_VISITS:
                owed[str(story)] = tries
            return Page(unreadable=int(isinstance(error, BadAnswer)))
        self._given.update(p.external_id for p in page.posts)
        return page

    def _tree(self, client: Client, story: int) -> Page:
        root = client.get(f"items/{story}", Node).content
        if root is None:
            raise BadAnswer(f"hackernews: the tree of {story} came back without a body.")
        return tree(root, self._query_of)

    def _matched(self, hit: Hit) -> RawPost | None:
        """None where the words don't name any product that is searched for."""
        post = from_hit(hit)
        query = self._query_of(f"{post.title}\n{post.text}", post.thread_title or "")
        if query is None or is_gone(post.text):
            return None
        return replace(post, place=place_of(query))

    def _query_of(self, words: str, around: str = "") -> str | None:
        """The narrowest configured query that `words` match, in a thread titled `around`."""
        return next((q for q in self._queries if names(q, words, around)), None)


def _leave_read_trees(got: _Read, state: dict[str, Any]) -> None:
    """Leaves out trees that were read after their latest hit: those threads are visited later."""
    read: dict[str, int] = state.get("trees", {})
    got.visits = {s: at for s, at in got.visits.items() if at > read.get(str(s), 0)}
    read = read | {str(story): at for story, at in got.visits.items()}
    floor = state["to"] - int(OVERLAP.total_seconds())
    state["trees"] = {story: at for story, at in read.items() if at >= floor}


def _beyond(got: _Read, since: int, until: int) -> Missed:
    return Missed(
        began=moment(since),
        ended=moment(until),
        reason=f"the search found {got.total:,} posts in one second and gives {MOST_HITS:,}",
    )


SOURCE: type[Source] = HackerNews
