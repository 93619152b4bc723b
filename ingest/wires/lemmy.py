"""Lemmy's posts and comments, in the shapes of its versions 0.18 and 0.19 (v3) and 1.0 (v4).

https://join-lemmy.org/api/main and https://join-lemmy.org/docs/contributors/09-api-v4.html. Ids are
an instance's own, `ap_id` is the same everywhere. Times have no zone in 0.18 and are UTC. A comment
names its place by the ids above it: `0.<first>.<...>.<own>`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec

from ingest.source import RawPost
from ingest.text import from_markdown

# What Lemmy writes over the words of accounts that were deleted, with and without its misspelling.
_WIPED = ("*Permananently Deleted*", "*Permanently Deleted*")

Name = Annotated[str, msgspec.Meta(min_length=1)]


class Person(msgspec.Struct, kw_only=True):
    """An account; its address is `actor_id` in v3, `ap_id` in v4."""

    name: str = ""
    actor_id: str = ""
    ap_id: str = ""

    def key(self) -> str | None:
        """By what it is known on every instance."""
        return self.ap_id or self.actor_id or self.name or None


class Written(msgspec.Struct, kw_only=True):
    """What posts and comments have in common."""

    id: int
    ap_id: Name
    published: datetime | None = None
    published_at: datetime | None = None  # v4
    updated: datetime | None = None
    updated_at: datetime | None = None  # v4
    deleted: bool = False  # by its author; the words may still be there
    removed: bool = False  # by a moderator

    def key(self) -> str:
        """The external id."""
        return f"lemmy:{self.ap_id}"

    def written_at(self) -> datetime:
        """Raises `ValueError` where no time is given."""
        told = self.published_at or self.published
        if told is None:
            raise ValueError(f"{self.ap_id} has no time")
        return _utc(told)

    def edited_at(self) -> datetime | None:
        """None for what was never edited."""
        told = self.updated_at or self.updated
        return _utc(told) if told else None


class Post(Written, kw_only=True):
    """What opens a thread."""

    name: str
    body: str | None = None
    featured_community: bool = False  # pinned: it comes first, however old it is
    comments: int = 0  # v4

    def gone(self) -> bool:
        """Whether it was taken away, whatever words are still there."""
        return self.deleted or self.removed or self.name in _WIPED


class Comment(Written, kw_only=True):
    """An answer."""

    content: str = ""
    path: Annotated[str, msgspec.Meta(pattern=r"^0(\.[0-9]{1,18})+$")]

    def gone(self) -> bool:
        """Whether it was taken away, whatever words are still there."""
        return self.deleted or self.removed or self.content in _WIPED

    def above(self) -> list[int]:
        """The ids of the comments above it, the first one first."""
        return [int(number) for number in self.path.split(".")[1:-1]]


class Counts(msgspec.Struct):
    """Of a post, in v3."""

    comments: int = 0


class PostView(msgspec.Struct, kw_only=True):
    """A post with its author."""

    post: Post
    creator: Person | None = None
    counts: Counts | None = None

    def answers(self) -> int:
        """How many comments it has."""
        return self.counts.comments if self.counts else self.post.comments


class CommentView(msgspec.Struct, kw_only=True):
    """A comment with its author and the post that it is below."""

    comment: Comment
    post: Post
    creator: Person | None = None


class Listed(msgspec.Struct, kw_only=True):
    """A page of a list; `next_page` is there since 0.19 for posts, since 1.0 for comments."""

    posts: list[msgspec.Raw] = []
    comments: list[msgspec.Raw] = []
    items: list[msgspec.Raw] = []  # v4
    next_page: str | None = None

    def all(self) -> list[msgspec.Raw]:
        """The views, undecoded."""
        return self.posts or self.comments or self.items


class OnePost(msgspec.Struct):
    """A post alone."""

    post_view: PostView


class OneComment(msgspec.Struct):
    """A comment alone."""

    comment_view: CommentView


class Site(msgspec.Struct):
    """What an instance tells of itself."""

    version: str


def post_of(
    view: PostView, place: str, base: str, about: tuple[str, ...], now: datetime
) -> RawPost:
    """A post as it opens its thread."""
    post = view.post
    written = min(post.written_at(), now)
    gone = post.gone()
    return RawPost(
        place=place,
        thread=post.key(),
        thread_title=None if gone else post.name,
        thread_opened_at=None if gone else written,
        external_id=post.key(),
        parent=None,
        kind="post",
        author=view.creator.key() if view.creator else None,
        title="" if gone else post.name,
        text="" if gone else from_markdown(post.body or ""),
        written_at=written,
        edited_at=post.edited_at(),
        deleted=gone,
        url=f"{base}/post/{post.id}",
        products=about,
    )


def comment_of(
    view: CommentView, parent: str, place: str, base: str, about: tuple[str, ...], now: datetime
) -> RawPost:
    """A comment below `parent`, an external id."""
    comment, post = view.comment, view.post
    gone = comment.gone()
    shown = not post.gone()
    return RawPost(
        place=place,
        thread=post.key(),
        thread_title=post.name if shown else None,
        thread_opened_at=min(post.written_at(), now) if shown else None,
        external_id=comment.key(),
        parent=parent,
        kind="comment",
        author=view.creator.key() if view.creator else None,
        title="",
        text="" if gone else from_markdown(comment.content),
        written_at=min(comment.written_at(), now),
        edited_at=comment.edited_at(),
        deleted=gone,
        url=f"{base}/comment/{comment.id}",
        depth=len(comment.above()) + 1,
        products=about,
    )


def _utc(told: datetime) -> datetime:
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
