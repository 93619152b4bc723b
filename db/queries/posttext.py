"""A post as a person reads it who is to decide about it: nothing of what the model says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select

from db.tables import PlaceRow, PostRow, PostText, ThreadRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Readable:
    """The current version. `title` and `text` are None once they are purged."""

    post: str
    version: int
    place: str
    kind: str
    written_at: datetime
    thread_title: str
    title: str | None
    text: str | None


def readable(connection: Connection, key: str) -> Readable | None:
    """The post, or None where it isn't held."""
    text = and_(PostText.post == PostRow.key, PostText.version == PostRow.version)
    row = connection.execute(
        select(
            PostRow.key.label("post"),
            PostRow.version,
            PostRow.place,
            PostRow.kind,
            PostRow.written_at,
            ThreadRow.title.label("thread_title"),
            PostText.title,
            PostText.text,
        )
        .join(PostText, text)
        .join(ThreadRow, ThreadRow.key == PostRow.thread)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .where(PostRow.key == key)
    ).one_or_none()
    return Readable(**row._asdict()) if row else None
