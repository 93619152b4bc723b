"""What the terms of the places allow: asked here by whatever keeps, exports or learns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from db.tables import PlaceRow
from domain.filter import Filter
from domain.nouns import Terms

_FILED = ("store_text", "export_text", "train", "keep_days", "attribution")


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceTerms:
    """What may be done with the posts of a place, and whom to name for them."""

    place: str
    source: str
    store_text: bool
    export_text: bool
    train: bool
    keep_days: int | None
    attribution: str

    @property
    def withheld_because(self) -> str:
        """Why an export holds no text of this place; "" where it does."""
        if not self.export_text:
            return f"The terms of {self.source} don't allow its texts to be passed on."
        if not self.store_text:
            return f"The terms of {self.source} don't allow its texts to be kept once judged."
        return ""


def may_train() -> ColumnElement[bool]:
    """The condition, over `place`, that its posts may train a model.

    Whatever reads stored posts to learn from them must select by it.
    """
    return PlaceRow.train.is_(True)


def renew(connection: Connection, terms_of: Callable[[str], Terms | None]) -> int:
    """Files the terms of each source, as this program knows them, with all its places.

    A place that is read live is saved with them anyway; one of an imported file would keep those
    of the day on which it was made. Places of a source of which `terms_of` knows nothing stay as
    they are. Gives the number of places that changed.
    """
    columns = [getattr(PlaceRow, name) for name in ("name", "source", *_FILED)]
    changed: dict[str, dict[str, Any]] = {}
    for row in connection.execute(select(*columns)).mappings().all():
        told = terms_of(row["source"])
        if told and any(row[name] != getattr(told, name) for name in _FILED):
            changed[row["name"]] = {name: getattr(told, name) for name in _FILED}
    for name, values in changed.items():
        connection.execute(update(PlaceRow).where(PlaceRow.name == name).values(**values))
    return len(changed)


def of_places(connection: Connection, filter: Filter) -> list[PlaceTerms]:  # noqa: A002 - the noun
    """The terms of the places that a filter lets through, by name."""
    columns = (
        PlaceRow.name.label("place"),
        PlaceRow.source,
        PlaceRow.store_text,
        PlaceRow.export_text,
        PlaceRow.train,
        PlaceRow.keep_days,
        PlaceRow.attribution,
    )
    query = select(*columns).order_by(PlaceRow.name)
    if filter.sources:
        query = query.where(PlaceRow.source.in_(filter.sources))
    if filter.places:
        query = query.where(PlaceRow.name.in_(filter.places))
    return [PlaceTerms(**row._asdict()) for row in connection.execute(query)]
