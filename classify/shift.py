"""Whether re-estimating the classes' shares a source mends probabilities in the stream.

The shares are found without labels (`classify.priors`), from unlabelled posts of the source where
there are some, else from its labelled ones taken as unlabelled, weighted. The probabilities are
taken to be calibrated to the labelled shares of the other places. Labels only measure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from classify.calibration import LEAST, Bools
from classify.ngrams import Floats
from classify.predicted import CLASS_NAMES, Predicted, cause_matrix, true_class
from classify.priors import adjusted, estimated, exclusive
from classify.scores import expected_calibration_error
from classify.strata import Weighted

AS_IT_IS, RE_ESTIMATED, LABELLED = "as it is", "shares re-estimated", "shares as labelled"
PARTLY = "shares re-estimated, a tenth kept"
_BELIEFS = {RE_ESTIMATED: 0.0, PARTLY: 0.1}  # how much of the shares elsewhere is kept


def shifted(
    rows: Sequence[Predicted], known: Weighted, unlabelled: Mapping[str, Floats]
) -> dict[str, Any]:
    """Weighted log loss and calibration error of the five classes under four kinds of shares, and
    the shares. `rows` are all labelled posts, also those without a known stratum; `unlabelled`:
    by source, posteriors (n, 5) of posts without labels by models that never saw the place."""
    sources = np.array([p.row.content.source for p in known.rows])
    truth = _truth(known.rows)
    before = exclusive(np.array([p.report for p in known.rows]), cause_matrix(known.rows))
    made = {name: before.copy() for name in (AS_IT_IS, RE_ESTIMATED, PARTLY, LABELLED)}
    shares = {}
    for source in sorted(set(sources.tolist())):
        here = sources == source
        elsewhere = _truth([p for p in rows if p.row.place != _place(known.rows, here)])
        start = elsewhere.mean(axis=0) if len(elsewhere) else truth.mean(axis=0)
        weights = known.weights[here]
        others = unlabelled.get(source)
        on = (before[here], start, weights) if others is None else (others, start)
        found = {name: estimated(*on, belief=b).shares for name, b in _BELIEFS.items()}
        labelled = weights @ truth[here] / weights.sum()
        for name, share in {**found, LABELLED: labelled}.items():
            made[name][here] = adjusted(before[here], start, share)
        shares[source] = {
            "rows": int(here.sum()),
            "estimated_on": int(here.sum()) if others is None else len(others),
            "elsewhere": _named(start),
            **{name: _named(share) for name, share in {**found, LABELLED: labelled}.items()},
        }
    return {
        "all": {name: _measures(p, truth, known.weights) for name, p in made.items()},
        "by_source": {
            source: {
                **told,
                "measures": {
                    name: _measures(
                        p[sources == source],
                        truth[sources == source],
                        known.weights[sources == source],
                    )
                    for name, p in made.items()
                },
            }
            for source, told in shares.items()
        },
    }


def _place(rows: Sequence[Predicted], here: Bools) -> str:
    return rows[int(np.flatnonzero(here)[0])].row.place


def _truth(rows: Sequence[Predicted]) -> Floats:
    """One-hot labels (n, 5)."""
    made: Floats = np.array([[true_class(p.row) == c for c in CLASS_NAMES] for p in rows], float)
    return made.reshape(len(rows), len(CLASS_NAMES))


def _measures(probability: Floats, truth: Floats, weights: Floats) -> dict[str, float]:
    """`log_loss` in nats a post; `calibration_error`: mean over the five classes."""
    share = weights / weights.sum()
    kept = np.clip((probability * truth).sum(axis=1), LEAST, 1)
    errors = [
        expected_calibration_error(probability[:, c], truth[:, c] > 0, weights)
        for c in range(truth.shape[1])
    ]
    return {
        "log_loss": round(float(-(share @ np.log(kept))), 4),
        "calibration_error": round(float(np.mean(errors)), 4),
    }


def _named(shares: Floats) -> dict[str, float]:
    return {c: round(float(s), 4) for c, s in zip(CLASS_NAMES, shares, strict=True)}
