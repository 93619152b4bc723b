"""Posts that are drawn for people to judge: what can be drawn, what was, and what waits.

Two streams that never mix: `audit`, a random sample that is only ever measured on, and `uncertain`,
posts from which most is to be learnt. A post once drawn stays drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, and_, exists, insert, select

from db import terms
from db.judges import Judges
from db.queries.reports import probabilities
from db.tables import DrawRow, PlaceRow, PostRow, PostText, ReviewRow, SampleRow, VerdictRow
from db.upsert import slices, upsert
from domain.causes import Abstention, Cause, Decision
from domain.nouns import PostState


class Stream(StrEnum):
    """Why posts are given to people."""

    AUDIT = "audit"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawable:
    """A post whose text is held, with what the model of its day says of it."""

    post: str
    version: int
    source: str
    place: str
    thread: str
    decision: Decision
    abstained_because: Abstention | None
    report_probability: float
    causes: Mapping[Cause, float]
    judged: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A post of a sample. `chance` is the probability with which it got in, None if chosen."""

    post: str
    version: int
    stratum: str
    chance: float | None
    position: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A drawn post that nobody has judged yet."""

    post: str
    stream: str
    place: str
    drawn_at: datetime


def drawable(connection: Connection, judges: Judges, stream: Stream) -> list[Drawable]:
    """The posts that `stream` is drawn from, by key.

    All that people can read, for `audit`, whether drawn before or not. For `uncertain` those from
    which a model may learn: the terms allow it, nobody has judged them, no stream holds them.
    """
    current = and_(
        VerdictRow.post == PostRow.key,
        VerdictRow.version == PostRow.version,
        judges.cover(VerdictRow.model, VerdictRow.day),
    )
    text = and_(PostText.post == PostRow.key, PostText.version == PostRow.version)
    query = (
        select(
            PostRow.key.label("post"),
            PostRow.version,
            PlaceRow.source,
            PostRow.place,
            PostRow.thread,
            VerdictRow.decision,
            VerdictRow.abstained_because,
            VerdictRow.report_probability,
            VerdictRow.causes,
            VerdictRow.judged,
        )
        .join(VerdictRow, current)
        .join(PostText, text)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .where(PostRow.state != PostState.DELETED.value, PostText.text.is_not(None))
        .order_by(PostRow.key)
    )
    if stream is Stream.UNCERTAIN:
        query = query.where(
            terms.may_train(),
            VerdictRow.judged.is_(True),
            ~exists().where(ReviewRow.post == PostRow.key),
            ~exists().where(SampleRow.post == PostRow.key),
        )
    return [
        Drawable(
            **row._asdict()
            | {
                "decision": Decision(row.decision),
                "abstained_because": row.abstained_because and Abstention(row.abstained_because),
                "causes": probabilities(row.causes),
            }
        )
        for row in connection.execute(query)
    ]


def sample(connection: Connection, stream: Stream) -> dict[str, Drawn]:
    """What was drawn so far, by post."""
    query = select(
        SampleRow.post, SampleRow.version, SampleRow.stratum, SampleRow.chance, SampleRow.position
    ).where(SampleRow.stream == stream.value)
    return {row.post: Drawn(**row._asdict()) for row in connection.execute(query)}


def seed_of(connection: Connection, stream: Stream) -> int | None:
    """The seed of the stream's first drawing, or None before it."""
    query = select(DrawRow.seed).where(DrawRow.stream == stream.value)
    return connection.scalar(query.order_by(DrawRow.number).limit(1))


def save_drawing(
    connection: Connection,
    stream: Stream,
    drawn: Sequence[Drawn],
    *,
    strata: Mapping[str, tuple[int, int]],
    seed: int,
    model: str,
    now: datetime,
) -> int:
    """Adds a drawing; posts drawn before stay, with the chance that they have now.

    `strata`: of each, how many posts it holds and how many of them this drawing took. Gives the
    drawing's number.
    """
    row = {
        "stream": stream.value,
        "seed": seed,
        "model": model,
        "at": now,
        "posts": sum(taken for _, taken in strata.values()),
        "strata": {name: list(counts) for name, counts in sorted(strata.items())},
    }
    number = connection.execute(insert(DrawRow).returning(DrawRow.number), row).scalar_one()
    rows = [
        {
            "post": one.post,
            "stream": stream.value,
            "draw": number,
            "version": one.version,
            "stratum": one.stratum,
            "chance": one.chance,
            "position": one.position,
            "drawn_at": now,
        }
        for one in drawn
    ]
    for part in slices(rows):
        upsert(connection, SampleRow, part, update=("chance",))
    return number


def waiting(connection: Connection, stream: Stream | None = None) -> list[Waiting]:
    """Drawn posts that can be read and that nobody has judged, in the order to judge them in."""
    text = and_(PostText.post == PostRow.key, PostText.version == PostRow.version)
    judged = exists().where(ReviewRow.post == SampleRow.post, ReviewRow.replaced.is_(False))
    query = (
        select(SampleRow.post, SampleRow.stream, PostRow.place, SampleRow.drawn_at)
        .join(PostRow, PostRow.key == SampleRow.post)
        .join(PostText, text)
        .where(PostText.text.is_not(None), ~judged)
        .order_by(SampleRow.stream, SampleRow.draw, SampleRow.position, SampleRow.post)
    )
    if stream is not None:
        query = query.where(SampleRow.stream == stream.value)
    return [Waiting(**row._asdict()) for row in connection.execute(query)]


def streams_of(connection: Connection, post: str) -> list[Stream]:
    """The samples that hold the post."""
    query = select(SampleRow.stream).where(SampleRow.post == post).order_by(SampleRow.stream)
    return [Stream(name) for name in connection.scalars(query)]
