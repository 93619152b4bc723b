"""The values that a reader can choose from, each with the number of reports behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, literal

from db.queries import conditions
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
    "abstentions",
    "reviews",
    "triage",
)
_FACTS = {"surfaces": "surface", "versions": "version", "symptoms": "symptom"}


def facets(connection: Connection, filter: Filter, model: str) -> dict[str, list[Value]]:  # noqa: A002 - the noun
    """Field -> its values, the most frequent first, then by name.

    Each field is counted with its own condition lifted and all others kept, so a count says how
    many reports one would see after choosing that value.
    """
    return {field: values(connection, filter, model, field) for field in FIELDS}


def values(connection: Connection, filter: Filter, model: str, field: str) -> list[Value]:  # noqa: A002 - the noun
    """The values of one of `FIELDS`."""
    nothing: dict[str, Any] = {field: ()}
    lifted = replace(filter, **nothing)
    value, query = _counted(lifted, model, field)
    # Grouped by the label: PostgreSQL takes an expression with a parameter, written twice, for two.
    query = query.add_columns(value.label("facet"), func.count(PostRow.key.distinct()).label("n"))
    rows = connection.execute(query.group_by("facet")).all()
    found = [Value(str(row.facet), row.n) for row in rows if row.facet is not None]
    return sorted(found, key=lambda v: (-v.reports, v.value))


def _counted(wanted: Filter, model: str, field: str) -> tuple[Any, Select[Any]]:
    """The expression that is the field's value, and the reports joined to where it is stored."""
    query = conditions.reports(wanted, model)
    if field in _FACTS:
        stated = and_(
            FactRow.post == PostRow.key,
            FactRow.version == PostRow.version,
            FactRow.model == model,
            FactRow.name == _FACTS[field],
        )
        if field == "symptoms":  # a reader chooses among the known ones
            return FactRow.value, query.join(FactRow, stated)
        unsaid = func.coalesce(FactRow.value, literal(conditions.UNKNOWN))
        return unsaid, query.outerjoin(FactRow, stated)
    if field == "products":
        product = func.coalesce(PostProduct.product, literal(conditions.UNKNOWN))
        return product, query.outerjoin(PostProduct, PostProduct.post == PostRow.key)
    return _COLUMNS[field], query


_COLUMNS: dict[str, Any] = {
    "causes": conditions.decision,
    "sources": PlaceRow.source,
    "places": PostRow.place,
    "languages": VerdictRow.language,
    "abstentions": conditions.abstention,
    "reviews": case((ReviewRow.number.is_(None), literal("unreviewed")), else_=literal("reviewed")),
    "triage": conditions.triage,
}
