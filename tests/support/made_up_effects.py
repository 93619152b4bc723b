"""Effects made up for the pages: every verdict, nothing estimated from posts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from domain.causes import Cause
from trends.effects import Curve, ReleaseEffect, SourceEffect
from trends.sensitivity import (
    COMPARATOR,
    COUNTS,
    ONE_LEFT_OUT,
    RELATIVE,
    TREND,
    UNNAMED,
    Sensitivity,
)
from trends.verdict import Verdict

DAY = date(2026, 6, 5)

CURVE = Curve(
    weeks=tuple(range(-8, 9)),
    ratio=(
        0.9,
        1.05,
        1.1,
        0.95,
        1.0,
        0.97,
        1.02,
        1.0,
        *[1.3, 1.6, 1.5, 1.7, 1.4, 1.4, 1.6, 1.3, 1.2],
    ),
    low=(0.6, 0.7, 0.75, 0.6, 0.66, 0.6, 0.7, 1.0, *[0.9, 1.1, 1.0, 1.2, 1.0, 0.9, 1.1, 0.8, 0.7]),
    high=(1.4, 1.5, 1.6, 1.4, 1.5, 1.5, 1.5, 1.0, *[1.9, 2.3, 2.2, 2.4, 2.1, 2.0, 2.3, 2.0, 1.9]),
    calibrated=True,
)
_SAID = ("q", "q_dependent", "log_ratio", "error", "tau", "drift", "degrees", "dispersion")
_UNSAID = ("ratio", "low", "high", "p", *_SAID, "i_squared", "tau2", "smallest_rise")


def place(name: str = "github:a/b", **changed: object) -> SourceEffect:
    """A place that saw half as many again."""
    made = SourceEffect(
        place=name,
        ratio=1.5,
        low=1.1,
        high=2.05,
        p=0.01,
        q=0.02,
        log_ratio=0.405,
        error=0.12,
        tau=0.1,
        degrees=20.0,
        dispersion=1.4,
        binomial=False,
        weight=0.6,
        events_before=40,
        events_after=61,
        days_before=28,
        days_after=28,
        posts_before=5_000,
        posts_after=5_100,
        exact_low=1.0,
        exact_high=2.3,
        left_out=None,
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # any field


def way(name: str, agrees: bool | None = True, note: str = "") -> Sensitivity:
    """Another way of looking; not estimated where nothing can be said."""
    known = agrees is not None
    return Sensitivity(
        name=name,
        ratio=1.4 if known else None,
        low=1.05 if known else None,
        high=1.9 if known else None,
        agrees=agrees,
        note=note,
    )


def effect(cause: Cause = Cause.CONTEXT_LIMIT, **changed: object) -> ReleaseEffect:
    """A cause that rose."""
    made = ReleaseEffect(
        cause=cause,
        day=DAY,
        verdict=Verdict.ROSE,
        preliminary=False,
        reasons=(),
        ratio=1.52,
        low=1.1,
        high=2.09,
        p=0.004,
        q=0.021,
        q_dependent=0.08,
        log_ratio=0.419,
        error=0.13,
        tau=0.1,
        drift=1.02,
        degrees=22.0,
        dispersion=1.4,
        placebo_dates=14,
        i_squared=0.1,
        tau2=0.01,
        events_before=66,
        events_after=101,
        days_before=28,
        days_after=28,
        posts_before=8_200,
        posts_after=8_400,
        smallest_rise=1.45,
        smallest_fall=0.69,
        needed=1.33,
        pretest_p=0.4,
        curve=CURVE,
        sources=(
            place(),
            place("hackernews:Claude", ratio=1.55, low=0.9, high=2.6, q=0.2, weight=0.4),
            place(
                "forum <b>",
                ratio=None,
                low=None,
                high=None,
                weight=None,
                q=None,
                left_out="Fewer than 11 reporters.",
            ),
        ),
        sensitivities=(
            way(TREND),
            way(RELATIVE),
            way(ONE_LEFT_OUT),
            way(COUNTS),
            way(UNNAMED, None, "No post names it."),
            way(COMPARATOR, False),
        ),
    )
    return replace(made, **changed)  # type: ignore[arg-type]  # any field


def unsaid(cause: Cause, verdict: Verdict, **changed: object) -> ReleaseEffect:
    """A cause of which nothing is estimated."""
    nothing = dict.fromkeys(_UNSAID)
    nothing |= dict.fromkeys(("smallest_fall", "needed", "pretest_p", "curve"))
    counts = {"placebo_dates": 0, "events_before": 3, "events_after": 1}
    return effect(
        cause, verdict=verdict, sources=(), sensitivities=(), **(nothing | counts | changed)
    )


EVERY_CAUSE = (
    effect(),
    effect(
        Cause.SAFETY_TRIGGER,
        verdict=Verdict.UNCLEAR,
        ratio=1.2,
        low=0.7,
        high=6.1,
        q=0.43,
        reasons=("The interval holds both a rise and none.",),
    ),
    effect(
        Cause.SESSION_MANAGEMENT,
        verdict=Verdict.FELL,
        ratio=0.6,
        low=0.2,
        high=0.8,
        q=0.0004,
        preliminary=True,
    ),
    unsaid(Cause.OTHER, Verdict.TOO_FEW),
)
