"""Which model's verdicts are shown on which days.

A day is shown as one model judged it, never as two did. Another model takes over only days that it
can judge whole: those of which every text is still held, or was judged by it before. Posts that
were deleted are excepted, since deletions are everyday: no later model can read them, so they are
in no count of its days, in the numerators as little as in the denominators; what was shown of them
before is kept in `published`. Days up to the last one with a text that is no longer kept stay with
the models that judged them. Days before anything was shown are the new model's, so that a history
that is imported later is not lost.

Nearly always one model has all days, and conditions are as short as for one model.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute

from db.changes import log
from db.tables import Meta, ModelRow, ModelSpan, PostRow, PostText, SeriesEvent, VerdictRow
from db.upsert import upsert
from domain.nouns import PostState

COUNTED = "series_counted"  # of `Meta`: what the kept counts stand for; the triggers look for it
CLASSIFIER_CHANGED = "classifier"
EVERYWHERE = "*"  # the place of an event that concerns all places
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From this day on, up to the next span, the verdicts of `model` are shown."""

    first: date
    model: str


@dataclass(frozen=True, slots=True)
class Judges:
    """The models that are shown, by day: spans in order, the first from the beginning of time."""

    spans: tuple[Span, ...]

    @classmethod
    def only(cls, model: str) -> Judges:
        """One model for all days."""
        return cls((Span(date.min, model),))

    @property
    def current(self) -> str:
        """The model that judges what is written today."""
        return self.spans[-1].model

    def of_day(self, day: date) -> str:
        """The model that is shown on `day`."""
        return next(span.model for span in reversed(self.spans) if span.first <= day)

    def cover(
        self, model: InstrumentedAttribute[str], day: InstrumentedAttribute[date]
    ) -> ColumnElement[bool]:
        """The condition that a row of `model` is the one to show on its `day`."""
        if len(self.spans) == 1:
            return model == self.current
        # Not OR over spans: SQLite would gather the rows of each through an index, one by one.
        later = [(day >= span.first, span.model) for span in reversed(self.spans[1:])]
        return model == case(*later, else_=self.spans[0].model)

    def of_others(self, day: InstrumentedAttribute[date]) -> ColumnElement[bool] | None:
        """The condition that a day is not the current model's; None where all are."""
        others = [
            and_(day >= span.first, day < after.first)
            for span, after in pairwise(self.spans)
            if span.model != self.current
        ]
        return or_(*others) if others else None

    def to_json(self) -> list[list[str]]:
        """[[first day, model], ...]; the first day of all is empty."""
        return [["" if s.first == date.min else str(s.first), s.model] for s in self.spans]


def judges(connection: Connection) -> Judges | None:
    """The models that are shown, or None before the first judging."""
    query = select(ModelSpan.first_day, ModelSpan.model).order_by(ModelSpan.first_day)
    spans = tuple(Span(first, model) for first, model in connection.execute(query))
    return Judges(spans) if spans else None


def planned(connection: Connection, model: str) -> Judges:
    """The models that are shown once `model` has judged all days that it can judge whole."""
    before = judges(connection)
    if before is None or before.current == model:
        return before or Judges.only(model)
    last = _last_day_lost(connection, model)
    shown = VerdictRow
    first = connection.scalar(
        select(func.min(shown.day)).where(before.cover(shown.model, shown.day))
    )
    if last is None or first is None or last < first:
        return Judges.only(model)
    kept = [s for s in before.spans if s.first <= last]
    begun = [n for n, s in enumerate(kept) if s.first <= first]
    kept = [Span(max(s.first, first), s.model) for s in kept[begun[-1] :]]
    return Judges(_joined([Span(date.min, model), *kept, Span(last + _DAY, model)]))


def _last_day_lost(connection: Connection, model: str) -> date | None:
    """The last day with a post that `model` can't judge: its text is gone, though not deleted."""
    judged = exists().where(
        VerdictRow.post == PostRow.key,
        VerdictRow.version == PostRow.version,
        VerdictRow.model == model,
    )
    return connection.scalar(
        select(func.max(PostRow.day))
        .join(PostText, (PostText.post == PostRow.key) & (PostText.version == PostRow.version))
        .where(PostRow.state != PostState.DELETED.value, PostText.text.is_(None), ~judged)
    )


def _joined(spans: list[Span]) -> tuple[Span, ...]:
    """Neighbours of one model made one."""
    made = spans[:1]
    made += (after for before, after in pairwise(spans) if after.model != before.model)
    return tuple(made)


def know(connection: Connection, model: str, card: dict[str, Any], now: datetime) -> None:
    """Notes a model, so that its verdicts can be saved; what is shown stays."""
    upsert(connection, ModelRow, [{"id": model, "first_used_at": now, "card": card}])


def show(connection: Connection, wanted: Judges, now: datetime) -> None:
    """From now on `wanted` is shown; each border between two models is a classifier change."""
    before = judges(connection)
    if before == wanted:
        return
    # What is noted from here on is as these models have it, not as the counts have it.
    connection.execute(delete(Meta).where(Meta.name == COUNTED))
    connection.execute(delete(ModelSpan))
    rows = [{"first_day": span.first, "model": span.model} for span in wanted.spans]
    connection.execute(insert(ModelSpan), rows)
    connection.execute(delete(SeriesEvent).where(SeriesEvent.kind == CLASSIFIER_CHANGED))
    borders = [
        {
            "place": EVERYWHERE,
            "kind": CLASSIFIER_CHANGED,
            "day": new.first,
            "detail": f"from {old.model} to {new.model}",
        }
        for old, new in pairwise(wanted.spans)
    ]
    if borders:
        connection.execute(insert(SeriesEvent), borders)
    log(
        connection,
        "model",
        wanted.current,
        "shown",
        before={"spans": before.to_json()} if before else {},
        after={"spans": wanted.to_json()},
        now=now,
    )
