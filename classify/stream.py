"""What a model does to a raw stream, estimated from posts that were drawn by stratum.

Estimates are ratios of weighted sums (Hájek 1971); intervals draw whole threads within strata. A
rare class that a large stratum's few rows lack counts as absent there: intervals of such estimates
are too narrow, which is why the unmatched strata are told by exact intervals as well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from classify.calibration import Bools
from classify.ngrams import Floats
from classify.predicted import (
    CLASS_NAMES,
    STUDIED_NAMES,
    Predicted,
    holds,
    true_class,
)
from classify.scores import Numbers, bootstrap, exact_interval, ratio
from classify.shift import shifted
from classify.strata import UNMATCHED, Sizes, Weighted, weighted

ANY = "any of the three"


def stream(
    rows: Sequence[Predicted], sizes: Sizes, unlabelled: Mapping[str, Floats] | None = None
) -> dict[str, Any]:
    """Prevalence, precision and recall in the stream, false alarms among unmatched posts, and what
    re-estimating the classes' shares a source does to the probabilities; `unlabelled`: see
    `classify.shift`."""
    known = weighted(rows, sizes)
    if not known.rows:
        return {"posts": 0, "left_out": known.left_out}
    return {
        "posts": len(known.rows),
        "left_out": known.left_out,
        "stands_for": sum(known.sizes.values()),
        "effective_posts": round(known.effective, 1),
        "prevalence": _prevalence(known),
        "forced_choice": _said(known, lambda p: p.likely),
        "decided": _said(known, lambda p: p.decision),
        "unmatched": unmatched(known),
        "shares_re_estimated": shifted(rows, known, unlabelled or {}),
    }


def _prevalence(known: Weighted) -> dict[str, Any]:
    true = np.array([true_class(p.row) for p in known.rows])
    return {name: _share(known, true == name, np.ones(len(true), bool)) for name in CLASS_NAMES}


def _said(known: Weighted, say: Callable[[Predicted], str]) -> dict[str, Any]:
    said = np.array([say(p) for p in known.rows])
    true = np.array([true_class(p.row) for p in known.rows])
    right = np.array([holds(s, p.row) for s, p in zip(said, known.rows, strict=True)], bool)
    made = {}
    for name in (*STUDIED_NAMES, "other", ANY):
        wanted = STUDIED_NAMES if name == ANY else (name,)
        here, there = np.isin(said, wanted), np.isin(true, wanted)
        made[name] = {
            "precision": _share(known, right & here, here),
            "recall": _share(known, right & here & there, there),
        }
    return made


def _share(known: Weighted, part: Bools, whole: Bools) -> dict[str, Any]:
    """A weighted share with its interval, and how many rows it rests on."""
    weights = known.weights

    def measured(rows: Numbers) -> float:
        inside: Floats = weights[rows]
        return ratio(float(inside @ part[rows]), float(inside @ whole[rows]))

    threads = [p.thread for p in known.rows]
    told = bootstrap(measured, threads, strata=known.strata).told()
    return {**told, "rows": int(whole.sum()), "rows_of_it": int((part & whole).sum())}


def unmatched(known: Weighted) -> dict[str, Any]:
    """Posts that no keyword matched and that are wrongly said to be of one of the three causes,
    per 1,000: by forced choice and by decision, a source and all of them together."""
    sources = sorted({p.row.content.source for p in known.rows if p.row.stratum == UNMATCHED})
    made: dict[str, Any] = {}
    for source in [*sources, "all"]:
        mine = [
            (p, float(w))
            for p, w in zip(known.rows, known.weights, strict=True)
            if p.row.stratum == UNMATCHED and source in ("all", p.row.content.source)
        ]
        made[source] = {
            "rows": len(mine),
            "likely": _false_alarms(mine, lambda p: p.likely),
            "decided": _false_alarms(mine, lambda p: p.decision),
        }
    return made


def _false_alarms(
    mine: Sequence[tuple[Predicted, float]], say: Callable[[Predicted], str]
) -> dict[str, float | int]:
    """`low` and `high` are exact for the rows as they are; `per_1000` is weighted."""
    wrong = [say(p) in STUDIED_NAMES and not holds(say(p), p.row) for p, _ in mine]
    weighed = sum(w for (_, w), bad in zip(mine, wrong, strict=True) if bad)
    low, high = exact_interval(sum(wrong), len(mine))
    return {
        "posts": sum(wrong),
        "per_1000": round(1000 * ratio(weighed, sum(w for _, w in mine)), 1) if mine else 0.0,
        "low": round(1000 * low, 1),
        "high": round(1000 * high, 1),
    }
