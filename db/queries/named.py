"""Finding one post by what a person has of it: our key, its address, its source's id."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, or_, select

from db.tables import AddressRow, ModelRow, PostRow
from domain.errors import InputError

_FIX = "Name its key (as exports and pages show it), its address, or its id at the source."
_SHOWN = 5  # candidates of an ambiguous id


def post_named(connection: Connection, name: str) -> str:
    """The key of the post with this key, public address or id at its source.

    Raises `InputError` where there is none, or several.
    """
    name = name.strip()
    if not name:
        raise InputError("No post was named.", _FIX)
    if connection.scalar(select(PostRow.key).where(PostRow.key == name)):
        return name
    query = select(AddressRow.post).where(
        or_(AddressRow.url.in_(_spellings(name)), AddressRow.external_id == name)
    )
    found = sorted(connection.scalars(query.limit(_SHOWN + 1)))
    if not found:
        raise InputError(
            f"No post {name} is held here.",
            _FIX,
        )
    if len(found) > 1:
        more = " ..." if len(found) > _SHOWN else ""
        raise InputError(
            f"Several posts are called {name}: {', '.join(found[:_SHOWN])}{more}.", "Name a key."
        )
    return found[0]


def _spellings(url: str) -> list[str]:
    """An address with and without the slash at its end."""
    return [url.rstrip("/"), f"{url.rstrip('/')}/"]


def card_of(connection: Connection, model: str) -> dict[str, Any]:
    """The card of a model that judged posts here; empty for one that isn't known."""
    return connection.scalar(select(ModelRow.card).where(ModelRow.id == model)) or {}
