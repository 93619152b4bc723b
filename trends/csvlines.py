"""The lines of a CSV file that a person keeps by hand, each checked and numbered."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from domain.errors import InputError

Line = dict[str, str]


def lines(
    path: Path, columns: tuple[str, ...], defaults: Mapping[str, str]
) -> Iterator[tuple[int, Line]]:
    """Each record of a CSV file with the number of its first line; cells stripped, columns that
    the file leaves out filled from `defaults`.

    Raises `InputError` naming file and line for what can't be read, a column that is unknown, twice
    there or missing without a default, and a record of another length.
    """
    rows = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    began = 1
    try:
        head = [name.strip() for name in next(rows, [])]
        _check_head(path, head, columns, defaults)
        began = rows.line_num + 1
        for cells in rows:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(head):
                    raise InputError(
                        f"{path.name}, line {began}: {len(cells)} cells under {len(head)} columns.",
                        "Put a cell that contains a comma in double quotes.",
                    )
                told = dict(zip(head, (cell.strip() for cell in cells), strict=True))
                yield began, {name: told.get(name, defaults.get(name, "")) for name in columns}
            began = rows.line_num + 1
    except csv.Error as error:
        raise InputError(f"{path.name}, line {began}: {error}.", "Mend that line.") from error


def _check_head(
    path: Path, head: list[str], columns: tuple[str, ...], defaults: Mapping[str, str]
) -> None:
    needed = [name for name in columns if name not in head and name not in defaults]
    strange = [name for name in head if name not in columns]
    if needed or strange or len(set(head)) != len(head):
        says = [f"no column {name}" for name in needed]
        says += [f"an unknown column {name or '(unnamed)'}" for name in strange]
        raise InputError(
            f"{path.name}, line 1: {', '.join(says) or 'a column stands there twice'}.",
            f"Columns: {', '.join(columns)}.",
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path} is not UTF-8 text.", "Save it as CSV in UTF-8.") from error
