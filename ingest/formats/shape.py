"""What a format is, and what its reader gives."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
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
    moderator's action). `missing`: replies that the collector did not fetch. `orphan`: a reply
    whose parent the file doesn't hold.
    """

    kind: Literal["unreadable", "left_out", "missing", "orphan"]
    where: str  # "line 12"
    count: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class File:
    """An open file: `stream` gives all of its content, `head` its first bytes once more."""

    name: str
    stream: io.BufferedReader
    head: bytes
    source: str | None = None  # files the posts under this instead

    def place(self, source: str, what: str) -> str:
        """`github-archive:owner/repo`: never a live source's place, which has another frame."""
        return f"{self.source or source + ARCHIVE}:{what}"


Item = RawPost | Note


class Format(Protocol):
    """A shape of file. `read` yields every post in the file's order, the same each time."""

    name: ClassVar[str]

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
