"""How far each cue moves what it speaks of: the weights that evidence is shown with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from classify import features
from classify.calibration import logit
from classify.cues.cue import Cue
from classify.cues.engine import Hit
from classify.forest import Forest, Nodes
from classify.ngrams import Floats
from domain.causes import Cause, Symptom

Probabilities = Callable[[Nodes, Floats], tuple[Floats, Floats, Floats]]
_CAUSES = tuple(Cause)


@dataclass(frozen=True, slots=True)
class Counted:
    """A post as the model has seen it: cues, length, features, leaves (trees), probabilities."""

    found: Sequence[Hit]
    length: int
    row: Floats
    leaves: Nodes
    report: float
    causes: Floats


def influences(
    posts: Sequence[Counted], forest: Forest, probabilities: Probabilities
) -> list[dict[str, float]]:
    """For every cue of each post the log-odds of what it speaks of, with it less without it.

    `probabilities` of leaves (n, trees) and rows (n, features): report, causes, and a third.
    """
    asked = [(i, cue) for i, post in enumerate(posts) for cue in _speaking(post.found)]
    made: list[dict[str, float]] = [{} for _ in posts]
    if not asked:
        return made
    of = [i for i, _ in asked]
    before = np.array([posts[i].row for i in of])
    rows = before.copy()
    for number, (i, cue) in enumerate(asked):
        columns, values = _without(cue, posts[i])
        rows[number, columns] = values
    leaves = forest.leaves_again(rows, before, np.array([posts[i].leaves for i in of]))
    reports, causes, _ = probabilities(leaves, rows)
    subject = np.array(
        [0 if cue.about is None else 1 + _CAUSES.index(cue.about) for _, cue in asked]
    )
    each = np.arange(len(asked))
    without = np.column_stack([reports, causes])[each, subject]
    all_cues = np.array([(posts[i].report, *posts[i].causes) for i in of])[each, subject]
    moved = logit(all_cues) - logit(without)
    for (i, cue), weight in zip(asked, moved.tolist(), strict=True):
        made[i][cue.name] = round(weight, 3)
    return made


def _speaking(found: Sequence[Hit]) -> list[Cue]:
    """The cues about a cause or a report, by name."""
    speaking = {h.cue.name: h.cue for h in found if not isinstance(h.cue.about, Symptom)}
    return [speaking[name] for name in sorted(speaking)]


def _without(cue: Cue, post: Counted) -> tuple[list[int], list[float]]:
    """The columns of the features that a cue can move, and their values without it."""
    about = None if cue.about is None else Cause(cue.about)
    heard = features.heard(post.found)
    fewer = [h for h in heard if h.cue.about == about and h.cue.name != cue.name]
    values = features.of_subject(fewer, post.length).values()
    return features.columns_of(cue.name, about), [0.0, *values]
