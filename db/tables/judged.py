"""What was judged: models, verdicts, evidence, facts, and what people decided."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.registry import HASH, NAME, Serial, Table


class ModelRow(Table):
    """A model version that judged posts here."""

    __tablename__ = "model"
    id: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    first_used_at: Mapped[datetime]
    card: Mapped[dict[str, Any]]


class ModelSpan(Table):
    """From this UTC day on, up to the next such day, the verdicts of `model` are shown."""

    __tablename__ = "model_span"
    first_day: Mapped[date] = mapped_column(primary_key=True)  # 0001-01-01: from the beginning
    model: Mapped[str] = mapped_column(ForeignKey("model.id"))


class VerdictRow(Table):
    """What one model says of one version of a post. `causes` maps a cause to its probability."""

    __tablename__ = "verdict"
    __table_args__ = (
        ForeignKeyConstraint(["post", "version"], ["post_text.post", "post_text.version"]),
        # `model` never comes first: PostgreSQL would check foreign keys by such an index, if the
        # session planned that while the table was empty, and walk all verdicts for each one.
        Index(None, "day", "model", "decision"),
        Index(None, "decision", "model", "day"),
    )
    post: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    model: Mapped[str] = mapped_column(ForeignKey("model.id"), primary_key=True)
    day: Mapped[date]  # the post's day, kept here for the indexes
    report_probability: Mapped[float]
    causes: Mapped[dict[str, Any]]
    likely_cause: Mapped[str | None] = mapped_column(String(NAME))
    decision: Mapped[str] = mapped_column(String(NAME))
    step: Mapped[int] = mapped_column(SmallInteger)  # of the likely cause's probability, 0 to 20
    abstained_because: Mapped[str | None] = mapped_column(String(NAME))
    judged: Mapped[bool]  # counts in the exposure
    language: Mapped[str] = mapped_column(String(8))


class EvidenceRow(Table):
    """A passage for or against a cause: offsets only, no text."""

    __tablename__ = "evidence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["post", "version", "model"], ["verdict.post", "verdict.version", "verdict.model"]
        ),
    )
    post: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    model: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    field: Mapped[str] = mapped_column(String(NAME))
    start: Mapped[int]
    end: Mapped[int]
    cause: Mapped[str | None] = mapped_column(String(NAME))
    direction: Mapped[str] = mapped_column(String(7))
    cue: Mapped[str] = mapped_column(String(NAME))
    weight: Mapped[float]


class FactRow(Table):
    """Something the account states: product, surface, version, symptom, what was lost."""

    __tablename__ = "fact"
    __table_args__ = (
        ForeignKeyConstraint(
            ["post", "version", "model"], ["verdict.post", "verdict.version", "verdict.model"]
        ),
        Index(None, "name", "value"),
    )
    post: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    model: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME))
    value: Mapped[str] = mapped_column(String(NAME))
    field: Mapped[str | None] = mapped_column(String(NAME))
    start: Mapped[int | None]
    end: Mapped[int | None]


class ReviewRow(Table):
    """A person's decision. A later one by the same reviewer replaces it; both stay."""

    __tablename__ = "review"
    __table_args__ = (
        ForeignKeyConstraint(["post", "version"], ["post_text.post", "post_text.version"]),
        Index(None, "post"),
    )
    number: Mapped[int] = mapped_column(Serial, Identity(), primary_key=True)
    post: Mapped[str] = mapped_column(String(HASH))
    version: Mapped[int] = mapped_column(SmallInteger)
    decision: Mapped[str] = mapped_column(String(NAME))
    secondary: Mapped[str | None] = mapped_column(String(NAME))
    reviewer: Mapped[str] = mapped_column(String(NAME))
    blind: Mapped[bool]
    stream: Mapped[str] = mapped_column(String(NAME))
    note: Mapped[str]
    decided_at: Mapped[datetime]
    replaced: Mapped[bool]


class DrawRow(Table):
    """One drawing of posts for people to judge. `strata`: of each, [posts to draw from, drawn]."""

    __tablename__ = "draw"
    number: Mapped[int] = mapped_column(Serial, Identity(), primary_key=True)
    stream: Mapped[str] = mapped_column(String(NAME))
    seed: Mapped[int] = mapped_column(BigInteger)
    model: Mapped[str] = mapped_column(ForeignKey("model.id"))  # whose verdicts made the strata
    at: Mapped[datetime]
    posts: Mapped[int]
    strata: Mapped[dict[str, Any]]


class SampleRow(Table):
    """A post that was drawn for people to judge: its text stays until they have."""

    __tablename__ = "sample"
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)
    stream: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    draw: Mapped[int] = mapped_column(Serial, ForeignKey("draw.number"))
    version: Mapped[int] = mapped_column(SmallInteger)  # the current one when it was drawn
    stratum: Mapped[str] = mapped_column(String(2 * NAME + 10))
    chance: Mapped[float | None]  # of being drawn; None where posts were chosen
    position: Mapped[float]  # in which order people are to judge, the least first
    drawn_at: Mapped[datetime]


class TriageRow(Table):
    """Where a report stands in the reviewers' work; its history is in the change log."""

    __tablename__ = "triage"
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)
    state: Mapped[str] = mapped_column(String(NAME))
    assignee: Mapped[str]
    reason: Mapped[str]
    changed_at: Mapped[datetime]
