"""How fast the table of releases is made: 4 causes at 10 places around 50 releases, two years.

    python -m benchmarks.trend_speed [--rounds N] [--json OUT]

Beside it a plain loop over the same 2,000 windows with statsmodels in the same run: the step alone,
without ordinary dates, pooling, curves or other ways of looking. Rounds of all take turns and the
best processor time of each counts, on one core.

"One day later" is what a new day costs: releases whose windows are still open are tested again,
the others keep what they have, and the new day of every series is watched.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

CAUSES, PLACES, RELEASES, DAYS = 4, 10, 50, 730
SIDE = 28
SEED = 20_261_123
Work = Callable[[], object]


def works() -> dict[str, Work]:
    """What is timed."""
    import numpy as np

    from benchmarks.simulated_series import SCENARIOS, simulate
    from trends.changepoints import change_points
    from trends.effects import as_family, release_effects
    from trends.spikes import spikes

    volumes = np.tile(np.geomspace(1.0, 100.0, PLACES), (CAUSES, 1))
    panel = simulate(SCENARIOS["B"], volumes, SEED, days=DAYS)
    at = np.linspace(SIDE + 1, DAYS - 5, RELEASES).astype(int).tolist()
    days = [panel.day(index) for index in at]
    opened = [panel.day(index) for index in at if index + SIDE >= DAYS - 1]
    whole = DAYS // 7 * 7
    weekly = [
        (counts[:whole].reshape(-1, 7).sum(1), posts[:whole].reshape(-1, 7).sum(1))
        for cause in panel.counts
        for counts, posts in zip(cause, panel.exposure, strict=True)
    ]

    def table(of: Sequence[date]) -> object:
        return as_family(release_effects(panel, of))

    def watched(last: int) -> object:
        return spikes(panel.counts, panel.exposure, last=last)

    def stepped() -> object:
        return [change_points(counts, posts) for counts, posts in weekly]

    def later() -> object:
        return table(opened), watched(1)

    return {
        "the whole table": lambda: table(days),
        f"one day later: {len(opened)} open releases, one day watched": later,
        "a year of spikes, 40 series": lambda: watched(365),
        "lasting steps, 40 series": stepped,
        "plain statsmodels, 2,000 steps": lambda: plain(panel.counts, panel.exposure, at),
    }


def plain(counts: object, exposure: object, at: Sequence[int]) -> list[float]:
    """Log rate ratios from a loop: quasi-Poisson with weekdays and exposure, 28 + 28 days."""
    import numpy as np
    from statsmodels.api import GLM, families

    y, n = np.asarray(counts), np.asarray(exposure)
    found = []
    for day in at:
        days = np.array([d for d in range(day - SIDE, day + SIDE + 1) if d != day and d < DAYS])
        design = np.column_stack([days > day, *((days % 7 == w) for w in range(7))]).astype(float)
        for cause in range(CAUSES):
            for place in range(PLACES):
                model = GLM(
                    y[cause, place, days],
                    design,
                    family=families.Poisson(),
                    exposure=n[place, days],
                )
                found.append(float(model.fit(scale="X2").params[0]))
    return found


def main() -> None:
    """Prints seconds, and each as a share of the plain loop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    timed = works()
    best = dict.fromkeys(timed, float("inf"))
    for _ in range(given.rounds):
        for name, work in timed.items():
            begin = time.process_time()
            work()
            best[name] = min(best[name], time.process_time() - begin)
    loop = best["plain statsmodels, 2,000 steps"]
    for name, seconds in best.items():
        print(f"{name:55} {seconds:7.3f} s   {seconds / loop:6.3f} of the plain loop")
    if given.json:
        told = {name: {"seconds": s, "of the plain loop": s / loop} for name, s in best.items()}
        given.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
