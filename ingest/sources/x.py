"""X: recent searches by product, for money, and never for more than the settings allow.

https://docs.x.com/x-api/posts/search/introduction. The search reaches seven days back. Each post
that is given is paid for: so no users are asked for (a post has its author's id), retweets are left
out by the question, and a walk that was cut short goes on below the last post that was paid for.
`ingest.purse` says how much may be spent, `ingest.x` what each answer costs.

The terms want posts gone within a day of their deletion. Asking after each costs money, too: half
of it is kept for that, and what can't be asked for in time is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from domain.errors import SourceError
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.matching import names, narrowest_first
from ingest.products import products_of
from ingest.purse import Purse, Use, purse
from ingest.source import Asked, Missed, Page, RawPost, Source, Terms, Window
from ingest.wires.x import Post, external_id, gone, id_at, made_at, plain, posts_of, raw_post
from ingest.x import PaidApi

REACH = timedelta(days=7) - timedelta(minutes=5)  # earlier ids are refused
OVERLAP = timedelta(minutes=5)  # posts come into the index late


class X(Source):
    """Searches for the configured products; each post belongs to the narrowest one it matches."""

    name: ClassVar[str] = "x"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        enabled=False,
        search=("Claude", "Claude Code", "ChatGPT", "Codex"),
        base="https://api.x.com",
        pace_seconds=15.0,  # 60 in a quarter of an hour are allowed
        keep_days=30,  # each day that a text is kept costs the asking after it
        credentials={"bearer": "X_BEARER_TOKEN"},
    )
    terms: ClassVar[Terms] = Terms(
        export_text=False,  # only ids may be passed on freely
        train=False,
        delete_within_hours=24,
        attribution="X",
        written_at="https://docs.x.com/developer-terms/policy",
    )
    needs: ClassVar[tuple[str, ...]] = ("bearer",)
    catches_up: ClassVar[bool] = True  # within seven days; beyond them a gap is noted
    visits: ClassVar[bool] = True
    checks: ClassVar[int] = 25  # 100 are allowed; fewer need less money at once

    def __init__(self, settings: SourceSettings, now: datetime) -> None:
        super().__init__(settings, now)
        self._queries = narrowest_first(settings.search)
        self._about = {_place(q): (p,) for q, p in settings.about.items()}
        self._api = PaidApi(settings)
        self._purses: dict[str, Purse] = {}
        self._first: dict[str, str] = {}  # of edited posts: any version's id to the first one's

    def places(self) -> tuple[Place, ...]:
        """One for each query; together they hold every post once."""
        return tuple(
            Place(name=_place(q), source=self.name, frame=Frame.PRODUCT_QUERY, query=f'"{q}"')
            for q in self._settings.search
        )

    def advice(self, cursor: Mapping[str, Any], back_to: datetime) -> str:
        """That there is no way back."""
        covered = self.covered(cursor)
        return "X gives no more than seven days" if covered and covered.began > back_to else ""

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """Downwards from now to what was read before. History is not to be had."""
        if window.back_to is not None:
            return
        state = deepcopy(dict(cursor))
        month = f"{self._now:%Y-%m}"
        mine = purse(self._settings, place.name, len(self._settings.search), state, month)
        self._purses[place.name] = mine
        query = place.query.strip('"')
        if "walk" in state:  # an earlier run's money didn't suffice
            yield from self._out_of_reach(state)
            yield from self._walk(client, mine, query)
        known = datetime.fromisoformat(state["to"]) if "to" in state else None
        floor = known - OVERLAP if known else window.first
        floor = min(floor, window.since) if window.since else floor
        reach = self._now - REACH
        state["walk"] = {"top": _iso(self._now), "floor": _iso(max(floor, reach)), "at": ""}
        looked = max(known, datetime.fromisoformat(state["seen"])) if known else None
        if looked and looked < reach:
            yield Page(cursor=deepcopy(state), missed=(_missed(looked, reach),))
        yield from self._walk(client, mine, query)

    def _out_of_reach(self, state: dict[str, Any]) -> Iterator[Page]:
        """Raises the floor of a walk that was cut short to what can still be asked for."""
        walk, reach = state["walk"], self._now - REACH
        floor = datetime.fromisoformat(walk["floor"])
        if floor >= reach:
            return
        lost = min(reach, made_at(walk["at"]) if walk["at"] else reach)
        walk["floor"] = _iso(lost)
        yield Page(cursor=deepcopy(state), missed=(_missed(floor, lost),))

    def _walk(self, client: Client, mine: Purse, query: str) -> Iterator[Page]:
        """Down to the floor of `walk`, which is taken out of the state at its end."""
        state = mine.state
        walk = state["walk"]
        params = {
            "query": self._question(query),
            "since_id": id_at(datetime.fromisoformat(walk["floor"])),
        }
        if walk["at"]:
            params["until_id"] = walk["at"]
            if made_at(walk["at"]) <= max(datetime.fromisoformat(walk["floor"]), self._now - REACH):
                self._ended(state)
                yield Page(cursor=deepcopy(state))
                return
        more: str | None = ""
        while more is not None:
            asked = params | ({"next_token": more} if more else {})
            found = yield from self._api.search(client, mine, Use.READING, asked)
            posts, unreadable = posts_of(found.data)
            ids = [p.id for p in posts] + ([found.meta.oldest_id] if found.meta.oldest_id else [])
            walk["at"] = min([*ids, *filter(None, [walk["at"]])], key=int, default="")
            state["seen"] = _iso(self._now)
            more = found.meta.next_token
            if more is None:
                self._ended(state)
            kept = self._kept(posts)
            matching = ((post, self._query_of(plain(post))) for post in kept)
            yield Page(
                posts=tuple(self._post(post, _place(q)) for post, q in matching if q),
                cursor=deepcopy(state),
                unreadable=unreadable,
                skipped=len(posts) - len(kept),
                empty=not found.data,
            )

    def _ended(self, state: dict[str, Any]) -> None:
        """Takes the walk out. One that found nothing at all moves nothing."""
        walk = state.pop("walk")
        if walk["at"]:
            state["from"] = min(state.get("from", walk["floor"]), walk["floor"])
            state["to"] = max(state.get("to", walk["top"]), walk["top"])
            state.setdefault("seen", walk["top"])

    def thread(self, client: Client, opener: Asked) -> Iterator[Page]:
        """What was said in a conversation within the last seven days."""
        mine = self._purse_of(opener.place)
        number = opener.external_id.partition(":")[2]
        hint = products_of((), "", opener.place.partition(":")[2])
        asked = {"query": f"conversation_id:{number} -is:retweet"}
        more: str | None = ""
        while more is not None:
            found = yield from self._api.search(
                client, mine, Use.THREADS, asked | ({"next_token": more} if more else {})
            )
            posts, unreadable = posts_of(found.data)
            kept = self._kept(posts)
            yield Page(
                posts=tuple(
                    replace(self._post(post, opener.place, hint), thread=opener.external_id)
                    for post in kept
                ),
                cursor=deepcopy(mine.state),
                unreadable=unreadable,
                skipped=len(posts) - len(kept),
            )
            more = found.meta.next_token

    def check(self, client: Client, posts: Sequence[Asked]) -> Iterator[Page]:
        """As a lookup has them; it names what is gone. Edited ones are looked up once more."""
        mine = self._purse_of(posts[0].place)
        places = {asked.external_id: asked.place for asked in posts}
        numbers = [name.partition(":")[2] for name in places]
        while numbers:
            found = yield from self._api.lookup(client, mine, numbers)
            told, unreadable = posts_of(found.data)
            by_name = {external_id(post.versions[0]): post for post in told}
            yield Page(
                posts=tuple(
                    self._post(post, places[name])
                    for name, post in by_name.items()
                    if name in places and post.id == post.versions[-1]
                ),
                cursor=deepcopy(mine.state),
                gone=tuple(external_id(n) for n in gone(found.errors) if external_id(n) in places),
                unreadable=unreadable,
            )
            latest = {post.versions[-1] for post in told if post.id != post.versions[-1]}
            numbers = sorted(latest.difference(numbers), key=int)

    def _purse_of(self, place: str) -> Purse:
        """Of a place that isn't read any more, the first one pays: its cursor is saved, too."""
        known = self._purses.get(place) or next(iter(self._purses.values()), None)
        if known is None:
            raise SourceError(f"{place}: what was spent is not known before it was read.")
        return known

    def _question(self, query: str) -> str:
        """Without what a narrower query finds and pays for."""
        narrower = [q for q in self._queries if q != query and names(query, q)]
        return " ".join([f'"{query}"', *(f'-"{q}"' for q in narrower), "-is:retweet"])

    def _kept(self, posts: Sequence[Post]) -> list[Post]:
        """Without retweets, and without versions that were edited since."""
        for post in posts:
            if len(post.versions) > 1:
                self._first |= dict.fromkeys(post.versions, post.versions[0])
        return [p for p in posts if not p.refers("retweeted") and p.id == p.versions[-1]]

    def _post(self, told: Post, place: str, hint: tuple[str, ...] = ()) -> RawPost:
        post = raw_post(told, place, tuple(dict.fromkeys((*self._about.get(place, ()), *hint))))
        return replace(
            post,
            thread=self._same(post.thread),
            parent=self._same(post.parent) if post.parent else None,
        )

    def _same(self, name: str) -> str:
        """The name of a post's first version, where it is known."""
        number = name.partition(":")[2]
        return external_id(self._first.get(number, number))

    def _query_of(self, words: str) -> str | None:
        """The narrowest configured query that `words` match."""
        return next((q for q in self._queries if names(q, words)), None)


def _place(query: str) -> str:
    return f"x:{query.lower()}"


def _missed(began: datetime, ended: datetime) -> Missed:
    return Missed(began=began, ended=ended, reason="X gives no more than seven days")


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


SOURCE: type[Source] = X
