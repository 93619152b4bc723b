"""Reddit through its API, for an app that Reddit approved: whole communities, newest first.

https://support.reddithelp.com/hc/en-us/articles/16160319875092 (limits, User-Agent). A listing
can't be asked by time and ends after about 1,000 posts, however old they are: each run reads from
the top until it meets what was read before, and where it doesn't, a stretch is missing and said to
be. `before` is never used: it gives nothing once the post that it names is deleted. Cached copies
are avoided by asking for pages of another size in each run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from domain.errors import Gone, InputError
from domain.nouns import Frame, Place
from domain.settings import SourceSettings
from ingest.client import Client
from ingest.products import products_of
from ingest.reddit import LARGEST, App
from ingest.reddit_threads import Threads
from ingest.source import Asked, Covered, Missed, Page, RawPost, Source, Terms, Window, to_go
from ingest.windows import in_turn
from ingest.wires.reddit import Listing, full_name, read

SIZES = 20  # how many different sizes of pages there are
LISTED = 1_000  # what a listing reaches; what was removed since is missing among them
SMALL = LISTED // 2  # a listing that ends with fewer holds all that there is
OVERLAP = timedelta(hours=1)  # moderators let posts through late, in their old place
LISTS = {"posts": "new", "comments": "comments"}
_COMMUNITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{1,20}", re.ASCII)


@dataclass(kw_only=True, slots=True)
class _Step:
    """One page of a listing."""

    posts: tuple[RawPost, ...]
    children: int
    unreadable: int
    oldest: float | None
    newest: float | None
    after: str  # "" at the end


class Reddit(Source):
    """All posts and comments of the configured communities, as far as Reddit lists them."""

    name: ClassVar[str] = "reddit"
    defaults: ClassVar[SourceSettings] = SourceSettings(
        enabled=False,
        search=("ClaudeAI", "ClaudeCode", "ChatGPT", "codex"),
        base="https://oauth.reddit.com",
        also={"login": "https://www.reddit.com"},
        pace_seconds=0.7,  # 100 a minute are allowed
        credentials={
            "client_id": "REDDIT_CLIENT_ID",
            "client_secret": "REDDIT_CLIENT_SECRET",
            "user": "REDDIT_USER",
        },
    )
    terms: ClassVar[Terms] = Terms(
        export_text=False,  # an exported copy could not follow deletions, nor be kept from resale
        train=False,
        delete_within_hours=48,
        attribution="Reddit",
        written_at="https://redditinc.com/policies/data-api-terms",
    )
    needs: ClassVar[tuple[str, ...]] = ("client_id", "client_secret")
    catches_up: ClassVar[bool] = True  # within a listing's reach; beyond it a gap is noted
    visits: ClassVar[bool] = True
    checks: ClassVar[int] = LARGEST

    def __init__(self, settings: SourceSettings, now: datetime) -> None:
        super().__init__(settings, now)
        self._seconds = now.timestamp()
        self._size = LARGEST - int(self._seconds) // 60 % SIZES
        self._app = App(settings)
        self._there: dict[str, str] = {}  # by place, the full name of a post that was just shown
        self._threads = Threads(self._app)

    def places(self) -> tuple[Place, ...]:
        """One for each community."""
        for community in self._settings.search:
            if not _COMMUNITY.fullmatch(community):
                raise InputError(
                    f"sources.reddit: {community!r} is no community.", "Write its name without r/."
                )
        names = dict.fromkeys(community.lower() for community in self._settings.search)
        return tuple(
            Place(name=f"reddit:r/{name}", source=self.name, frame=Frame.ALL_POSTS)
            for name in names
        )

    def covered(self, cursor: Mapping[str, Any]) -> Covered | None:
        """What both lists were read for."""
        lists = [cursor.get(kind, {}) for kind in LISTS]
        if not all("from" in mine and "to" in mine for mine in lists):
            return None
        return Covered(
            began=_moment(max(mine["from"] for mine in lists)),
            ended=_moment(min(mine["seen"] for mine in lists)),
        )

    def advice(self, cursor: Mapping[str, Any], back_to: datetime) -> str:
        """How far the walk back still has to go, or that it can't."""
        covered = self.covered(cursor)
        if covered is None or covered.began <= back_to:
            return ""
        if any(cursor.get(kind, {}).get("ended") for kind in LISTS):
            return f"Reddit lists about {LISTED:,} posts: import an archive for older ones"
        return to_go(covered.began, back_to)

    def pages(
        self, client: Client, place: Place, cursor: Mapping[str, Any], window: Window
    ) -> Iterator[Page]:
        """Posts and comments in turn, each from the top down."""
        community = place.name.partition("/")[2]
        state = {kind: dict(cursor.get(kind, {})) for kind in LISTS}
        walk = self._forward if window.back_to is None else self._back
        yield from in_turn([walk(client, community, kind, state, window) for kind in LISTS])

    def _forward(
        self, client: Client, community: str, kind: str, state: dict[str, Any], window: Window
    ) -> Iterator[Page]:
        """From the top to what was read before. The cursor moves when that is reached."""
        mine = state[kind]
        known = mine.get("to")
        floor = known - OVERLAP.total_seconds() if known else window.first.timestamp()
        floor = min(floor, window.since.timestamp()) if window.since else floor
        seen, newest, oldest = 0, known or 0.0, self._seconds
        for step in self._down(client, community, kind):
            seen += step.children
            newest, oldest = (
                max(newest, step.newest or 0.0),
                min(oldest, step.oldest or self._seconds),
            )
            done = oldest <= floor or not step.after
            cut_off = oldest > floor and seen >= SMALL
            if done and newest:
                start = oldest if cut_off else floor
                missing = known is not None and cut_off and oldest > known
                mine["from"] = min(mine.get("from", start), start)
                mine.update(to=newest, seen=self._seconds)
            yield Page(
                posts=step.posts,
                cursor=deepcopy(state) if done and newest else None,
                unreadable=step.unreadable,
                empty=not step.children,
                missed=(_missed(kind, known, oldest),) if done and newest and missing else (),
            )
            if done:
                return

    def _back(
        self, client: Client, community: str, kind: str, state: dict[str, Any], window: Window
    ) -> Iterator[Page]:
        """Down to the window's end or the listing's, once: then there is no more to be had."""
        mine = state[kind]
        floor = window.back_to.timestamp() if window.back_to else self._seconds
        if mine.get("ended") or "from" not in mine or mine["from"] <= floor:
            return
        resumed = mine.get("after", "")
        for step in self._down(client, community, kind, resumed):
            if resumed and not step.children:
                # The post after which we went on is gone: once more from the top.
                mine.update(after="", listed=0)
                yield Page(cursor=deepcopy(state), empty=True)
                yield from self._back(client, community, kind, state, window)
                return
            resumed = ""
            mine["listed"] = mine.get("listed", 0) + step.children
            mine["from"] = min(mine["from"], step.oldest or mine["from"])
            mine["after"] = step.after
            if not step.after and mine["listed"]:
                mine["ended"] = True
                mine["from"] = floor if mine["listed"] < SMALL else mine["from"]
            yield Page(
                posts=step.posts,
                cursor=deepcopy(state),
                unreadable=step.unreadable,
                empty=not step.children,
            )
            if mine["from"] <= floor:
                return

    def _down(self, client: Client, community: str, kind: str, after: str = "") -> Iterator[_Step]:
        """The pages of a listing from the top, or from `after` on."""
        while True:
            params: dict[str, str | int] = {"limit": self._size}
            page = self._app.get(
                client,
                f"r/{community}/{LISTS[kind]}",
                Listing,
                params | ({"after": after} if after else {}),
            ).data
            got = read(page.children)
            if got.communities:  # a community that isn't there is answered with a search for it
                raise Gone(f"reddit has no community r/{community}.", "Check `search`.", status=404)
            self._there |= {p.place: full_name(p.external_id) for p in got.posts[-1:]}
            after = page.after or ""
            yield _Step(
                posts=self._about(got.posts),
                children=len(page.children),
                unreadable=got.unreadable,
                oldest=got.oldest,
                newest=got.newest,
                after=after,
            )
            if not after:
                return

    def thread(self, client: Client, opener: Asked) -> Iterator[Page]:
        """The tree, then what it names without showing it, until nothing more is named."""
        for posts, unreadable in self._threads.whole(client, opener.external_id):
            yield Page(posts=self._about(posts), unreadable=unreadable)

    def check(self, client: Client, posts: Sequence[Asked]) -> Iterator[Page]:
        """As `/api/info` has them; one that it leaves out twice, while it gives another, is gone.

        It leaves out what it doesn't know without a word. An answer without anything proves
        nothing, so the second question holds the name of a post that is there; one of the same
        community, since all of one that is closed for a while is left out.
        """
        names = {full_name(post.external_id): post for post in posts}
        shown, unreadable = self._info(client, list(names))
        lost = [name for name in names if name not in shown]
        witness = next(iter(shown), self._there.get(posts[0].place, ""))
        if lost and witness:
            again, strange = self._info(client, [*lost[: LARGEST - 1], witness])
            shown |= again
            unreadable += strange
            lost = [n for n in lost[: LARGEST - 1] if n not in again] if witness in again else []
        else:
            lost = []
        if unreadable:  # it may be one of those that seem lost
            lost = []
        removed = [n for n in names if n in shown and self._threads.lost(shown[n], self._now)]
        yield Page(
            posts=self._about([p for n, p in shown.items() if n in names and n not in removed]),
            gone=tuple(names[name].external_id for name in (*lost, *removed)),
            unreadable=unreadable,
        )

    def _info(self, client: Client, names: Sequence[str]) -> tuple[dict[str, RawPost], int]:
        page = self._app.get(client, "api/info", Listing, {"id": ",".join(names)}).data
        got = read(page.children)
        return {full_name(post.external_id): post for post in got.posts}, got.unreadable

    def _about(self, posts: Sequence[RawPost]) -> tuple[RawPost, ...]:
        """With the products that the settings name for a community."""
        about = {f"reddit:r/{c.lower()}": p for c, p in self._settings.about.items()}
        return tuple(
            replace(p, products=products_of((about[p.place],), p.thread_title or "", ""))
            if p.place in about
            else p
            for p in posts
        )


def _missed(kind: str, known: float, oldest: float) -> Missed:
    return Missed(
        began=_moment(known),
        ended=_moment(oldest),
        reason=f"Reddit lists its newest {LISTED:,} {kind} only: read more often",
    )


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


SOURCE: type[Source] = Reddit
