"""The timeline of what vendors announced and deployed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection, select

from db.tables import ReleaseRow
from domain.nouns import Release


def releases(
    connection: Connection,
    *,
    first: date | None = None,
    last: date | None = None,
    vendors: Collection[str] = (),
    kinds: Collection[str] = (),
    products: Collection[str] = (),
    retired: bool = False,
) -> list[Release]:
    """Releases announced from `first` to `last` inclusive, the latest first; `retired` ones too."""
    query = select(ReleaseRow)
    if not retired:
        query = query.where(ReleaseRow.retired == "")
    if first:
        query = query.where(ReleaseRow.announced >= first)
    if last:
        query = query.where(ReleaseRow.announced <= last)
    for column, chosen in (
        (ReleaseRow.vendor, vendors),
        (ReleaseRow.kind, kinds),
        (ReleaseRow.product, products),
    ):
        if chosen:
            query = query.where(column.in_(chosen))
    rows = connection.execute(query.order_by(ReleaseRow.announced.desc(), ReleaseRow.id))
    return [Release(**row._asdict()) for row in rows]


def release(connection: Connection, release_id: str) -> Release | None:
    """One release by its id, retired or not."""
    row = connection.execute(select(ReleaseRow).where(ReleaseRow.id == release_id)).one_or_none()
    return Release(**row._asdict()) if row else None
