"""How long texts are kept: as long as they are of use, and no longer than a source's terms allow.

The text of a post that tells of no failure goes some time after it was collected (a history that is
imported today isn't old because its posts are); what was judged stays: hash, products, language,
verdict and score, and so do all counts. It stays longer where a person is still to look at it
(drawn for a sample, not reviewed yet), where a review calls it a report, and while no model has
judged it. Texts that the terms don't allow to be stored go as soon as they are judged, reports too;
then only offsets tell where the evidence stood.

A post that is fetched again unchanged is known by its hash and brings no text back; an edited one
is a new version, which is judged anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Exists,
    Select,
    delete,
    exists,
    or_,
    select,
    update,
)

from db import erase
from db.changes import log_each
from db.engine import read, write
from db.judges import Judges, judges
from db.quotes import LABELS
from db.tables import (
    AddressRow,
    FactRow,
    IncidentMember,
    PlaceRow,
    PostRow,
    PostText,
    ReviewRow,
    SampleRow,
    ThreadRow,
    VerdictRow,
)
from domain.causes import Decision

RETENTION = "retention"  # why a text was purged: it tells of no failure, and its time is over
TERMS = "terms"  # or: the source's terms don't allow it to be stored
BATCH = 500  # posts purged in one transaction
FOUND = 50_000  # keys held in memory at once


@dataclass(frozen=True, kw_only=True, slots=True)
class Keep:
    """How many days texts are kept that are no reports: by source, and of all other sources."""

    days: Mapping[str, int]
    otherwise: int


@dataclass(frozen=True, slots=True)
class _Rule:
    """Which places' texts go: of posts collected before a moment, or all once they are judged."""

    places: tuple[str, ...]
    before: datetime | None

    @property
    def because(self) -> str:
        return RETENTION if self.before else TERMS


def expire(engine: Engine, keep: Keep, now: datetime) -> int:
    """Purges every text whose time is over; gives how many posts' that were.

    In short transactions: killed anywhere, the next run goes on. Call under the run lock.
    """
    with read(engine) as connection:
        shown = judges(connection)
        rules = _rules(connection, keep, now)
    if shown is None:
        return 0  # nothing is judged yet
    return sum(_expire(engine, rule, shown, now) for rule in rules)


def drop_judged(connection: Connection, keys: Sequence[str], now: datetime) -> None:
    """Purges those of `keys`, judged just now, whose place doesn't allow texts to be stored.

    Call in the transaction that saves the verdicts.
    """
    place = (PlaceRow.name == PostRow.place) & PlaceRow.store_text.is_(False)
    forbidden = select(PostRow.key).join(PlaceRow, place).where(PostRow.key.in_(keys))
    _purge(connection, connection.scalars(forbidden).all(), TERMS, now)


def _rules(connection: Connection, keep: Keep, now: datetime) -> list[_Rule]:
    """Places whose texts go at the same time, together."""
    alike: dict[datetime | None, list[str]] = {}
    for place in connection.execute(select(PlaceRow).order_by(PlaceRow.name)):
        before = None
        if place.store_text:
            days = keep.days.get(place.source, keep.otherwise)
            days = days if place.keep_days is None else min(days, place.keep_days)
            before = now - timedelta(days=days)
        alike.setdefault(before, []).append(place.name)
    return [_Rule(tuple(places), before) for before, places in alike.items()]


def _expire(engine: Engine, rule: _Rule, shown: Judges, now: datetime) -> int:
    over = _over(rule, shown)
    purged, more = 0, True
    while more:
        with read(engine) as connection:
            # In no order: the index of days then passes over all that is younger.
            found = connection.scalars(over.limit(FOUND)).all()
        more = len(found) == FOUND
        for start in range(0, len(found), BATCH):
            with write(engine) as connection:
                # Asked again: a person may have reviewed one of them since.
                part = over.where(PostRow.key.in_(found[start : start + BATCH]))
                keys = connection.scalars(part).all()
                _purge(connection, keys, rule.because, now)
            purged += len(keys)
    return purged


def _over(rule: _Rule, shown: Judges) -> Select[str]:
    """SELECT the keys of the posts whose texts go by this rule."""
    text = (PostText.post == PostRow.key) & (PostText.version == PostRow.version)
    query = (
        select(PostRow.key)
        .join(PostText, text)
        .where(PostRow.place.in_(rule.places), PostText.text.is_not(None))
    )
    verdict = exists().where(VerdictRow.post == PostRow.key, VerdictRow.version == PostRow.version)
    if rule.before is None:
        return query.where(verdict)
    return query.where(
        PostRow.day <= rule.before.date(),  # none was collected before it was written
        PostRow.first_seen_at < rule.before,
        _no_report(verdict, shown),
        *_of_no_more_use(shown),
    )


def _no_report(verdict: Exists, shown: Judges) -> ColumnElement[bool]:
    """The model of its day takes the post for no report, or refused to judge it.

    A post that came too late for that model has no verdict but the current model's.
    """
    by_its_day = shown.cover(VerdictRow.model, VerdictRow.day)
    none = or_(VerdictRow.decision == Decision.NOT_A_REPORT.value, VerdictRow.judged.is_(False))
    if len(shown.spans) == 1:
        return verdict.where(by_its_day, none)
    late = ~verdict.where(by_its_day) & verdict.where(VerdictRow.model == shown.current, none)
    return or_(verdict.where(by_its_day, none), late)


def _of_no_more_use(shown: Judges) -> list[ColumnElement[bool]]:
    """Nobody calls the post a report or is still to look at it, and no incident holds it."""
    reviewed = exists().where(ReviewRow.post == PostRow.key, ReviewRow.replaced.is_(False))
    drawn = exists().where(SampleRow.post == PostRow.key)
    member = exists().where(
        IncidentMember.post == PostRow.key, IncidentMember.model == shown.current
    )
    return [
        ~reviewed.where(ReviewRow.decision != Decision.NOT_A_REPORT.value),
        or_(~drawn, reviewed),
        ~member,
    ]


def _purge(connection: Connection, keys: Collection[str], because: str, now: datetime) -> None:
    if not keys:
        return
    connection.execute(
        update(PostText)
        .where(
            PostText.post.in_(keys), or_(PostText.title.is_not(None), PostText.text.is_not(None))
        )
        .values(title=None, text=None, purged_at=now, purged_because=because)
    )
    log_each(connection, "post", "purged", {key: {"reason": because} for key in keys}, now)
    connection.execute(delete(FactRow).where(FactRow.post.in_(keys), FactRow.name.not_in(LABELS)))
    threads = select(PostRow.thread).where(PostRow.key.in_(keys))
    held = (
        exists()
        .where(PostRow.thread == ThreadRow.key, PostText.post == PostRow.key)
        .where(or_(PostText.title.is_not(None), PostText.text.is_not(None)))
    )
    connection.execute(
        update(ThreadRow)
        .where(ThreadRow.key.in_(threads), ThreadRow.title != "", ~held)
        .values(title="")
    )
    if because == RETENTION:
        _drop_addresses(connection, keys)
    erase.note(connection)


def _drop_addresses(connection: Connection, keys: Collection[str]) -> None:
    """A post without a text needs no address, unless its thread is still read by it."""
    reply = PostRow.parent.is_not(None)
    silent = exists().where(ThreadRow.key == PostRow.thread, ThreadRow.due_at.is_(None))
    needless = select(PostRow.key).where(PostRow.key.in_(keys), or_(reply, silent))
    connection.execute(delete(AddressRow).where(AddressRow.post.in_(needless)))
