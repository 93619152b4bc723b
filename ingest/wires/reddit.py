"""Reddit's API as it answers: things in listings, and a thread's tree with what it leaves out.

https://www.reddit.com/dev/api. A tree shows some comments and names others: `more` holds ids to ask
`/api/morechildren` for, whose answer is flat; `_` among them says that the answers to a comment are
on a page of their own. An answer was always written after what it answers, so in the order of time
every parent comes first, in a tree as in a flat list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal

import msgspec

from ingest.formats.reddit import Edited, Filing, comment, lone_comment, submission
from ingest.formats.shape import UNREADABLE
from ingest.source import RawPost

BEYOND = "_"  # the id of a `more` whose comments are on a page of their own


class Token(msgspec.Struct):
    """What signing in gives. A refusal comes as a good answer with `error`, too."""

    access_token: str = ""
    error: str = ""


class Children(msgspec.Struct):
    """A page; each child is decoded by itself: a strange one costs only itself."""

    children: list[msgspec.Raw]
    after: str | None = None  # the full name to go on after; null at the end


class Listing(msgspec.Struct):
    """A page of things."""

    data: Children


class Thing(msgspec.Struct):
    """t1: a comment, t3: a post, t5: a community, more: comments that are not shown."""

    kind: str
    data: msgspec.Raw


class Things(msgspec.Struct):
    """What `morechildren` gives; nothing where it has `errors`."""

    things: list[msgspec.Raw] = []


class Wrapped(msgspec.Struct):
    """The answer of a method that is asked by POST."""

    data: Things | None = None


class Flat(msgspec.Struct):
    """The same, under the name of its shape."""

    json: Wrapped


class Link(msgspec.Struct, kw_only=True):
    """A post (t3); `selftext` is "" for one that only links."""

    id: str
    subreddit: str
    title: str
    created_utc: float
    selftext: str = ""
    author: str | None = None
    edited: Edited = None
    permalink: str = ""
    removed_by_category: str | None = None  # moderator, deleted, reddit, ...: its text is gone


class Comment(msgspec.Struct, kw_only=True):
    """A comment (t1). Only listings of a community give the title of the post it stands under."""

    id: str
    parent_id: str
    link_id: str
    subreddit: str
    body: str
    created_utc: float
    author: str | None = None
    edited: Edited = None
    permalink: str = ""
    link_title: str | None = None
    replies: Listing | Literal[""] | None = None


class More(msgspec.Struct):
    """Comments that an answer names and doesn't show."""

    id: str
    parent_id: str
    children: list[str] = []


_THING = msgspec.json.Decoder(Thing)
_LINK = msgspec.json.Decoder(Link)
_COMMENT = msgspec.json.Decoder(Comment)
_MORE = msgspec.json.Decoder(More)


class Live(Filing):
    """Names the places of the live source, in lower case: Reddit doesn't tell the cases apart."""

    def place(self, source: str, what: str) -> str:
        """`reddit:r/claudeai`."""
        return f"{source}:{what.lower()}"


LIVE = Live()


@dataclass(kw_only=True, slots=True)
class Read:
    """What a page held."""

    posts: list[RawPost] = field(default_factory=list)
    unreadable: int = 0
    communities: int = 0  # found instead of posts: what was asked for is not there
    oldest: float | None = None  # when the oldest was written, in seconds since 1970
    newest: float | None = None


def read(children: Sequence[msgspec.Raw]) -> Read:
    """The posts and comments of a page of a listing."""
    got = Read()
    for raw in children:
        try:
            thing = _THING.decode(raw)
            if thing.kind == "t5":
                got.communities += 1
                continue
            post = _link(thing.data) if thing.kind == "t3" else _alone(thing.data)
        except UNREADABLE:
            got.unreadable += 1
            continue
        got.posts.append(post)
    times = [post.written_at.timestamp() for post in got.posts]
    got.oldest, got.newest = min(times, default=None), max(times, default=None)
    return got


def full_name(external_id: str) -> str:
    """`t3_8863` of `reddit:t3_8863`."""
    return external_id.partition(":")[2]


@dataclass(kw_only=True, slots=True)
class Tree:
    """A thread as far as it was read, and what was named and not shown."""

    opener: RawPost
    depths: dict[str, int] = field(default_factory=dict)  # of every comment shown, by full name
    more: list[str] = field(default_factory=list)  # ids to be asked for
    beyond: list[str] = field(default_factory=list)  # ids of comments with a page of their own
    named: set[str] = field(default_factory=set)  # full names that any answer spoke of
    unreadable: int = 0

    UNKNOWN: ClassVar[int] = 2  # stands for "2 or deeper", where the parent was not shown

    def read(self, children: Sequence[msgspec.Raw]) -> list[RawPost]:
        """The comments of an answer, nested or flat, parents first."""
        told: list[Comment] = []
        waiting = list(children)
        while waiting:
            try:
                thing = _THING.decode(waiting.pop())
                if thing.kind == "more":
                    self._note(_MORE.decode(thing.data))
                    continue
                found = _COMMENT.decode(thing.data)
            except UNREADABLE:
                self.unreadable += 1
                continue
            told.append(found)
            if isinstance(found.replies, Listing):
                waiting += found.replies.data.children
        posts = (self._post(one) for one in sorted(told, key=lambda one: one.created_utc))
        return [post for post in posts if post]

    def _note(self, more: More) -> None:
        if more.id == BEYOND or not more.children:
            self.beyond.append(more.parent_id.partition("_")[2])
        else:
            self.more += [child for child in more.children if f"t1_{child}" not in self.named]
            self.named.update(f"t1_{child}" for child in more.children)

    def _post(self, told: Comment) -> RawPost | None:
        name = f"t1_{told.id}"
        above = 0 if told.parent_id.startswith("t3_") else self.depths.get(told.parent_id)
        # A page of its own begins with a comment whose depth is known from the tree.
        depth = self.depths.get(name, self.UNKNOWN if above is None else above + 1)
        try:
            post = comment(
                self.opener,
                id36=told.id,
                parent=told.parent_id,
                depth=depth,
                text=told.body,
                author=told.author,
                created=told.created_utc,
                edited=told.edited,
            )
        except UNREADABLE:
            self.unreadable += 1
            return None
        self.depths[name] = depth
        self.named.add(name)
        return post


def opened(children: Sequence[msgspec.Raw]) -> RawPost:
    """The post at the head of a thread. Raises one of `UNREADABLE` or `IndexError`."""
    return _link(_THING.decode(children[0]).data)


def _link(data: msgspec.Raw) -> RawPost:
    told = _LINK.decode(data)
    return submission(
        LIVE,
        id36=told.id,
        subreddit=told.subreddit,
        title=told.title,
        text=told.selftext,
        author=told.author,
        created=told.created_utc,
        edited=told.edited,
        permalink=told.permalink,
        deleted=told.removed_by_category is not None,
    )


def _alone(data: msgspec.Raw) -> RawPost:
    told = _COMMENT.decode(data)
    post = lone_comment(
        LIVE,
        id36=told.id,
        link=told.link_id,
        parent=told.parent_id,
        subreddit=told.subreddit,
        text=told.body,
        author=told.author,
        created=told.created_utc,
        edited=told.edited,
        permalink=told.permalink,
    )
    return replace(post, thread_title=told.link_title)
