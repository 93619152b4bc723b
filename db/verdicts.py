"""Saving what a model says, and finding what it hasn't judged yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, exists, func, select, update

from db.engine import read
from db.tables import (
    EvidenceRow,
    FactRow,
    ModelRow,
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
    """A current text that a model has no verdict on."""

    post: str
    version: int
    kind: str
    source: str
    place: str
    title: str
    text: str
    thread_title: str
    day: date
    products: tuple[str, ...]


def use_model(connection: Connection, model: str, card: dict[str, Any], now: datetime) -> None:
    """Makes `model` the current one; verdicts of others stay beside its own."""
    upsert(
        connection,
        ModelRow,
        [{"id": model, "current": False, "first_used_at": now, "card": card}],
    )
    connection.execute(update(ModelRow).values(current=ModelRow.id == model))


def current_model(connection: Connection) -> str | None:
    """The id of the model whose verdicts are shown, or None before the first judging."""
    return connection.scalar(select(ModelRow.id).where(ModelRow.current))


def count_unjudged(connection: Connection, model: str) -> int:
    """How many current texts this model hasn't judged."""
    return connection.scalar(select(func.count()).select_from(PostRow).where(*_waiting(model))) or 0


def unjudged(engine: Engine, model: str, batch: int = 500) -> Iterator[list[Unjudged]]:
    """Current texts without a verdict of `model`, in batches by key.

    Each batch is a transaction of its own, so verdicts can be saved in between.
    """
    after = ""
    while True:
        with read(engine) as connection:
            found = _batch(connection, model, after, batch)
        if not found:
            return
        yield found
        after = found[-1].post


def _waiting(model: str) -> tuple[Any, ...]:
    """The conditions under which a post waits for `model`."""
    judged = exists().where(
        VerdictRow.post == PostRow.key,
        VerdictRow.version == PostRow.version,
        VerdictRow.model == model,
    )
    return PostRow.state != PostState.DELETED.value, ~judged


def _batch(connection: Connection, model: str, after: str, size: int) -> list[Unjudged]:
    rows = connection.execute(
        select(
            PostRow.key,
            PostRow.version,
            PostRow.kind,
            PlaceRow.source,
            PostRow.place,
            PostText.title,
            PostText.text,
            ThreadRow.title,
            PostRow.day,
        )
        .join(PostText, (PostText.post == PostRow.key) & (PostText.version == PostRow.version))
        .join(ThreadRow, ThreadRow.key == PostRow.thread)
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .where(PostRow.key > after, *_waiting(model))
        .order_by(PostRow.key)
        .limit(size)
    ).all()
    products = _products(connection, [row[0] for row in rows])
    return [
        Unjudged(
            post=key,
            version=version,
            kind=kind,
            source=source,
            place=place,
            title=title or "",
            text=text or "",
            thread_title=thread_title,
            day=day,
            products=products.get(key, ()),
        )
        for key, version, kind, source, place, title, text, thread_title, day in rows
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

    `days` gives each post's UTC day, by key.
    """
    for part in slices(verdicts):
        _clear(connection, part)
        rows = [_verdict_row(v, days[v.post]) for v in part]
        upsert(connection, VerdictRow, rows, update=_CHANGING)
        upsert(connection, EvidenceRow, [row for v in part for row in _evidence_rows(v)])
        upsert(connection, FactRow, [row for v in part for row in _fact_rows(v)])


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
