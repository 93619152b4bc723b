"""CSV as spreadsheet programs of any country write it: decoded, separated, cut into records."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

from db.exported import LARGEST_CELL
from domain.errors import InputError

_SEPARATORS = (",", ";", "\t")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def records_of(
    content: bytes, name: str, known_heads: Sequence[str]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each record with the line at which it begins, from the heads on; blank ones, too.

    The separator is the one with which most of `known_heads` are found. Raises `InputError`, naming
    the line, where quotation marks don't match: one that is never closed swallows what follows.
    """
    csv.field_size_limit(LARGEST_CELL)
    text, skipped = _without_hint(_decoded(content))
    return _records(text, _separator(text, known_heads), name, skipped)


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16, or what Windows programs write where they write neither."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    if b"\0" in content[:2]:  # UTF-16 without its mark: heads are ASCII, so every second byte is 0
        return content.decode("utf-16-be" if content[0] == 0 else "utf-16-le", errors="replace")
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _without_hint(text: str) -> tuple[str, int]:
    """Without the line `sep=;` that Excel understands; and how many lines that were."""
    first, end, rest = text.partition("\n")
    hint = re.fullmatch(r"\"?sep=.\"?\r?", first, re.IGNORECASE)
    return (rest, 1) if hint and end else (text, 0)


def _separator(text: str, known_heads: Sequence[str]) -> str:
    """The one with which the first line has most of our heads."""
    first = text.lstrip("\r\n").splitlines()[:1]

    def known(separator: str) -> int:
        heads = next(csv.reader(first, delimiter=separator), [])
        return sum(plain_head(head) in known_heads for head in heads)

    return max(_SEPARATORS, key=known)


def _records(
    text: str, separator: str, name: str, skipped: int
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each record with the line at which it begins, blank ones too but for those before the heads.

    A quotation mark that is never closed would swallow all rows that follow: it is refused.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line, begun = 1 + skipped, False
    while True:
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise InputError(
                f"{name}, line {line} can't be read: {error}. Nothing of the file was taken.",
                "Look at the quotation marks there, or save the sheet as CSV again.",
            ) from error
        if record is None:
            return
        begun = begun or any(record)
        if begun:
            yield line, tuple(record)
        line = reader.line_num + 1 + skipped


def plain_head(head: str) -> str:
    """A head without what people and programs change of it: case, spaces, quotation marks."""
    return re.sub(r"[\s\-_]+", "_", head.strip("\ufeff\"' \t\r\n").casefold())
