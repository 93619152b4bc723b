"""The values that a reader can choose from, each with the number of reports behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, and_, case, func, literal

from db.judges import Judges
from db.queries import conditions
from db.queries.outcomes import last_words
from db.tables import FactRow, PlaceRow, PostProduct, PostRow, ReviewRow, VerdictRow
from domain.filter import Filter


@dataclass(frozen=True, slots=True)
class Value:
    """One choice: as a `Filter` writes it, and how many reports it would show."""

    value: str
    reports: int


# The fields of `Filter` that are chosen from lists.
FIELDS = (
    "causes",
    "products",
    "sources",
    "places",
    "languages",
    "surfaces",
    "versions",
    "symptoms",
    "safety_kinds",
    "severities",
    "plans",
    "outcomes",
    "abstentions",
    "reviews",
    "triage",
)
_FACTS = {
    "surfaces": "surface",
    "versions": "version",
    "symptoms": "symptom",
    "safety_kinds": "safety_kind",
    "severities": "severity",
    "plans": "plan",
}
_KNOWN = ("symptom", "safety_kind", "severity")  # a reader chooses among the known ones
_COLUMNS: dict[str, Any] = {
    "causes": conditions.decision,
    "sources": PlaceRow.source,
    "places": PostRow.place,
    "languages": VerdictRow.language,
    "abstentions": conditions.abstention,
    "reviews": case((ReviewRow.number.is_(None), literal("unreviewed")), else_=literal("reviewed")),
    "triage": conditions.triage,
}


def facets(connection: Connection, filter: Filter, judges: Judges) -> dict[str, list[Value]]:  # noqa: A002 - the noun
    """Field -> its values, the most frequent first, then by name.

    Each field is counted with its own condition lifted and all others kept, so a count says how
    many reports one would see after choosing that value.
    """
    alike: dict[Filter, list[str]] = {}
    for field in FIELDS:
        alike.setdefault(_lifted(filter, field), []).append(field)
    found: dict[str, Counter[str]] = {}
    for lifted, fields in alike.items():
        found |= _counted(connection, lifted, judges, fields)
    return {field: _sorted(found[field]) for field in FIELDS}


def values(connection: Connection, filter: Filter, judges: Judges, field: str) -> list[Value]:  # noqa: A002 - the noun
    """The values of one of `FIELDS`, counted in the same way."""
    return _sorted(_counted(connection, _lifted(filter, field), judges, [field])[field])


def _lifted(wanted: Filter, field: str) -> Filter:
    nothing: dict[str, Any] = {field: ()}
    return replace(wanted, **nothing)


def _counted(
    connection: Connection, wanted: Filter, judges: Judges, fields: Sequence[str]
) -> dict[str, Counter[str]]:
    found = _of_columns(connection, wanted, judges, [f for f in fields if f in _COLUMNS])
    found |= _of_facts(connection, wanted, judges, [f for f in fields if f in _FACTS])
    if "products" in fields:
        found["products"] = _of_products(connection, wanted, judges)
    if "outcomes" in fields:
        found["outcomes"] = _of_outcomes(connection, wanted, judges)
    return found


def _sorted(counts: Counter[str]) -> list[Value]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Value(value, reports) for value, reports in ordered if reports]


def _of_columns(
    connection: Connection, wanted: Filter, judges: Judges, fields: Sequence[str]
) -> dict[str, Counter[str]]:
    """All of these fields in one pass: counted by their combinations, then added up."""
    if not fields:
        return {}
    # Grouped by label: PostgreSQL takes an expression with a parameter, written twice, for two.
    labels = [f"facet_{field}" for field in fields]
    columns = [_COLUMNS[field].label(name) for field, name in zip(fields, labels, strict=True)]
    query = conditions.reports(wanted, judges, *columns, func.count()).group_by(*labels)
    made: dict[str, Counter[str]] = {field: Counter() for field in fields}
    for *combination, reports in connection.execute(query):
        for field, value in zip(fields, combination, strict=True):
            if value is not None:
                made[field][str(value)] += reports
    return made


def _of_products(connection: Connection, wanted: Filter, judges: Judges) -> Counter[str]:
    product = func.coalesce(PostProduct.product, literal(conditions.UNKNOWN)).label("facet")
    query = conditions.reports(wanted, judges, product, func.count())
    query = query.outerjoin(PostProduct, PostProduct.post == PostRow.key).group_by("facet")
    return Counter({row.facet: row[1] for row in connection.execute(query)})


def _of_outcomes(connection: Connection, wanted: Filter, judges: Judges) -> Counter[str]:
    last = last_words(judges)
    outcome = func.coalesce(last.c.outcome, literal(conditions.UNKNOWN)).label("facet")
    query = conditions.reports(wanted, judges, outcome, func.count())
    query = query.outerjoin(last, last.c.post == PostRow.key).group_by("facet")
    return Counter({row.facet: row[1] for row in connection.execute(query)})


def _of_facts(
    connection: Connection, wanted: Filter, judges: Judges, fields: Sequence[str]
) -> dict[str, Counter[str]]:
    """What the accounts state; under `unknown`, the reports that state nothing of the kind."""
    if not fields:
        return {}
    stated = and_(
        FactRow.post == PostRow.key,
        FactRow.version == PostRow.version,
        judges.cover(FactRow.model, PostRow.day),
        FactRow.name.in_([_FACTS[field] for field in fields]),
    )
    posts = func.count(PostRow.key.distinct())
    joined = conditions.reports(wanted, judges).join(FactRow, stated)
    by_value = joined.add_columns(FactRow.name, FactRow.value, posts)
    made: dict[str, Counter[str]] = {_FACTS[field]: Counter() for field in fields}
    for name, value, reports in connection.execute(by_value.group_by(FactRow.name, FactRow.value)):
        made[name][value] = reports
    saying = joined.add_columns(FactRow.name, posts).group_by(FactRow.name)
    said = {row.name: row[1] for row in connection.execute(saying)}
    every = connection.execute(conditions.reports(wanted, judges, func.count())).scalar_one()
    for name in made:
        if name not in _KNOWN:
            made[name][conditions.UNKNOWN] += every - said.get(name, 0)
    return {field: made[_FACTS[field]] for field in fields}
