"""Changes of known size put into real series, at thresholds that were fixed before.

Two weekly series of posts that mention an assistant and of complaints among them (a CSV file with
`family`, `iso_week`, `all_mentions`, `complaints`), 68 weeks each, and one of daily reviews (`at`,
`score`; one or two stars are the reports), 82 days. A change is put at every week and every day
that has room for it; reports are added by chance, so that they vary as the rest does. With a ratio
of 1 nothing is put in: that row says how often ordinary days look like a change. Some may be one.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.trend_parts import Share, share
from domain.causes import Cause
from trends.changepoints import change_points
from trends.injection import room, trials
from trends.panel import Panel
from trends.placebo import calibrated, degrees, ordinary
from trends.step import rate_step

Floats = NDArray[np.float64]

DATA = Path(__file__).parents[2] / "shared" / "data"
WEEKS = DATA / "lemon_weekly_rates.csv"
REVIEWS = DATA / "play_chatgpt_reviews.csv"
SIDE = 4  # weeks before and after
RATIOS = (1.0, 1.3, 1.5, 2.0, 3.0)
LEVEL = 0.05
NEAR = 2  # weeks
DAYS = 7  # a week's
SHORT = 3  # days of a short fault
LOW = 2  # stars, at most, of a review that is a report


def weekly(path: Path = WEEKS) -> dict[str, tuple[Floats, Floats]]:
    """Complaints and mentions of each family, by week."""
    rows: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            one = (row["iso_week"], float(row["complaints"]), float(row["all_mentions"]))
            rows[row["family"]].append(one)
    return {
        family: tuple(np.array([one[part] for one in sorted(found)]) for part in (1, 2))  # type: ignore[misc]
        for family, found in rows.items()
    }


def daily(path: Path = REVIEWS) -> Panel:
    """Reviews and those with few stars, by day."""
    posts, low = Counter[date](), Counter[date]()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["at"][:10])
            posts[day] += 1
            low[day] += int(row["score"]) <= LOW
    first, last = min(posts), max(posts)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    exposure = np.array([[posts[day] for day in days]], dtype=np.int64)
    return Panel(
        product="reviews",
        first_day=first,
        causes=(Cause.OTHER,),
        places=("reviews",),
        counts=np.array([[[low[day] for day in days]]], dtype=np.int64),
        exposure=exposure,
        usable=exposure > 0,
        eras=np.zeros_like(exposure),
    )


def injected(draws: int, seed: int) -> dict[str, dict[str, Share]]:
    """By the ratio put in: seen by the calibrated step of 4 + 4 weeks; found among the steps of
    the whole series within 2 weeks of where it is; and, for three days, by the daily alarm.
    """
    series, reviews = weekly(), daily()
    dice = np.random.default_rng(seed)
    told: dict[str, dict[str, Share]] = {}
    for ratio in RATIOS:
        seen = found = of = tried = 0
        for counts, exposure in series.values():
            for week in range(SIDE, counts.size - SIDE):
                tried += 1
                seen += _tested(_raised(counts, week, ratio, dice), exposure, week, series)
            for week in dice.choice(np.arange(6, counts.size - 6), draws, replace=False):
                of += 1
                raised = _raised(counts, int(week), ratio, dice)
                said = change_points(raised, exposure).changes
                found += any(abs(at - week) <= NEAR for at in said)
        short = trials(reviews, Cause.OTHER, room(reviews, SHORT), SHORT, ratio, dice)
        told[f"{ratio:g}"] = {
            "tested": share(seen, tried),
            "lasting": share(found, of),
            "three days": share(short.seen, short.tried),
        }
    return told


def _raised(counts: Floats, week: int, ratio: float, dice: np.random.Generator) -> Floats:
    """`counts` with reports added from `week` on, for good."""
    more = dice.poisson(counts * (ratio - 1.0))
    return counts + np.where(np.arange(counts.size) >= week, more, 0)


def _tested(
    counts: Floats, exposure: Floats, week: int, series: dict[str, tuple[Floats, Floats]]
) -> bool:
    """Whether the step at `week` has a calibrated p of 5 % or less, placebo weeks of both series.

    The placebo weeks are those of the real series, with nothing put in.
    """
    after = np.arange(-SIDE, SIDE) >= 0
    nothing = np.zeros(2 * SIDE, dtype=np.int64)
    here = slice(week - SIDE, week + SIDE)
    made = rate_step(counts[here], exposure[here], after, nothing)
    at = [w for w in range(SIDE, counts.size - SIDE) if abs(w - week) >= SIDE]
    cut = np.array(at)[:, None] + np.arange(-SIDE, SIDE)
    placebo = rate_step(
        np.stack([y[cut] for y, _ in series.values()]),
        np.stack([n[cut] for _, n in series.values()]),
        after,
        nothing,
    )
    common = ordinary(placebo.log_ratio.ravel(), placebo.error.ravel())
    of = degrees(made.degrees, at[0] * DAYS, at[-1] * DAYS, len(series))
    p = calibrated(made.log_ratio, made.error, common.tau, of).p
    return bool(p <= LEVEL)
