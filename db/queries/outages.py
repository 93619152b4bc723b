"""Outages that may explain what was reported: officially told, of that product, at that time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select

from db.tables import OutageRow
from domain.nouns import Outage
from domain.products import PRODUCTS

# An outage is shown with a report that was written while it went on or up to a day after its end:
# people often write when they are back.
AFTERMATH = timedelta(days=1)

_VENDORS = {product.name: product.vendor for product in PRODUCTS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """That a post about these products was written. `group`: what is to be explained."""

    group: str
    products: Collection[str]
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Explanation:
    """An outage during which, or shortly after which, posts of a group were written.

    A possible explanation and no more: it says that they coincide.
    """

    outage: Outage
    posts: int  # of the group


def explanations(
    connection: Connection, written: Sequence[Written]
) -> dict[str, tuple[Explanation, ...]]:
    """Group -> the outages of its posts' products, or of their vendors as a whole, at that time."""
    told = [one for one in written if one.products]
    if not told:
        return {}
    lasting = or_(
        OutageRow.resolved_at.is_(None),
        OutageRow.resolved_at >= min(one.at for one in told) - AFTERMATH,
    )
    query = select(OutageRow).where(OutageRow.started_at <= max(one.at for one in told), lasting)
    rows = connection.execute(query.order_by(OutageRow.started_at, OutageRow.key))
    outages = [Outage(**row._asdict()) for row in rows]
    concerning: dict[tuple[str, str], list[Outage]] = {}
    for outage in outages:
        whom = "" if outage.product else outage.vendor
        concerning.setdefault((outage.product, whom), []).append(outage)
    found: dict[str, Counter[str]] = {}
    for one in told:
        asked = {(name, "") for name in one.products}
        asked |= {("", _VENDORS[name]) for name in one.products if name in _VENDORS}
        hit = [o.key for whom in asked for o in concerning.get(whom, ()) if _lasted(o, one.at)]
        if hit:
            found.setdefault(one.group, Counter()).update(hit)
    return {
        group: tuple(
            Explanation(outage=outage, posts=posts[outage.key])
            for outage in outages
            if outage.key in posts
        )
        for group, posts in found.items()
    }


def _lasted(outage: Outage, at: datetime) -> bool:
    ended = outage.resolved_at
    return outage.started_at <= at and (ended is None or ended >= at - AFTERMATH)
