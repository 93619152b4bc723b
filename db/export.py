"""CSV files for people and other programs: streamed, whole or not at all, with a manifest.

The file is written under another name beside its place and renamed when it is complete, so a
killed export leaves no half file. `FILE.manifest.json` is renamed after it and holds its SHA-256.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine

from db import changes, terms
from db.cells import cell, line, lines
from db.columns import DAILY, INCIDENTS, REPORTS, Column, DayRecord, GroupRecord, ReportRecord
from db.engine import holds_demonstration, read
from db.judges import Judges
from db.queries import attached, health
from db.queries.daily import iterate_daily
from db.queries.incidents import iterate_incidents
from db.queries.outcomes import outcomes_of
from db.queries.reports import BATCH, Listed, iterate_reports
from db.quotes import LABELS
from db.withdrawn import Withdrawn
from domain.errors import InputError
from domain.filter import Filter

BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A kind of export: its columns and where its records come from."""

    columns: tuple[Column[Any], ...]
    records: Any  # (connection, filter, judges, data) -> iterator of records


def export_reports(
    engine: Engine,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    out: Path,
    *,
    with_links: bool = True,
    bom: bool = False,
) -> dict[str, Any]:
    """Writes the matching reports to `out`, newest first; gives the manifest.

    Raises `InputError` where `out` can't be written.
    """
    return _export(engine, "reports", filter, judges, out, with_links=with_links, bom=bom)


def export_incidents(
    engine: Engine,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    out: Path,
    *,
    with_links: bool = True,
    bom: bool = False,
) -> dict[str, Any]:
    """Writes the incidents with a matching report to `out`; gives the manifest."""
    return _export(engine, "incidents", filter, judges, out, with_links=with_links, bom=bom)


def export_daily(
    engine: Engine,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    out: Path,
    *,
    bom: bool = False,
) -> dict[str, Any]:
    """Writes daily counts beside their denominators to `out`; gives the manifest.

    Raises `InputError` for a filter on something that daily counts aren't kept by.
    """
    return _export(engine, "daily", filter, judges, out, with_links=True, bom=bom)


def stream(
    engine: Engine,
    what: str,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    *,
    with_links: bool = True,
    counts: Counter[str] | None = None,
) -> Iterator[str]:
    """The lines of a sheet (`reports`, `incidents`, `daily`), a batch at a time, header first.

    `counts` is filled with the number of rows, and of reports by decision, on the way.
    """
    sheet = SHEETS[what]
    data = "demonstration" if holds_demonstration(engine) else "real"
    tally = Counter[str]() if counts is None else counts
    with read(engine) as connection:
        records = sheet.records(connection, filter, judges, data)
        batch = list(islice(records, BATCH))  # what can't be answered fails before the first line
        yield line(column.name for column in sheet.columns)
        while batch:
            shown = batch if with_links else [_without_link(record) for record in batch]
            tally["rows"] += len(batch)
            tally.update(r.report.decision.value for r in batch if isinstance(r, ReportRecord))
            yield lines([column.value(record) for column in sheet.columns] for record in shown)
            batch = list(islice(records, BATCH))


def _without_link(record: Any) -> Any:
    match record:
        case ReportRecord():
            return replace(record, report=replace(record.report, address=None))
        case GroupRecord():
            return replace(record, group=replace(record.group, url=None))
        case _:
            return record


def _reports(
    connection: Connection, wanted: Filter, judges: Judges, data: str
) -> Iterator[ReportRecord]:
    rows = map(_exported, iterate_reports(connection, wanted, judges))
    while batch := list(islice(rows, BATCH)):
        yield from _with_evidence(connection, batch, judges, data)


def _exported(report: Listed) -> Listed:
    """`report`, without its words where the terms of its place don't let them out."""
    if report.export_text:
        return report
    return replace(report, title=None, text=None, thread_title="")


def _with_evidence(
    connection: Connection, batch: Sequence[Listed], judges: Judges, data: str
) -> Iterator[ReportRecord]:
    keys = [report.key for report in batch]
    evidence = attached.evidence_of(connection, keys, judges)
    facts = attached.facts_of(connection, keys, judges)
    ended = outcomes_of(connection, keys, judges)
    for report in batch:
        yield ReportRecord(
            report=report,
            evidence=evidence.get(report.key, ()),
            data=data,
            facts=tuple(
                fact
                for fact in facts.get(report.key, ())
                if report.export_text or fact.name in LABELS  # others are the author's words
            ),
            ended=ended.get(report.key),
        )


def _incidents(
    connection: Connection, wanted: Filter, judges: Judges, data: str
) -> Iterator[GroupRecord]:
    for group in iterate_incidents(connection, wanted, judges):
        yield GroupRecord(group=group, data=data)


def _daily(
    connection: Connection, wanted: Filter, judges: Judges, data: str
) -> Iterator[DayRecord]:
    for day in iterate_daily(connection, wanted, judges):
        yield DayRecord(day=day, data=data)


SHEETS: dict[str, Sheet] = {
    "reports": Sheet(REPORTS, _reports),
    "incidents": Sheet(INCIDENTS, _incidents),
    "daily": Sheet(DAILY, _daily),
}


def _export(
    engine: Engine,
    what: str,
    wanted: Filter,
    judges: Judges,
    out: Path,
    *,
    with_links: bool,
    bom: bool,
) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    digest = sha256()
    with read(engine) as connection:
        logged = changes.last(connection)
    with whole_file(out) as file:
        for part in stream(engine, what, wanted, judges, with_links=with_links, counts=counts):
            encoded = ((BOM if bom and not file.tell() else "") + part).encode()
            digest.update(encoded)
            file.write(encoded)
    with read(engine) as connection:
        gaps = health.gaps(connection)
        places = terms.of_places(connection, wanted)
    manifest = {
        "what": what,
        "file": out.name,
        "sha256": digest.hexdigest(),
        "created": cell(datetime.now(UTC)),
        "changes": logged,
        "demonstration": holds_demonstration(engine),
        "filter": wanted.to_query(),
        "model": judges.current,
        "models": judges.to_json(),
        "program": f"whylost {version('whylost')}",
        "with_links": with_links,
        "rows": counts.pop("rows", 0),
        "decisions": dict(sorted(counts.items())),
        "gaps": [[gap.place, cell(gap.began), cell(gap.ended)] for gap in gaps],
        "places": [
            {"place": p.place, "attribution": p.attribution, "text_withheld": p.withheld_because}
            for p in places
        ],
    }
    with whole_file(out.with_name(f"{out.name}.manifest.json")) as file:
        file.write((json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())
    return manifest


def write_withdrawn(out: Path, found: Sequence[Withdrawn]) -> None:
    """Writes what `whylost export withdrawn` found to `out`. Raises `InputError` where it can't."""
    heads = [field.name for field in fields(Withdrawn)]
    with whole_file(out) as file:
        file.write(line(heads).encode())
        file.write(lines([getattr(one, name) for name in heads] for one in found).encode())


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under its name when all of it is on the disk, and else not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise InputError(
            f"{path} can't be written: {error.strerror}.", "Choose another place with --out."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
