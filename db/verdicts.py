"""Saving what a model says, and finding what it hasn't judged yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    delete,
    exists,
    func,
    or_,
    select,
)

from db.engine import read
from db.grouping import due
from db.judges import Judges
from db.tables import (
    EvidenceRow,
    FactRow,
    PlaceRow,
    PostProduct,
    PostRow,
    PostText,
    ThreadRow,
    VerdictRow,
)
from db.upsert import slices, upsert
from domain.filter import STEPS
from domain.nouns import PostState, Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Unjudged:
    """A current text that waits for a verdict."""

    post: str
    version: int
    answers: bool  # whether it answers another post
    kind: str
    source: str
    place: str
    title: str
    text: str
    thread_title: str
    day: date
    products: tuple[str, ...]


def count_unjudged(connection: Connection, judges: Judges | None, *, again: bool = False) -> int:
    """How many current texts wait for a verdict of the current model; without one, all."""
    waiting = _waiting(judges, again=again)
    return connection.scalar(_texts(select(func.count())).where(*waiting)) or 0


def count_late(connection: Connection, judges: Judges) -> int:
    """How many posts came too late for the model of their day: in no list and in no count.

    The model that judged their day is gone, and two models may not share a day.
    """
    theirs = judges.of_others(PostRow.day)
    if theirs is None:
        return 0
    found = select(func.count()).select_from(PostRow)
    mine, shown = _judged_by(judges)
    return connection.scalar(found.where(theirs, mine, ~shown)) or 0


def unjudged(
    engine: Engine, judges: Judges, batch: int = 500, *, again: bool = False
) -> Iterator[list[Unjudged]]:
    """Current texts that wait for a verdict of the current model, in batches by key.

    `again`: also those that it has judged. Each batch is a transaction of its own, so verdicts can
    be saved in between.
    """
    after = ""
    waiting = _waiting(judges, again=again)
    while True:
        with read(engine) as connection:
            found = _batch(connection, after, batch, waiting)
        if not found:
            return
        yield found
        after = found[-1].post


def held(connection: Connection, posts: Sequence[str]) -> list[Unjudged]:
    """Current texts of these posts, by key, whether they were judged or not."""
    return _batch(connection, "", len(posts), (*_waiting(None, again=True), PostRow.key.in_(posts)))


def _waiting(judges: Judges | None, *, again: bool) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which a post waits to be judged, over the tables of `_texts`.

    On a day of an earlier model only what that model hasn't judged: it is kept out of sight, but
    then we know whether it is a report.
    """
    held = (PostRow.state != PostState.DELETED.value, PostText.text.is_not(None))
    if judges is None:
        return held
    mine, shown = _judged_by(judges)
    wanted = () if again else (~mine,)
    theirs = judges.of_others(PostRow.day)
    return (*held, *wanted) if theirs is None else (*held, *wanted, or_(~theirs, ~shown))


def _judged_by(judges: Judges) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether the current text of a post has a verdict of the current model, of its day's model."""
    verdict = exists().where(VerdictRow.post == PostRow.key, VerdictRow.version == PostRow.version)
    mine = verdict.where(VerdictRow.model == judges.current)
    return mine, verdict.where(judges.cover(VerdictRow.model, VerdictRow.day))


def _texts(query: Select[Any]) -> Select[Any]:
    """`query` over all posts with their current texts."""
    text = (PostText.post == PostRow.key) & (PostText.version == PostRow.version)
    return query.select_from(PostRow).join(PostText, text)


