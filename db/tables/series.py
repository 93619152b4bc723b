"""Series by day: exposure, counts, what was shown, changes of our own, episodes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Identity,
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.registry import HASH, NAME, Serial, Table


class ExposureRow(Table):
    """Distinct posts judged: one row per post and product, summed. `*` counts every post once."""

    __tablename__ = "exposure"
    day: Mapped[date] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(ForeignKey("place.name"), primary_key=True)
    product: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    model: Mapped[str] = mapped_column(ForeignKey("model.id"), primary_key=True)
    posts: Mapped[int]


class DailyCountRow(Table):
    """Reports by day, place, product and decision, counted three ways."""

    __tablename__ = "daily_count"
    day: Mapped[date] = mapped_column(primary_key=True)
    place: Mapped[str] = mapped_column(ForeignKey("place.name"), primary_key=True)
    product: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    decision: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    model: Mapped[str] = mapped_column(ForeignKey("model.id"), primary_key=True)
    reports: Mapped[int]
    reporters: Mapped[int]
    threads: Mapped[int]


class CountedBefore(Table):
    """A post of which something has changed since it was last counted, as it was then.

    Triggers of the database write it, before the first change: no program can forget to. Without a
    decision the post was in no count.
    """

    __tablename__ = "counted_before"
    post: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    thread: Mapped[str] = mapped_column(String(HASH))
    place: Mapped[str] = mapped_column(String(NAME))
    day: Mapped[date]
    reporter: Mapped[str] = mapped_column(String(HASH))
    products: Mapped[str]  # one a line
    decision: Mapped[str | None] = mapped_column(String(NAME))
    language: Mapped[str | None] = mapped_column(String(8))


class Published(Table):
    """Every value that a daily series ever showed, append-only: a past chart can be shown again."""

    __tablename__ = "published"
    __table_args__ = (Index(None, "day", "place", "product", "decision", "model"),)
    number: Mapped[int] = mapped_column(Serial, Identity(), primary_key=True)
    day: Mapped[date]
    place: Mapped[str] = mapped_column(String(NAME))
    product: Mapped[str] = mapped_column(String(NAME))
    decision: Mapped[str] = mapped_column(String(NAME))
    model: Mapped[str] = mapped_column(String(NAME))
    reports: Mapped[int]
    reporters: Mapped[int]
    threads: Mapped[int]
    posts: Mapped[int]
    at: Mapped[datetime]


class SeriesEvent(Table):
    """A change of our own that no comparison may straddle: query, coverage or classifier."""

    __tablename__ = "series_event"
    place: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    kind: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    detail: Mapped[str]


class EpisodeRow(Table):
    """Days above expectation, or a change point."""

    __tablename__ = "episode"
    kind: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    place: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    product: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    cause: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    model: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    began: Mapped[date] = mapped_column(primary_key=True)
    ended: Mapped[date]
    strength: Mapped[float]
    detail: Mapped[dict[str, Any]]
