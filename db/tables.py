"""Every table, once, for SQLite and PostgreSQL alike.

Rows are named by natural keys (keyed hashes, days, names), so that two databases with the same
content are equal row by row, and a worker can compute a key without asking the database.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
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


# -- what was collected -------------------------------------------------------------------------


class PlaceRow(Table):
    """Where posts come from, and which share of them we see there."""

    __tablename__ = "place"
    name: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    source: Mapped[str] = mapped_column(String(NAME))
    frame: Mapped[str] = mapped_column(String(NAME))
    query: Mapped[str]


class ThreadRow(Table):
    """One public discussion."""

    __tablename__ = "thread"
    key: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    place: Mapped[str] = mapped_column(ForeignKey("place.name"))
    title: Mapped[str]
    opened_at: Mapped[datetime]
    first_seen_at: Mapped[datetime]


class PostRow(Table):
    """One post without its text. `parent` may name a post that we don't hold (an orphan)."""

    __tablename__ = "post"
    __table_args__ = (
        Index(None, "day"),
        Index(None, "thread"),
        Index(None, "author"),
    )
    key: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    thread: Mapped[str] = mapped_column(ForeignKey("thread.key"))
    parent: Mapped[str | None] = mapped_column(String(HASH))
    place: Mapped[str] = mapped_column(ForeignKey("place.name"))
    kind: Mapped[str] = mapped_column(String(NAME))
    author: Mapped[str | None] = mapped_column(String(HASH))
    state: Mapped[str] = mapped_column(String(NAME))
    version: Mapped[int] = mapped_column(SmallInteger)  # of the current text, from 1
    depth: Mapped[int] = mapped_column(SmallInteger)
    back_filled: Mapped[bool]
    written_at: Mapped[datetime]
    day: Mapped[date]  # UTC day of the first version: the day that every count uses
    first_seen_at: Mapped[datetime]


class PostText(Table):
    """One version of a post's text. Purged texts are NULL; hash and dates stay."""

    __tablename__ = "post_text"
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    title: Mapped[str | None]
    text: Mapped[str | None]
    raw_hash: Mapped[str] = mapped_column(String(HASH))
    seen_at: Mapped[datetime]
    edited_at: Mapped[datetime | None]
    purged_at: Mapped[datetime | None]


class PostProduct(Table):
    """Which products a post is about; several are possible."""

    __tablename__ = "post_product"
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)
    product: Mapped[str] = mapped_column(String(NAME), primary_key=True)


class AddressRow(Table):
    """The source's own ids and links: personal data, in this table only."""

    __tablename__ = "address"
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)
    external_id: Mapped[str]
    url: Mapped[str]


class Tombstone(Table):
    """Posts that were deleted or forgotten and may not come back."""

    __tablename__ = "tombstone"
    post: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    reason: Mapped[str] = mapped_column(String(NAME))
    at: Mapped[datetime]


class Cursor(Table):
    """How far a source was read; moves only in the transaction that saves what it passed."""

    __tablename__ = "cursor"
    source: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    stream: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    value: Mapped[dict[str, Any]]
    moved_at: Mapped[datetime]


class ImportBlock(Table):
    """One block of an imported file; written with its posts, so that no block counts twice."""

    __tablename__ = "import_block"
    file: Mapped[str] = mapped_column(String(64), primary_key=True)  # SHA-256 of the content
    block: Mapped[int] = mapped_column(primary_key=True)
    format: Mapped[str] = mapped_column(String(NAME))
    read: Mapped[int]  # posts in the block
    unreadable: Mapped[int]
    last: Mapped[bool]
    at: Mapped[datetime]


class Gap(Table):
    """A stretch in which a place could not be collected: missing, never zero."""

    __tablename__ = "gap"
    place: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    began: Mapped[datetime] = mapped_column(primary_key=True)
    ended: Mapped[datetime | None]
    reason: Mapped[str]


# -- what was judged ----------------------------------------------------------------------------


class ModelRow(Table):
    """A model version that judged posts here; exactly one is current."""

    __tablename__ = "model"
    id: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    current: Mapped[bool]
    first_used_at: Mapped[datetime]
    card: Mapped[dict[str, Any]]


class VerdictRow(Table):
    """What one model says of one version of a post. `causes` maps a cause to its probability."""

    __tablename__ = "verdict"
    __table_args__ = (
        ForeignKeyConstraint(["post", "version"], ["post_text.post", "post_text.version"]),
        Index(None, "model", "day", "decision"),
        Index(None, "model", "decision", "day"),
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


class IncidentMember(Table):
    """Which incident a report belongs to; the incident is named by its earliest report."""

    __tablename__ = "incident_member"
    __table_args__ = (Index(None, "incident"),)
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)
    model: Mapped[str] = mapped_column(ForeignKey("model.id"), primary_key=True)
    incident: Mapped[str] = mapped_column(String(HASH))


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


class TriageRow(Table):
    """Where a report stands in the reviewers' work; its history is in the change log."""

    __tablename__ = "triage"
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)
    state: Mapped[str] = mapped_column(String(NAME))
    assignee: Mapped[str]
    reason: Mapped[str]
    changed_at: Mapped[datetime]


# -- what happened at the vendors ---------------------------------------------------------------


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


class OutageRow(Table):
    """An entry of a vendor's status page."""

    __tablename__ = "outage"
    key: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    vendor: Mapped[str] = mapped_column(String(NAME))
    product: Mapped[str] = mapped_column(String(NAME))
    name: Mapped[str]
    impact: Mapped[str] = mapped_column(String(NAME))
    started_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    url: Mapped[str]


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


# -- series -------------------------------------------------------------------------------------


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


# -- what we did --------------------------------------------------------------------------------


class RunRow(Table):
    """One execution of a stage."""

    __tablename__ = "run"
    number: Mapped[int] = mapped_column(Serial, Identity(), primary_key=True)
    stage: Mapped[str] = mapped_column(String(NAME))
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(NAME))  # running, done, partly, failed, killed
    counts: Mapped[dict[str, Any]]
    message: Mapped[str]
    program: Mapped[str] = mapped_column(String(NAME))  # the program's version


class RunSource(Table):
    """What a run did at one source."""

    __tablename__ = "run_source"
    run: Mapped[int] = mapped_column(Serial, ForeignKey("run.number"), primary_key=True)
    source: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(NAME))
    requests: Mapped[int]
    bytes: Mapped[int] = mapped_column(BigInteger)
    posts_read: Mapped[int]
    posts_new: Mapped[int]
    posts_changed: Mapped[int]
    posts_unchanged: Mapped[int]
    posts_deleted: Mapped[int]
    unreadable: Mapped[int]
    empty_answers: Mapped[int]
    seconds: Mapped[float]
    message: Mapped[str]


class ChangeLog(Table):
    """What changed, append-only: the database itself refuses to alter or delete a line."""

    __tablename__ = "change_log"
    __table_args__ = (Index(None, "subject", "key"),)
    number: Mapped[int] = mapped_column(Serial, Identity(), primary_key=True)
    at: Mapped[datetime]
    subject: Mapped[str] = mapped_column(String(NAME))  # post, verdict, review, incident, release
    key: Mapped[str] = mapped_column(String(NAME))
    what: Mapped[str] = mapped_column(String(NAME))  # edited, deleted, rejudged, moved ...
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


APPEND_ONLY = ("change_log", "published")
