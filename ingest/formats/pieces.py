"""Streams cut into what can be decoded: lines, rows of a table, elements of a JSON array.

Nothing here holds more than one piece; one that is larger than `MOST` is passed over.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence

import msgspec

from domain.errors import InputError

MOST = 2**26  # bytes of one line, cell or element
CHUNK = 2**18
_MARKS = re.compile(rb'\\.|["\[\]{}]', re.DOTALL)
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TRIED = 20  # lines from which the keys of a file's rows may be told


def lines(stream: io.BufferedReader) -> Iterator[tuple[int, bytes | None]]:
    """Lines that aren't blank, with their numbers from 1; None for one that is too long."""
    number = 0
    while line := stream.readline(MOST):
        number += 1
        if len(line) == MOST and not line.endswith(b"\n"):
            while (rest := stream.readline(CHUNK)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        elif line.strip():
            yield number, line


def header(head: bytes) -> tuple[str, ...]:
    """The column names of a table in CSV, or () where the first line isn't one."""
    first = head.partition(b"\n")[0].decode("utf-8-sig", "replace").strip()
    try:
        return tuple(name.strip().lower() for name in next(csv.reader([first]), ()))
    except csv.Error:
        return ()


def first_keys(head: bytes) -> frozenset[str]:
    """The keys of the first line that is a JSON object; none where the first lines are none."""
    for line in head.split(b"\n", _TRIED)[:_TRIED]:
        try:
            return frozenset(_OBJECT.decode(line))
        except (msgspec.DecodeError, ValueError, RecursionError):
            continue
    return frozenset()


def rows(
    stream: io.BufferedReader,
    wanted: Sequence[str],
    delimiter: str = ",",
    also: Sequence[str] = (),
) -> Iterator[tuple[int, list[str] | None]]:
    """The `wanted` columns of a CSV table with a header, with the line on which the row ends.

    After them those of `also`, empty where the table lacks one. None for a row with another number
    of cells. Bytes that aren't UTF-8 are marked in the text.
    """
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    csv.field_size_limit(MOST)
    reader = csv.reader(iter(lambda: text.readline(MOST), ""), delimiter=delimiter)
    names = [name.strip().lower() for name in next(reader, [])]
    if lacking := [name for name in wanted if name not in names]:
        raise InputError(f"The table has no column {lacking[0]}.", "Is it of another format?")
    places = [names.index(name) if name in names else None for name in (*wanted, *also)]
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            yield reader.line_num, None
            continue
        if row is None:
            return
        if row:
            whole = len(row) == len(names)
            cells = ["" if at is None else row[at] for at in places] if whole else None
            yield reader.line_num, cells


def elements(stream: io.BufferedReader) -> Iterator[tuple[int, bytes | None]]:
    """The objects of a JSON array, numbered from 1, undecoded; None for what is too long or cut."""
    number, depth, in_string, too_long = 0, 0, False, False
    held = bytearray()  # the object that is being gathered
    carried = b""  # a backslash whose second half is in the next chunk
    while chunk := stream.read(CHUNK):
        chunk = carried + chunk
        backslashes = len(chunk) - len(chunk.rstrip(b"\\"))
        carried = b"\\" if backslashes % 2 else b""
        chunk = chunk[: len(chunk) - len(carried)]
        start = 0
        for mark in _MARKS.finditer(chunk):
            sign = mark[0]
            if sign == b'"':
                in_string = not in_string
            elif in_string or sign[0] == 0x5C:
                continue
            elif sign in b"[{":
                depth += 1
                if depth == 2:
                    start = mark.start()
            else:
                depth -= 1
                if depth == 1:
                    number += 1
                    held += chunk[start : mark.end()]
                    yield number, None if too_long else bytes(held)
                    held.clear()
                    too_long = False
                    start = mark.end()
        if depth >= 2:
            held += chunk[start:]
            if len(held) > MOST:
                too_long = True
                held.clear()
    if depth >= 1:
        yield number + 1, None
