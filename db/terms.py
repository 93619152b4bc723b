"""What the terms of the places allow: asked here by whatever keeps, exports or learns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, or_, select, update

from db.tables import PlaceRow
from domain.filter import Filter
from domain.nouns import Terms


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


def renew(connection: Connection, terms: Mapping[str, Terms]) -> int:
    """Files the terms of each source, as this program knows them, with all its places.

    A place that is read live is saved with them anyway; one of an imported file, or of a source
    that is read no more, would keep those of the day on which it was made. Gives the number of
    places that changed.
    """
    changed = 0
    for source, told in terms.items():
        values = {
            "store_text": told.store_text,
            "export_text": told.export_text,
            "train": told.train,
            "keep_days": told.keep_days,
            "attribution": told.attribution,
        }
        differs = [getattr(PlaceRow, name).is_distinct_from(v) for name, v in values.items()]
        stale = select(PlaceRow.name).where(PlaceRow.source == source, or_(*differs))
        names = connection.scalars(stale).all()
        if names:
            connection.execute(update(PlaceRow).where(PlaceRow.name.in_(names)).values(**values))
        changed += len(names)
    return changed


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
