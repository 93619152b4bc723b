"""Brings what is kept of tests of changes up to date: only what rests on other data than before.

Each part of a product's results is noted with a digest of all that it is computed from: arrays,
catalogue, models, and the program's own statistics. Where the digest is as noted, nothing is done.
Alarms rest on nine weeks before them, so they are noted by calendar month.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from db import effects as kept
from db.effects import KeptCompleteness, KeptEpisode
from db.engine import read, write
from db.handles import Connection, Engine
from db.judges import Judges, judges
from db.queries import effects as queries
from db.queries.releases import releases as known
from domain.nouns import Release
from domain.products import ANY
from trends import digests
from trends.kept import plain
from trends.kept_episodes import renewed
from trends.load import Loaded, load
from trends.publications import publications
from trends.standing import Standing, comparator, complete_through, deployments, standing
from trends.waiting import expected

Part = tuple[str, str]  # product, what
EFFECTS = "effects"


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What is kept: digests, frozen families with their clusters, episodes."""

    digests: Mapping[Part, str]
    frozen: Mapping[str, Mapping[str, Collection[str]]]  # product -> family -> clusters
    episodes: Mapping[str, Sequence[KeptEpisode]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    """What is to be kept of one product; None: as it is."""

    product: str
    digests: Mapping[Part, str]
    effects: Standing | None
    episodes: Sequence[KeptEpisode] | None


def keep(engine: Engine, now: datetime, *, again: bool = False) -> dict[str, int]:
    """Computes and saves what has changed, with `again` everything; gives what was done.

    Computing only reads; what comes out is written in one transaction. What is frozen stays in any
    case. Call after the counts were refreshed, under the run lock.
    """
    today = now.date()
    with read(engine) as connection:
        shown = judges(connection)
        if shown is None:
            return {}
        loaded = load(connection, shown, today)
        catalogue = tuple(known(connection))
        before = _before(connection, shown, again=again)
    made = [_product(loaded, name, catalogue, before, today) for name in loaded.panels]
    with write(engine) as connection:
        return _save(connection, made, loaded, now)


def _before(connection: Connection, shown: Judges, *, again: bool) -> Before:
    frozen: dict[str, dict[str, set[str]]] = {}
    for family in queries.closed_families(connection, shown):
        frozen.setdefault(family.product, {})[family.family] = set()
    for one in queries.effects(connection, shown, retired=True):
        if one.frozen_at is not None:
            frozen[one.effect.product][one.effect.family].add(one.effect.cluster)
    episodes: dict[str, list[KeptEpisode]] = {}
    for episode in () if again else queries.episodes(connection):
        episodes.setdefault(episode.product, []).append(episode)
    noted = {} if again else kept.computed(connection)
    return Before(digests=noted, frozen=frozen, episodes=episodes)


def _product(
    loaded: Loaded, name: str, catalogue: Sequence[Release], before: Before, today: date
) -> Product:
    effects, noted = _effects(loaded, name, catalogue, before, today)
    episodes, also = _episodes(loaded, name, catalogue, before)
    return Product(product=name, digests=noted | also, effects=effects, episodes=episodes)


def _effects(
    loaded: Loaded, name: str, catalogue: Sequence[Release], before: Before, today: date
) -> tuple[Standing | None, dict[Part, str]]:
    if name == ANY:  # releases are of a product
        return None, {}
    panel, other = loaded.panels[name], comparator(loaded.panels, name)
    frozen = before.frozen.get(name, {})
    digest = digests.together(
        loaded.judges,
        digests.of_panel(panel),
        digests.of_panel(loaded.posts[name]),
        None if other is None else digests.of_panel(other),
        digests.of_releases(deployments(catalogue, name)),
        {family: sorted(clusters) for family, clusters in frozen.items()},
        complete_through(panel, today),
    )
    noted = {(name, EFFECTS): digest}
    if before.digests.get((name, EFFECTS)) == digest:
        return None, noted
    return standing(loaded, name, catalogue, frozen, today), noted


def _episodes(
    loaded: Loaded, name: str, catalogue: Sequence[Release], before: Before
) -> tuple[Sequence[KeptEpisode] | None, dict[Part, str]]:
    panel = loaded.panels[name]
    last = panel.day(panel.exposure.shape[1] - 1)
    noted = {
        what: digest
        for (product, what), digest in before.digests.items()
        if product == name and what != EFFECTS
    }
    made, told = renewed(
        panel,
        loaded.judges,
        deployments(catalogue, name),
        publications(catalogue, name, panel.first_day, last),
        noted,
        before.episodes.get(name, ()),
    )
    return made, {(name, what): digest for what, digest in told.items()}


def _save(
    connection: Connection, products: Sequence[Product], loaded: Loaded, now: datetime
) -> dict[str, int]:
    done = {"effects": 0, "families_closed": 0, "episodes": 0}
    for one in products:
        if one.effects is not None:
            kept.save_effects(connection, one.product, one.effects.effects)
            done["effects"] += len(one.effects.effects)
            for closing in one.effects.closing:
                family = closing.family
                done["effects"] += len(closing.effects)
                done["families_closed"] += kept.freeze(
                    connection, family.id, closing.effects, closed=family.closes, now=now
                )
        if one.episodes is not None:
            kept.save_episodes(connection, one.product, one.episodes)
            done["episodes"] += len(one.episodes)
    noted = {part: digest for one in products for part, digest in one.digests.items()}
    kept.note_computed(connection, noted)
    kept.forget_products(connection, [one.product for one in products])
    kept.save_completeness(connection, list(_completeness(loaded, now.date())))
    return done


def _completeness(loaded: Loaded, today: date) -> Iterator[KeptCompleteness]:
    """What is known of each place's delay, and what its last days will come to."""
    panel = loaded.panels.get(ANY)
    for place, known_ in loaded.waiting.items():
        awaited: list[dict[str, Any]] = []
        if panel is not None and place in panel.places:
            s = panel.places.index(place)
            rows = {"posts": panel.exposure[s]}
            rows |= {cause.value: panel.counts[c, s] for c, cause in enumerate(panel.causes)}
            for what, row in rows.items():
                seen = {panel.day(n): int(count) for n, count in enumerate(row.tolist())}
                awaited += [{"what": what, **plain(one)} for one in expected(known_, seen, today)]
        delay = known_.delay
        yield KeptCompleteness(
            place=place,
            seen_until=known_.at,
            complete_through=known_.through,
            posts=0 if delay is None else delay.posts,
            share=[] if delay is None else delay.share.tolist(),
            expected=awaited,
        )
