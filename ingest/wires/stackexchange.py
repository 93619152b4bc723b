"""The Stack Exchange API's shapes (https://api.stackexchange.com/docs), with `filter=withbody`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec

Number = Annotated[int, msgspec.Meta(ge=1, lt=2**53)]
Seconds = Annotated[int, msgspec.Meta(ge=0, lt=2**33)]  # since 1970


class Owner(msgspec.Struct):
    """Who wrote it. A deleted account is of the type `does_not_exist` and has no id."""

    user_id: int | None = None
    user_type: str | None = None
    display_name: str | None = None


class Question(msgspec.Struct):
    """A question. Title and body are HTML; comments don't count as activity."""

    question_id: Number
    title: str
    body: str
    link: str
    creation_date: Seconds
    last_activity_date: Seconds
    last_edit_date: Seconds | None = None
    owner: Owner | None = None


class Answer(msgspec.Struct):
    """An answer to a question."""

    answer_id: Number
    question_id: Number
    body: str
    creation_date: Seconds
    last_edit_date: Seconds | None = None
    owner: Owner | None = None


class Comment(msgspec.Struct):
    """A comment on a question or on an answer, which `post_id` doesn't tell apart."""

    comment_id: Number
    post_id: Number
    body: str
    creation_date: Seconds
    owner: Owner | None = None


class Wrapper(msgspec.Struct):
    """What every answer is wrapped in; items are decoded one by one.

    `backoff` is how many seconds to leave the method alone for, `quota_remaining` what is left of
    the day's requests of this address or key.
    """

    items: list[msgspec.Raw]
    has_more: bool = False
    quota_max: int | None = None
    quota_remaining: int | None = None
    backoff: float | None = None


def moment(seconds: int) -> datetime:
    """UTC."""
    return datetime.fromtimestamp(seconds, UTC)
