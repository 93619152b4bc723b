"""What an evaluation says: figures with intervals, for machines and for readers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from classify.evaluate import Predicted, halves, true_class
from classify.fit import truths
from classify.scores import (
    Measured,
    bootstrap,
    brier_skill,
    expected_calibration_error,
    f1,
    lower_bound,
    perfect_calibration_error,
    ratio,
    slope,
)
from domain.causes import STUDIED, Decision

_CAUSES = tuple(c.value for c in STUDIED)
_CLASSES = (*_CAUSES, "other", "not_a_report")


def summarise(held: Sequence[Predicted], own: Sequence[Predicted]) -> dict[str, Any]:
    """Everything that `evaluate` tells, as JSON-ready values."""
    known = [p for p in own if p.row.cause != "undetermined"]
    return {
        "gold": {name: _figures(rows) for name, rows in halves(held).items()},
        "by_source": {s: _short(rows) for s, rows in sorted(_by_source(held).items())},
        "own": _figures(known),
        "undetermined": _abstentions([p for p in own if p.row.cause == "undetermined"]),
    }


def _figures(rows: Sequence[Predicted]) -> dict[str, Any]:
    threads = [f"{p.row.place}\n{p.row.thread}" for p in rows]
    said = np.array([p.likely for p in rows])
    true = np.array([true_class(p.row) for p in rows])

    def macro(chosen: Any) -> float:
        return float(np.mean([f1(said[chosen] == c, true[chosen] == c) for c in _CAUSES]))

    if not rows:
        return {"posts": 0}
    return {
        "posts": len(rows),
        "macro_f1": bootstrap(macro, threads).told(),
        "causes": {c: _cause(rows, c, said, true, threads) for c in (*_CAUSES, "other")},
        "report": _report(rows, threads),
        "confusion": {t: dict(Counter(said[true == t].tolist())) for t in _CLASSES},
        "decisions": _decisions(rows, threads),
    }


def _cause(
    rows: Sequence[Predicted], cause: str, said: Any, true: Any, threads: Sequence[str]
) -> dict[str, Any]:
    here, there = said == cause, true == cause
    probability = np.array([p.causes[cause] for p in rows])
    return {
        "posts": int(there.sum()),
        "precision": bootstrap(
            lambda i: ratio((here & there)[i].sum(), here[i].sum()), threads
        ).told(),
        "recall": bootstrap(
            lambda i: ratio((here & there)[i].sum(), there[i].sum()), threads
        ).told(),
        "f1": bootstrap(lambda i: f1(here[i], there[i]), threads).told(),
        **_probability(probability, truths([p.row for p in rows])[cause], threads),
    }


def _report(rows: Sequence[Predicted], threads: Sequence[str]) -> dict[str, Any]:
    probability = np.array([p.report for p in rows])
    said = np.array([p.likely != "not_a_report" for p in rows])
    truth = np.array([p.row.report for p in rows])
    return {
        "f1": bootstrap(lambda i: f1(said[i], truth[i]), threads).told(),
        **_probability(probability, truth, threads),
    }


def _probability(probability: Any, truth: Any, threads: Sequence[str]) -> dict[str, Any]:
    constant = np.full(len(truth), truth.mean() if len(truth) else 0.5)
    return {
        "brier_skill": bootstrap(lambda i: brier_skill(probability[i], truth[i]), threads).told(),
        "calibration_slope": bootstrap(
            lambda i: slope(probability[i], truth[i]), threads, resamples=300
        ).told(),
        "calibration_error": round(expected_calibration_error(probability, truth), 4),
        "calibration_error_if_perfect": round(perfect_calibration_error(probability), 4),
        "calibration_error_of_a_constant": round(expected_calibration_error(constant, truth), 4),
    }


def _decisions(rows: Sequence[Predicted], threads: Sequence[str]) -> dict[str, Any]:
    """Precision where something is decided, and how much of what is there gets decided."""
    made: dict[str, Any] = {}
    for decision in (*_CLASSES, "any of the three"):
        wanted = _CAUSES if decision == "any of the three" else (decision,)
        decided = np.array([p.decision in wanted for p in rows])
        right = np.array([_holds(p) for p in rows]) & decided
        there = np.array([true_class(p.row) in wanted for p in rows])
        made[decision] = {
            "decided": int(decided.sum()),
            "precision": bootstrap(partial(_share, right, decided), threads).told(),
            "precision_at_least": round(lower_bound(int(right.sum()), int(decided.sum())), 4),
            "coverage": bootstrap(partial(_share, decided & there, there), threads).told(),
        }
    reasons = Counter(p.abstained_because for p in rows if p.decision == Decision.UNDETERMINED)
    made["undetermined"] = {
        "posts": sum(reasons.values()),
        "because": dict(sorted(reasons.items())),
    }
    return made


def _share(part: Any, whole: Any, chosen: Any) -> float:
    return ratio(part[chosen].sum(), whole[chosen].sum())


def _holds(p: Predicted) -> bool:
    """Whether the decision is one of the labels; a second cause counts as well."""
    return p.decision in (true_class(p.row), p.row.secondary if p.row.report else None)


def _abstentions(rows: Sequence[Predicted]) -> dict[str, Any]:
    """How often we say nothing where nothing can be said, and for the labelled reason."""
    kept = [p for p in rows if p.decision == Decision.UNDETERMINED]
    same = [p for p in kept if p.abstained_because == p.row.abstain]
    return {
        "posts": len(rows),
        "abstained": round(ratio(len(kept), len(rows)), 4),
        "for_the_labelled_reason": round(ratio(len(same), len(rows)), 4),
        "decided_as": dict(sorted(Counter(p.decision for p in rows).items())),
    }


def _by_source(rows: Sequence[Predicted]) -> dict[str, list[Predicted]]:
    made: dict[str, list[Predicted]] = {}
    for p in rows:
        made.setdefault(p.row.content.source, []).append(p)
    return made


def _short(rows: Sequence[Predicted]) -> dict[str, Any]:
    said = np.array([p.likely for p in rows])
    true = np.array([true_class(p.row) for p in rows])
    kept = {
        c: {"posts": int((true == c).sum()), "f1": _number(f1(said == c, true == c))}
        for c in _CAUSES
    }
    unmatched = np.array([p.row.stratum == "nohit" for p in rows])
    wrong = unmatched & np.isin(said, _CAUSES) & (said != true)
    return {
        "posts": len(rows),
        "causes": kept,
        "unmatched_posts": int(unmatched.sum()),
        "false_positives_per_1000_unmatched": _number(
            1000 * ratio(int(wrong.sum()), int(unmatched.sum()))
        ),
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 3)


def read_out(told: dict[str, Any]) -> str:
    """The figures as a page of plain text."""
    lines = ["Forced choice, cross-validated by place", ""]
    for half, figures in told["gold"].items():
        macro = _measured(figures["macro_f1"]) if figures["posts"] else "-"
        lines.append(f"{half:>5}  {figures['posts']} posts  macro F1 of the three causes {macro}")
    figures = told["gold"]["all"]
    if not figures["posts"]:
        return "The file holds no labelled post."
    lines += ["", _row("", "posts", "precision", "recall", "F1", "Brier skill", "slope", "ECE")]
    for cause, c in figures["causes"].items():
        cells = [c["precision"], c["recall"], c["f1"], c["brier_skill"], c["calibration_slope"]]
        error = f"{c['calibration_error']:.3f} ({c['calibration_error_if_perfect']:.3f})"
        lines.append(_row(cause, c["posts"], *map(_measured, cells), error))
    lines += ["ECE: expected calibration error (in brackets: that of perfect probabilities)", ""]
    lines.append(_row("decisions", "made", "precision", "at least", "coverage"))
    for name, d in figures["decisions"].items():
        if name != "undetermined":
            cells = [_measured(d["precision"]), f"{d['precision_at_least']:.2f}"]
            lines.append(_row(name, d["decided"], *cells, _measured(d["coverage"])))
    because = ", ".join(
        f"{k} {v}" for k, v in figures["decisions"]["undetermined"]["because"].items()
    )
    own, unknown = told["own"], told["undetermined"]
    lines += [
        f"undetermined: {figures['decisions']['undetermined']['posts']} ({because})",
        "",
        f"Our own posts, five folds: {own['posts']} posts, macro F1 {_measured(own['macro_f1'])}",
        f"Our own undetermined posts: {unknown['posts']}, abstained on {unknown['abstained']:.0%}, "
        f"for the labelled reason {unknown['for_the_labelled_reason']:.0%}",
    ]
    return "\n".join(lines)


def _measured(told: dict[str, float | None]) -> str:
    value, low, high = (told[name] for name in ("value", "low", "high"))
    if value is None or low is None or high is None:
        return "-"
    return str(Measured(value, low, high))


def _row(name: str, *cells: object) -> str:
    return f"{name:<20}" + "".join(
        f"{cell!s:>20}" if i else f"{cell!s:>7}" for i, cell in enumerate(cells)
    )
