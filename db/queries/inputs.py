"""What the model was given and what it said, post by post: what drift is measured on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, func, select

from db.judges import Judges
from db.tables import EvidenceRow, PlaceRow, PostRow, PostText, VerdictRow
from db.upsert import slices

BATCH = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A post's current version with the verdict that is shown. `characters` of title and text
    together; None where the text is gone."""

    post: str
    thread: str
    day: date
    source: str
    model: str
    language: str
    characters: int | None
    decision: str
    abstained_because: str | None
    report_probability: float
    causes: dict[str, float]
    cues: frozenset[str]


def judged_posts(connection: Connection, judges: Judges, source: str = "") -> Iterator[Judged]:
    """All posts that are shown with a verdict, by key; only those of `source` where it is named.

    Keys are keyed hashes, so the first of them are as good as drawn at random.
    """
    after = ""
    while True:
        query = _query(judges, source).where(PostRow.key > after)
        rows = connection.execute(query.order_by(PostRow.key).limit(BATCH)).all()
        if not rows:
            return
        cues = _cues(connection, [row.key for row in rows], judges)
        for row in rows:
            yield Judged(
                post=row.key,
                thread=row.thread,
                day=row.day,
                source=row.source,
                model=row.model,
                language=row.language,
                characters=row.characters,
                decision=row.decision,
                abstained_because=row.abstained_because,
                report_probability=row.report_probability,
                causes=row.causes,
                cues=frozenset(cues.get(row.key, ())),
            )
        after = rows[-1].key


def _query(judges: Judges, source: str) -> Select[*tuple[Any, ...]]:
    text = (PostText.post == PostRow.key) & (PostText.version == PostRow.version)
    verdict = (VerdictRow.post == PostRow.key) & (VerdictRow.version == PostRow.version)
    length = func.length(PostText.text) + func.coalesce(func.length(PostText.title), 0)
    query = (
        select(
            PostRow.key,
            PostRow.thread,
            PostRow.day,
            PlaceRow.source,
            VerdictRow.model,
            VerdictRow.language,
            length.label("characters"),
            VerdictRow.decision,
            VerdictRow.abstained_because,
            VerdictRow.report_probability,
            VerdictRow.causes,
        )
        .join(VerdictRow, verdict)
        .join(PostText, text)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .where(judges.cover(VerdictRow.model, VerdictRow.day))
    )
    return query.where(PlaceRow.source == source) if source else query


def _cues(connection: Connection, keys: Collection[str], judges: Judges) -> dict[str, set[str]]:
    """Post -> the cues that found something in its title or text."""
    query = (
        select(EvidenceRow.post, EvidenceRow.cue)
        .distinct()
        .join(PostRow, (PostRow.key == EvidenceRow.post) & (PostRow.version == EvidenceRow.version))
        .where(
            judges.cover(EvidenceRow.model, PostRow.day),
            EvidenceRow.post.in_(keys),
            EvidenceRow.field != "thread_title",
        )
    )
    found: dict[str, set[str]] = defaultdict(set)
    for post, cue in connection.execute(query):
        found[post].add(cue)
    return found


def texts_of(connection: Connection, keys: Collection[str]) -> Iterator[tuple[str, str]]:
    """Post -> title and current text, where it is held."""
    text = (PostText.post == PostRow.key) & (PostText.version == PostRow.version)
    for part in slices(sorted(keys)):
        query = select(PostRow.key, PostText.title, PostText.text).join(PostText, text)
        for row in connection.execute(query.where(PostRow.key.in_(part))):
            if row.text is not None:
                yield row.key, f"{row.title or ''}\n{row.text}"
