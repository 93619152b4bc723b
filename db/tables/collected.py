"""What was collected: places, threads, posts, their texts, and how far each source was read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ForeignKey,
    Index,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.registry import HASH, NAME, Table

_EDITED = "version > 1"  # few posts; each run looks through them
_TO_SEEK = "NOT sought"


class PlaceRow(Table):
    """Where posts come from, and which share of them we see there."""

    __tablename__ = "place"
    name: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    source: Mapped[str] = mapped_column(String(NAME))
    frame: Mapped[str] = mapped_column(String(NAME))
    query: Mapped[str]
    # What the source's terms allow with what is collected here.
    store_text: Mapped[bool]  # False: only until it is judged
    export_text: Mapped[bool]
    train: Mapped[bool]
    keep_days: Mapped[int | None]  # None: as long as our own retention
    attribution: Mapped[str]


class ThreadRow(Table):
    """One public discussion. `due_at`: when it is read again as a whole; NULL: no more.

    `purged_because`: why its title was taken away and may not come back; NULL: it was not.
    """

    __tablename__ = "thread"
    __table_args__ = (Index(None, "due_at"),)
    key: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    place: Mapped[str] = mapped_column(ForeignKey("place.name"))
    title: Mapped[str]
    opened_at: Mapped[datetime]
    first_seen_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    purged_because: Mapped[str | None] = mapped_column(String(NAME))


class ClosingRow(Table):
    """How a thread stands at its place. A thread without a row: its source never said."""

    __tablename__ = "thread_closing"
    thread: Mapped[str] = mapped_column(ForeignKey("thread.key"), primary_key=True)
    ending: Mapped[str] = mapped_column(String(NAME))
    closer: Mapped[str] = mapped_column(String(NAME))
    closed_at: Mapped[datetime | None]
    told_at: Mapped[datetime]  # when the source changed it last: an older answer changes nothing


class OriginalRow(Table):
    """Which thread a post calls the original of its own; it may be one that we don't hold."""

    __tablename__ = "thread_original"
    thread: Mapped[str] = mapped_column(ForeignKey("thread.key"), primary_key=True)
    original: Mapped[str] = mapped_column(String(HASH))


class PostRow(Table):
    """One post without its text. `parent` may name a post that we don't hold (an orphan)."""

    __tablename__ = "post"
    __table_args__ = (
        Index(None, "day"),
        Index(None, "thread"),
        Index(None, "author"),
        Index(None, "version", sqlite_where=text(_EDITED), postgresql_where=text(_EDITED)),
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
    purged_because: Mapped[str | None] = mapped_column(String(NAME))


class PostProduct(Table):
    """Which products a post is about; several are possible."""

    __tablename__ = "post_product"
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)
    product: Mapped[str] = mapped_column(String(NAME), primary_key=True)


class AddressRow(Table):
    """The source's own ids and links: personal data, in this table only.

    `due_at`: when the source is asked again whether the post is still there; NULL: never.
    """

    __tablename__ = "address"
    __table_args__ = (Index(None, "due_at"),)
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)
    external_id: Mapped[str]
    url: Mapped[str]
    due_at: Mapped[datetime | None]


class Tombstone(Table):
    """Posts that were deleted or forgotten and may not come back."""

    __tablename__ = "tombstone"
    post: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    reason: Mapped[str] = mapped_column(String(NAME))
    at: Mapped[datetime]


class Passage(Table):
    """A keyed hash of a passage of a text that was deleted: known again where others quote it."""

    __tablename__ = "passage"
    __table_args__ = (
        Index(None, "post", sqlite_where=text(_TO_SEEK), postgresql_where=text(_TO_SEEK)),
    )
    thread: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    hash: Mapped[str] = mapped_column(String(HASH), primary_key=True)
    post: Mapped[str] = mapped_column(String(HASH))  # whose text it was
    sought: Mapped[bool]  # whether quotes in other threads were looked for


class Cursor(Table):
    """How far a source was read; moves only in the transaction that saves what it passed."""

    __tablename__ = "cursor"
    source: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    stream: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    value: Mapped[dict[str, Any]]
    moved_at: Mapped[datetime]
    found_at: Mapped[datetime | None]  # when reading it last gave a post


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


class ImportRow(Table):
    """A row of an imported file, as the file had it: one that comes again needs no reading."""

    __tablename__ = "import_row"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - read by SQLAlchemy on the class
    hash: Mapped[str] = mapped_column(String(HASH), primary_key=True)


class Gap(Table):
    """A stretch in which a place could not be collected: missing, never zero."""

    __tablename__ = "gap"
    place: Mapped[str] = mapped_column(String(NAME), primary_key=True)
    began: Mapped[datetime] = mapped_column(primary_key=True)
    ended: Mapped[datetime | None]
    reason: Mapped[str]
