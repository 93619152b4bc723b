"""Bluesky's views of posts: https://docs.bsky.app/docs/api/app-bsky-feed-search-posts.

A post's text has no link targets: facets say which bytes of its UTF-8 form are a link, and where it
leads. `createdAt` is what the author's client says; `indexedAt` is when the service saw the post.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated

import msgspec

from ingest.links import link
from ingest.source import RawPost
from ingest.text import tidy

OPTED_OUT = "!no-unauthenticated"  # the label of authors who want no strangers to read them

NOTHING = msgspec.Raw(b"null")
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Tokens(msgspec.Struct, rename="camel"):
    """What signing in gives."""

    access_jwt: str
    refresh_jwt: str = ""


class Label(msgspec.Struct):
    """A mark that an author or a service set; `neg` takes it back."""

    val: str
    neg: bool = False


class Author(msgspec.Struct):
    """An account; the handle may change, the DID never does."""

    did: str
    labels: list[Label] | None = None


class Ref(msgspec.Struct):
    """A reference to a post, which may be gone."""

    uri: str


class ReplyRef(msgspec.Struct):
    """What a post answers."""

    root: Ref
    parent: Ref


class Slice(msgspec.Struct, rename="camel"):
    """A half-open range of bytes."""

    byte_start: int
    byte_end: int


class Feature(msgspec.Struct):
    """What a facet is: `uri` where it is a link; mentions and tags have none."""

    uri: str | None = None


class Facet(msgspec.Struct):
    """A marked passage."""

    index: Slice
    features: list[Feature] = []


class External(msgspec.Struct):
    """A card of a linked page."""

    uri: str


class Media(msgspec.Struct):
    """What stands beside a quoted post."""

    external: External | None = None


class Embed(msgspec.Struct):
    """What is attached to a post."""

    external: External | None = None
    media: Media | None = None


class Record(msgspec.Struct, rename="camel"):
    """What the author's client wrote."""

    text: str = ""
    created_at: str = ""
    reply: ReplyRef | None = None
    facets: list[msgspec.Raw] | None = None
    embed: msgspec.Raw = NOTHING


class View(msgspec.Struct, rename="camel"):
    """A post as the service shows it."""

    uri: str
    author: Author
    record: Record
    indexed_at: Moment


class Found(msgspec.Struct):
    """An answer of `searchPosts` or `getPosts`."""

    posts: list[msgspec.Raw]


class Node(msgspec.Struct, rename="camel"):
    """A place in a tree: without a post, it is not there or not for us to see."""

    not_found: bool = False
    post: msgspec.Raw = NOTHING
    replies: list[msgspec.Raw] | None = None


class Tree(msgspec.Struct):
    """An answer of `getPostThread`."""

    thread: Node


_URI = re.compile(r"at://[^/?#]+/[^/?#]+/[^/?#]+")
_VIEW = msgspec.json.Decoder(View)
_NODE = msgspec.json.Decoder(Node)
_FACET = msgspec.json.Decoder(Facet)
_EMBED = msgspec.json.Decoder(Embed | None)


def views_of(raws: Iterable[msgspec.Raw]) -> tuple[list[View], int]:
    """Posts, and how many could not be read: a strange one costs only itself."""
    found: list[View] = []
    unreadable = 0
    for raw in raws:
        try:
            told = _VIEW.decode(raw)
        except msgspec.ValidationError:
            unreadable += 1
            continue
        if _URI.fullmatch(told.uri):
            found.append(told)
        else:
            unreadable += 1
    return found, unreadable


def opted_out(told: View) -> bool:
    """Whether its author wants no strangers to read it."""
    values = {label.val: not label.neg for label in told.author.labels or ()}
    return values.get(OPTED_OUT, False)


def sorted_at(told: View) -> datetime:
    """What searches go by: no later than the service saw the post, whatever the client says."""
    try:
        created = datetime.fromisoformat(told.record.created_at)
    except ValueError:
        return told.indexed_at
    if created.tzinfo is None:
        created = created.replace(tzinfo=UTC)
    return min(created.astimezone(UTC), told.indexed_at.astimezone(UTC))


def post(told: View, place: str, products: tuple[str, ...] = ()) -> RawPost:
    """A post as it stands alone: 2 stands for a depth of "2 or deeper"."""
    reply, at = told.record.reply, sorted_at(told)
    depth = 0
    if reply:
        depth = 1 if reply.parent.uri == reply.root.uri else 2
    return RawPost(
        place=place,
        thread=reply.root.uri if reply else told.uri,
        thread_title=None if reply else "",
        thread_opened_at=None if reply else at,
        external_id=told.uri,
        parent=reply.parent.uri if reply else None,
        kind="reply" if reply else "post",
        author=told.author.did,
        title="",
        text=plain(told.record),
        written_at=at,
        url=_url(told.uri),
        depth=depth,
        products=products,
    )


def plain(record: Record) -> str:
    """The text with the targets of its links, and that of its card."""
    text = _linked(record.text, record.facets or [])
    try:
        embed = _EMBED.decode(record.embed)
    except msgspec.ValidationError:  # a kind of attachment that we don't know
        embed = None
    card = None
    if embed:
        card = embed.external or (embed.media.external if embed.media else None)
    if card and card.uri not in text:
        text = f"{text}\n{card.uri}"
    return tidy(text)


def _linked(text: str, facets: list[msgspec.Raw]) -> str:
    """`text` with links in place of the ranges that facets mark; ranges that don't fit are left."""
    whole, at, parts = text.encode(), 0, []
    for start, end, target in sorted(_links(facets)):
        try:
            if not at <= start < end <= len(whole):
                continue
            parts += [whole[at:start].decode(), link(whole[start:end].decode(), target)]
        except UnicodeDecodeError:  # it begins or ends within a character
            continue
        at = end
    return "".join([*parts, whole[at:].decode()])


def _links(facets: list[msgspec.Raw]) -> Iterator[tuple[int, int, str]]:
    for raw in facets:
        try:
            facet = _FACET.decode(raw)
        except msgspec.ValidationError:  # a facet of another shape marks no link
            continue
        target = next((f.uri for f in facet.features if f.uri), None)
        if target and target.startswith(("https://", "http://")):
            yield facet.index.byte_start, facet.index.byte_end, target


def nodes(tree: Tree) -> tuple[list[tuple[View, int]], int]:
    """The posts of a tree with their depths, parents first, and how many could not be read."""
    found: list[tuple[View, int]] = []
    unreadable = 0
    waiting: list[tuple[Node, int]] = [(tree.thread, 0)]
    while waiting:
        node, depth = waiting.pop()
        if bytes(node.post) == b"null":
            continue
        views, strange = views_of([node.post])
        found += [(told, depth) for told in views]
        unreadable += strange
        for raw in node.replies or ():
            try:
                waiting.append((_NODE.decode(raw), depth + 1))
            except msgspec.ValidationError:
                unreadable += 1
    return found, unreadable


def _url(uri: str) -> str:
    author, _, key = uri.removeprefix("at://").split("/")
    return f"https://bsky.app/profile/{author}/post/{key}"
