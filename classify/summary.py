"""What an evaluation says, as JSON-ready values: figures with intervals, points of its diagrams."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from classify.calibration import Bools
from classify.fit import truths
from classify.ngrams import Floats
from classify.predicted import (
    CAUSE_NAMES,
    CLASS_NAMES,
    STUDIED_NAMES,
    Predicted,
    halves,
    holds,
    true_class,
)
from classify.reliability import calibration, points
from classify.risk import curve
from classify.scores import Numbers, bootstrap, f1, lower_bound, ratio
from classify.steps import steps
from classify.strata import Sizes
from classify.stream import ANY, stream
from classify.strict import strict
from domain.causes import Decision

MISTAKES = 15  # listed of each kind; the figures say how many there are


def summarise(
    held: Sequence[Predicted],
    folds: Sequence[Predicted],
    own: Sequence[Predicted],
    sizes: Sizes | None = None,
    unlabelled: Mapping[str, Floats] | None = None,
) -> dict[str, Any]:
    """Everything that `evaluate` tells: `held` by place, `folds` by random folds of threads.

    `unlabelled`: by source, posteriors of the five classes of posts without labels. Posts that
    people couldn't tell the cause of are left out of all but `undetermined`: no answer to them is
    right or wrong.
    """
    labelled = len(held)
    held, folds, known = _told(held), _told(folds), _told(own)
    return {
        "undetermined_left_out": labelled - len(held),
        "by_place": {name: figures(rows) for name, rows in halves(held).items()},
        "by_thread": {name: figures(rows) for name, rows in halves(folds).items()},
        "gap_between_halves": {"by_place": _gap(held), "by_thread": _gap(folds)},
        "by_source": _each(held, lambda p: p.row.content.source),
        "places": _each(held, lambda p: p.row.place),
        "strict": {"by_place": strict(held), "by_thread": strict(folds)} if held else {},
        "reliability": _reliability(held),
        "risk": _risk(held),
        "steps": steps(held) if held else {},
        "mistakes": mistakes(held),
        "stream": stream(held, sizes, unlabelled or {}) if sizes else None,
        "own": figures(known),
        "undetermined": _abstentions([p for p in own if p.row.cause == "undetermined"]),
    }


def _told(rows: Sequence[Predicted]) -> list[Predicted]:
    return [p for p in rows if p.row.cause != "undetermined"]


def macro_f1(rows: Sequence[Predicted]) -> float:
    """Mean F1 of the three causes, by forced choice."""
    said = np.array([p.likely for p in rows])
    true = np.array([true_class(p.row) for p in rows])
    return float(np.mean([f1(said == c, true == c) for c in STUDIED_NAMES]))


def figures(rows: Sequence[Predicted]) -> dict[str, Any]:
    """The figures of some predictions."""
    if not rows:
        return {"posts": 0}
    threads = [p.thread for p in rows]
    said = np.array([p.likely for p in rows])
    true = np.array([true_class(p.row) for p in rows])
    groups = [p.row.place for p in rows]
    truth = truths([p.row for p in rows])
    probability = {c: np.array([p.causes[c] for p in rows]) for c in CAUSE_NAMES}
    reported = np.array([p.report for p in rows])
    choices = {c: (said == c, true == c) for c in CAUSE_NAMES}
    choices["report"] = (said != CLASS_NAMES[-1], truth["report"])
    return {
        "posts": len(rows),
        "macro_f1": _macro(said, true, threads),
        "causes": {
            c: {
                **_choice(*choices[c], threads),
                **calibration(probability[c], truth[c], threads, groups),
            }
            for c in CAUSE_NAMES
        },
        "report": {
            **_choice(*choices["report"], threads),
            **calibration(reported, truth["report"], threads, groups),
        },
        "confusion": {t: dict(Counter(said[true == t].tolist())) for t in CLASS_NAMES},
        "decisions": _decisions(rows, threads),
    }


def _macro(said: Any, true: Any, threads: Sequence[str]) -> dict[str, float | None]:
    def measured(i: Numbers) -> float:
        return float(np.mean([f1(said[i] == c, true[i] == c) for c in STUDIED_NAMES]))

    return bootstrap(measured, threads).told()


def _choice(here: Bools, there: Bools, threads: Sequence[str]) -> dict[str, Any]:
    """Precision, recall and F1 of one class of the forced choice."""
    both = here & there
    return {
        "posts": int(there.sum()),
        "said": int(here.sum()),
        "right": int(both.sum()),
        "precision": bootstrap(partial(_share, both, here), threads).told(),
        "recall": bootstrap(partial(_share, both, there), threads).told(),
        "f1": bootstrap(lambda i: f1(here[i], there[i]), threads).told(),
    }


def _share(part: Bools, whole: Bools, chosen: Numbers) -> float:
    return ratio(part[chosen].sum(), whole[chosen].sum())


def _decisions(rows: Sequence[Predicted], threads: Sequence[str]) -> dict[str, Any]:
    """Precision where something is decided, and how much of what is there gets decided."""
    made: dict[str, Any] = {}
    for decision in (*CLASS_NAMES, ANY):
        wanted = STUDIED_NAMES if decision == ANY else (decision,)
        decided = np.array([p.decision in wanted for p in rows])
        right = np.array([holds(p.decision, p.row) for p in rows]) & decided
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
        "because": dict(sorted((str(k), n) for k, n in reasons.items())),
    }
    return made


def _gap(rows: Sequence[Predicted]) -> float | None:
    """Macro F1 of the odd half less that of the even one."""
    parts = halves(rows)
    return _number(macro_f1(parts["odd"]) - macro_f1(parts["even"])) if rows else None


def _each(rows: Sequence[Predicted], name: Callable[[Predicted], str]) -> dict[str, Any]:
    """The figures of the rows of each name, by name."""
    made: dict[str, list[Predicted]] = {}
    for p in rows:
        made.setdefault(name(p), []).append(p)
    return {name: _part(mine) for name, mine in sorted(made.items())}


def _part(rows: Sequence[Predicted]) -> dict[str, Any]:
    """Precision, recall and F1 of every cause in a part of the rows."""
    threads = [p.thread for p in rows]
    said = np.array([p.likely for p in rows])
    true = np.array([true_class(p.row) for p in rows])
    return {
        "posts": len(rows),
        "macro_f1": _macro(said, true, threads),
        "causes": {c: _choice(said == c, true == c, threads) for c in CAUSE_NAMES},
    }


def _reliability(rows: Sequence[Predicted]) -> dict[str, Any]:
    if not rows:
        return {}
    truth = truths([p.row for p in rows])
    made = {"report": points(np.array([p.report for p in rows]), truth["report"])}
    made |= {c: points(np.array([p.causes[c] for p in rows]), truth[c]) for c in CAUSE_NAMES}
    return made


def _risk(rows: Sequence[Predicted]) -> dict[str, Any]:
    """Curves of the forced choice: over all posts, and where it names one of the three causes."""
    named = [p for p in rows if p.likely in STUDIED_NAMES]
    return {"all posts": _curve(rows), "one of the three causes named": _curve(named)}


def _curve(rows: Sequence[Predicted]) -> dict[str, Any]:
    confidence = np.array([p.confidence for p in rows])
    wrong = np.array([not holds(p.likely, p.row) for p in rows], bool)
    return curve(confidence, wrong, [p.thread for p in rows])


def mistakes(rows: Sequence[Predicted]) -> dict[str, Any]:
    """Wrong forced choices that concern one of the three causes, the surest first: ids, labels and
    probabilities, never texts."""
    wrong = [p for p in rows if not holds(p.likely, p.row)]
    wrong.sort(key=lambda p: (-p.confidence, p.row.id))
    alarms = [p for p in wrong if p.likely in STUDIED_NAMES]
    missed = [p for p in wrong if true_class(p.row) in STUDIED_NAMES]
    return {
        "named_wrongly": {"posts": len(alarms), "surest": [_mistake(p) for p in alarms[:MISTAKES]]},
        "missed": {"posts": len(missed), "surest": [_mistake(p) for p in missed[:MISTAKES]]},
    }


def _mistake(p: Predicted) -> dict[str, Any]:
    return {
        "id": p.row.id,
        "half": p.half,
        "source": p.row.content.source,
        "said": p.likely,
        "labelled": true_class(p.row),
        "decision": p.decision,
        "probability": round(p.confidence, 3),
        "of_the_label": round(1 - p.report if not p.row.report else p.causes[true_class(p.row)], 3),
    }


def _abstentions(rows: Sequence[Predicted]) -> dict[str, Any]:
    """How often we say nothing where nothing can be said, and for the labelled reason."""
    kept = [p for p in rows if p.decision == Decision.UNDETERMINED]
    same = [p for p in kept if p.abstained_because == p.row.abstain]
    return {
        "posts": len(rows),
        "abstained": _number(ratio(len(kept), len(rows))),
        "for_the_labelled_reason": _number(ratio(len(same), len(rows))),
        "decided_as": dict(sorted(Counter(p.decision for p in rows).items())),
    }


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(value, 4)
