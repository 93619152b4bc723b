"""Which reports match, newest first: counted, one page of them, or all of them in a stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from db.judges import Judges
from db.queries import attached, conditions
from db.tables import PlaceRow, PostRow, PostText, ReviewRow, ThreadRow, VerdictRow
from domain.causes import Abstention, Cause, Decision
from domain.errors import InputError
from domain.filter import Filter
from domain.nouns import Address, PostState

BATCH = 500  # rows held at once while streaming


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One report as lists and exports show it. `title` and `text` are None once purged."""

    key: str
    version: int
    day: date
    written_at: datetime
    source: str
    place: str
    kind: str
    state: PostState
    thread: str
    thread_title: str
    title: str | None
    text: str | None
    products: tuple[str, ...]
    language: str
    decision: Decision  # the reviewer's where there is one
    model_decision: Decision
    model: str
    likely_cause: Cause | None
    abstained_because: Abstention | None
    report_probability: float
    causes: dict[Cause, float]
    reviewer: str | None
    triage: str
    incident: str | None
    address: Address | None
    export_text: bool  # whether the terms of its place allow it
    purged_because: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a page of the list ended; the next page begins after it."""

    written_at: datetime
    key: str

    def __str__(self) -> str:
        return f"{self.written_at.isoformat()}~{self.key}"

    @classmethod
    def read(cls, text: str) -> Mark:
        """Reads what `str` wrote; raises `InputError` for anything else."""
        moment, _, key = text.partition("~")
        try:
            at = datetime.fromisoformat(moment)
        except ValueError as error:
            raise InputError("The page mark in the address can't be read.", "Clear it.") from error
        if at.tzinfo is None or not key:
            raise InputError("The page mark in the address can't be read.", "Clear it.")
        return cls(at, key)


def count_reports(connection: Connection, filter: Filter, judges: Judges) -> int:  # noqa: A002 - the noun
    """How many reports match."""
    return connection.execute(conditions.reports(filter, judges, func.count())).scalar_one()  # type: ignore[no-any-return]  # a count


def list_reports(
    connection: Connection,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    *,
    limit: int,
    after: Mark | None = None,
) -> list[Listed]:
    """At most `limit` reports, newest first, those after `after` in that order."""
    query = conditions.reports(filter, judges, *_COLUMNS, texts=True)
    if after is not None:
        earlier = and_(PostRow.written_at == after.written_at, PostRow.key < after.key)
        query = query.where(or_(PostRow.written_at < after.written_at, earlier))
        query = query.where(VerdictRow.day <= after.written_at.date())  # lets the index begin there
    newest_first = (VerdictRow.day.desc(), PostRow.written_at.desc(), PostRow.key.desc())
    rows = connection.execute(query.order_by(*newest_first).limit(limit)).all()
    return _listed(connection, rows, judges)


def iterate_reports(
    connection: Connection,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
) -> Iterator[Listed]:
    """Every report that matches, newest first, a batch in memory at a time.

    All batches see one state of the database if `connection` is of `db.engine.read`.
    """
    after: Mark | None = None
    while page := list_reports(connection, filter, judges, limit=BATCH, after=after):
        yield from page
        after = Mark(page[-1].written_at, page[-1].key)


_COLUMNS = (
    PostRow.key,
    PostRow.version,
    VerdictRow.day,
    PostRow.written_at,
    PlaceRow.source,
    PostRow.place,
    PostRow.kind,
    PostRow.state,
    PostRow.thread,
    ThreadRow.title.label("thread_title"),
    PostText.title,
    PostText.text,
    PostText.purged_because,
    PlaceRow.export_text,
    VerdictRow.language,
    conditions.decision.label("decision"),
    VerdictRow.decision.label("model_decision"),
    VerdictRow.model,
    VerdictRow.likely_cause,
    conditions.abstention.label("abstained_because"),
    VerdictRow.report_probability,
    VerdictRow.causes,
    ReviewRow.reviewer,
    conditions.triage.label("triage"),
)


def _listed(connection: Connection, rows: Sequence[Row[Any]], judges: Judges) -> list[Listed]:
    keys = [row.key for row in rows]
    if not keys:
        return []
    products = attached.products_of(connection, keys)
    addresses = attached.addresses_of(connection, keys)
    incidents = attached.incidents_of(connection, keys, judges)
    return [
        _one(row, products.get(row.key, ()), addresses.get(row.key), incidents.get(row.key))
        for row in rows
    ]


def _one(
    row: Row[Any], products: tuple[str, ...], address: Address | None, incident: str | None
) -> Listed:
    told = row._asdict()
    reason = told["abstained_because"]
    likely = told["likely_cause"]
    told |= {
        "state": PostState(told["state"]),
        "decision": Decision(told["decision"]),
        "model_decision": Decision(told["model_decision"]),
        "likely_cause": Cause(likely) if likely else None,
        "abstained_because": Abstention(reason) if reason else None,
        "causes": probabilities(told["causes"]),
    }
    return Listed(**told, products=products, address=address, incident=incident)


def probabilities(stored: dict[str, Any]) -> dict[Cause, float]:
    """The stored probabilities of one verdict, in the causes' own order."""
    return {cause: float(stored.get(cause.value, 0.0)) for cause in Cause}


def newest_day(connection: Connection, judges: Judges) -> date | None:
    """The last day on which anything was judged."""
    shown = judges.cover(VerdictRow.model, VerdictRow.day)
    return connection.scalar(select(func.max(VerdictRow.day)).where(shown))
