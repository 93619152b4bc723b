"""What happened at the vendors: releases, outages, confirmed faults."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.registry import NAME, Table


class ReleaseRow(Table):
    """A dated event of a vendor."""

    __tablename__ = "release"
    id: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    announced: Mapped[date] = mapped_column(index=True)
    date_precision: Mapped[str] = mapped_column(String(NAME))
    deployed: Mapped[date | None]
    vendor: Mapped[str] = mapped_column(String(NAME))
    product: Mapped[str] = mapped_column(String(NAME))
    affects: Mapped[str]
    kind: Mapped[str] = mapped_column(String(NAME))
    title: Mapped[str]
    claimed_effect: Mapped[str]
    source_url: Mapped[str]
    source_title: Mapped[str]
    confidence: Mapped[str] = mapped_column(String(NAME))
    note: Mapped[str]
    # ids of the releases said to contain an announced training, separated by spaces
    contained_in: Mapped[str] = mapped_column(default="")
    retired: Mapped[str] = mapped_column(default="")  # why it no longer stands; "" while it stands


class ReleaseCandidate(Table):
    """Something that a vendor published: a person says whether it is a release, and which."""

    __tablename__ = "release_candidate"
    id: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    vendor: Mapped[str] = mapped_column(String(NAME))
    feed: Mapped[str]
    title: Mapped[str]
    url: Mapped[str]
    published_at: Mapped[datetime]
    suggested: Mapped[str] = mapped_column(String(NAME))  # a kind of release, by its words; or ""
    seen_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(NAME))  # new, confirmed, dismissed
    release: Mapped[str | None] = mapped_column(String(NAME))  # what it was confirmed as


class OutageRow(Table):
    """An entry of a vendor's status page, as it is told now."""

    __tablename__ = "outage"
    key: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    vendor: Mapped[str] = mapped_column(String(NAME))
    product: Mapped[str] = mapped_column(String(NAME))
    name: Mapped[str]
    impact: Mapped[str] = mapped_column(String(NAME))
    started_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    url: Mapped[str]
    state: Mapped[str] = mapped_column(String(NAME))  # the page's own word, such as monitoring
    told_at: Mapped[datetime]  # when the page last changed it
    body_hash: Mapped[str] = mapped_column(String(NAME))  # of all its updates


class ConfirmedFaultRow(Table):
    """A fault that a vendor confirmed afterwards."""

    __tablename__ = "confirmed_fault"
    id: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    vendor: Mapped[str] = mapped_column(String(NAME))
    product: Mapped[str]
    began: Mapped[date]
    ended: Mapped[date]
    cause: Mapped[str] = mapped_column(String(NAME))
    symptom: Mapped[str]
    mechanism: Mapped[str]
    source_url: Mapped[str]
    confidence: Mapped[str] = mapped_column(String(NAME))
