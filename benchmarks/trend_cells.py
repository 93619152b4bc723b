"""How often the verdict on a release is wrong where nothing happened, and right where it did.

A cell is a scenario and a volume of `benchmarks.simulated_series`. Each panel has four causes; a
cause around the release is a pair, and what the pairs of a cell were said to be is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from benchmarks.simulated_series import DAYS, RELEASE, SCENARIOS, Change, simulate
from trends.effects import ReleaseEffect, as_family, judged, release_effects
from trends.panel import Panel
from trends.verdict import LEVEL, Verdict

CHANGED = frozenset({Verdict.ROSE, Verdict.FELL})
CAUSES = 4
VOLUMES: dict[str, tuple[float, ...]] = {
    "2": (2.0,),
    "5": (5.0,),
    "20": (20.0,),
    "100": (100.0,),
    "2 + 5 + 20 + 100, four places": (2.0, 5.0, 20.0, 100.0),
}
QUARTER = 48  # pairs of four causes and twelve releases: a family as it may be
FIFTY = 50  # releases of a dashboard with 150 pairs
RISKS = 0.01  # of calling a right test wrong, over all cells together


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What was said of the pairs of one cell."""

    pairs: int
    tested: int  # have a calibrated p
    flagged: int  # p at most 5 %
    verdicts: int  # rose or fell, had each pair been tested alone
    family: int  # rose or fell among the four causes of the release
    said: dict[str, int]  # verdict among the four causes -> pairs

    def worse_than(self, level: float, cells: int) -> bool:
        """Whether more were flagged than `level` allows, at `RISKS` shared by the cells."""
        if not self.tested:
            return False
        test = stats.binomtest(self.flagged, self.tested, level, alternative="greater")
        return float(test.pvalue) < RISKS / cells


def effects(panel: Panel, at: Sequence[int] = (RELEASE,)) -> tuple[ReleaseEffect, ...]:
    """Every cause around the days at these indices."""
    return release_effects(panel, [panel.day(index) for index in at])


def alone(effect: ReleaseEffect, among: int = 1) -> Verdict:
    """The verdict were this the one pair of its family with a small p: q is p times `among`."""
    if effect.p is None:
        return effect.verdict
    q = min(1.0, effect.p * among)
    return judged(effect, q=q, q_dependent=q, threshold=LEVEL / among).verdict


def null_cell(
    name: str, reports: Sequence[float], panels: int, seed: int, *, together: float = 0.0
) -> Tally:
    """Panels in which nothing happens; `together` as in `simulate`."""
    made = (_panel(name, reports, [seed, number], together=together) for number in range(panels))
    return tally(effects(panel) for panel in made)


def tally(found: Iterable[tuple[ReleaseEffect, ...]]) -> Tally:
    """Counts the pairs of several panels."""
    pairs = tested = flagged = verdicts = family = 0
    said: Counter[str] = Counter()
    for several in found:
        pairs += len(several)
        tested += sum(one.p is not None for one in several)
        flagged += sum(one.p is not None and one.p <= LEVEL for one in several)
        verdicts += sum(alone(one) in CHANGED for one in several)
        together = as_family(several)
        family += sum(one.verdict in CHANGED for one in together)
        said.update(one.verdict.value for one in together)
    return Tally(
        pairs=pairs,
        tested=tested,
        flagged=flagged,
        verdicts=verdicts,
        family=family,
        said=dict(sorted(said.items())),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Power:
    """Of `panels` in which one cause changes: how often that was said, and what else."""

    panels: int
    flagged: int  # p at most 5 % and the right direction
    alone: int  # the verdict, had the pair been tested alone
    family: int  # the verdict among the four causes of the release
    quarter: int  # the verdict as the only small p among `QUARTER` pairs
    others: int  # verdicts "rose" or "fell" on the three causes that did not change
    covered: int  # 95 % intervals that contain the truth
    said: dict[str, int]


def power(name: str, reports: Sequence[float], ratio: float, panels: int, seed: int) -> Power:
    """The first cause's rate is `ratio` times as high from the release on."""
    wanted = Verdict.ROSE if ratio > 1 else Verdict.FELL
    counts = Counter[str]()
    said = Counter[str]()
    change = Change(start=RELEASE, ratio=ratio, cause=0)
    for number in range(panels):
        several = as_family(effects(_panel(name, reports, [seed, number], [change])))
        one = several[0]
        right = one.p is not None and one.p <= LEVEL and ((one.ratio or 1) > 1) == (ratio > 1)
        counts["flagged"] += right
        counts["alone"] += alone(one) is wanted
        counts["family"] += one.verdict is wanted
        counts["quarter"] += alone(one, QUARTER) is wanted
        counts["others"] += sum(other.verdict in CHANGED for other in several[1:])
        if one.low is not None and one.high is not None:
            counts["covered"] += one.low <= ratio <= one.high
        said[one.verdict.value] += 1
    named = ("flagged", "alone", "family", "quarter", "others", "covered")
    return Power(
        panels=panels, said=dict(sorted(said.items())), **{key: counts[key] for key in named}
    )


def margin(name: str, reports: Sequence[float], ratio: float, panels: int, seed: int) -> int:
    """How many pairs of `panels` are called no meaningful change though all causes change.

    At a `ratio` of 1.25 or 0.8, the borders of what is meaningful, it should be 5 % of them.
    """
    change = [Change(start=RELEASE, ratio=ratio)]
    found = (effects(_panel(name, reports, [seed, n], change)) for n in range(panels))
    return sum(e.verdict is Verdict.NO_MEANINGFUL_CHANGE for several in found for e in several)


def dashboards(name: str, reports: float, number: int, seed: int) -> list[int]:
    """False verdicts among 150 pairs, three causes and fifty releases, of each of `number` panels.

    The fifty days lie six apart, so that their windows overlap as those of real releases do.
    """
    first, last = 32, DAYS - 32
    at = np.linspace(first, last, FIFTY).round().astype(int).tolist()
    wrong = []
    for one in range(number):
        panel = simulate(SCENARIOS[name], np.full((3, 1), reports), _seed([seed, one]))
        wrong.append(sum(e.verdict in CHANGED for e in as_family(effects(panel, at))))
    return wrong


def _panel(
    name: str,
    reports: Sequence[float],
    seed: Sequence[int],
    changes: Iterable[Change] = (),
    *,
    together: float = 0.0,
) -> Panel:
    volumes = np.tile(np.asarray(reports, dtype=np.float64), (CAUSES, 1))
    return simulate(SCENARIOS[name], volumes, _seed(seed), changes=changes, together=together)


def _seed(entropy: Sequence[int]) -> np.random.SeedSequence:
    return np.random.SeedSequence(list(entropy))
