"""Asking a Lemmy instance: which of its APIs it speaks, and how its lists are turned.

v3 turns pages by number, ten of them at most (a hundred on newer instances), and posts by a cursor
since 0.19; v4 knows cursors alone. A community's pinned posts come first whatever their date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from domain.errors import BadAnswer, Gone, Refused
from ingest.answer import PAGE
from ingest.client import Client
from ingest.wires.lemmy import CommentView, Listed, OneComment, OnePost, PostView, Site

LIMIT = 50  # of a page
MOST_PAGES = 10  # that can be asked for by number everywhere

V = TypeVar("V", PostView, CommentView)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, slots=True)
class Turned(Generic[V]):
    """One page of a list."""

    views: tuple[V, ...]
    unreadable: int
    oldest: datetime | None  # of those that are not pinned
    here: Mapping[str, str | int]  # how this page is asked for
    following: Mapping[str, str | int] | None  # how the next one is; None: this was the last
    capped: bool = False  # there may be more pages, but no way to ask for them


class Api:
    """Of one instance, for one run."""

    def __init__(self, client: Client, base: str) -> None:
        """Raises `Refused` where there is no Lemmy."""
        self._client = client
        self.base = base
        self._version = self._spoken()

    def posts(
        self, community: str, start: Mapping[str, str | int] | None = None
    ) -> Iterator[Turned[PostView]]:
        """A community's posts, the newest first."""
        asked = self._community(community) | self._words("New")
        return self._turn("post/list", asked, PostView, start)

    def comments(self, community: str) -> Iterator[Turned[CommentView]]:
        """A community's comments, the newest first."""
        asked = self._community(community) | self._words("New")
        return self._turn("comment/list", asked, CommentView)

    def below(self, post: int) -> Iterator[Turned[CommentView]]:
        """All comments below a post, the oldest first: those that are answered before the answers.

        `max_depth` would give a tree, and no more than 300 of it.
        """
        asked = {"post_id": post} | self._words("Old")
        return self._turn("comment/list", asked, CommentView)

    def post(self, number: int) -> PostView:
        """One post. Raises `Gone` with status 404 where the instance says that it isn't there."""
        return self._one("post", number, OnePost).post_view

    def comment(self, number: int) -> CommentView:
        """One comment; as `post`."""
        return self._one("comment", number, OneComment).comment_view

    def _one(self, kind: str, number: int, of: type[T]) -> T:
        try:
            return self._get(kind, of, {"id": number})
        except Gone as error:  # up to 0.18 the status is 400
            if error.word in ("", PAGE):
                raise BadAnswer(f"{self.base} has a page in Lemmy's place.") from error
            raise Gone(error.what, error.fix, status=404, word=error.word) from error

    def _turn(
        self,
        where: str,
        asked: Mapping[str, str | int],
        of: type[V],
        start: Mapping[str, str | int] | None = None,
    ) -> Iterator[Turned[V]]:
        here: Mapping[str, str | int] = start or ({"page": 1} if self._version == "v3" else {})
        while True:
            listed = self._get(where, Listed, {**asked, **here})
            items = listed.all()
            views, unreadable = _decoded(items, of)
            following, capped = _following(here, listed, len(items), self._version)
            yield Turned(
                views=views,
                unreadable=unreadable,
                oldest=_oldest(views),
                here=here,
                following=following,
                capped=capped,
            )
            if following is None:
                return
            here = following

    def _spoken(self) -> str:
        """The newest API that the instance speaks; 1.0 still answers some of v3."""
        for version in ("v3", "v4"):
            try:
                site = self._client.get(f"{self.base}/api/{version}/site", Site).content
            except Gone:
                continue
            if site and (version == "v4" or site.version.startswith("0.")):
                return version
        raise Refused(f"{self.base} is no Lemmy instance.", "Check `search` of [sources.lemmy].")

    def _get(self, where: str, of: type[T], params: Mapping[str, str | int]) -> T:
        url = f"{self.base}/api/{self._version}/{where}"
        content = self._client.get(url, of, params=params).content
        if content is None:
            raise BadAnswer(f"{self.base} says that nothing changed, which nobody asked.")
        return content

    def _words(self, sort: str) -> dict[str, str | int]:
        """v4 writes its words small."""
        told = {"type_": "All", "sort": sort}
        if self._version == "v4":
            told = {name: word.lower() for name, word in told.items()}
        return {**told, "limit": LIMIT}

    def _community(self, name: str) -> dict[str, str | int]:
        """By the name that v3 and early v4 use, and by that of later v4."""
        told: dict[str, str | int] = {"community_name": name}
        return told if self._version == "v3" else told | {"community_name_or_id": name}


def _following(
    here: Mapping[str, str | int], listed: Listed, count: int, version: str
) -> tuple[Mapping[str, str | int] | None, bool]:
    """How the next page is asked for, None after the last; and whether a cap is what ends it."""
    if not count:
        return None, False
    if listed.next_page:
        following = {"page_cursor": listed.next_page}
        if following == here:
            raise BadAnswer("lemmy: a list's next page is the same one.", "The next run goes on.")
        return following, False
    if version == "v4" or count < LIMIT or "page" not in here:
        return None, False
    page = int(here["page"])
    return ({"page": page + 1}, False) if page < MOST_PAGES else (None, True)


def _decoded(items: list[msgspec.Raw], of: type[V]) -> tuple[tuple[V, ...], int]:
    views: list[V] = []
    unreadable = 0
    for item in items:
        try:
            view = msgspec.json.decode(item, type=of)
            _written(view)
        except (msgspec.ValidationError, ValueError):
            unreadable += 1
        else:
            views.append(view)
    return tuple(views), unreadable


def _oldest(views: Sequence[PostView | CommentView]) -> datetime | None:
    times = [
        _written(view)
        for view in views
        if not (isinstance(view, PostView) and view.post.featured_community)
    ]
    return min(times, default=None)


def _written(view: PostView | CommentView) -> datetime:
    """Raises `ValueError` where a time is missing."""
    opened = view.post.written_at()
    return opened if isinstance(view, PostView) else view.comment.written_at()
