"""A sheet that people filled in, as spreadsheet programs give it back: read forgivingly.

Forgiven: encoding, separator, the order of rows and columns, columns that went, heads in other
spelling, blank rows, apostrophes in front. Not guessed: a key or a version that was turned into
something else. Each row of the file is one `Filled`, so that nothing vanishes on the way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from db.cells import neutral, safe
from db.spreadsheet import plain_head, records_of
from domain.causes import CAUSES, DECISION_LABELS, STUDIED, Cause, Decision
from domain.errors import InputError
from domain.keyed import HASH_BYTES

WHY = "why"  # the column that a list of rejected rows has
_NEEDED = ("post", "version", "review_decision")
_OPTIONAL = ("review_secondary", "review_note", "reviewer")
_OF_REVIEWER = ("review_decision", "review_secondary", "review_note")
# Whoever filled in a sheet with one of these saw what the model says.
_OF_MODEL = frozenset({"decision", "likely_cause", "report_probability", "evidence_for"})
_KEY = re.compile(rf"[0-9a-f]{{{2 * HASH_BYTES}}}")
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?(e[-+]?\d+)?", re.IGNORECASE)
_VERSION = re.compile(r"(\d{1,5})([.,]0*)?")
_NOTHING = frozenset({"", "-", "none", "n/a"})

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """What in a row can't be read: its column and value, why, and what to do."""

    column: str
    value: str
    why: str
    fix: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Filled:
    """One row. `number` is the spreadsheet's, `line` that of the file; heads are row 1.

    `decision` is None in a row that nobody filled in. The other fields of a row with a fault mean
    nothing.
    """

    number: int
    line: int
    cells: tuple[str, ...]
    post: str = ""
    version: int = 0
    decision: Decision | None = None
    secondary: Cause | None = None
    reviewer: str = ""
    note: str = ""
    fault: Fault | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FilledSheet:
    """A file as it was read. `shows_model`: it has columns that say what the model says."""

    heads: tuple[str, ...]
    rows: tuple[Filled, ...]
    shows_model: bool


class _Unreadable(ValueError):
    """A cell is wrong; its argument is the fault."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.why)
        self.fault = fault


def read_filled(content: bytes, name: str) -> FilledSheet:
    """Reads a file that came back; `name` is what messages call it.

    Raises `InputError` where it isn't such a sheet at all: nothing of it is taken then.
    """
    records = records_of(content, name, (*_NEEDED, *_OPTIONAL))
    _, heads = next(records, (1, ()))
    columns = _columns(heads, name)
    rows = (_row(n, at, cells, columns, len(heads)) for n, (at, cells) in enumerate(records, 2))
    return FilledSheet(
        heads=tuple(neutral(head) for head in heads),
        rows=tuple(rows),
        shows_model=any(plain_head(head) in _OF_MODEL for head in heads),
    )


def _columns(heads: Sequence[str], name: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, head in enumerate(heads):
        known = plain_head(head)
        if known in (*_NEEDED, *_OPTIONAL) and found.setdefault(known, at) != at:
            raise InputError(f"{name} has two columns {known}.", "Delete one of them.")
    if missing := [column for column in _NEEDED if column not in found]:
        raise InputError(
            f"{name} has no column {', '.join(missing)}.",
            "Its first row must hold the heads, as `whylost export review` wrote them.",
        )
    return found


def _row(
    number: int, line: int, cells: tuple[str, ...], columns: dict[str, int], width: int
) -> Filled:
    whole = tuple(_unguarded(cell) for cell in cells)
    given = {name: whole[at].strip() if at < len(whole) else "" for name, at in columns.items()}
    try:
        if any(cell.strip() for cell in whole[width:]):
            raise _wrong(
                "",
                whole[width],
                "The row has more cells than there are heads.",
                "Put quotation marks around a cell that holds the separator.",
            )
        if all(given.get(name, "").casefold() in _NOTHING for name in _OF_REVIEWER):
            return Filled(number=number, line=line, cells=whole, post=given["post"])
        return Filled(
            number=number,
            line=line,
            cells=whole,
            post=_post(given["post"]),
            version=_version(given["version"]),
            decision=_decision(given["review_decision"]),
            secondary=_secondary(given.get("review_secondary", "")),
            reviewer=" ".join(neutral(given.get("reviewer", "")).split()),
            note=neutral(given.get("review_note", "")),
        )
    except _Unreadable as error:
        return Filled(
            number=number, line=line, cells=whole, post=neutral(given["post"]), fault=error.fault
        )


def _unguarded(text: str) -> str:
    """Without the apostrophes that keep a cell from being a formula."""
    while text.startswith("'") and (text[1:].startswith("'") or safe(text[1:]) != text[1:]):
        text = text[1:]
    return text


def _wrong(column: str, value: str, why: str, fix: str) -> _Unreadable:
    return _Unreadable(Fault(column=column, value=neutral(value), why=why, fix=fix))


def _post(given: str) -> str:
    key = given.strip("'").casefold()
    if _KEY.fullmatch(key):
        return key
    fix = "Copy the key from the sheet that was sent out, into a column that is formatted as text."
    if not key:
        raise _wrong("post", given, "The key of the post is missing.", fix)
    if _NUMBER.fullmatch(key):
        raise _wrong("post", given, "A spreadsheet turned the key into a number.", fix)
    raise _wrong("post", given, f"A key has {2 * HASH_BYTES} digits from 0 to f.", fix)


def _version(given: str) -> int:
    fix = "Copy the version from the sheet that was sent out, into a column formatted as text."
    found = _VERSION.fullmatch(given.strip("'"))
    if found and 1 <= int(found[1]) < 2**15:
        return int(found[1])
    if not given:
        raise _wrong("version", given, "The version of the text is missing.", fix)
    if re.search(r"\d[-./]\d|[a-z]{3}", given, re.IGNORECASE):
        raise _wrong("version", given, "A spreadsheet turned the version into a date.", fix)
    raise _wrong("version", given, "A version is a number from 1.", fix)


def _decision(given: str) -> Decision:
    found = _choice(given, Decision, {label: d for d, label in DECISION_LABELS.items()})
    if found is None:
        raise _wrong(
            "review_decision",
            given,
            "There is no such decision." if given else "The decision is missing.",
            f"It is one of {', '.join(Decision)}.",
        )
    return found


def _secondary(given: str) -> Cause | None:
    if given.casefold() in _NOTHING:
        return None
    found = _choice(given, Cause, {info.label: cause for cause, info in CAUSES.items()})
    if found is None:
        raise _wrong(
            "review_secondary",
            given,
            "There is no such cause.",
            f"It is one of {', '.join(STUDIED)}, or empty.",
        )
    return found


def _choice(given: str, kind: type[Choice], labels: dict[str, Choice]) -> Choice | None:
    """The value whose name or label is meant, whatever its case and spaces."""
    spelt = {plain_head(value.value): value for value in kind}
    spelt |= {plain_head(label): value for label, value in labels.items()}
    return spelt.get(plain_head(given))
