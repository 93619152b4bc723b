"""Keeping what tests of changes found.

What the data show now is made anew with every refresh. What stood when a family of tests was closed
is frozen: it is only ever added, and later data, later releases and later opinions leave it alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from db.tables import (
    CompletenessRow,
    ComputedRow,
    EffectRow,
    EpisodeRow,
    FrozenEffect,
    FrozenFamily,
)
from db.upsert import slices


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptEffect:
    """One cause around the anchor of one cluster; a number is None where it can't be said.

    `detail` is what else a page shows, as JSON holds it: curve, places, sensitivities, releases.
    """

    model: str
    product: str
    cluster: str
    cause: str
    family: str  # "": the release came to a quarter that was closed
    verdict: str
    day: date
    preliminary: bool
    ratio: float | None
    low: float | None
    high: float | None
    p: float | None
    q: float | None
    q_dependent: float | None
    smallest_rise: float | None
    smallest_fall: float | None
    needed: float | None
    events_before: int
    events_after: int
    posts_before: int
    posts_after: int
    detail: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptEpisode:
    """Days above expectation, or a lasting step; at `place` `*` all places count together."""

    kind: str
    place: str
    product: str
    cause: str
    model: str
    began: date
    ended: date
    strength: float
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptCompleteness:
    """`share[d]`: of a day's posts at a place, how many are seen within d days."""

    place: str
    seen_until: date
    complete_through: date
    posts: int
    share: Sequence[float]
    expected: Sequence[Mapping[str, Any]]


def save_effects(connection: Connection, product: str, effects: Sequence[KeptEffect]) -> None:
    """Makes these the effects of `product`; those of other products stay."""
    connection.execute(delete(EffectRow).where(EffectRow.product == product))
    for part in slices(effects):
        connection.execute(insert(EffectRow), [_plain(effect) for effect in part])


def freeze(
    connection: Connection,
    family: str,
    effects: Sequence[KeptEffect],
    *,
    closed: date,
    now: datetime,
) -> bool:
    """Freezes a family with all its effects; False where it is frozen already: then it stays so.

    `effects`: those of the whole family, of one product and model. Raises `ValueError` for others.
    """
    owners = {(effect.product, effect.model, effect.family) for effect in effects}
    if len(owners) != 1 or (owner := owners.pop())[2] != family:
        raise ValueError("a family's effects are of one product, model and family")
    product, model, _ = owner
    held = (FrozenFamily.model == model, FrozenFamily.family == family)
    if connection.scalar(select(FrozenFamily.family).where(*held)) is not None:
        return False
    tests = sum(effect.p is not None for effect in effects)
    row = {"model": model, "family": family, "product": product, "closed": closed, "tests": tests}
    connection.execute(insert(FrozenFamily), [row | {"at": now}])
    for part in slices(effects):
        connection.execute(insert(FrozenEffect), [_plain(one) | {"at": now} for one in part])
    return True


def save_episodes(connection: Connection, product: str, episodes: Sequence[KeptEpisode]) -> None:
    """Makes these the episodes of `product`; those of other products stay."""
    connection.execute(delete(EpisodeRow).where(EpisodeRow.product == product))
    for part in slices(episodes):
        connection.execute(insert(EpisodeRow), [_plain(episode) for episode in part])


def save_completeness(connection: Connection, places: Sequence[KeptCompleteness]) -> None:
    """Makes these all that is known of delays."""
    connection.execute(delete(CompletenessRow))
    for part in slices(places):
        connection.execute(insert(CompletenessRow), [_plain(place) for place in part])


def computed(connection: Connection) -> dict[tuple[str, str], str]:
    """(product, what) -> what it was computed from."""
    rows = connection.execute(select(ComputedRow.product, ComputedRow.what, ComputedRow.digest))
    return {(product, what): digest for product, what, digest in rows}


def note_computed(connection: Connection, digests: Mapping[tuple[str, str], str]) -> None:
    """Makes these all that is noted of what was computed from what."""
    connection.execute(delete(ComputedRow))
    rows = [{"product": p, "what": w, "digest": digest} for (p, w), digest in digests.items()]
    for part in slices(rows):
        connection.execute(insert(ComputedRow), list(part))


def forget_products(connection: Connection, others_than: Sequence[str]) -> None:
    """Takes away what is kept, but not frozen, of products that have no panel any more."""
    for table in (EffectRow, EpisodeRow):
        connection.execute(delete(table).where(table.product.not_in(others_than)))


def _plain(kept: KeptEffect | KeptEpisode | KeptCompleteness) -> dict[str, Any]:
    return asdict(kept)
