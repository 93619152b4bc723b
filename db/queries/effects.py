"""What tests of changes found, as pages and commands ask for it.

Where a family of tests is frozen its effects are given as they stood then; else as the data show
them now.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from db.effects import KeptCompleteness, KeptEffect, KeptEpisode
from db.judges import Judges
from db.tables import (
    CompletenessRow,
    EffectRow,
    EpisodeRow,
    FrozenEffect,
    FrozenFamily,
    ReleaseRow,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownEffect:
    """An effect, and when it was frozen: None while its family is open, or it has none."""

    effect: KeptEffect
    frozen_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosedFamily:
    """A family that is frozen."""

    model: str
    family: str
    product: str
    closed: date
    tests: int
    at: datetime


def effects(
    connection: Connection,
    judges: Judges,
    *,
    products: Collection[str] = (),
    causes: Collection[str] = (),
    first: date | None = None,
    last: date | None = None,
    retired: bool = False,
) -> list[ShownEffect]:
    """The effects of these products and causes with anchors from `first` to `last`: what a forest
    plot draws. Nothing named is all of them; by product, day, cluster and cause.

    Families that were frozen with another model than the one that judges their days now are left
    out: their days were tested anew. So are, unless asked for, effects around an anchor that was
    `retired` since: they stay on record, and the others of their family as they are.
    """
    closed = {(row.model, row.family) for row in closed_families(connection, judges)}
    made = [
        ShownEffect(effect=_effect(row), frozen_at=row.at)
        for row in connection.execute(select(FrozenEffect.__table__))
        if (row.model, row.family) in closed
    ]
    now = connection.execute(select(EffectRow.__table__))
    made += [ShownEffect(effect=_effect(row), frozen_at=None) for row in now]
    gone = set() if retired else set(connection.scalars(_RETIRED))
    wanted = [
        shown
        for shown in made
        if shown.effect.cluster not in gone
        and (not products or shown.effect.product in products)
        and (not causes or shown.effect.cause in causes)
        and (first is None or shown.effect.day >= first)
        and (last is None or shown.effect.day <= last)
    ]
    return sorted(wanted, key=_order)


def effects_of(connection: Connection, judges: Judges, release_id: str) -> list[ShownEffect]:
    """The effects of the cluster that holds a release, by cause.

    Where a release that was added later makes another cluster of it, that which was frozen counts.
    """
    found = effects(connection, judges)
    mine = [s for s in found if release_id in (s.effect.cluster, *s.effect.detail["releases"])]
    if not mine:
        return []
    first = min(mine, key=lambda s: (s.frozen_at is None, not s.effect.family, s.effect.cluster))
    return [s for s in mine if _whose(s) == _whose(first)]


def closed_families(connection: Connection, judges: Judges | None = None) -> list[ClosedFamily]:
    """Families that are frozen, by product and closing day; `judges`: only those that count now."""
    table = FrozenFamily.__table__
    rows = connection.execute(select(table).order_by(table.c.product, table.c.closed, table.c.at))
    found = [ClosedFamily(**row._asdict()) for row in rows]
    return [one for one in found if judges is None or judges.of_day(one.closed) == one.model]


def episodes(
    connection: Connection,
    *,
    first: date | None = None,
    last: date | None = None,
    products: Collection[str] = (),
    kinds: Collection[str] = (),
) -> list[KeptEpisode]:
    """Spikes and steps that touch the days from `first` to `last`, the earliest first."""
    row = EpisodeRow
    query = select(row.__table__).order_by(row.began, row.product, row.place, row.cause, row.kind)
    if first:
        query = query.where(row.ended >= first)
    if last:
        query = query.where(row.began <= last)
    if products:
        query = query.where(row.product.in_(products))
    if kinds:
        query = query.where(row.kind.in_(kinds))
    return [KeptEpisode(**found._asdict()) for found in connection.execute(query)]


def completeness(connection: Connection) -> list[KeptCompleteness]:
    """What is known of delays, by place."""
    table = CompletenessRow.__table__
    rows = connection.execute(select(table).order_by(table.c.place))
    return [KeptCompleteness(**row._asdict()) for row in rows]


_RETIRED = select(ReleaseRow.id).where(ReleaseRow.retired != "")
_NAMES = tuple(field.name for field in fields(KeptEffect))


def _effect(row: Any) -> KeptEffect:
    return KeptEffect(**{name: getattr(row, name) for name in _NAMES})


def _whose(shown: ShownEffect) -> tuple[str, str, str]:
    return shown.effect.model, shown.effect.product, shown.effect.cluster


def _order(shown: ShownEffect) -> tuple[Any, ...]:
    one = shown.effect
    return one.product, one.day, one.cluster, one.cause
