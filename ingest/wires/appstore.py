"""The App Store's feed of reviews: every scalar is an object with a label."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec

from domain.errors import BadAnswer

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,18}$")]


class Label(msgspec.Struct):
    """A scalar."""

    label: str | None = None


class Numbered(msgspec.Struct):
    """The id of a review."""

    label: Number


class Dated(msgspec.Struct):
    """A time, with Cupertino's offset."""

    label: Moment


class Author(msgspec.Struct, kw_only=True):
    """Who wrote a review; the address holds a number that outlasts a change of name."""

    uri: Label | None = None
    name: Label | None = None


class Review(msgspec.Struct, kw_only=True):
    """An entry. In old feeds the first one is the app itself: it has no rating."""

    id: Numbered
    title: Label | None = None
    content: Label | None = None
    updated: Dated | None = None  # when it was written or last edited; missing from 2016 to 2021
    author: Author | None = None
    rating: Label | None = msgspec.field(default=None, name="im:rating")


class Feed(msgspec.Struct, kw_only=True):
    """`entry` is a list, one review alone, null or missing."""

    entry: msgspec.Raw = msgspec.Raw()


class Body(msgspec.Struct):
    """An answer."""

    feed: Feed


def entries_of(body: bytes) -> list[msgspec.Raw]:
    """The reviews of an answer, undecoded. Raises `BadAnswer` for something that is no feed."""
    try:
        entry = msgspec.json.decode(body, type=Body).feed.entry
        if bytes(entry) in (b"", b"null"):
            return []
        if bytes(entry).startswith(b"["):
            return msgspec.json.decode(entry, type=list[msgspec.Raw])
        msgspec.json.decode(entry, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadAnswer(
            "The App Store answered with something that is no feed.", "The next run tries again."
        ) from error
    return [entry]


def author_of(review: Review) -> str | None:
    """The number of the account, or its name; None where neither is given."""
    if review.author is None:
        return None
    return said(review.author.uri).partition("/reviews/id")[2] or said(review.author.name) or None


def said(label: Label | None) -> str:
    """The text of a scalar; "" where there is none."""
    return (label.label if label else None) or ""
