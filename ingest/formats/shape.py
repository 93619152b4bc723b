"""What a format is, and what its reader gives."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar, Literal, Protocol

import msgspec

from ingest.source import RawPost

ARCHIVE = "-archive"
# What decoding says of a row that is not what it should be; nesting without end is one of them.
UNREADABLE = (msgspec.DecodeError, ValueError, RecursionError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """Something that is no post, and counted.

    `unreadable`: a row that doesn't decode. `left_out`: a row that is no post (a pull request, a
    moderator's action). `missing`: replies that the collector did not fetch. `passed`: rows that
    nobody asked for. `older`: a state of a post of which the file holds a newer one.
    """

    kind: Literal["unreadable", "left_out", "missing", "passed", "older"]
    where: str  # "line 12"
    count: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Only:
    """What is wanted of a file that holds everything; in lower case but for the words."""

    communities: frozenset[str] = frozenset()  # of Reddit, without "r/"
    repositories: frozenset[str] = frozenset()  # "owner/name"
    words: tuple[str, ...] = ()  # names of products, matched as the live source matches them

    def __bool__(self) -> bool:
        return bool(self.communities or self.repositories or self.words)


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """An open file: `stream` gives all of its content, `head` its first bytes once more.

    `again` gives the content from its beginning; the stream before is of no use from then on.
    """

    name: str
    stream: io.BufferedReader
    head: bytes
    again: Callable[[], io.BufferedReader]
    source: str | None = None  # files the posts under this instead
    only: Only = field(default_factory=Only)

    def place(self, source: str, what: str) -> str:
        """`github-archive:owner/repo`: never a live source's place, which has another frame."""
        return f"{self.source or source + ARCHIVE}:{what}"


@dataclass(frozen=True, slots=True)
class Row:
    """A post that is not read yet: where a file comes again, few of its rows are new.

    `told` holds all that the post is made of, so that equal rows make equal posts. `post` makes it,
    and raises `ValueError` for what can't be read.
    """

    where: str
    told: str
    post: Callable[[], RawPost]


class BadCell(ValueError):
    """What can't be read stands in this column, as the file calls it."""


Item = RawPost | Row | Note
Sieve = Literal["", "communities", "repositories", "words"]


def row(where: str, make: Callable[..., RawPost], *around: object, **fields: object) -> Row:
    """The post that `make` makes of `fields`; `around`: what else tells it from others."""
    told = "\x1f".join(map(str, (*around, *fields.values())))
    return Row(where, told, partial(make, **fields))


class Format(Protocol):
    """A shape of file. `read` yields its posts in the file's order, the same each time.

    `sieve` names the field of `Only` by which `read` can leave posts out; "": it can't.
    """

    name: ClassVar[str]
    sieve: ClassVar[Sieve]

    def fits(self, head: bytes) -> bool:
        """Whether a file that begins like this has this shape."""
        ...

    def read(self, file: File) -> Iterator[Item]:
        """The posts, and notes of what is none. Raises `InputError` where the file is damaged."""
        ...


def moment(told: float | str) -> datetime:
    """UTC, from seconds since 1970 or ISO 8601 (without a zone: UTC). Raises `ValueError`."""
    try:
        if isinstance(told, str) and not told.replace(".", "", 1).isdigit():
            read = datetime.fromisoformat(told.strip())
            return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
        return datetime.fromtimestamp(float(told), UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{told} is no time") from error
