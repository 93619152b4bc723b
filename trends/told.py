"""Everything that is kept of trends, for a machine: effects, families, episodes, delays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from db.effects import KeptCompleteness, KeptEpisode
from db.handles import Connection
from db.judges import judges
from db.queries.effects import ShownEffect, closed_families, completeness, effects, episodes
from db.queries.faults import confirmed_faults
from domain.filter import Filter
from trends.backtest import Backtest, backtest
from trends.kept import plain
from trends.load import load


@dataclass(frozen=True, kw_only=True, slots=True)
class FamilyTold:
    """A family of tests: how many there are, and when it was closed (None: it is open)."""

    family: str
    product: str
    model: str
    tests: int
    closed: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What `whylost trends` keeps, of the days and products of a filter."""

    effects: tuple[ShownEffect, ...]
    families: tuple[FamilyTold, ...]
    episodes: tuple[KeptEpisode, ...]
    completeness: tuple[KeptCompleteness, ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON can hold it; each effect with the moment at which it was frozen."""
        made: dict[str, Any] = plain(
            {
                "families": self.families,
                "episodes": self.episodes,
                "completeness": self.completeness,
            }
        )
        told = [plain(one.effect) | {"frozen_at": plain(one.frozen_at)} for one in self.effects]
        return {"effects": told, **made}


def kept(connection: Connection, wanted: Filter) -> Kept:
    """What is kept of the products and days of `wanted`; its other wishes change no test."""
    shown = judges(connection)
    if shown is None:
        return Kept(effects=(), families=(), episodes=(), completeness=())
    products, first, last = wanted.products, wanted.first_day, wanted.last_day
    found = effects(connection, shown, products=products, first=first, last=last)
    return Kept(
        effects=tuple(found),
        families=tuple(_families(connection, found)),
        episodes=tuple(episodes(connection, first=first, last=last, products=products)),
        completeness=tuple(completeness(connection)),
    )


def tried(connection: Connection, today: date) -> Backtest | None:
    """The faults that vendors confirmed, and whether the days held here could have shown them.

    None before anything is judged.
    """
    shown = judges(connection)
    if shown is None:
        return None
    panels = load(connection, shown, today).panels
    return backtest(confirmed_faults(connection), panels)


def _families(connection: Connection, found: Sequence[ShownEffect]) -> Iterator[FamilyTold]:
    """The families of these effects, by name."""
    closed = {(row.model, row.family): row for row in closed_families(connection)}
    groups: dict[tuple[str, str], list[ShownEffect]] = {}
    for one in found:
        if one.effect.family:
            groups.setdefault((one.effect.family, one.effect.model), []).append(one)
    for (family, model), mine in sorted(groups.items()):
        row = closed.get((model, family)) if mine[0].frozen_at else None
        yield FamilyTold(
            family=family,
            product=mine[0].effect.product,
            model=model,
            tests=sum(one.effect.p is not None for one in mine),
            closed=None if row is None else row.closed.isoformat(),
        )
