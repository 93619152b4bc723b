"""What people decide about posts: saved, taken back, read.

A review takes the place of the model's verdict in lists, exports and displayed counts at once
(`db.queries.conditions`, `db.tally.reviewed`). Nothing is ever altered but whether it still counts,
and a note goes with the words of a deleted post.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, select, update

from db.changes import log
from db.tables import PostRow, ReviewRow
from domain.causes import REPORT_DECISIONS, STUDIED, Cause, Decision
from domain.errors import InputError, Outdated
from domain.nouns import PostState, Review

# The stream of a decision between reviewers who differ. It is a decision of its own: it takes no
# review's place, not even one by the same person, and counts before whatever is reviewed later.
ADJUDICATION = "adjudication"

_adjudicated = func.max(case((ReviewRow.stream == ADJUDICATION, ReviewRow.number), else_=None))
# The number of the review that counts, by post and version: the latest adjudication, else the
# latest review, of those that no later one of their reviewer replaced.
counting = (
    select(
        ReviewRow.post,
        ReviewRow.version,
        func.coalesce(_adjudicated, func.max(ReviewRow.number)).label("number"),
    )
    .where(ReviewRow.replaced.is_(False))
    .group_by(ReviewRow.post, ReviewRow.version)
    .subquery("counting_review")
)

LONGEST_NAME = 120
LONGEST_NOTE = 4_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Filed:
    """A review as it is kept. `replaced`: a later one of the same reviewer took its place."""

    number: int
    replaced: bool
    review: Review


def save_review(connection: Connection, review: Review) -> int:
    """Saves a decision and gives its number; an earlier one of this reviewer counts no more.

    Adjudications replace adjudications, reviews replace reviews.
    Raises `Outdated` where the post has changed since the reviewer saw `review.version` of it, and
    `InputError` for a post that we don't hold or a decision that contradicts itself.
    """
    check(review)
    _lock(connection, review)
    alike = _alike(review)
    earlier = _latest(connection, alike)
    if earlier is not None:
        connection.execute(update(ReviewRow).where(*alike).values(replaced=True))
    row = _row(review)
    number = connection.execute(insert(ReviewRow).returning(ReviewRow.number), row).scalar_one()
    log(
        connection,
        "review",
        review.post,
        "reviewed",
        before=_told(earlier) if earlier else None,
        after=_told(review),
        now=review.decided_at,
    )
    return number


def take_back(connection: Connection, post: str, reviewer: str, now: datetime) -> bool:
    """The reviewer's decisions about the post count no more; tells whether there were any.

    They stay readable as replaced, and the model's verdict is shown again.
    """
    mine = (
        ReviewRow.post == post,
        ReviewRow.reviewer == reviewer,
        ReviewRow.replaced.is_(False),
    )
    counting = [_review(row) for row in connection.execute(select(ReviewRow).where(*mine))]
    for review in counting:
        log(connection, "review", post, "taken back", before=_told(review), now=now)
    connection.execute(update(ReviewRow).where(*mine).values(replaced=True))
    return bool(counting)


def forget_notes(connection: Connection, posts: Sequence[str]) -> None:
    """Takes away what reviewers noted of these posts: a note may quote. Decisions stay."""
    mine = (ReviewRow.post.in_(posts), ReviewRow.note != "")
    connection.execute(update(ReviewRow).where(*mine).values(note=""))


def reviews_of(connection: Connection, post: str) -> list[Filed]:
    """Every review of the post, the earliest first."""
    rows = connection.execute(
        select(ReviewRow).where(ReviewRow.post == post).order_by(ReviewRow.number)
    )
    return [Filed(number=r.number, replaced=r.replaced, review=_review(r)) for r in rows]


def check(review: Review) -> None:
    """Raises `InputError` for a decision that contradicts itself, or that nobody made."""
    if not review.reviewer.strip() or len(review.reviewer) > LONGEST_NAME:
        raise InputError(
            f"A reviewer's name has 1 to {LONGEST_NAME} characters.", "Name yourself with --as."
        )
    if len(review.note) > LONGEST_NOTE:
        raise InputError(f"A note has at most {LONGEST_NOTE:,} characters.", "Shorten it.")
    if review.secondary is None:
        return
    if review.secondary not in STUDIED:
        raise InputError(
            f"A second cause can't be {review.secondary.value}.",
            f"It is one of {', '.join(STUDIED)}.",
        )
    if review.decision.value == review.secondary.value:
        raise InputError(f"{review.decision.value} is named twice.", "Leave the second cause out.")
    if review.decision not in _WITH_A_CAUSE:
        raise InputError(
            f"{review.decision.value} has no second cause: it has no first.", "Leave it out."
        )


_WITH_A_CAUSE = frozenset(REPORT_DECISIONS) - {Decision.UNDETERMINED}


def _lock(connection: Connection, review: Review) -> None:
    """Holds the post until the transaction ends, so that no edit and no review comes between."""
    query = select(PostRow.version, PostRow.state).where(PostRow.key == review.post)
    post = connection.execute(query.with_for_update()).one_or_none()
    if post is None:
        raise InputError(f"There is no post {review.post}.", "Name it by its key or its address.")
    if post.state == PostState.DELETED.value:
        raise Outdated(f"The post {review.post} was deleted.", "Nothing was saved.")
    if post.version != review.version:
        raise Outdated(
            f"The post {review.post} was edited: version {post.version} is the current one, "
            f"you saw {review.version}.",
            "Read it again, then decide.",
        )


def counting_of(connection: Connection, post: str, version: int, reviewer: str) -> Review | None:
    """What this reviewer decided last about this version and didn't take back; no adjudication."""
    return _latest(connection, _of(post, version, reviewer, adjudication=False))


def _alike(review: Review) -> tuple[ColumnElement[bool], ...]:
    """What `review` takes the place of."""
    between = review.stream == ADJUDICATION
    return _of(review.post, review.version, review.reviewer, adjudication=between)


def _of(
    post: str, version: int, reviewer: str, *, adjudication: bool
) -> tuple[ColumnElement[bool], ...]:
    between = ReviewRow.stream == ADJUDICATION
    return (
        ReviewRow.post == post,
        ReviewRow.version == version,
        ReviewRow.reviewer == reviewer,
        ReviewRow.replaced.is_(False),
        between if adjudication else ~between,
    )


def _latest(connection: Connection, which: tuple[ColumnElement[bool], ...]) -> Review | None:
    query = select(ReviewRow).where(*which)
    row = connection.execute(query.order_by(ReviewRow.number.desc()).limit(1)).one_or_none()
    return _review(row) if row else None


def _review(row: Any) -> Review:
    return Review(
        post=row.post,
        version=row.version,
        decision=Decision(row.decision),
        secondary=Cause(row.secondary) if row.secondary else None,
        reviewer=row.reviewer,
        blind=row.blind,
        stream=row.stream,
        note=row.note,
        decided_at=row.decided_at,
    )


def _row(review: Review) -> dict[str, Any]:
    return {
        "post": review.post,
        "version": review.version,
        "decision": review.decision.value,
        "secondary": review.secondary.value if review.secondary else None,
        "reviewer": review.reviewer,
        "blind": review.blind,
        "stream": review.stream,
        "note": review.note,
        "decided_at": review.decided_at,
        "replaced": False,
    }


def _told(review: Review) -> dict[str, Any]:
    """Without the note: it may quote the post, and a line of the log can't be purged."""
    kept = ("version", "decision", "secondary", "reviewer", "blind", "stream")
    return {name: value for name, value in _row(review).items() if name in kept}
