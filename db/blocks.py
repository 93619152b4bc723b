"""The ledger of imported files: a block is written with its posts, so no post counts twice.

It keeps rows, too, by their keyed hashes: the same row in another file needs no reading.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Integer, func, insert, select

from db.among import among
from db.tables import ImportBlock
from db.tables.collected import ImportRow
from db.upsert import upsert


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """How many blocks of a file are in, and whether its last one is."""

    blocks: int
    complete: bool
    read: int  # posts in these blocks


def done(connection: Connection, file: str) -> Done:
    """What of the file with this SHA-256 is in. Blocks go in one after another, from 0."""
    count, last, read = connection.execute(
        select(
            func.count(),
            func.max(ImportBlock.last.cast(Integer)),
            func.coalesce(func.sum(ImportBlock.read), 0),
        ).where(ImportBlock.file == file)
    ).one()
    return Done(blocks=count, complete=bool(last), read=int(read))


def save(
    connection: Connection,
    file: str,
    block: int,
    *,
    format: str,  # noqa: A002 - the word of the command line's --format
    read: int,
    unreadable: int,
    last: bool,
    now: datetime,
) -> None:
    """Notes a block, in the transaction that writes its posts."""
    connection.execute(
        insert(ImportBlock),
        [
            {
                "file": file,
                "block": block,
                "format": format,
                "read": read,
                "unreadable": unreadable,
                "last": last,
                "at": now,
            }
        ],
    )


def rows_read(connection: Connection, rows: Collection[str]) -> set[str]:
    """Those of `rows` that were read before."""
    query = select(ImportRow.hash).where(among(connection, ImportRow.hash, rows))
    return set(connection.scalars(query))


def keep_rows(connection: Connection, rows: Collection[str]) -> None:
    """Notes rows, in the transaction that writes their posts."""
    upsert(connection, ImportRow, [{"hash": one} for one in rows])
