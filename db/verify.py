"""Does an export of then still say what the database says now? And if not, what happened since.

The same filter is exported anew, to nowhere, and held against the manifest: its snapshot tells
whether the numbers are the same, the file beside it which rows are not, and the change log why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine

from db.cells import cell
from db.engine import read
from db.exported import Manifest, heads_of
from db.judges import Judges, Span
from db.queries import since
from db.queries.since import Happened
from db.rowwise import Differing, Key, differing, fingerprint
from db.sheets import SHEETS, Sheet, batches
from db.snapshot import Snapshot
from domain.errors import InputError
from domain.filter import Filter
from domain.taxonomy import taxonomy


class Answer(StrEnum):
    """What verifying ends with."""

    SAME = "same"
    SAME_NUMBERS = "same numbers"  # and texts were withdrawn since
    DIFFERS = "differs"


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """The answer, and what it stands on. `rows` is None where the file is not at hand."""

    answer: Answer
    withdrawn: int  # rows of which words went
    rows_then: int
    rows_now: int
    rows: Differing | None
    since: tuple[Happened, ...]  # only where it differs
    notes: tuple[str, ...]  # other reasons than the change log has


@dataclass(slots=True)
class _Now:
    """What the database says now, as far as it is compared."""

    snapshot: Snapshot
    withdrawn: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    rows: dict[Key, bytes] = field(default_factory=dict)  # only where there is a file to compare


def verify(engine: Engine, manifest: Manifest, judges: Judges, table: Path | None) -> Verified:
    """Holds the export of `manifest` against the database; `table`: the file, where it is at hand.

    Raises `InputError` where the manifest can't be compared by this version of the program.
    """
    wanted, columns = _filter(manifest), _columns(manifest, table)
    now = _exported(engine, manifest, wanted, judges, columns, held=table is not None)
    key = SHEETS[manifest.what].key
    rows = None if table is None else differing(manifest, table, key, columns, now.rows)
    if manifest.snapshot is not None:
        same = manifest.snapshot.sha256 == now.snapshot.sha256
    else:
        same = not rows if rows is not None else _counted_alike(manifest, now)
    happened: tuple[Happened, ...] = ()
    notes: list[str] = []
    if not same:
        with read(engine) as connection:
            happened = since.happened(connection, manifest, _keys(rows))
            notes = _notes(connection, manifest, judges, rows)
        if _other_models(manifest, judges):
            notes.append(_by_models_of_then(engine, manifest, wanted, columns))
    answer = (Answer.SAME_NUMBERS if now.withdrawn else Answer.SAME) if same else Answer.DIFFERS
    return Verified(
        answer=answer,
        withdrawn=now.withdrawn,
        rows_then=manifest.rows,
        rows_now=now.counts["rows"],
        rows=rows,
        since=happened,
        notes=tuple(notes),
    )


def _filter(manifest: Manifest) -> Filter:
    wanted = Filter.from_query(manifest.filter)
    if unknown := manifest.filter.keys() - wanted.to_query().keys():
        raise InputError(
            f"The filter of {manifest.file} has {', '.join(sorted(unknown))}, unknown here.",
            f"Use the version that made it: {manifest.program}.",
        )
    return wanted


def _columns(manifest: Manifest, table: Path | None) -> list[str]:
    """The columns to compare: those that the manifest's snapshot looked at."""
    sheet = SHEETS[manifest.what]
    if manifest.snapshot is not None:
        if unknown := [name for name in manifest.snapshot.columns if name not in sheet.names]:
            raise InputError(
                f"{manifest.file} has columns that are unknown here: {', '.join(unknown)}.",
                f"Use the version that made it: {manifest.program}.",
            )
        return list(manifest.snapshot.columns)
    if table is None:
        return sheet.stay
    heads = heads_of(table)
    return [name for name in sheet.stay if name in heads]


def _exported(
    engine: Engine,
    manifest: Manifest,
    wanted: Filter,
    judges: Judges,
    columns: Sequence[str],
    *,
    held: bool,
) -> _Now:
    """The same export as of now; with its rows where they are `held` against a file."""
    sheet = SHEETS[manifest.what]
    now = _Now(Snapshot(sheet.names, columns))
    key = [sheet.names.index(name) for name in sheet.key]
    silent = {one.place for one in manifest.places if one.text_withheld}
    for batch in batches(engine, manifest.what, wanted, judges, counts=now.counts):
        rows = [[cell(value) for value in row] for row in batch]
        now.snapshot.add(rows)
        if held:
            for row in rows:
                now.rows[tuple(row[at] for at in key)] = fingerprint(now.snapshot.only(row))
        if sheet.stay != sheet.names:
            now.withdrawn += _withdrawn(engine, manifest, sheet, rows, silent)
    return now


