"""Discourse's shapes: posts as its lists and its topics show them (https://docs.discourse.org).

Keys beside an id, a time and a text come and go with the version of the forum: each has a default,
and null stands for it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec

WRITTEN_BY_PEOPLE = 1  # post_type; 2 is a moderator's action, 3 a small action, 4 a whisper

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Number = Annotated[int, msgspec.Meta(ge=1, lt=2**53)]


class Post(msgspec.Struct):
    """A post. `post_number` counts within its topic; deleted posts leave holes in the count."""

    id: Number
    topic_id: Number
    post_number: Number
    created_at: Moment
    cooked: str | None = None  # HTML
    username: str | None = None
    post_type: int = WRITTEN_BY_PEOPLE
    reply_to_post_number: int | None = None  # None: it answers the topic
    version: int | None = None
    updated_at: Moment | None = None
    hidden: bool | None = None  # flagged: what is shown is a notice, not the text
    user_deleted: bool | None = None  # shown as a notice for a while, then not at all
    deleted_at: str | None = None
    topic_title: str | None = None  # in the list of the newest posts only
    topic_slug: str | None = None


class Latest(msgspec.Struct):
    """The newest posts of a forum, or the newest below an id."""

    latest_posts: list[msgspec.Raw]


class Stream(msgspec.Struct):
    """Some posts of a topic, and the ids of all."""

    posts: list[msgspec.Raw]
    stream: list[Number] = []


class Topic(msgspec.Struct):
    """A topic with some twenty of its posts."""

    id: Number
    title: str
    created_at: Moment
    post_stream: Stream


class Part(msgspec.Struct):
    """More posts of a topic, asked for by their ids."""

    post_stream: Stream


_POST = msgspec.json.Decoder(Post)


def posts_of(items: list[msgspec.Raw]) -> tuple[list[Post], int]:
    """The posts among `items`, and how many items can't be read."""
    read: list[Post] = []
    for raw in items:
        try:
            read.append(_POST.decode(raw))
        except msgspec.DecodeError:
            continue
    return read, len(items) - len(read)


def in_utc(moment: datetime) -> datetime:
    """`moment` in UTC. Beyond the calendar's ends there is none: there it is taken for UTC."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)
