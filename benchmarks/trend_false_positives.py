"""How often the statistics of trends are wrong where the truth is known.

    python -m benchmarks.trend_false_positives [--quick] [--json OUT] [--only PART ...]

Series are simulated (`benchmarks.simulated_series`), the same for the same sizes. Parts:

    naive       what other methods call changed where nothing happened
    cells       false positives of the verdict on a release, per scenario and volume
    together    the same where all causes of a product wander alike, as they were not meant to
    power       changes of known size, and what was said of them
    margin      changes just large enough to be meaningful that were said not to be
    dashboards  150 pairs of a cause and a release without any effect, corrected together
    derived     another product, the parts of a rise, corrections, spikes, steps, late days
    injected    changes put into real series (where the project's folder of real posts is)

Ends with 1 where false positives of a cell are significantly above 5 % (one-sided exact test at 1 %
shared by all cells), where they are above 5 % on average, where a dashboard has more than two false
changes in one of twenty, or where a doubling at 20 reports a day is seen in fewer than 90 % (as
series really are: scenario E).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import trend_cells, trend_injected, trend_parts, trend_watch
from benchmarks.naive_methods import ALPHA, METHODS
from benchmarks.simulated_series import RELEASE, SCENARIOS, simulate
from benchmarks.trend_cells import VOLUMES, Tally
from trends.verdict import LEVEL, SMALL

SEED = 20_261_123
TOGETHER = 0.5  # share of the wandering that all causes have in common
Figures = dict[str, Any]
"""What each size is at full size, and with --quick."""
SIZES = {
    "naive series": (2_000, 400),
    "panels a cell": (500, 25),
    "panels a change": (400, 30),
    "dashboards": (40, 2),
    "comparisons": (400, 30),
    "draws": (2_000, 200),
    "watched series": (1_000, 100),
}


def naive(sizes: Figures) -> Figures:
    """Per cent called changed, by reports a day, method and scenario."""
    told: Figures = {}
    for volume in (2.0, 20.0, 100.0):
        reports = np.full((1, sizes["naive series"]), volume)
        cells = {name: simulate(one, reports, SEED) for name, one in SCENARIOS.items()}
        told[f"{volume:g}"] = {
            words: {
                name: round(
                    100 * float(np.mean(method(cell.counts[0], cell.exposure, RELEASE) < ALPHA)), 1
                )
                for name, cell in cells.items()
            }
            for words, method in METHODS.items()
        }
    return told


def cells(sizes: Figures) -> Figures:
    """Tallies by reports a day and scenario."""
    return {
        volume: {
            name: _told(trend_cells.null_cell(name, reports, sizes["panels a cell"], SEED))
            for name in SCENARIOS
        }
        for volume, reports in VOLUMES.items()
    }


def together(sizes: Figures) -> Figures:
    """Tallies at 20 reports a day with wandering in common, by scenario."""
    return {
        name: _told(
            trend_cells.null_cell(name, (20.0,), sizes["panels a cell"], SEED, together=TOGETHER)
        )
        for name in ("E", "F", "G")
    }


def power(sizes: Figures) -> Figures:
    """By size of the change and volume, then scenario."""
    told: Figures = {}
    for ratio in (2.0, 1.5, 0.5):
        told[f"x{ratio:g}, 20"] = {
            name: asdict(trend_cells.power(name, (20.0,), ratio, sizes["panels a change"], SEED))
            for name in SCENARIOS
        }
    for volume in ("2", "5", "100", "2 + 5 + 20 + 100, four places"):
        for ratio in (2.0, 1.5):
            made = trend_cells.power("E", VOLUMES[volume], ratio, sizes["panels a change"], SEED)
            told[f"x{ratio:g}, {volume}"] = {"E": asdict(made)}
    return told


def margin(sizes: Figures) -> Figures:
    """Changes at the border of what is meaningful, by scenario and volume."""
    told: Figures = {}
    for name, volume in (("A", "20"), ("B", "100"), ("E", "2 + 5 + 20 + 100, four places")):
        panels = sizes["panels a change"]
        hits = sum(
            trend_cells.margin(name, VOLUMES[volume], ratio, panels // 2, SEED) for ratio in SMALL
        )
        told[f"{name}, {volume}"] = trend_parts.share(hits, trend_cells.CAUSES * panels)
    return told


def dashboards(sizes: Figures) -> Figures:
    """False changes of each dashboard, by reports a day and scenario."""
    wanted = [("A", 20.0), ("C", 20.0), ("E", 20.0), ("G", 20.0), ("E", 100.0)]
    return {
        f"{volume:g} {name}": trend_cells.dashboards(name, volume, sizes["dashboards"], SEED)
        for name, volume in wanted
    }


def derived(sizes: Figures) -> Figures:
    """How often each derived figure holds the truth."""
    return {
        "another product": trend_parts.comparator(sizes["comparisons"], SEED),
        "parts of a rise": trend_parts.parts_of_a_rise(sizes["draws"], SEED),
        "corrections": trend_parts.corrections(sizes["draws"], SEED),
        "spikes": trend_watch.alarms(sizes["watched series"] // 2, SEED),
        "lasting steps": trend_watch.steps(sizes["watched series"], SEED),
        "drift": trend_watch.drifting(sizes["watched series"], SEED),
        "late days": trend_watch.late_days(sizes["draws"], SEED),
    }


def injected(sizes: Figures) -> Figures:
    """Changes found in real series; nothing where they are missing."""
    if not (trend_injected.WEEKS.is_file() and trend_injected.REVIEWS.is_file()):
        return {}
    return dict(trend_injected.injected(min(sizes["watched series"], 50), SEED))


PARTS: dict[str, Callable[[Figures], Figures]] = {
    "naive": naive,
    "cells": cells,
    "together": together,
    "power": power,
    "margin": margin,
    "dashboards": dashboards,
    "derived": derived,
    "injected": injected,
}


def failures(figures: Figures) -> list[str]:
    """What is worse than promised, in sentences."""
    wrong: list[str] = []
    if "cells" in figures:
        made = {
            (volume, name): Tally(**{k: v for k, v in one.items() if k != "per cent"})
            for volume, row in figures["cells"].items()
            for name, one in row.items()
        }
        wrong += [
            f"{name} at {volume} a day: {one.flagged} of {one.tested} are false positives"
            for (volume, name), one in made.items()
            if one.worse_than(LEVEL, len(made))
        ]
        mean = np.mean([one.flagged / max(one.tested, 1) for one in made.values()])
        if mean > LEVEL:
            wrong.append(f"{mean:.1%} are false positives on average over the cells")
    for name, counts in figures.get("dashboards", {}).items():
        if np.mean(np.array(counts) > 2) > 0.05:
            wrong.append(f"dashboards {name}: more than two false changes of 150 too often")
    for key in ("x2, 20",):
        if one := figures.get("power", {}).get(key, {}).get("E"):
            seen = one["family"] / one["panels"]
            if seen < 0.9:
                wrong.append(f"a doubling at 20 reports a day is seen in {seen:.0%}")
    return wrong


def _told(tally: Tally) -> Figures:
    share = 100.0 * tally.flagged / max(tally.tested, 1)
    return asdict(tally) | {"per cent": round(share, 1)}


def main() -> int:
    """Prints the figures and what is worse than promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", nargs="*", choices=PARTS, default=list(PARTS))
    given = parser.parse_args()
    sizes = {name: pair[given.quick] for name, pair in SIZES.items()}
    figures: Figures = {"sizes": sizes}
    for part in given.only:
        begin = time.perf_counter()
        figures[part] = PARTS[part](sizes)
        print(f"== {part} ({time.perf_counter() - begin:.0f} s)", flush=True)
        print(json.dumps(figures[part], indent=1))
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    wrong = failures(figures)
    print("\n".join(wrong) or "Nothing is worse than promised.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
