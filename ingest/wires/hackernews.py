"""What Hacker News sends, as posts: Algolia's hits and trees, and Firebase's single items.

https://hn.algolia.com/api, https://github.com/HackerNews/API. Items are decoded one by one, so that
a strange one costs only itself. Keys without a value are null in old answers, missing in new ones.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Annotated

import msgspec

from ingest.products import products_of
from ingest.source import Asked, Page, RawPost
from ingest.text import from_html

Seconds = Annotated[int, msgspec.Meta(ge=0, lt=2**33)]  # since 1970
_IS_NO_TEXT = ("[dead]", "[deleted]", "[flagged]")  # stands where the text was


class Hit(msgspec.Struct, kw_only=True):
    """A found item. `_highlightResult` holds marks of the search and is not read."""

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
    """One page of a search."""

    hits: list[msgspec.Raw]
    nbHits: int  # noqa: N815 - the wire's name
    nbPages: int = 0  # noqa: N815 - the wire's name


class Node(msgspec.Struct, kw_only=True):
    """An item in a thread's tree. A deleted one keeps its place, without author and text."""

    id: int
    created_at_i: Seconds | None = None
    author: str | None = None
    title: str | None = None
    text: str | None = None
    children: list[msgspec.Raw] | None = None

    @property
    def gone(self) -> bool:
        """Whether it was deleted or killed."""
        return is_gone(self.text) or not (self.author or self.text or self.title)


class Item(msgspec.Struct, kw_only=True):
    """An item as Firebase holds it now."""

    id: int
    by: str | None = None
    title: str | None = None
    text: str | None = None
    parent: int | None = None
    deleted: bool = False
    dead: bool = False

    @property
    def gone(self) -> bool:
        """Whether it was deleted or killed."""
        return self.deleted or self.dead or is_gone(self.text)


def is_gone(text: str | None) -> bool:
    """Whether a text only says that there is none."""
    return (text or "").strip() in _IS_NO_TEXT


def plain_title(title: str | None) -> str:
    """A title without entities: one of the two services escapes them."""
    return unescape(title or "").strip()


def plain_text(text: str | None) -> str:
    """A text without markup; links have their whole targets."""
    return from_html(text or "")


def from_hit(hit: Hit) -> RawPost:
    """A found item as a post, without its place. The search says who is answered, not how deep."""
    number = int(hit.objectID)
    story = hit.story_id or number
    title = plain_title(hit.story_title or hit.title)
    written = moment(hit.created_at_i)
    return RawPost(
        place="",
        thread=id_of(story),
        thread_title=title,
        thread_opened_at=None if hit.parent_id else written,
        external_id=id_of(number),
        parent=id_of(hit.parent_id) if hit.parent_id else None,
        kind="comment" if hit.parent_id else "story",
        author=hit.author,
        title="" if hit.parent_id else plain_title(hit.title),
        text=plain_text(hit.comment_text or hit.story_text),
        written_at=written,
        url=url_of(number),
        depth=0 if not hit.parent_id else (1 if hit.parent_id == story else 2),
        products=products_of((), title, ""),
    )


def tree(root: Node, query_of: Callable[[str, str], str | None]) -> Page:
    """The posts of a thread in reading order: those that match, and all answers to them.

    `query_of` gives the query that words match in a thread of some title. A deleted post of which
    only the id is left doesn't say what it matched: it is named as gone.
    """
    posts: list[RawPost] = []
    gone: list[str] = []
    unreadable = 0
    waiting: list[tuple[Node, Node | None, int, str | None]] = [(root, None, 0, None)]
    while waiting:
        node, parent, depth, inherited = waiting.pop()
        words = "" if node.gone else f"{plain_title(node.title)}\n{plain_text(node.text)}"
        query = query_of(words, plain_title(root.title)) or inherited
        for raw in reversed(node.children or ()):
            try:
                child = msgspec.json.decode(raw, type=Node)
            except msgspec.ValidationError:
                unreadable += 1
            else:
                waiting.append((child, node, depth + 1, query))
        if node.gone and query is None:
            gone.append(id_of(node.id))
        elif query and node.created_at_i is None:
            unreadable += 1
        elif query:
            posts.append(from_node(node, parent, root, query, depth))
    return Page(posts=tuple(posts), gone=tuple(gone), unreadable=unreadable)


def from_node(node: Node, parent: Node | None, root: Node, query: str, depth: int) -> RawPost:
    """A node of a tree as a post of the place that `query` is."""
    written = moment(node.created_at_i or 0)
    title = plain_title(root.title)
    return RawPost(
        place=place_of(query),
        thread=id_of(root.id),
        thread_title=None if root.gone else title,
        thread_opened_at=moment(root.created_at_i) if root.created_at_i else written,
        external_id=id_of(node.id),
        parent=id_of(parent.id) if parent else None,
        kind="comment" if parent else "story",
        author=node.author,
        title=plain_title(node.title),
        text=plain_text(node.text),
        written_at=written,
        deleted=node.gone,
        url=url_of(node.id),
        depth=depth,
        products=products_of((), title, ""),
    )


def from_item(post: Asked, item: Item) -> RawPost:
    """A post that we hold as it is now. Its time is ours: a second chance dates stories anew."""
    return RawPost(
        place=post.place,
        thread="",
        thread_title=None,
        thread_opened_at=None,
        external_id=post.external_id,
        parent=id_of(item.parent) if item.parent else None,
        kind=post.kind,
        author=item.by,
        title=plain_title(item.title),
        text=plain_text(item.text),
        written_at=post.written_at,
        url=post.url,
        products=products_of((), post.thread_title, ""),
    )


def place_of(query: str) -> str:
    """The name of the place that a query is."""
    return f"hackernews:{query.lower()}"


def id_of(number: int) -> str:
    """The external id of an item."""
    return f"hn:{number}"


def number_of(external_id: str) -> int:
    """The item's own number."""
    return int(external_id.partition(":")[2])


def url_of(number: int) -> str:
    """Where a reader finds it."""
    return f"https://news.ycombinator.com/item?id={number}"


def moment(seconds: int) -> datetime:
    """Seconds since 1970 as a time."""
    return datetime.fromtimestamp(seconds, UTC)
