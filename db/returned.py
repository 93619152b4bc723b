"""Sheets that came back from reviewers: each row is compared with what is held, good ones taken.

Nothing is overwritten silently: a row that says otherwise than its reviewer's decision that counts,
or that is about a text which isn't the current one any more, is listed and left alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, select

from db.cells import lines
from db.engine import read, write
from db.filled import WHY, Fault, Filled, FilledSheet
from db.reviews import check, counting_of, save_review
from db.samples import streams_of
from db.tables import PostRow
from domain.errors import InputError
from domain.nouns import PostState, Review

SLICE = 500  # rows a transaction


class Ending(StrEnum):
    """How a row ended."""

    TAKEN = "taken"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    CONFLICT = "conflict"
    WRONG = "wrong"


LISTED = (Ending.CONFLICT, Ending.WRONG)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """A row and what became of it; `fault` where it is listed."""

    row: Filled
    ending: Ending
    fault: Fault | None = None

    def to_json(self) -> dict[str, Any]:
        """What a list of rejected rows says of this one."""
        told = {"row": self.row.number, "line": self.row.line, "ending": self.ending.value}
        return told | {"post": self.row.post} | (asdict(self.fault) if self.fault else {})


@dataclass(frozen=True, kw_only=True, slots=True)
class Taking:
    """How to take a sheet. `reviewer`: who filled in the rows that name nobody.

    `replace`: a decision takes the place of the same reviewer's other one.
    """

    reviewer: str = ""
    blind: bool = False
    replace: bool = False
    now: datetime


def take(engine: Engine, sheet: FilledSheet, how: Taking, *, dry: bool = False) -> list[Ended]:
    """Saves what can be saved, in short transactions, and tells of each row how it ended.

    `dry` compares only. Taken again, the same sheet changes nothing, so a stopped import is begun
    anew. Raises `InputError` where a blind sheet shows what the model says.
    """
    if how.blind and sheet.shows_model:
        raise InputError(
            "The sheet has columns that say what the model says: who filled it in wasn't blind.",
            "Take it without --blind; `whylost export review` writes sheets for blind reviews.",
        )
    told: list[Ended] = []
    apart = _apart(sheet.rows, how)
    for start in range(0, len(apart), SLICE):
        part = apart[start : start + SLICE]
        with read(engine) if dry else write(engine) as connection:
            told += _ended(connection, part, how, dry=dry)
    return told


def counted(ended: Iterable[Ended]) -> dict[str, int]:
    """How many rows ended in which way; the sum is that of the rows."""
    found = Counter(one.ending for one in ended)
    return {ending.value: found[ending] for ending in Ending}


def rest(sheet: FilledSheet, ended: Iterable[Ended]) -> bytes:
    """The listed rows as CSV with a column that says why, to be mended and taken again."""
    kept = [at for at, head in enumerate(sheet.heads) if head.strip().casefold() != WHY]
    rows: list[list[str]] = [[*(sheet.heads[at] for at in kept), WHY]]
    for one in ended:
        if one.fault:
            cells = one.row.cells + ("",) * len(sheet.heads)
            beyond = one.row.cells[len(sheet.heads) :]
            why = f"{one.fault.why} {one.fault.fix}"
            rows.append([*(cells[at] for at in kept), why, *beyond])
    return lines(rows).encode("utf-8-sig")


def _apart(rows: Sequence[Filled], how: Taking) -> list[Ended]:
    """Each row as far as the file alone tells; what the database must say is `TAKEN` so far."""
    named = [(row, row.reviewer or how.reviewer.strip()) for row in rows]
    said: dict[tuple[str, str], list[Filled]] = {}
    for row, who in named:
        if row.fault is None and row.decision:
            said.setdefault((row.post, who), []).append(row)
    found = []
    for row, who in named:
        if row.fault:
            found.append(Ended(row=row, ending=Ending.WRONG, fault=row.fault))
        elif row.decision is None:
            found.append(Ended(row=row, ending=Ending.EMPTY))
        elif len({_meant(other) for other in said[row.post, who]}) > 1:
            others = ", ".join(str(o.number) for o in said[row.post, who] if o is not row)
            found.append(
                _conflict(
                    row, f"Row {others} says otherwise of the same post.", "Keep one of them."
                )
            )
        elif said[row.post, who][0] is not row:
            found.append(Ended(row=row, ending=Ending.UNCHANGED))
        else:
            found.append(Ended(row=row, ending=Ending.TAKEN))
    return found


def _meant(row: Filled) -> tuple[object, ...]:
    return (row.version, row.decision, row.secondary, row.note)


def _ended(connection: Connection, part: Sequence[Ended], how: Taking, *, dry: bool) -> list[Ended]:
    """The rows of one transaction; their posts are held until it ends."""
    keys = sorted({one.row.post for one in part if one.ending is Ending.TAKEN})
    query = select(PostRow.key, PostRow.version, PostRow.state).where(PostRow.key.in_(keys))
    query = query.order_by(PostRow.key)
    held = connection.execute(query if dry else query.with_for_update())
    posts = {row.key: (row.version, PostState(row.state)) for row in held}
    return [
        one
        if one.ending is not Ending.TAKEN
        else _taken(connection, one.row, posts.get(one.row.post), how, dry=dry)
        for one in part
    ]


def _taken(
    connection: Connection,
    row: Filled,
    held: tuple[int, PostState] | None,
    how: Taking,
    *,
    dry: bool,
) -> Ended:
    review = _review(connection, row, how)
    try:
        check(review)
    except InputError as error:
        return _wrong(row, error.what, error.fix)
    if held is None:
        return _wrong(row, f"No post {row.post} is held here.", "Is it of another database?")
    mine = counting_of(connection, review.post, review.version, review.reviewer)
    if mine and _same(mine, review):
        return Ended(row=row, ending=Ending.UNCHANGED)
    version, state = held
    if state is PostState.DELETED:
        return _conflict(row, "The post was deleted since.", "Leave the row out.")
    if version != review.version:
        why = f"The post was edited: version {version} is the current one."
        return _conflict(row, why, "Read it again in a new sheet, then decide.")
    if mine and not how.replace:
        why = f"{mine.reviewer} decided otherwise: {_shown(mine)}."
        return _conflict(row, why, "Take it with --replace if the sheet is right.")
    if not dry:
        save_review(connection, review)
    return Ended(row=row, ending=Ending.TAKEN)


def _review(connection: Connection, row: Filled, how: Taking) -> Review:
    if row.decision is None:
        raise ValueError("a row without a decision is no review")
    return Review(
        post=row.post,
        version=row.version,
        decision=row.decision,
        secondary=row.secondary,
        reviewer=row.reviewer or how.reviewer.strip(),
        blind=how.blind,
        stream=" ".join(streams_of(connection, row.post)),
        note=row.note,
        decided_at=how.now,
    )


def _same(mine: Review, other: Review) -> bool:
    """An empty note takes nothing away from the one that is kept."""
    as_decided = (mine.decision, mine.secondary) == (other.decision, other.secondary)
    return as_decided and other.note in ("", mine.note)


def _shown(review: Review) -> str:
    second = f" and {review.secondary.value}" if review.secondary else ""
    note = " with another note" if review.note else ""
    return f"{review.decision.value}{second}{note}, {review.decided_at:%Y-%m-%d %H:%M} UTC"


def _conflict(row: Filled, why: str, fix: str) -> Ended:
    value = row.decision.value if row.decision else ""
    fault = Fault(column="review_decision", value=value, why=why, fix=fix)
    return Ended(row=row, ending=Ending.CONFLICT, fault=fault)


def _wrong(row: Filled, why: str, fix: str) -> Ended:
    fault = Fault(column="", value="", why=why, fix=fix)
    return Ended(row=row, ending=Ending.WRONG, fault=fault)
