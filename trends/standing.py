"""The effects of one product's releases as they stand, tested in families; some of these close.

A family that is frozen is not computed again. Frozen is a family whose last window is over and
complete, unless older history may still come: a place that is collected since lately is read
backwards, too, and would change what can be tested.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from db.effects import KeptEffect
from domain.causes import Cause
from domain.nouns import Release
from domain.products import ANY, PRODUCTS
from trends.clusters import WINDOW, Cluster, clusters, deploys
from trends.effects import ReleaseEffect, release_effects
from trends.families import Family, closed, families, judged_together
from trends.kept import to_kept
from trends.load import CAUSES, Loaded
from trends.panel import Panel
from trends.verdict import Verdict

POSTS = "posts instead of reporters"
# A place that was not collected for so long is no longer waited for.
SILENT = timedelta(days=28)
# For so long after its first day a place's history is taken for still being read.
SETTLED = timedelta(days=56)
_VENDOR = {product.name: product.vendor for product in PRODUCTS}


@dataclass(frozen=True, kw_only=True, slots=True)
class Closing:
    """A family that closes now, with all its effects."""

    family: Family
    effects: tuple[KeptEffect, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What is to be kept of one product. `effects`: of open families, and of releases that came to
    a quarter that was closed."""

    effects: tuple[KeptEffect, ...]
    closing: tuple[Closing, ...]


def standing(
    loaded: Loaded,
    product: str,
    releases: Iterable[Release],
    frozen: Mapping[str, Collection[str]],
    today: date,
) -> Standing:
    """Estimates, tests and closes the families of a product with a panel.

    `frozen`: families that are frozen under the models that judge now, with their clusters.
    """
    panel = loaded.panels[product]
    made = families(clusters(releases, product), CAUSES)
    made = tuple(family for family in made if _within(family, panel))
    wanted = {
        cluster.day
        for family in made
        for cluster in family.clusters
        if cluster.id not in frozen.get(family.id, ())
    }
    found = _estimated(loaded, product, sorted(wanted))
    through = complete_through(panel, today)
    effects: list[KeptEffect] = []
    closing = []
    for family in made:
        model = loaded.judges.of_day(family.closes)
        if family.id in frozen:
            effects += _late(family, found, frozen[family.id], model)
            continue
        together = zip(family.members, judged_together(family, found), strict=True)
        kept = tuple(
            to_kept(effect, cluster, model=model, family=family.id)
            for (_, cluster), effect in together
        )
        final = closed(family, through) and not _to_come(loaded, panel, family, today)
        if final and not any(one.verdict == Verdict.HISTORY_TOO_SHORT.value for one in kept):
            closing.append(Closing(family=family, effects=kept))
        else:
            effects += kept
    return Standing(effects=tuple(effects), closing=tuple(closing))


def comparator(panels: Mapping[str, Panel], product: str) -> Panel | None:
    """The product of another vendor that is most written about; None where none is collected.

    What happens to both alike has nothing to do with a release of one.
    """
    others = [
        panel
        for name, panel in panels.items()
        if name != ANY and _VENDOR.get(name, name) != _VENDOR.get(product, product)
    ]
    return max(others, key=lambda panel: (int(panel.exposure.sum()), panel.product), default=None)


def complete_through(panel: Panel, today: date) -> date:
    """The last day that is complete at every place of the panel that still gives posts."""
    last = [panel.day(int(np.flatnonzero(row)[-1])) for row in panel.usable if row.any()]
    alive = [day for day in last if day >= today - SILENT]
    return min(alive) if alive else max(last, default=panel.first_day)


def in_reach(panel: Panel, cluster: Cluster) -> bool:
    """Whether any of a cluster's days lies in what was collected."""
    last = panel.day(panel.exposure.shape[1] - 1)
    return panel.first_day - WINDOW <= cluster.day <= last + WINDOW


def deployments(releases: Iterable[Release], product: str) -> tuple[Release, ...]:
    """The testable releases of a product, by day."""
    mine = [r for r in releases if deploys(r) and r.product == product and r.deployed]
    return tuple(sorted(mine, key=lambda r: (r.deployed or date.max, r.id)))


def _estimated(
    loaded: Loaded, product: str, days: list[date]
) -> dict[tuple[Cause, date], ReleaseEffect]:
    other = comparator(loaded.panels, product)
    made = release_effects(
        loaded.panels[product],
        days,
        comparators=() if other is None else (other,),
        alternatives={POSTS: loaded.posts[product]},
    )
    return {(effect.cause, effect.day): effect for effect in made}


def _late(
    family: Family,
    found: Mapping[tuple[Cause, date], ReleaseEffect],
    frozen: Collection[str],
    model: str,
) -> list[KeptEffect]:
    """Effects around releases that came to a closed family: they have no q."""
    return [
        to_kept(found[cause, cluster.day], cluster, model=model, family="")
        for cause, cluster in family.members
        if cluster.id not in frozen
    ]


def _within(family: Family, panel: Panel) -> bool:
    return any(in_reach(panel, cluster) for cluster in family.clusters)


def _to_come(loaded: Loaded, panel: Panel, family: Family, today: date) -> bool:
    """Whether older history may still come: no place reaches back before the first window yet, or
    one that doesn't is collected since lately."""
    begins = panel.index(family.clusters[0].day - WINDOW)
    first = np.where(panel.exposure.any(axis=1), (panel.exposure > 0).argmax(axis=1), np.inf)
    if not (first <= begins).any():
        return True
    return any(
        first[s] > begins and since is not None and since > today - SETTLED
        for s, since in enumerate(loaded.waiting[place].since for place in panel.places)
    )
