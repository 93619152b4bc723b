"""What a community's lists and threads hold, as posts: openers, comments, which threads have news.

A comment names the ones above it by ids that only its thread explains, so a thread is read whole.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

from ingest.source import Missed, Page, RawPost
from ingest.wires.lemmy import CommentView, PostView, comment_of, post_of
from ingest.wires.lemmy_api import LIMIT, MOST_PAGES, Api, Turned

OVERLAP = timedelta(hours=24)  # what other instances write comes late, with its old time
REACHED = LIMIT * MOST_PAGES


@dataclass(frozen=True, kw_only=True, slots=True)
class Community:
    """A community as an instance names it."""

    base: str
    name: str
    place: str
    about: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """What the list of comments told."""

    threads: tuple[int, ...]  # with comments that are new or edited
    recent: tuple[str, ...]  # marks of the overlap's comments
    newest: datetime | None
    unreadable: int
    missed: tuple[Missed, ...]


class Gatherer:
    """Of one run: remembers the posts that lists gave, by their instance."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._views: dict[tuple[str, int], PostView] = {}

    def news(
        self,
        api: Api,
        community: Community,
        start: datetime,
        known: datetime,
        marks: Collection[str],
    ) -> News:
        """Which threads have comments from `start` on that are not among `marks`.

        Those up to `known` were read before.
        """
        views: list[CommentView] = []
        unreadable = 0
        missed: tuple[Missed, ...] = ()
        for turned in api.comments(community.name):
            views += turned.views
            unreadable += turned.unreadable
            missed = missed_of(turned, known, "comments")
            if reached(turned, start):
                break
        views = [view for view in views if view.comment.written_at() >= start]
        newest = max((view.comment.written_at() for view in views), default=None)
        news = [view for view in views if _mark(view) not in marks]
        least = min(newest, self._now) - OVERLAP if newest else start
        return News(
            threads=tuple(dict.fromkeys(view.post.id for view in news)),
            recent=tuple(sorted(_mark(v) for v in views if v.comment.written_at() >= least)),
            newest=newest,
            unreadable=unreadable,
            missed=missed,
        )

    def listed(self, api: Api, community: Community, turned: Turned[PostView]) -> Page:
        """The posts of a page, and those that were taken away since."""
        self._views |= {(api.base, view.post.id): view for view in turned.views}
        posts = [self._opener(api, community, view) for view in turned.views]
        return Page(
            posts=tuple(p for p in posts if not p.deleted),
            gone=tuple(p.external_id for p in posts if p.deleted),
            unreadable=turned.unreadable,
        )

    def tree(self, api: Api, community: Community, number: int) -> Page:
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

    def post(self, api: Api, community: Community, number: int, kind: str) -> RawPost:
        """One post or comment that we hold, as it is now."""
        if kind == "post":
            return self._opener(api, community, api.post(number))
        return self._comment(api, community, api.comment(number), "")

    def _opener(self, api: Api, community: Community, view: PostView) -> RawPost:
        return post_of(view, community.place, api.base, community.about, self._now)

    def _comment(self, api: Api, community: Community, view: CommentView, parent: str) -> RawPost:
        above = parent or view.post.key()
        return comment_of(view, above, community.place, api.base, community.about, self._now)


def reached(turned: Turned[Any], start: datetime) -> bool:
    """Whether a page of a list goes further back than `start`."""
    return turned.oldest is not None and turned.oldest < start


def missed_of(turned: Turned[Any], start: datetime, what: str) -> tuple[Missed, ...]:
    """What lies between a list's last page and what was to be reached."""
    if not turned.capped or turned.oldest is None or reached(turned, start):
        return ()
    reason = f"The instance shows {REACHED} {what}, and there are more"
    return (Missed(began=start, ended=turned.oldest, reason=reason),)


def _mark(view: CommentView) -> str:
    """A version of a comment, by which it is known again; its id is nothing for a cursor."""
    edited = view.comment.edited_at()
    told = f"{view.comment.id}|{iso(edited) if edited else ''}|{view.comment.gone()}"
    return blake2b(told.encode(), digest_size=8).hexdigest()


def iso(moment: datetime) -> str:
    """A time as cursors hold it: such texts sort as the times do."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
