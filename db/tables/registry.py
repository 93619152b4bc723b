"""What all tables share: the registry, moments in UTC, the width of names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

HASH = 24  # hexadecimal digits of a keyed hash
NAME = 120


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets the zone: it is taken off going in, put back coming out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """The registry of all tables; constraints are named alike on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcTime, date: Date, str: Text, dict[str, Any]: JSON}  # noqa: RUF012 - read by SQLAlchemy on the class, never changed


# SQLite gives its own row numbers only to a column that is exactly INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")


class Meta(Table):
    """Facts about this database: the key's fingerprint, whether it holds demonstration data."""

    __tablename__ = "meta"
    name: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    value: Mapped[str]
