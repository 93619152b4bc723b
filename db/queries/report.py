"""One report with everything that is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from db.closings import closings_of
from db.judges import Judges
from db.queries import attached, context
from db.queries.announced import announced
from db.queries.incidents import Spread, spread
from db.queries.outages import Written, explanations
from db.queries.outcomes import Ended, outcomes_of
from db.queries.reports import probabilities
from db.reviews import counting
from db.tables import (
    PlaceRow,
    PostRow,
    PostText,
    ReviewRow,
    ThreadRow,
    TriageRow,
    VerdictRow,
)
from domain.causes import Abstention, Cause, Decision
from domain.closing import Closing
from domain.nouns import Address, Outage, PostState, Release, Review, Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class TextVersion:
    """One version of the text; None where it was purged, for a reason of `purged_because`."""

    version: int
    title: str | None
    text: str | None
    seen_at: datetime
    edited_at: datetime | None
    purged_at: datetime | None
    purged_because: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """`verdict` is None before the post is judged; `review` is the person's that counts."""

    key: str
    source: str
    place: str
    kind: str
    state: PostState
    written_at: datetime
    back_filled: bool
    thread: str
    thread_title: str
    version: int
    versions: tuple[TextVersion, ...]
    products: tuple[str, ...]
    verdict: Verdict | None
    too_late: bool  # the model of its day has been replaced: it is not to be judged any more
    review: Review | None
    triage: str
    address: Address | None
    parents: tuple[context.Neighbour, ...]  # the thread's first post first
    replies: tuple[context.Neighbour, ...]  # the earliest first, at most context.REPLIES_SHOWN
    replies_total: int
    outages: tuple[Outage, ...]
    incident: Spread | None
    ended: Ended | None  # by the author's last word, here or in a later post of the thread
    about: Release | None  # the announcement that its thread was opened under
    closing: Closing | None  # how its thread stands at its place; None: the source never said

    @property
    def current(self) -> TextVersion:
        """The version that was judged."""
        return next(v for v in self.versions if v.version == self.version)

    @property
    def decision(self) -> Decision | None:
        """The reviewer's where there is one, else the model's."""
        if self.review:
            return self.review.decision
        return self.verdict.decision if self.verdict else None


def report(connection: Connection, key: str, judges: Judges) -> Report | None:
    """The post `key` as the model of its day judged it, or None where we don't hold it."""
    query = (
        select(
            PostRow,
            PlaceRow.source,
            ThreadRow.title,
            ThreadRow.opened_at,
            TriageRow.state.label("triage"),
        )
        .join(PlaceRow, PlaceRow.name == PostRow.place)
        .join(ThreadRow, ThreadRow.key == PostRow.thread)
        .outerjoin(TriageRow, TriageRow.post == PostRow.key)
        .where(PostRow.key == key)
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    products = attached.products_of(connection, [key]).get(key, ())
    verdict = _verdict(connection, key, row.version, row.day, judges)
    answers, answers_total = context.replies(connection, key, row.author, judges)
    return Report(
        key=key,
        source=row.source,
        place=row.place,
        kind=row.kind,
        state=PostState(row.state),
        written_at=row.written_at,
        back_filled=row.back_filled,
        thread=row.thread,
        thread_title=row.title,
        version=row.version,
        versions=_versions(connection, key),
        products=products,
        verdict=verdict,
        too_late=verdict is None and judges.of_day(row.day) != judges.current,
        review=_review(connection, key, row.version),
        triage=row.triage or "new",
        address=attached.addresses_of(connection, [key]).get(key),
        parents=context.parents(connection, row.parent, row.author, judges),
        replies=answers,
        replies_total=answers_total,
        outages=_outages(connection, key, products, row.written_at),
        incident=_spread(connection, key, judges),
        ended=outcomes_of(connection, [key], judges).get(key),
        about=announced(connection, row.title, row.opened_at),
        closing=closings_of(connection, [row.thread]).get(row.thread),
    )


def _versions(connection: Connection, key: str) -> tuple[TextVersion, ...]:
    query = select(PostText).where(PostText.post == key).order_by(PostText.version)
    return tuple(
        TextVersion(
            version=row.version,
            title=row.title,
            text=row.text,
            seen_at=row.seen_at,
            edited_at=row.edited_at,
            purged_at=row.purged_at,
            purged_because=row.purged_because,
        )
        for row in connection.execute(query)
    )


def _verdict(
    connection: Connection, key: str, version: int, day: date, judges: Judges
) -> Verdict | None:
    model = judges.of_day(day)
    mine = (VerdictRow.post == key, VerdictRow.version == version, VerdictRow.model == model)
    row = connection.execute(select(VerdictRow).where(*mine)).one_or_none()
    if row is None:
        return None
    return Verdict(
        post=key,
        version=version,
        model=model,
        report_probability=row.report_probability,
        causes=probabilities(row.causes),
        likely_cause=Cause(row.likely_cause) if row.likely_cause else None,
        decision=Decision(row.decision),
        abstained_because=Abstention(row.abstained_because) if row.abstained_because else None,
        language=row.language,
        evidence=attached.evidence_of(connection, [key], judges).get(key, ()),
        facts=attached.facts_of(connection, [key], judges).get(key, ()),
    )


def _review(connection: Connection, key: str, version: int) -> Review | None:
    mine = (counting.c.post == key, counting.c.version == version)
    query = select(ReviewRow).join(counting, counting.c.number == ReviewRow.number).where(*mine)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Review(
        post=key,
        version=version,
        decision=Decision(row.decision),
        secondary=Cause(row.secondary) if row.secondary else None,
        reviewer=row.reviewer,
        blind=row.blind,
        stream=row.stream,
        note=row.note,
        decided_at=row.decided_at,
    )


def _outages(
    connection: Connection, key: str, products: tuple[str, ...], moment: datetime
) -> tuple[Outage, ...]:
    """Outages of these products, or of their vendors as a whole, at that time."""
    written = [Written(group=key, products=products, at=moment)]
    return tuple(found.outage for found in explanations(connection, written).get(key, ()))


def _spread(connection: Connection, key: str, judges: Judges) -> Spread | None:
    incident = attached.incidents_of(connection, [key], judges).get(key)
    return None if incident is None else spread(connection, incident, judges)
