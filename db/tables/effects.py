"""What tests of changes found: effects of releases, families that are closed, what days lack."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.registry import NAME, Table


class _Effect:
    """One cause around the anchor of one cluster of releases, places pooled.

    `cluster` is the anchor's id. `family` is empty where a release came to a quarter that was
    closed. `detail` holds all that a page shows: curve, places, sensitivities, releases.
    """

    model: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    product: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    cluster: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    cause: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    family: Mapped[str] = mapped_column(String(NAME))
    verdict: Mapped[str] = mapped_column(String(NAME))
    day: Mapped[date]
    preliminary: Mapped[bool]
    ratio: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    p: Mapped[float | None]
    q: Mapped[float | None]
    q_dependent: Mapped[float | None]
    smallest_rise: Mapped[float | None]
    smallest_fall: Mapped[float | None]
    needed: Mapped[float | None]
    events_before: Mapped[int]
    events_after: Mapped[int]
    posts_before: Mapped[int]
    posts_after: Mapped[int]
    detail: Mapped[dict[str, Any]]


class EffectRow(_Effect, Table):
    """An effect as the data show it now; made anew with every refresh."""

    __tablename__ = "release_effect"


class FrozenEffect(_Effect, Table):
    """An effect as it stood when its family was closed, append-only: this is what counts."""

    __tablename__ = "frozen_effect"
    at: Mapped[datetime]


class FrozenFamily(Table):
    """A family of tests that is closed, append-only. Another model makes a family of its own."""

    __tablename__ = "frozen_family"
    model: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    family: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    product: Mapped[str] = mapped_column(String(NAME))
    closed: Mapped[date]  # the day that had to be complete
    tests: Mapped[int]  # how many of its effects could be tested
    at: Mapped[datetime]


class CompletenessRow(Table):
    """`share[d]`: of a day's posts at a place, how many are seen within d days. What will come."""

    __tablename__ = "completeness"
    place: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    seen_until: Mapped[date]
    complete_through: Mapped[date]
    posts: Mapped[int]  # that the estimate rests on
    share: Mapped[list[float]] = mapped_column(JSON)
    expected: Mapped[list[dict[str, Any]]] = mapped_column(JSON)


class ComputedRow(Table):
    """What something of a product was computed from: the same again needs no computing."""

    __tablename__ = "computed"
    product: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    what: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