def _withdrawn(
    engine: Engine,
    manifest: Manifest,
    sheet: Sheet,
    rows: Sequence[Sequence[str]],
    silent: set[str],
) -> int:
    """How many of `rows` lost words; those of `silent` places had none."""
    told = [dict(zip(sheet.names, row, strict=True)) for row in rows]
    posts = [row[sheet.key[0]] for row in told if row.get("place") not in silent]
    with read(engine) as connection:
        return len(since.touched(connection, manifest, posts))


def _counted_alike(manifest: Manifest, now: _Now) -> bool:
    """All that an old manifest alone can tell: whether the counts differ. If not, nothing."""
    rows = now.counts["rows"]
    if manifest.rows != rows or any(now.counts[d] != n for d, n in manifest.decisions.items()):
        return False
    raise InputError(
        f"The manifest of {manifest.file} is an old one without a snapshot: as many rows "
        f"({rows:,}) and decisions as then, but whether they are the same can't be told from it.",
        "Name the file with --file.",
    )


def _keys(rows: Differing | None) -> set[str] | None:
    return {key[0] for key in (*rows.came, *rows.went, *rows.changed)} if rows else None


def _notes(
    connection: Connection, manifest: Manifest, judges: Judges, rows: Differing | None
) -> list[str]:
    made = []
    if rows is not None and rows.came and manifest.what == "reports":
        fresh = since.collected(connection, manifest, [key[0] for key in rows.came])
        made.append(f"{fresh:,} of the rows that came were collected after the export.")
    if _other_models(manifest, judges):
        then = manifest.models[-1][1]
        made.append(f"Other models judge now: {then} then, {judges.current} now.")
    if manifest.taxonomy not in (None, taxonomy()):
        made.append("The causes are defined otherwise than then.")
    return made


def _other_models(manifest: Manifest, judges: Judges) -> bool:
    return bool(manifest.models) and [list(one) for one in manifest.models] != judges.to_json()


def _by_models_of_then(
    engine: Engine, manifest: Manifest, wanted: Filter, columns: Sequence[str]
) -> str:
    """Whether it is the same once more as the models of then have it; only a snapshot can tell."""
    if manifest.snapshot is None:
        return "Whether the models of then still say the same can't be told without a snapshot."
    spans = [Span(date.fromisoformat(d) if d else date.min, name) for d, name in manifest.models]
    then = _exported(engine, manifest, wanted, Judges(tuple(spans)), columns, held=False)
    same = then.snapshot.sha256 == manifest.snapshot.sha256
    return f"By the models of then the numbers are {'the same' if same else 'other ones, too'}."


_SHOWN = 10  # keys of each kind that a person is shown; a machine gets all


def sentences(manifest: Manifest, found: Verified) -> list[str]:
    """The answer for a person, and in what rows it differs."""
    if found.answer is Answer.SAME:
        return [f"{manifest.file}: same, {found.rows_now:,} rows."]
    gone = f"{found.withdrawn:,} text{'s' if found.withdrawn != 1 else ''} withdrawn since"
    if found.answer is Answer.SAME_NUMBERS:
        return [f"{manifest.file}: same numbers, {gone}."]
    counted = f"{found.rows_then:,} rows then, {found.rows_now:,} now"
    made = [f"{manifest.file}: differs; {counted}{f'; {gone}' if found.withdrawn else ''}."]
    if found.rows is None:
        made.append("Which rows differ can't be told without the file: name it with --file.")
    else:
        made += _kind("came", found.rows.came)
        made += _kind("went", found.rows.went)
        made += _kind("changed", found.rows.changed)
        if found.rows.columns:
            told = ", ".join(f"{name} in {n:,}" for name, n in found.rows.columns.items())
            made.append(f"  columns that changed: {told}")
    return made + list(found.notes)


def _kind(what: str, keys: Sequence[Key]) -> list[str]:
    if not keys:
        return []
    named = ", ".join(" ".join(key) for key in keys[:_SHOWN])
    more = len(keys) - _SHOWN
    return [f"  {what}: {len(keys):,}: {named}{f' and {more:,} more (--json)' if more > 0 else ''}"]
