"""Which deployments of a product are tested together: clusters around an anchor.

Vendors deploy something nearly every week, and deployments within 28 days of one another share most
of their days. So a product's deployments are put together around the most important one, and every
cluster names what else was deployed while its days were counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.nouns import Release
from domain.products import UNKNOWN

REACH = timedelta(days=7)  # of an anchor: a cluster spans two of these at most
WINDOW = timedelta(days=28)  # before and after the anchor: what a test looks at

# How much a kind matters: what is tested is named after the most important. What is absent here,
# such as research, deploys nothing.
RANK = {
    "model_release": 0,
    "safety_safeguard_deployment": 1,
    "policy_change": 2,
    "context_feature": 3,
    "session_feature": 3,
    "outage_or_postmortem": 4,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """Deployments of one product that are tested as one; its day is the anchor's."""

    product: str
    day: date
    anchor: Release
    others: tuple[Release, ...]  # within 7 days of the anchor, by day
    nearby: tuple[Release, ...]  # all other deployments of the product within 28 days, by day

    @property
    def id(self) -> str:
        """The anchor's."""
        return self.anchor.id

    @property
    def releases(self) -> tuple[Release, ...]:
        """The anchor and the others."""
        return (self.anchor, *self.others)

    @property
    def around(self) -> bool:
        """Whether only "around this period" may be said: something else was deployed near it."""
        return bool(self.nearby)


def deploys(release: Release) -> bool:
    """Whether a product that we know changed on a known day, as far as stands today."""
    known = release.deployed is not None and release.product != UNKNOWN
    return known and release.kind in RANK and not release.retired


def clusters(releases: Iterable[Release], product: str) -> tuple[Cluster, ...]:
    """The clusters of one product, by day; each testable release of it is in exactly one.

    The most important release that is in no cluster yet becomes an anchor (of two alike the
    earlier, then by id) and takes all that are within 7 days of it and in no cluster yet. The
    order of `releases` is of no account.
    """
    ranked = [
        (RANK[r.kind], r.deployed, r.id, r)
        for r in releases
        if r.product == product and r.deployed and deploys(r)
    ]
    ranked.sort(key=lambda entry: entry[:3])
    all_of_it = [(day, r) for _, day, _, r in ranked]
    taken: set[str] = set()
    made: list[Cluster] = []
    for _, day, _, anchor in ranked:
        if anchor.id in taken:
            continue
        near = _within(all_of_it, day, WINDOW, but=anchor)
        others = tuple(r for r in _within(all_of_it, day, REACH, but=anchor) if r.id not in taken)
        taken |= {anchor.id, *(r.id for r in others)}
        made.append(Cluster(product=product, day=day, anchor=anchor, others=others, nearby=near))
    return tuple(sorted(made, key=lambda cluster: (cluster.day, cluster.id)))


def cluster_of(made: Iterable[Cluster], release_id: str) -> Cluster | None:
    """The cluster that holds a release."""
    return next((c for c in made if any(r.id == release_id for r in c.releases)), None)


def _within(
    deployed: Iterable[tuple[date, Release]], day: date, reach: timedelta, *, but: Release
) -> tuple[Release, ...]:
    """Those deployed at most `reach` before or after `day`, by day and id; without `but`."""
    found = [(d, r.id, r) for d, r in deployed if abs(d - day) <= reach and r.id != but.id]
    return tuple(r for _, _, r in sorted(found, key=lambda entry: entry[:2]))
