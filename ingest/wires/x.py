"""Posts as X's API gives them: https://docs.x.com/x-api/fundamentals/data-dictionary.

Ids are numbers beyond 2^53, written as text; one tells when its post was made. An edit is a new
post: each version names all, and the first one's id stands for the post. Text is escaped as HTML,
its links are shortened, and a long post has its whole text elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Annotated

import msgspec

from ingest.source import RawPost
from ingest.text import tidy

BEGINNING = 1_288_834_974_657  # milliseconds since 1970 that an id of 0 would stand for
SHIFT = 22  # bits of an id below its time
# Both mean that the public can't read it: deleted or suspended; withheld or protected.
_GONE = ("resource-not-found", "not-authorized-for-resource")
_OWN_MEDIA = re.compile(
    r"https?://(?:www\.)?(?:twitter|x)\.com/[^/\s]+/status/\d+/(?:photo|video)/\d+"
)
_STATUS = re.compile(r"https?://(?:www\.)?(?:twitter|x)\.com/[^/\s]+/status/(\d+)[^\s]*")

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,19}$")]


class Url(msgspec.Struct):
    """A link: as the text has it, and where it leads."""

    url: str
    expanded_url: str = ""


class Entities(msgspec.Struct):
    """What is marked in a text."""

    urls: list[Url] | None = None


class Note(msgspec.Struct):
    """The whole of a long post."""

    text: str
    entities: Entities | None = None


class Reference(msgspec.Struct):
    """What a post has to do with another one: replied_to, quoted, retweeted."""

    type: str
    id: Id


class Post(msgspec.Struct):
    """A post, or one version of it."""

    id: Id
    text: str
    created_at: Moment | None = None
    author_id: str | None = None
    conversation_id: Id | None = None
    referenced_tweets: list[Reference] | None = None
    edit_history_tweet_ids: list[Id] | None = None
    note_tweet: Note | None = None
    entities: Entities | None = None

    @property
    def versions(self) -> list[str]:
        """Ids of all versions, the first one's first."""
        return sorted({self.id, *(self.edit_history_tweet_ids or ())}, key=int)

    def refers(self, how: str) -> str | None:
        """The id of the post that it answers, quotes or repeats."""
        return next((r.id for r in self.referenced_tweets or () if r.type == how), None)


class Problem(msgspec.Struct):
    """Why something that was asked for is not in a good answer."""

    type: str = ""
    resource_id: str | None = None
    value: str | None = None
    parameter: str | None = None


class Meta(msgspec.Struct):
    """Where an answer stands; without `next_token` it is the last."""

    next_token: str | None = None
    oldest_id: Id | None = None


class Includes(msgspec.Struct):
    """What comes along, and is paid for."""

    users: list[msgspec.Raw] = []
    tweets: list[msgspec.Raw] = []


class Found(msgspec.Struct):
    """An answer; where nothing was found, `data` is not there."""

    data: list[msgspec.Raw] = []
    errors: list[msgspec.Raw] = []
    meta: Meta = msgspec.field(default_factory=Meta)
    includes: Includes = msgspec.field(default_factory=Includes)


_POST = msgspec.json.Decoder(Post)
_PROBLEM = msgspec.json.Decoder(Problem)


def posts_of(raws: Iterable[msgspec.Raw]) -> tuple[list[Post], int]:
    """Posts, and how many could not be read: a strange one costs only itself."""
    found: list[Post] = []
    unreadable = 0
    for raw in raws:
        try:
            found.append(_POST.decode(raw))
        except msgspec.ValidationError:
            unreadable += 1
    return found, unreadable


def gone(raws: Iterable[msgspec.Raw]) -> set[str]:
    """Ids that were asked for and that the public can't read any more."""
    found: set[str] = set()
    for raw in raws:
        try:
            told = _PROBLEM.decode(raw)
        except msgspec.ValidationError:  # about something that nobody asked for
            continue
        name = told.resource_id or told.value
        if name and told.type.rpartition("/")[2] in _GONE and told.parameter in ("ids", "id"):
            found.add(name)
    return found


def made_at(number: str) -> datetime:
    """When the post of an id was made."""
    return datetime.fromtimestamp(0, UTC) + timedelta(
        milliseconds=(int(number) >> SHIFT) + BEGINNING
    )


def id_at(moment: datetime) -> str:
    """The least id of a moment."""
    milliseconds = int(moment.timestamp() * 1_000) - BEGINNING
    return str(max(milliseconds, 0) << SHIFT)


def external_id(number: str) -> str:
    """The same for every version of a post, given the first one's id."""
    return f"x:{number}"


def raw_post(told: Post, place: str, products: tuple[str, ...] = ()) -> RawPost:
    """A post as it stands alone: 2 stands for a depth of "2 or deeper"."""
    first, parent = told.versions[0], told.refers("replied_to")
    root = (told.conversation_id or parent) if parent else None
    at = made_at(first)
    edited = len(told.versions) > 1
    return RawPost(
        place=place,
        thread=external_id(root or first),
        thread_title=None if parent else "",
        thread_opened_at=None if parent else at,
        external_id=external_id(first),
        parent=external_id(parent) if parent else None,
        kind="reply" if parent else "post",
        author=told.author_id,
        title="",
        text=plain(told),
        written_at=at,
        edited_at=(told.created_at or made_at(told.id)) if edited else None,
        url=f"https://x.com/i/web/status/{told.id}",
        depth=(1 if parent == root else 2) if parent else 0,
        products=products,
    )


def plain(told: Post) -> str:
    """The whole text, with the targets of its links; pictures' own addresses name the author."""
    whole = told.note_tweet
    text = unescape(whole.text if whole else told.text)
    entities = (whole.entities if whole else None) or told.entities or Entities()
    for link in entities.urls or ():
        if link.expanded_url:
            target = _OWN_MEDIA.sub("", link.expanded_url)
            text = text.replace(link.url, _STATUS.sub(r"https://x.com/i/web/status/\1", target))
    return tidy(text)