def _batch(
    connection: Connection, after: str, size: int, waiting: Iterable[ColumnElement[bool]]
) -> list[Unjudged]:
    columns: tuple[Any, ...] = (
        PostRow.key,
        PostRow.version,
        PostRow.parent,
        PostRow.kind,
        PlaceRow.source,
        PostRow.place,
        PostText.title,
        PostText.text,
        ThreadRow.title,
        PostRow.day,
    )
    rows = connection.execute(
        _texts(select(*columns))
        .join(ThreadRow, ThreadRow.key == PostRow.thread)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .where(PostRow.key > after, *waiting)
        .order_by(PostRow.key)
        .limit(size)
    ).all()
    products = _products(connection, [row[0] for row in rows])
    return [
        Unjudged(
            post=key,
            version=version,
            answers=parent is not None,
            kind=kind,
            source=source,
            place=place,
            title=title or "",
            text=text or "",
            thread_title=thread_title,
            day=day,
            products=products.get(key, ()),
        )
        for key, version, parent, kind, source, place, title, text, thread_title, day in rows
    ]


def _products(connection: Connection, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    rows = connection.execute(
        select(PostProduct.post, PostProduct.product)
        .where(PostProduct.post.in_(keys))
        .order_by(PostProduct.post, PostProduct.product)
    )
    for post, product in rows:
        found[post] = (*found.get(post, ()), product)
    return found


def save_verdicts(
    connection: Connection, verdicts: Sequence[Verdict], days: Mapping[str, date]
) -> None:
    """Saves verdicts with their evidence and facts; the same verdict again replaces itself.

    Their posts are due to be grouped. `days` gives each post's UTC day, by key.
    """
    for part in slices(verdicts):
        _clear(connection, part)
        rows = [_verdict_row(v, days[v.post]) for v in part]
        upsert(connection, VerdictRow, rows, update=_CHANGING)
        upsert(connection, EvidenceRow, [row for v in part for row in _evidence_rows(v)])
        upsert(connection, FactRow, [row for v in part for row in _fact_rows(v)])
        due(connection, [v.post for v in part])


def _clear(connection: Connection, verdicts: Sequence[Verdict]) -> None:
    """Takes evidence and facts away from those of `verdicts` that were saved before."""
    for model in {v.model for v in verdicts}:
        given = {(v.post, v.version) for v in verdicts if v.model == model}
        saved = connection.execute(
            select(VerdictRow.post, VerdictRow.version).where(
                VerdictRow.model == model, VerdictRow.post.in_([post for post, _ in given])
            )
        )
        for post, version in given & {(post, version) for post, version in saved}:
            for child in (EvidenceRow, FactRow):
                connection.execute(
                    delete(child).where(
                        child.post == post, child.version == version, child.model == model
                    )
                )


_CHANGING = (
    "day",
    "report_probability",
    "causes",
    "likely_cause",
    "decision",
    "step",
    "abstained_because",
    "judged",
    "language",
)


def _verdict_row(verdict: Verdict, day: date) -> dict[str, Any]:
    likely = verdict.causes[verdict.likely_cause] if verdict.likely_cause else 0.0
    return {
        "post": verdict.post,
        "version": verdict.version,
        "model": verdict.model,
        "day": day,
        "report_probability": verdict.report_probability,
        "causes": {cause.value: p for cause, p in verdict.causes.items()},
        "likely_cause": verdict.likely_cause,
        "decision": verdict.decision.value,
        "step": int(likely * STEPS),
        "abstained_because": verdict.abstained_because,
        "judged": verdict.judged,
        "language": verdict.language,
    }


def _evidence_rows(verdict: Verdict) -> Iterator[dict[str, Any]]:
    for number, item in enumerate(verdict.evidence):
        yield {
            "post": verdict.post,
            "version": verdict.version,
            "model": verdict.model,
            "number": number,
            "field": item.span.field,
            "start": item.span.start,
            "end": item.span.end,
            "cause": item.cause,
            "direction": item.direction,
            "cue": item.cue,
            "weight": item.weight,
        }


def _fact_rows(verdict: Verdict) -> Iterator[dict[str, Any]]:
    for number, fact in enumerate(verdict.facts):
        yield {
            "post": verdict.post,
            "version": verdict.version,
            "model": verdict.model,
            "number": number,
            "name": fact.name,
            "value": fact.value[:120],
            "field": fact.span.field if fact.span else None,
            "start": fact.span.start if fact.span else None,
            "end": fact.span.end if fact.span else None,
        }
