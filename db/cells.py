"""Lines of a CSV file that no spreadsheet runs and no terminal obeys.

RFC 4180: commas, CRLF between records, quotes doubled. A text cell that a spreadsheet would take
for a formula gets an apostrophe in front (OWASP, "CSV injection"); numbers are never touched.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime

Cell = str | int | float | bool | date | datetime | None

# Programs differ in what they strip before they look for a formula: any space, any quotation mark.
_FORMULA = re.compile(
    r"[\s\"'`\u00ab\u00bb\u2018-\u201f\u2039\u203a\u3000\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r]"
)
_LINE_ENDS = re.compile(r"\r\n?")
# C0 and C1 but for tab and newline, bidirectional controls, lone surrogates, the byte-order mark.
_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff\ud800-\udfff]"
)
SHOWN_INSTEAD = "\ufffd"


def neutral(text: str) -> str:
    """`text` with each control or bidirectional character shown as a replacement character."""
    return _CONTROLS.sub(SHOWN_INSTEAD, _LINE_ENDS.sub("\n", text))


def safe(text: str) -> str:
    """`text` as a cell that stays text."""
    shown = neutral(text)
    return f"'{shown}" if _FORMULA.match(text) or _FORMULA.match(shown) else shown


def cell(value: Cell) -> str:
    """One value as it stands in the file: ISO 8601 with Z, plain decimals, true or false."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat(timespec="seconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case float():
            return f"{value:.4f}".rstrip("0").rstrip(".")
        case int():
            return str(value)
        case _:
            return safe(value)


def line(values: Iterable[Cell]) -> str:
    """One record with its line end."""
    return lines([list(values)])


def lines(records: Iterable[Sequence[Cell]]) -> str:
    """Several records with their line ends."""
    return joined([cell(v) for v in r] for r in records)


def joined(records: Iterable[Sequence[str]]) -> str:
    """The same of records whose values were made cells already."""
    held = io.StringIO(newline="")
    csv.writer(held, lineterminator="\r\n").writerows(records)
    return held.getvalue()
