"""The kinds of exports: the columns of each and where its rows come from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine

from db.cells import Cell
from db.columns import DAILY, INCIDENTS, REPORTS, Column, DayRecord, GroupRecord, ReportRecord
from db.effect_columns import EFFECTS, EffectRecord
from db.engine import holds_demonstration, read
from db.judges import Judges
from db.queries import attached
from db.queries.daily import iterate_daily, refuse_others
from db.queries.effects import effects
from db.queries.incidents import iterate_incidents
from db.queries.outcomes import outcomes_of
from db.queries.releases import releases
from db.queries.reports import BATCH, Listed, iterate_reports
from db.quotes import LABELS
from db.review_columns import REVIEW, ToReview
from domain.causes import Cause
from domain.filter import Filter

Row = list[Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A kind of export: its columns, where its records come from, and what tells a row apart."""

    columns: tuple[Column[Any], ...]
    records: Any  # (connection, filter, judges, data) -> iterator of records
    key: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        """The heads of the columns."""
        return [column.name for column in self.columns]

    @property
    def stay(self) -> list[str]:
        """The columns that no withdrawal of a text changes."""
        return [column.name for column in self.columns if not column.goes]


def batches(
    engine: Engine,
    what: str,
    wanted: Filter,
    judges: Judges,
    *,
    with_links: bool = True,
    counts: Counter[str] | None = None,
) -> Iterator[list[Row]]:
    """The rows of a sheet, a batch at a time; the first batch is given even if it is empty.

    `counts` is filled with the number of rows, and of reports by decision, on the way.
    """
    sheet = SHEETS[what]
    data = "demonstration" if holds_demonstration(engine) else "real"
    tally = Counter[str]() if counts is None else counts
    with read(engine) as connection:
        records = sheet.records(connection, wanted, judges, data)
        batch = list(islice(records, BATCH))
        while True:
            shown = batch if with_links else [_without_link(record) for record in batch]
            tally["rows"] += len(batch)
            tally.update(r.report.decision.value for r in batch if isinstance(r, ReportRecord))
            yield [[column.value(record) for column in sheet.columns] for record in shown]
            batch = list(islice(records, BATCH))
            if not batch:
                return


def _without_link(record: Any) -> Any:
    match record:
        case ReportRecord():
            return replace(record, report=replace(record.report, address=None))
        case GroupRecord():
            return replace(record, group=replace(record.group, url=None))
        case _:
            return record


def _reports(
    connection: Connection, wanted: Filter, judges: Judges, data: str
) -> Iterator[ReportRecord]:
    rows = map(_exported, iterate_reports(connection, wanted, judges))
    while batch := list(islice(rows, BATCH)):
        yield from _with_evidence(connection, batch, judges, data)


def _exported(report: Listed) -> Listed:
    """`report`, without its words where the terms of its place don't let them out."""
    if report.export_text:
        return report
    return replace(report, title=None, text=None, thread_title="")


def _with_evidence(
    connection: Connection, batch: Sequence[Listed], judges: Judges, data: str
) -> Iterator[ReportRecord]:
    keys = [report.key for report in batch]
    evidence = attached.evidence_of(connection, keys, judges)
    facts = attached.facts_of(connection, keys, judges)
    ended = outcomes_of(connection, keys, judges)
    for report in batch:
        yield ReportRecord(
            report=report,
            evidence=evidence.get(report.key, ()),
            data=data,
            facts=tuple(
                fact
                for fact in facts.get(report.key, ())
                if report.export_text or fact.name in LABELS  # others are the author's words
            ),
            ended=ended.get(report.key),
        )


def _review(
    connection: Connection, wanted: Filter, judges: Judges, data: str
) -> Iterator[ToReview]:
    for report in iterate_reports(connection, wanted, judges):
        yield ToReview(report=_exported(report), data=data)


def _incidents(
    connection: Connection, wanted: Filter, judges: Judges, data: str
) -> Iterator[GroupRecord]:
    for group in iterate_incidents(connection, wanted, judges):
        yield GroupRecord(group=group, data=data)


def _daily(
    connection: Connection, wanted: Filter, judges: Judges, data: str
) -> Iterator[DayRecord]:
    for day in iterate_daily(connection, wanted, judges):
        yield DayRecord(day=day, data=data)


# What effects can be narrowed by.
_EFFECTS_BY = ("first_day", "last_day", "products", "causes")


def _effects(
    connection: Connection, wanted: Filter, judges: Judges, data: str
) -> Iterator[EffectRecord]:
    """As the pages have them: the latest release first, causes in their order."""
    refuse_others(wanted, _EFFECTS_BY, "Effects of releases")
    found = effects(
        connection,
        judges,
        products=wanted.products,
        causes=[cause.value for cause in wanted.causes],
        first=wanted.first_day,
        last=wanted.last_day,
    )
    known = {one.id: one for one in releases(connection, retired=True)}
    causes = [cause.value for cause in Cause]
    for shown in sorted(
        found,
        key=lambda s: (
            -s.effect.day.toordinal(),
            s.effect.product,
            s.effect.cluster,
            causes.index(s.effect.cause),
        ),
    ):
        yield EffectRecord(shown=shown, release=known.get(shown.effect.cluster), data=data)


SHEETS: dict[str, Sheet] = {
    "reports": Sheet(REPORTS, _reports, ("post",)),
    "incidents": Sheet(INCIDENTS, _incidents, ("incident",)),
    "daily": Sheet(DAILY, _daily, ("day", "place", "product", "decision")),
    "review": Sheet(REVIEW, _review, ("post",)),
    "effects": Sheet(EFFECTS, _effects, ("release", "product", "cause")),
}
