"""What changed around releases: the estimates, tests and verdicts of one product's panel.

`release_effects` estimates, `as_family` tests the effects of one family together; an effect that
belongs to no family yet has no q, and neither rose nor fell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from trends.agreement import Beside
from trends.assembly import effects_of
from trends.detectable import sufficient_ratio
from trends.discovery import (
    benjamini_hochberg,
    benjamini_yekutieli,
    sufficient,
    within_selected,
)
from trends.estimates import Asked
from trends.panel import Ints, Panel
from trends.release_effect import ReleaseEffect, SourceEffect
from trends.sensitivity import Sensitivity
from trends.verdict import Verdict, calibrated_error, decide
from trends.weekly import Curve, curves_around
from trends.windows import SIDE

__all__ = [
    "Curve",
    "ReleaseEffect",
    "Sensitivity",
    "SourceEffect",
    "Verdict",
    "as_family",
    "judged",
    "release_effects",
]


def release_effects(
    panel: Panel,
    days: Sequence[date],
    *,
    complete_through: date | None = None,
    comparators: Sequence[Panel] = (),
    alternatives: Mapping[str, Panel] | None = None,
    unnamed: Mapping[date, Ints] | None = None,
) -> tuple[ReleaseEffect, ...]:
    """Every cause of the panel around each of `days`: by day as given, then by cause.

    `complete_through`: the last day that is complete; later ones are not used (None: the last day
    that is usable anywhere). `comparators`: panels of other products, matched by cause and date.
    `alternatives`: name -> panel of the same product counted otherwise (posts instead of reporters,
    say). `unnamed`: day -> exposure (S, T) without the posts that name that day's release.
    Raises `ValueError` where an exposure of `unnamed` doesn't have the panel's shape.
    """
    last = _last_complete(panel, complete_through)
    at = np.array([panel.index(day) for day in days], dtype=np.int64)
    days_after = np.clip(last - at, 0, SIDE)
    more = Beside(comparators=comparators, alternatives=alternatives, unnamed=unnamed)
    curves = curves_around(panel, at, last)
    made: dict[int, list[ReleaseEffect]] = {}
    for length in np.unique(days_after).tolist():
        which = np.flatnonzero(days_after == length)
        asked = Asked(panel=panel, at=at[which], days_after=length, last=last)
        made.update(zip(which.tolist(), effects_of(asked, curves.at(which), more), strict=True))
    return tuple(effect for number in range(len(days)) for effect in made[number])


def as_family(effects: Sequence[ReleaseEffect]) -> tuple[ReleaseEffect, ...]:
    """The effects of one family with their q-values and the verdicts that these allow, in order.

    Benjamini-Hochberg over those that have a p; for the places of a pair that passes, over its
    places (`trends.discovery.within_selected`).
    """
    p = np.array([np.nan if one.p is None else one.p for one in effects], dtype=np.float64)
    q, q_dependent, threshold = benjamini_hochberg(p), benjamini_yekutieli(p), sufficient(p)
    most = max((len(one.sources) for one in effects), default=0)
    members = np.full((len(effects), most), np.nan)
    for row, one in enumerate(effects):
        for column, source in enumerate(one.sources):
            members[row, column] = np.nan if source.p is None else source.p
    of_places = within_selected(p, members)
    return tuple(
        judged(
            replace(one, sources=_with_q(one.sources, of_places[row].tolist())),
            q=_known(q[row]),
            q_dependent=_known(q_dependent[row]),
            threshold=threshold,
        )
        for row, one in enumerate(effects)
    )


def judged(
    effect: ReleaseEffect, *, q: float | None, q_dependent: float | None, threshold: float
) -> ReleaseEffect:
    """`effect` with q-values given (frozen ones, say) and the verdict that they allow.

    `threshold`: the p that would have sufficed in its family (`trends.discovery.sufficient`);
    `needed` follows from it. An effect that could not be tested stays as it is.
    """
    if effect.p is None:
        return effect
    b, error, tau, degrees = effect.log_ratio, effect.error, effect.tau, effect.degrees
    if b is None or error is None or tau is None or degrees is None:
        raise ValueError("an effect with a p has its estimate, error, tau and degrees")
    whole = calibrated_error(error, tau)
    verdict, reasons = decide(
        log_ratio=b,
        error=whole,
        degrees=degrees,
        q=q,
        pretest_p=effect.pretest_p,
        sensitivities=effect.sensitivities,
    )
    needed = float(sufficient_ratio(whole, degrees, p=threshold))
    return replace(
        effect,
        q=q,
        q_dependent=q_dependent,
        verdict=verdict,
        reasons=reasons,
        needed=needed if b >= 0 else 1.0 / needed,
    )


def _last_complete(panel: Panel, complete_through: date | None) -> int:
    """Index of the last day that may be used; -1 without any."""
    length = panel.exposure.shape[1]
    if complete_through is not None:
        return int(max(min(panel.index(complete_through), length - 1), -1))
    usable = np.flatnonzero(panel.usable.any(axis=0))
    return int(usable[-1]) if len(usable) else -1


def _with_q(sources: tuple[SourceEffect, ...], q: Sequence[float]) -> tuple[SourceEffect, ...]:
    pairs = zip(sources, q[: len(sources)], strict=True)
    return tuple(replace(source, q=_known(value)) for source, value in pairs)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
