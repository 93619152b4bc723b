"""What the monthly dumps of Reddit share, of comments (RC) and submissions (RS).

Two collectors made them, Pushshift until 2023-03 and Arctic Shift since: a JSON object a line, keys
in any order, types that differ between months. Arctic Shift reads each row a second time after 36
hours and merges both: `_meta` says what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

import msgspec

from ingest.formats.only import sieved
from ingest.formats.shape import UNREADABLE, File, Item, Note, Only, Row

_COMMUNITY = re.compile(rb'"subreddit"\s*:\s*"([^"\\]*)"')
One = TypeVar("One", bound="Told")


class Meta(msgspec.Struct):
    """What the second reading found."""

    was_deleted_later: bool | None = None
    was_initially_deleted: bool | None = None
    removal_type: str | None = None


class Told(msgspec.Struct, kw_only=True):
    """What comments and submissions have in common; an advertisement has no community."""

    subreddit: str | None = None
    meta: Meta | None = msgspec.field(default=None, name="_meta")


def known_deleted(meta: Meta | None, category: str | None = None) -> bool:
    """Whether the collectors knew that the text is gone, though they kept it.

    A row that was gone at first and there 36 hours later is there: `removal_type` and `category`
    (a submission's `removed_by_category`) speak of the first reading then.
    """
    if meta is None:
        return bool(category)
    if meta.was_deleted_later:
        return True
    return bool(meta.removal_type or category) and not meta.was_initially_deleted


def read_rows(
    file: File, decoder: msgspec.json.Decoder[One], post: Callable[[File, str, One, str], Row]
) -> Iterator[Item]:
    """The posts of a dump; lines of communities that nobody asked for are never decoded."""
    names = file.only.communities
    for line in sieved(file.stream, _wanted(file.only)):
        if isinstance(line, Note):
            yield line
            continue
        try:
            row = decoder.decode(line.content or b"")
            if row.subreddit is None:
                yield Note(kind="left_out", where=line.where)
            elif names and row.subreddit.lower() not in names:
                yield Note(kind="passed", where=line.where)
            else:
                yield post(file, line.where, row, row.subreddit)
        except UNREADABLE:
            yield Note(kind="unreadable", where=line.where)


def _wanted(only: Only) -> Callable[[bytes], bool] | None:
    """By the bytes of a line; that of a crosspost names several communities."""
    if not only:
        return None
    names: Collection[bytes] = {name.encode() for name in only.communities}

    def wanted(line: bytes) -> bool:
        return any(found.lower() in names for found in _COMMUNITY.findall(line))

    return wanted
