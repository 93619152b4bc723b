"""Sheets as Parquet: typed columns, written a row group at a time.

The file is made front to back, so it can go to a disk or a browser without lying whole in memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from db.cells import cell, neutral
from db.sheets import Row, Sheet

_GROUP = 20  # batches that make one row group
_TYPES: dict[str, Any] = {
    **dict.fromkeys(("day",), pa.date32()),
    **dict.fromkeys(("written_at", "first_at", "last_at", "frozen_at"), pa.timestamp("us", "UTC")),
    **dict.fromkeys(("in_gap", "preliminary"), pa.bool_()),
    **dict.fromkeys(
        (
            *("report_probability", "ratio", "low", "high", "p", "q", "q_dependent"),
            *("smallest_rise", "smallest_fall", "needed"),
        ),
        pa.float64(),
    ),
    **dict.fromkeys(
        (
            *("version", "reports", "reporters", "threads", "sources", "posts", "corroborations"),
            *("reports_in_outages", "events_before", "events_after", "posts_before"),
            *("posts_after", "days_before", "days_after"),
        ),
        pa.int64(),
    ),
}


def parts(sheet: Sheet, batches: Iterable[list[Row]]) -> Iterator[bytes]:
    """The bytes of the file, a row group at a time."""
    schema = pa.schema(
        [pa.field(c.name, _type(c.name), metadata={"holds": c.holds}) for c in sheet.columns]
    )
    pipe = _Pipe()
    waiting = iter(batches)
    with pq.ParquetWriter(pipe, schema, compression="zstd") as writer:
        while group := list(islice(waiting, _GROUP)):
            rows = list(chain.from_iterable(group))
            columns = [
                pa.array([_value(row[at]) for row in rows], type=field.type)
                for at, field in enumerate(schema)
            ]
            writer.write_table(pa.table(columns, schema=schema))
            yield pipe.drained()
    yield pipe.drained()


def heads(table: Path) -> list[str]:
    """The names of its columns."""
    return list(pq.read_schema(table).names)


def records(table: Path) -> Iterator[dict[str, str | None]]:
    """Its rows, with every value as the cell that it is in CSV."""
    with pq.ParquetFile(table) as file:
        for batch in file.iter_batches(batch_size=1_000):
            for row in batch.to_pylist():
                yield {name: cell(value) for name, value in row.items()}


def _type(name: str) -> Any:
    if name.startswith("p_"):
        return pa.float64()
    if name.startswith("reports_"):
        return pa.int64()
    return _TYPES.get(name, pa.string())


def _value(value: Any) -> Any:
    """No formula can run here, so texts need no apostrophe; control characters go all the same."""
    match value:
        case str():
            return neutral(value)
        case datetime():
            return value.replace(microsecond=0)
        case _:
            return value


class _Pipe(io.RawIOBase):
    """A file that is only ever written to; what was written is taken out in between."""

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, content: Any) -> int:
        """Holds the bytes until they are taken."""
        made = bytes(content)
        self._held.append(made)
        self._at += len(made)
        return len(made)

    def tell(self) -> int:
        """How much was written."""
        return self._at

    def drained(self) -> bytes:
        """What was written since the last time."""
        taken = b"".join(self._held)
        self._held.clear()
        return taken
