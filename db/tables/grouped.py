"""What grouping reports into incidents needs and makes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.registry import HASH, NAME, Serial, Table


class IncidentMember(Table):
    """Which incident a post belongs to; the incident is named by its earliest report."""

    __tablename__ = "incident_member"
    __table_args__ = (Index(None, "incident"),)
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)
    model: Mapped[str] = mapped_column(ForeignKey("model.id"), primary_key=True)
    incident: Mapped[str] = mapped_column(String(HASH))
    role: Mapped[str] = mapped_column(String(NAME))  # report, or corroborates: "same here"
    decision: Mapped[str] = mapped_column(String(NAME))  # what was shown of it when it was grouped


class MarkRow(Table):
    """What grouping needs of a text, noted when it is judged, since the text may be purged then."""

    __tablename__ = "mark"
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)
    version: Mapped[int] = mapped_column(SmallInteger)
    corroborates: Mapped[bool]  # a reply that says that it happened to its author as well
    sketch: Mapped[bytes | None] = mapped_column(LargeBinary)  # NULL: too few words


class SketchBand(Table):
    """Posts of which a part of the sketch is equal: candidates for near-duplicates."""

    __tablename__ = "sketch_band"
    __table_args__ = (Index(None, "post"),)
    band: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)


class GroupingDue(Table):
    """A post whose incident is to be looked at again by the next grouping."""

    __tablename__ = "grouping_due"
    post: Mapped[str] = mapped_column(String(HASH), primary_key=True)


class ConstraintRow(Table):
    """A person's decision about incidents, append-only: the database refuses to alter a row."""

    __tablename__ = "link_constraint"
    number: Mapped[int] = mapped_column(Serial, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(String(NAME))  # merge, split
    person: Mapped[str] = mapped_column(String(NAME))
    reason: Mapped[str]
    at: Mapped[datetime]


class ConstrainedPost(Table):
    """A post that a constraint names: those of one side belong together, two sides apart."""

    __tablename__ = "link_constraint_post"
    __table_args__ = (Index(None, "post"),)
    number: Mapped[int] = mapped_column(
        Serial, ForeignKey("link_constraint.number"), primary_key=True
    )
    post: Mapped[str] = mapped_column(ForeignKey("post.key"), primary_key=True)
    side: Mapped[int] = mapped_column(SmallInteger)
