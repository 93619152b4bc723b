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
from dataclasses import fields
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Engine

from db import changes, terms
from db.cells import cell, joined, line, lines
from db.engine import holds_demonstration, read
from db.exported import SUFFIX
from db.judges import Judges
from db.queries import health
from db.sheets import SHEETS, Row, batches
from db.snapshot import Snapshot
from db.withdrawn import Withdrawn
from domain.errors import InputError
from domain.filter import Filter
from domain.taxonomy import taxonomy

BOM = "\ufeff"


def export_reports(
    engine: Engine,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    out: Path,
    *,
    with_links: bool = True,
    bom: bool = False,
    parquet: bool = False,
) -> dict[str, Any]:
    """Writes the matching reports to `out`, newest first; gives the manifest.

    Raises `InputError` where `out` can't be written.
    """
    return _export(
        engine, "reports", filter, judges, out, with_links=with_links, bom=bom, parquet=parquet
    )


def export_incidents(
    engine: Engine,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    out: Path,
    *,
    with_links: bool = True,
    bom: bool = False,
    parquet: bool = False,
) -> dict[str, Any]:
    """Writes the incidents with a matching report to `out`; gives the manifest."""
    return _export(
        engine, "incidents", filter, judges, out, with_links=with_links, bom=bom, parquet=parquet
    )


def export_daily(
    engine: Engine,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    out: Path,
    *,
    bom: bool = False,
    parquet: bool = False,
) -> dict[str, Any]:
    """Writes daily counts beside their denominators to `out`; gives the manifest.

    Raises `InputError` for a filter on something that daily counts aren't kept by.
    """
    return _export(engine, "daily", filter, judges, out, with_links=True, bom=bom, parquet=parquet)


def export_effects(
    engine: Engine,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    out: Path,
    *,
    bom: bool = False,
    parquet: bool = False,
) -> dict[str, Any]:
    """Writes what was tested around releases to `out`, a row a cause; gives the manifest.

    Raises `InputError` for a filter on something that effects aren't kept by.
    """
    return _export(
        engine, "effects", filter, judges, out, with_links=True, bom=bom, parquet=parquet
    )


def export_review(
    engine: Engine,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    out: Path,
    *,
    bom: bool = False,
    parquet: bool = False,
) -> dict[str, Any]:
    """Writes posts for people to judge to `out`, newest first; gives the manifest."""
    return _export(engine, "review", filter, judges, out, with_links=True, bom=bom, parquet=parquet)


def stream(
    engine: Engine,
    what: str,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    *,
    with_links: bool = True,
    counts: Counter[str] | None = None,
    snapshot: Snapshot | None = None,
) -> Iterator[str]:
    """The lines of a sheet (a name of `SHEETS`), a batch at a time, header first.

    `counts` is filled with the number of rows, and of reports by decision, on the way; `snapshot`
    is given the rows.
    """
    made = batches(engine, what, filter, judges, with_links=with_links, counts=counts)
    batch = next(made)  # what can't be answered fails before the first line
    yield line(SHEETS[what].names)
    for rows in chain((batch,), made):
        cells = _cells(rows)
        if snapshot is not None:
            snapshot.add(cells)
        yield joined(cells)


def stream_parquet(
    engine: Engine,
    what: str,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    *,
    with_links: bool = True,
    counts: Counter[str] | None = None,
    snapshot: Snapshot | None = None,
) -> Iterator[bytes]:
    """As `stream`, the bytes of a Parquet file, a row group at a time."""
    from db.parquet import parts  # pyarrow takes a while to import, and CSV needs none of it

    made = batches(engine, what, filter, judges, with_links=with_links, counts=counts)
    yield from parts(SHEETS[what], _noted(made, snapshot))


def _noted(made: Iterator[list[Row]], snapshot: Snapshot | None) -> Iterator[list[Row]]:
    for rows in made:
        if snapshot is not None:
            snapshot.add(_cells(rows))
        yield rows


def _cells(rows: Sequence[Row]) -> list[list[str]]:
    return [[cell(value) for value in row] for row in rows]


def _encoded(lines: Iterator[str], *, bom: bool) -> Iterator[bytes]:
    yield ((BOM if bom else "") + next(lines)).encode()
    for part in lines:
        yield part.encode()


def _export(
    engine: Engine,
    what: str,
    wanted: Filter,
    judges: Judges,
    out: Path,
    *,
    with_links: bool,
    bom: bool,
    parquet: bool,
) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    digest = sha256()
    snapshot = Snapshot(SHEETS[what].names, SHEETS[what].stay)
    with read(engine) as connection:
        logged = changes.last(connection)
    options: dict[str, Any] = {
        "with_links": with_links,
        "counts": counts,
        "snapshot": snapshot,
    }
    if parquet:
        parts = stream_parquet(engine, what, wanted, judges, **options)
    else:
        parts = _encoded(stream(engine, what, wanted, judges, **options), bom=bom)
    with whole_file(out) as file:
        for part in parts:
            digest.update(part)
            file.write(part)
    told = {
        "what": what,
        "file": out.name,
        "format": "parquet" if parquet else "csv",
        "sha256": digest.hexdigest(),
        "created": cell(datetime.now(UTC)),
        "changes": logged,
        "snapshot": {"sha256": snapshot.sha256, "columns": list(snapshot.columns)},
        "with_links": with_links,
        "rows": counts.pop("rows", 0),
        "decisions": dict(sorted(counts.items())),
    }
    manifest = told | _stands_on(engine, wanted, judges)
    with whole_file(out.with_name(f"{out.name}{SUFFIX}")) as file:
        file.write((json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode())
    return manifest


def _stands_on(engine: Engine, wanted: Filter, judges: Judges) -> dict[str, Any]:
    """What of a manifest is the same for all exports of a filter."""
    with read(engine) as connection:
        gaps = health.gaps(connection)
        places = terms.of_places(connection, wanted)
    return {
        "demonstration": holds_demonstration(engine),
        "filter": wanted.to_query(),
        "model": judges.current,
        "models": judges.to_json(),
        "taxonomy": taxonomy(),
        "program": f"whylost {version('whylost')}",
        "gaps": [[gap.place, cell(gap.began), cell(gap.ended)] for gap in gaps],
        "places": [
            {"place": p.place, "attribution": p.attribution, "text_withheld": p.withheld_because}
            for p in places
        ],
    }


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
