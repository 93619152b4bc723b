"""Reading an export again: the manifest, and the rows of the table that it describes."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Literal

import msgspec

from domain.errors import InputError

_SUFFIX = ".manifest.json"
_LARGEST_CELL = 2**31 - 1  # Python's own limit is 128 kB, texts are longer
_KEYS = {"reports": "post", "incidents": "incident"}


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What `FILE.manifest.json` says of a file, as far as it is asked here."""

    what: Literal["reports", "incidents", "daily"]
    file: str
    sha256: str
    created: datetime
    demonstration: bool
    rows: int
    changes: int | None = None  # the last line of the change log by then; older ones don't say


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What a row of an export holds. `number` is the spreadsheet's, `line` that of the file.

    `version` and `state` are None where the sheet doesn't have them.
    """

    number: int
    line: int
    post: str
    thread_title: bool
    words: bool
    state: str | None
    version: int | None


def manifest_of(path: Path) -> Manifest:
    """Reads a manifest. Raises `InputError` where `path` is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", "Name a manifest.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is no manifest of an export.", f"Name the FILE{_SUFFIX} beside it."
        ) from error


def table_of(manifest: Manifest, path: Path) -> Path:
    """The file that the manifest at `path` describes, known by its hash.

    Raises `InputError` where it isn't beside the manifest any more, or was changed.
    """
    names = dict.fromkeys((manifest.file, path.name.removesuffix(_SUFFIX)))
    there = [f for f in (path.with_name(name) for name in names) if f.is_file() and f != path]
    for file in there:
        with file.open("rb") as opened:
            if file_digest(opened, "sha256").hexdigest() == manifest.sha256:
                return file
    if there:
        raise InputError(
            f"{there[0]} is not as {path} describes it: it was changed.",
            "Name it with --csv to look at it all the same.",
        )
    raise InputError(f"{manifest.file} is not beside {path}.", "Name the file with --csv.")


def rows_of(manifest: Manifest, table: Path) -> Iterator[Row]:
    """The rows of the table, in its order. Raises `InputError` naming the line that is wrong."""
    csv.field_size_limit(_LARGEST_CELL)
    key = _KEYS[manifest.what]
    line = 1
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            records = csv.DictReader(file, strict=True)
            if key not in (records.fieldnames or ()):
                raise InputError(
                    f"{table} has no column {key}.", f"Is it an export of {manifest.what}?"
                )
            line = records.line_num + 1
            for number, record in enumerate(records, start=2):
                yield _row(record, number, line, key)
                line = records.line_num + 1
    except OSError as error:
        raise InputError(f"{table} can't be read: {error.strerror}.") from error
    except (csv.Error, UnicodeDecodeError, ValueError) as error:
        raise InputError(
            f"{table}, line {line} can't be read: {error}.", "Export it anew."
        ) from error


def _row(record: dict[str, str | None], number: int, line: int, key: str) -> Row:
    """An incident's title is that of the thread in which it began."""
    version = record.get("version")
    incident = key == "incident"
    return Row(
        number=number,
        line=line,
        post=record[key] or "",
        thread_title=bool(record.get("title" if incident else "thread_title")),
        words=not incident and bool(record.get("title") or record.get("text")),
        state=record.get("state"),
        version=int(version) if version else None,
    )
