"""The columns of the sheet for reviewers: what they need to decide, nothing of what the model says.

The columns that they fill in are those of the sheet of reports, so both come back the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from db.columns import REPORTS, Column
from db.queries.reports import Listed

_SHARED: dict[str, Column[Any]] = {column.name: column for column in REPORTS}
_FIRST = ("data", "post", "version", "source", "place", "kind", "written_at")
_WORDS = ("thread_title", "title", "text")
_FILLED_IN = ("review_decision", "review_secondary", "reviewer", "review_note")


@dataclass(frozen=True, kw_only=True, slots=True)
class ToReview:
    """A post for people to judge."""

    report: Listed
    data: str


def _withheld(record: ToReview) -> str | None:
    if not record.report.export_text:
        return f"The terms of {record.report.source} don't allow its texts to be passed on."
    if record.report.text is None:
        return f"No longer held: {record.report.purged_because or 'its time is over'}."
    return None


def _as_reported(name: str) -> Column[ToReview]:
    """A column of the reports whose value needs nothing but `report` and `data`."""
    shared = _SHARED[name]
    return Column(name, shared.holds, shared.value, goes=shared.goes)


REVIEW: tuple[Column[ToReview], ...] = (
    *map(_as_reported, (*_FIRST, *_WORDS)),
    Column("text_withheld", "Why there is no text; else empty.", _withheld, goes=True),
    *map(_as_reported, _FILLED_IN),
)
