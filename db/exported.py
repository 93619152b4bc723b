"""Reading an export again: the manifest, and the rows of the table that it describes."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import file_digest
from pathlib import Path
from typing import Literal

import msgspec

from domain.errors import InputError

SUFFIX = ".manifest.json"
LARGEST_CELL = 2**31 - 1  # Python's own limit is 128 kB, texts are longer
_KEYS = {"reports": "post", "incidents": "incident", "review": "post"}


class Snapshotted(msgspec.Struct, frozen=True, kw_only=True):
    """What `db.snapshot` made of the rows, and the columns that it looked at."""

    sha256: str
    columns: tuple[str, ...]


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A place of the export; `text_withheld`: why its texts were left out."""

    place: str
    text_withheld: str = ""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What `FILE.manifest.json` says of a file, as far as it is asked here."""

    what: Literal["reports", "incidents", "daily", "effects", "review"]
    file: str
    sha256: str
    created: datetime
    demonstration: bool
    rows: int
    changes: int | None = None  # the last line of the change log by then; older ones don't say
    filter: dict[str, list[str]] = {}
    models: tuple[tuple[str, str], ...] = ()
    decisions: dict[str, int] = {}
    places: tuple[Held, ...] = ()
    format: Literal["csv", "parquet"] = "csv"
    snapshot: Snapshotted | None = None  # older ones have none
    taxonomy: str | None = None
    program: str = ""


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
            f"{path} is no manifest of an export.", f"Name the FILE{SUFFIX} beside it."
        ) from error


def table_of(manifest: Manifest, path: Path) -> Path:
    """The file that the manifest at `path` describes, known by its hash.

    Raises `InputError` where it isn't beside the manifest any more, or was changed.
    """
    names = dict.fromkeys((manifest.file, path.name.removesuffix(SUFFIX)))
    there = [f for f in (path.with_name(name) for name in names) if f.is_file() and f != path]
    for file in there:
        with file.open("rb") as opened:
            if file_digest(opened, "sha256").hexdigest() == manifest.sha256:
                return file
    if there:
        raise InputError(
            f"{there[0]} is not as {path} describes it: it was changed.",
            "Name it with --file to look at it all the same.",
        )
    raise InputError(f"{manifest.file} is not beside {path}.", "Name the file with --file.")


def beside(manifest: Manifest, path: Path) -> Path | None:
    """As `table_of`; None where no file lies beside the manifest at `path`."""
    names = (manifest.file, path.name.removesuffix(SUFFIX))
    if any(path.with_name(name).is_file() for name in names if name != path.name):
        return table_of(manifest, path)
    return None


def _of_parquet(
    table: Path, needed: Sequence[str]
) -> Iterator[tuple[int, int, dict[str, str | None]]]:
    """It has no lines: a row's number, counted as in a spreadsheet, stands for both."""
    from pyarrow import ArrowException

    from db.parquet import heads, records

    try:
        if lacks := [name for name in needed if name not in heads(table)]:
            raise InputError(f"{table} has no column {lacks[0]}.", "Is it another export?")
        for number, record in enumerate(records(table), start=2):
            yield number, number, record
    except (OSError, ArrowException) as error:
        raise InputError(
            f"{table} can't be read as Parquet: {error}.", "Export it anew."
        ) from error


def heads_of(table: Path) -> list[str]:
    """The heads of its columns. Raises `InputError` where it can't be read."""
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            return next(csv.reader(file, strict=True), [])
    except OSError as error:
        raise InputError(f"{table} can't be read: {error.strerror}.") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise _unreadable(table, 1, error) from error


def rows_of(manifest: Manifest, table: Path) -> Iterator[Row]:
    """The rows of the table, in its order. Raises `InputError` naming the line that is wrong."""
    key = _KEYS[manifest.what]
    for number, line, record in records_of(manifest, table, (key,)):
        try:
            yield _row(record, number, line, key)
        except ValueError as error:
            raise _unreadable(table, line, error) from error


def records_of(
    manifest: Manifest, table: Path, needed: Sequence[str]
) -> Iterator[tuple[int, int, dict[str, str | None]]]:
    """The row's number, its line and its cells by column, for each row of the table.

    Raises `InputError` naming the line that is wrong, or a column of `needed` that isn't there.
    """
    if manifest.format == "parquet":
        yield from _of_parquet(table, needed)
        return
    csv.field_size_limit(LARGEST_CELL)
    line = 1
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            records = csv.DictReader(file, strict=True)
            if lacks := [name for name in needed if name not in (records.fieldnames or ())]:
                raise InputError(
                    f"{table} has no column {lacks[0]}.", f"Is it an export of {manifest.what}?"
                )
            line = records.line_num + 1
            for number, record in enumerate(records, start=2):
                yield number, line, record
                line = records.line_num + 1
    except OSError as error:
        raise InputError(f"{table} can't be read: {error.strerror}.") from error
    except (csv.Error, UnicodeDecodeError) as error:
        raise _unreadable(table, line, error) from error


def _unreadable(table: Path, line: int, error: Exception) -> InputError:
    return InputError(f"{table}, line {line} can't be read: {error}.", "Export it anew.")


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
