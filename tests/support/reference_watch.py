"""R's values of what watches a series: EARS, Farrington, change points, nowcast.

Left out, because nothing here computes them: EARS C3 (R departs from its own description), CUSUM
and the other outbreak rules, Normal costs, binary segmentation and "at most one change", the
sampled nowcasts, and run lengths. `mu0Vector` of R's Farrington is a quantile on the wrong
scale where the limit is "delta", and its score with "nbPlugin" subtracts a log from a count.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.reference_cases import ReferenceCase, read_columns, read_out
from trends.changepoints import change_points
from trends.delay import completeness, nowcast, reporting_triangle
from trends.ears import EarsMethod, ears
from trends.farrington import ErrorScale, FarringtonWeeks, Limit, Settings, farrington

Floats = NDArray[np.float64]

FIRST = date(2004, 1, 5)  # the Monday of week 1 of the Newport series


def cases(reference: Path) -> Iterator[ReferenceCase]:
    """All cases of this part."""
    yield from _ears(reference)
    yield from _farrington(reference)
    yield from _change_points(reference)
    yield from _nowcast(reference)


def _ears(reference: Path) -> Iterator[ReferenceCase]:
    daily = read_columns(reference, "sim_daily")
    weekly = read_columns(reference, "salmNewport_weekly")["observed"]
    for name, known in read_out(reference, "ears_cusum").items():
        if not name.startswith(("ears_C1", "ears_C2")):
            continue
        counts = weekly if "newport" in name else daily["y_low" if "low" in name else "y_nb1"]
        options: dict[str, Any] = {"method": EarsMethod(name[5:7])}
        if name.endswith("baseline28"):
            options |= {"baseline": 28, "least_sigma": 1.0, "alpha": 0.01}
        else:
            options["least_sigma"] = float(name.rsplit("_", 1)[1])
        at = np.array(known["index"]) - 1
        made = partial(ears, counts, **options)
        yield _case(f"{name} limit", 1e-9, known["upperbound"], lambda f=made, i=at: f().upper[i])
        yield _case(f"{name} alarm", 0, known["alarm"], lambda f=made, i=at: f().alarm[i])


def _farrington(reference: Path) -> Iterator[ReferenceCase]:
    newport = read_columns(reference, "salmNewport_weekly")["observed"]
    agona = read_columns(reference, "salmonella_agona_weekly")["observed"]
    for name, known in read_out(reference, "farrington").items():
        if not isinstance(known, dict) or "call" not in known:
            continue
        made = partial(
            farrington,
            newport if "newport" in name else agona,
            first=FIRST if "newport" in name else None,
            weeks=np.array(known["index"]) - 1,
            settings=_settings(known["call"]),
        )
        yield _case(f"{name} alarm", 0, known["alarm"], lambda f=made: f().alarm)
        for theirs, ours in (("upperbound", "upper"), ("expected", "expected")):
            if theirs in known:
                # R says nothing of weeks with too few events.
                yield _case(
                    f"{name} {ours}", 1e-6, known[theirs], lambda f=made, o=ours: _enough(f(), o)
                )
        for theirs, ours in (
            ("phiVector", "dispersion"),
            ("pvalue", "p"),
            ("trendVector", "trend"),
            ("score", "score"),
        ):
            if theirs in known and not (ours == "score" and "nbPlugin" in name):
                yield _case(
                    f"{name} {ours}", 1e-6, known[theirs], lambda f=made, o=ours: getattr(f(), o)
                )


def _enough(made: FarringtonWeeks, name: str) -> Floats:
    return np.where(made.enough, getattr(made, name), np.nan)


def _settings(call: str) -> Settings:
    """What R was called with."""
    if call.startswith("farrington("):  # its alpha is two-sided
        return Settings(
            years=4,
            periods=1,
            weights_threshold=1.0,
            excluded_weeks=3,
            trend_p=0.05,
            alpha=0.005,
            error_scale=ErrorScale.FLOORED,
        )
    given = dict(re.findall(r"(\w+) ?= ?\"?([\w./]+)", call))
    return Settings(
        years=int(given["b"]),
        half_window=int(given["w"]),
        periods=int(given["noPeriods"]),
        weights_threshold=None
        if given.get("reweight") == "FALSE"
        else float(given["weightsThreshold"]),
        excluded_weeks=int(given["pastWeeksNotIncluded"]),
        trend=given.get("trend") != "FALSE",
        trend_p=float(given["pThresholdTrend"]),
        limit=Limit(given["thresholdMethod"]),
        power=1.0 if given.get("powertrans") == "none" else 2 / 3,
        alpha=float(given["alpha"]),
        error_scale=ErrorScale.WORKING,
    )


def _change_points(reference: Path) -> Iterator[ReferenceCase]:
    daily = read_columns(reference, "sim_daily")
    series = {
        "discoveries": read_columns(reference, "discoveries")["n"],
        "coal": read_columns(reference, "coal_yearly")["n"],
        "sim_daily_y_nb1": daily["y_nb1"],
        "sim_daily_y_low": daily["y_low"],
    }
    for name, known in read_out(reference, "changepoint").items():
        if "poisson_PELT" not in name:
            continue
        (counts,) = (values for key, values in series.items() if name.startswith(key))
        fee = re.findall(r"(?:manual|PELT)_(\d+)", name) or [known["pen_value"]]
        (least,) = re.findall(r"minseglen=(\d+)", known["call"])
        made = partial(
            change_points,
            counts,
            penalty=float(fee[0]),
            least_weeks=int(least),
            dispersion=1.0,
        )
        # R numbers the last point of the left segment from 1: our first of the right one from 0.
        yield _case(name, 0, np.atleast_1d(known["cpts"]), lambda f=made: f().changes)
        if "segment_means" in known:
            yield _case(
                f"{name} means", 1e-9, known["segment_means"], lambda f=made: f().rate.estimate
            )


def _nowcast(reference: Path) -> Iterator[ReferenceCase]:
    known = read_out(reference, "nowcast")
    with (reference / "data" / "husO104Hosp_linelist.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    days = [[_day(row[column]) for row in rows] for column in ("dHosp", "dReport")]
    first, now = _day(known["reporting_triangle"]["dates"][0]), _day(known["now"])
    ages = [now - _day(day) for day in known["when"]]
    triangle = reporting_triangle(days[0], days[1], first=first, now=now, depth=known["D"])
    delay = completeness(triangle, window=None)
    seen = triangle.counts.sum(axis=1)[[-1 - age for age in ages]]
    counts = known["reporting_triangle"]["counts"]
    yield _case("triangle", 0, counts, lambda: np.where(triangle.observed, triangle.counts, np.nan))
    yield _case("seen so far", 0, known["lawless"]["observed_so_far"], lambda: seen)
    shares = known["lawless"]["delayCDF"]
    yield _case("chain ladder", 1e-9, shares[: len(delay.share)], lambda: delay.share)
    theirs = known["bayes.notrunc.bnb"]
    made = partial(nowcast, seen, ages, delay, ignore_truncation=True)
    for limit, ours in (("median", "median"), ("lo95", "low"), ("hi95", "high")):
        yield _case(f"nowcast {ours}", 0, theirs[limit], lambda o=ours: getattr(made(), o))


def _day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def _case(name: str, tolerance: float, expected: Any, made: Any) -> ReferenceCase:
    return ReferenceCase(
        name=name, made=made, expected=np.array(expected, dtype=np.float64), tolerance=tolerance
    )
