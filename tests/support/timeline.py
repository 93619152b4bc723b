"""Releases and effects for tests of what is tested, and of what is said about it."""

from __future__ import annotations

from datetime import date, timedelta

from domain.causes import Cause
from domain.nouns import Release
from trends.effects import ReleaseEffect
from trends.verdict import Verdict

DAY = date(2026, 3, 2)


def release(name: str, day: int | None, kind: str = "context_feature", **changes: str) -> Release:
    """One that was deployed `day` days after `DAY`, or never (None), as far as is known."""
    deployed = None if day is None else DAY + timedelta(days=day)
    told = {"product": "Claude", "title": name, "claimed_effect": ""} | changes
    return Release(
        id=name,
        announced=deployed or DAY,
        date_precision="day",
        deployed=deployed,
        vendor="Anthropic",
        affects="",
        kind=kind,
        source_url="https://vendor.example",
        source_title="",
        confidence="high",
        **told,
    )


def effect(
    cause: Cause = Cause.SAFETY_TRIGGER, day: date = DAY, **changes: object
) -> ReleaseEffect:
    """A rise to 1.8 times, unless `changes` say otherwise."""
    told: dict[str, object] = {
        "cause": cause,
        "day": day,
        "verdict": Verdict.ROSE,
        "preliminary": False,
        "reasons": (),
        "ratio": 1.8,
        "low": 1.3,
        "high": 2.5,
        "p": 0.001,
        "q": 0.004,
        "q_dependent": 0.01,
        "log_ratio": 0.588,
        "error": 0.12,
        "tau": 0.11,
        "drift": 1.0,
        "degrees": 40.0,
        "dispersion": 1.4,
        "placebo_dates": 30,
        "i_squared": 0.1,
        "tau2": 0.01,
        "events_before": 66,
        "events_after": 120,
        "days_before": 28,
        "days_after": 28,
        "posts_before": 8_300,
        "posts_after": 8_400,
        "smallest_rise": 1.55,
        "smallest_fall": 0.65,
        "needed": 1.4,
        "pretest_p": 0.4,
        "curve": None,
        "sources": (),
        "sensitivities": (),
    }
    return ReleaseEffect(**told | changes)  # type: ignore[arg-type]  # by name
