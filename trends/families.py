"""Which tests are corrected together: the causes x the clusters of a product in a quarter.

A family is fixed by the catalogue and the calendar alone, never by what a reader looks at. Once its
last window is over and complete, its q-values are frozen: a release that somebody adds later to a
quarter that is closed belongs to no tested family.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from numpy.typing import ArrayLike

from domain.causes import Cause
from trends.clusters import REACH, WINDOW, Cluster
from trends.discovery import benjamini_hochberg
from trends.effects import ReleaseEffect, as_family
from trends.intervals import Floats

_MONTHS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """The causes and the clusters of one product whose anchors lie in one calendar quarter."""

    product: str
    year: int
    quarter: int  # 1 to 4
    causes: tuple[Cause, ...]
    clusters: tuple[Cluster, ...]  # at least one, by day

    @property
    def id(self) -> str:
        """Such as "Claude Code 2026-Q2"."""
        return f"{self.product} {self.year}-Q{self.quarter}"

    @property
    def members(self) -> tuple[tuple[Cause, Cluster], ...]:
        """What is tested together: by the cluster's day, then by cause."""
        return tuple((cause, cluster) for cluster in self.clusters for cause in self.causes)

    @property
    def closes(self) -> date:
        """The day that must be complete for the family to be closed.

        Its last window ends 28 days after its last anchor. A release in the first week of the next
        quarter can still draw one of this quarter into its cluster, so it isn't closed before that
        week is over.
        """
        last_window = self.clusters[-1].day + WINDOW
        return max(last_window, _last_day(self.year, self.quarter) + REACH)


def families(clusters: Iterable[Cluster], causes: Sequence[Cause]) -> tuple[Family, ...]:
    """The families of these clusters by product and quarter, each with all of `causes`.

    Raises `ValueError` without a cause, or where one stands there twice.
    """
    if not causes or len(set(causes)) != len(causes):
        raise ValueError("a family has causes, each once")
    found: dict[tuple[str, int, int], list[Cluster]] = {}
    for cluster in sorted(clusters, key=lambda c: (c.day, c.id)):
        key = (cluster.product, cluster.day.year, _quarter(cluster.day))
        found.setdefault(key, []).append(cluster)
    return tuple(
        Family(
            product=product, year=year, quarter=quarter, causes=tuple(causes), clusters=tuple(held)
        )
        for (product, year, quarter), held in sorted(found.items())
    )


def family_of(made: Iterable[Family], cluster: Cluster) -> Family | None:
    """The family that a cluster is tested in."""
    return next((f for f in made if any(c.id == cluster.id for c in f.clusters)), None)


def closed(family: Family, complete_through: date) -> bool:
    """Whether its q-values are final, given the last day that is complete."""
    return complete_through >= family.closes


def q_values(p: ArrayLike) -> Floats:
    """Benjamini and Hochberg's q for each p of one family; NaN (no test) stays NaN, counts not.

    Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the
    Royal Statistical Society B 57, 289-300.
    """
    return benjamini_hochberg(p)


def judged_together(
    family: Family, effects: Mapping[tuple[Cause, date], ReleaseEffect]
) -> tuple[ReleaseEffect, ...]:
    """The family's effects with the q-values and verdicts that they have together, as `members`.

    `effects` by cause and day of the anchor, as `release_effects` gives them; those of other
    families are left alone. Raises `ValueError` where one of a member is missing: q-values of a
    part of the family would promise too much.
    """
    wanted = [(cause, cluster.day) for cause, cluster in family.members]
    if absent := [key for key in wanted if key not in effects]:
        cause, day = absent[0]
        raise ValueError(f"{family.id}: no effect of {cause} around {day}")
    return as_family([effects[key] for key in wanted])


def _quarter(day: date) -> int:
    return (day.month - 1) // _MONTHS + 1


def _last_day(year: int, quarter: int) -> date:
    last = year if quarter * _MONTHS < 12 else year + 1
    return date(last, quarter * _MONTHS % 12 + 1, 1) - timedelta(days=1)
