"""The faults that vendors confirmed afterwards."""

from __future__ import annotations

from sqlalchemy import Connection, select

from db.tables import ConfirmedFaultRow
from domain.causes import Cause
from domain.nouns import ConfirmedFault


def confirmed_faults(connection: Connection) -> list[ConfirmedFault]:
    """All that are known, the earliest first."""
    row = ConfirmedFaultRow
    rows = connection.execute(select(row.__table__).order_by(row.began, row.id))
    return [ConfirmedFault(**(r._asdict() | {"cause": Cause(r.cause)})) for r in rows]
