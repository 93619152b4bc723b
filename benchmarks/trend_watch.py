"""Spikes, steps and late days against a truth that is known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulated_series import DAYS, SCENARIOS, Change, Scenario, simulate
from benchmarks.trend_parts import Share, share
from trends.changepoints import change_points
from trends.delay import completeness, nowcast, reporting_triangle
from trends.drift import Shape, drift
from trends.spikes import HISTORY, joined, spikes

Floats = NDArray[np.float64]

WEEK = 7
WANDERS = Scenario(weekdays=True, correlation=0.6, wander=0.2)  # E without growth and drift
NEAR = 2  # weeks


SPIKE = slice(300, 303)
ANY = 1 - 1e-9  # a share of false discoveries that stops no alarm


def alarms(series: int, seed: int) -> dict[str, dict[str, Share | float]]:
    """By reports a day: false alarms a year in scenarios A, E, F, and three days found in B.

    Each series is by itself; an alarm is a stretch of days.
    """
    told: dict[str, dict[str, Share | float]] = {}
    year = 365.0 / (DAYS - HISTORY)
    for reports in (2.0, 20.0, 100.0):
        every = np.full((1, series), reports)
        row = told.setdefault(f"{reports:g}", {})
        for name in ("A", "E", "F"):
            panel = simulate(SCENARIOS[name], every, seed)
            made = spikes(panel.counts[0], panel.exposure, false_discoveries=ANY)
            said = sum(len(joined(one)) for one in made.alarm)
            row[name] = round(said * year / series, 2)
        for ratio in (2.0, 3.0):
            change = Change(start=SPIKE.start, stop=SPIKE.stop, ratio=ratio)
            panel = simulate(SCENARIOS["B"], every, seed, changes=[change])
            # Days after the spike have no part in what is said of it.
            seen, posts = (a[..., : SPIKE.stop] for a in (panel.counts[0], panel.exposure))
            made = spikes(seen, posts, last=SPIKE.stop - SPIKE.start, false_discoveries=ANY)
            found = int(made.alarm[:, SPIKE].any(axis=1).sum())
            row[f"x{ratio:g}"] = share(found, series)
    return told


def steps(series: int, seed: int) -> dict[str, dict[str, Share]]:
    """By reports a day: lasting steps said where there is none, and found where there is one."""
    told: dict[str, dict[str, Share]] = {}
    half = DAYS // 2
    for reports in (2.0, 20.0, 100.0):
        row = told.setdefault(f"{reports:g}", {})
        quiet = _weekly(WANDERS, reports, series, seed)
        said = sum(bool(change_points(y, n).changes) for y, n in zip(*quiet, strict=True))
        row["none"] = share(said, series)
        for ratio in (1.5, 2.0):
            risen = _weekly(WANDERS, reports, series, seed, Change(start=half, ratio=ratio))
            found = [change_points(y, n).changes for y, n in zip(*risen, strict=True)]
            near = sum(any(abs(at - half // WEEK) <= NEAR for at in one) for one in found)
            row[f"x{ratio:g}"] = share(near, series)
    return told


def drifting(series: int, seed: int) -> dict[str, Share]:
    """A steady drift at 20 reports a day looks like steps; the line beside them has to say so."""
    said = told = 0
    for y, n in zip(*_weekly(SCENARIOS["D"], 20.0, series, seed), strict=True):
        found = change_points(y, n)
        if found.changes:
            said += 1
            told += drift(y, n, steps=found).shape is Shape.DRIFT
    return {
        "steps said": share(said, series),
        "of these called a drift": share(told, said),
    }


def _weekly(
    scenario: Scenario, reports: float, series: int, seed: int, *changes: Change
) -> tuple[Floats, Floats]:
    """Counts and exposure (series, 52) of one cause at as many places."""
    panel = simulate(scenario, np.full((1, series), reports), seed, changes=changes)
    whole = DAYS // WEEK * WEEK
    both = (panel.counts[0], panel.exposure)
    y, n = (a[:, :whole].reshape(series, -1, WEEK).sum(-1).astype(np.float64) for a in both)
    return y, n


LATE = np.array([0.55, 0.2, 0.1, 0.05, 0.03, 0.03, 0.01, 0.01, 0.01, 0.01])  # by days of delay
SEEN_DAYS = 90


def late_days(draws: int, seed: int) -> dict[str, Share]:
    """Posts that are seen late: do the intervals of the last days hold what they come to?"""
    dice = np.random.default_rng(seed)
    ages = np.arange(5)
    held, hatched = np.zeros(ages.size, dtype=int), np.zeros(ages.size, dtype=int)
    seen_by_then = np.cumsum(LATE / LATE.sum())[ages]
    for _ in range(draws):
        posts = dice.poisson(20.0 * np.exp(0.005 * np.arange(SEEN_DAYS)))
        posted = np.repeat(np.arange(SEEN_DAYS), posts)
        seen = posted + dice.choice(LATE.size, posted.size, p=LATE / LATE.sum())
        now = SEEN_DAYS - 1
        known = completeness(reporting_triangle(posted, seen, first=0, now=now))
        so_far = np.bincount(posted[seen <= now], minlength=SEEN_DAYS)[now - ages]
        made = nowcast(so_far, ages, known)
        final = posts[now - ages]
        held += (made.low <= final) & (final <= made.high)
        hatched += made.incomplete == (seen_by_then < 0.95)
    told = {
        f"{age} days old: interval holds the final count": share(int(held[age]), draws)
        for age in ages
    }
    told["days hatched as they should be"] = share(int(hatched.sum()), draws * ages.size)
    return told
