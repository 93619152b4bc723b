"""Topics of a Discourse forum with their posts, as one JSON array, read element by element."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

import msgspec

from domain.errors import InputError
from ingest.formats.pieces import elements
from ingest.formats.shape import UNREADABLE, File, Item, Note, Sieve, moment
from ingest.products import products_of
from ingest.source import RawPost
from ingest.text import from_html, tidy

_HOST = re.compile(
    rb"https://([a-z0-9.-]+\.[a-z]{2,})/[tu]/|/user_avatar/([a-z0-9.-]+\.[a-z]{2,})/"
)
_WRITTEN_BY_PEOPLE = 1  # post_type; 2 and 3 are moderators' actions, 4 whispers


class Post(msgspec.Struct):
    """A post. `reply_to_post_number` counts within the topic; none: an answer to the topic."""

    id: int
    post_number: int
    created_at: str
    cooked: str
    updated_at: str | None = None
    username: str | None = None
    post_type: int = _WRITTEN_BY_PEOPLE
    reply_to_post_number: int | None = None
    version: int = 1
    hidden: bool = False
    user_deleted: bool = False
    deleted_at: str | None = None


class Topic(msgspec.Struct):
    """A topic; each of its posts is decoded by itself."""

    id: int
    title: str
    created_at: str
    post_comments: list[msgspec.Raw]
    slug: str = "-"


_TOPIC = msgspec.json.Decoder(Topic)
_POST = msgspec.json.Decoder(Post)


class DiscourseTopics:
    """The forum's address isn't in the shape: it is taken from the links that posts hold."""

    name: ClassVar[str] = "discourse-topics"
    sieve: ClassVar[Sieve] = ""

    def fits(self, head: bytes) -> bool:
        """By its beginning and its keys."""
        return head.lstrip().startswith(b"[") and b'"post_comments"' in head and b'"cooked"' in head

    def read(self, file: File) -> Iterator[Item]:
        """The posts of a topic an element."""
        host = _host(file)
        for number, element in elements(file.stream):
            where = f"topic {number}"
            try:
                topic = _TOPIC.decode(element or b"")
                moment(topic.created_at)
            except UNREADABLE:
                yield Note(kind="unreadable", where=where)
                continue
            yield from _posts(file, host, topic, where)


def _host(file: File) -> str:
    """The forum's name, by what most links to topics, users and pictures of users say."""
    named = Counter(found[1] or found[2] for found in _HOST.finditer(file.head))
    if not named:
        raise InputError(
            f"{file.name} doesn't say which Discourse forum it is from.",
            "Posts without any link into their forum can't be told from another forum's.",
        )
    return named.most_common(1)[0][0].decode()


def _posts(file: File, host: str, topic: Topic, where: str) -> Iterator[Item]:
    read: list[Post] = []
    for raw in topic.post_comments:
        try:
            post = _POST.decode(raw)
            moment(post.created_at)
        except UNREADABLE:
            yield Note(kind="unreadable", where=where)
            continue
        if post.post_type != _WRITTEN_BY_PEOPLE or post.hidden:
            yield Note(kind="left_out", where=where)
        else:
            read.append(post)
    by_number = {post.post_number: post for post in read}
    depths: dict[int, int] = {}
    for post in sorted(read, key=lambda p: p.post_number):
        answered = post.reply_to_post_number or 1
        depths[post.post_number] = 0 if post.post_number == 1 else depths.get(answered, 0) + 1
        yield _post(file, host, topic, post, by_number.get(answered), depths[post.post_number])


def _post(
    file: File, host: str, topic: Topic, post: Post, answered: Post | None, depth: int
) -> RawPost:
    deleted = bool(post.user_deleted or post.deleted_at)
    title = tidy(topic.title)
    return RawPost(
        place=file.place("discourse", host),
        thread=f"discourse:{host}/t/{topic.id}",
        thread_title=title,
        thread_opened_at=moment(topic.created_at),
        external_id=f"discourse:{host}/{post.id}",
        parent=f"discourse:{host}/{answered.id}" if depth and answered else None,
        kind="reply" if depth else "post",
        author=post.username or None,
        title="" if depth or deleted else title,
        text="" if deleted else from_html(post.cooked),
        written_at=moment(post.created_at),
        edited_at=moment(post.updated_at) if post.version > 1 and post.updated_at else None,
        deleted=deleted,
        url=f"https://{host}/t/{topic.slug or '-'}/{topic.id}/{post.post_number}",
        depth=depth,
        products=products_of((), title, ""),
    )


FORMAT = DiscourseTopics()
