"""What is known of one cause around one release: the noun that pages and commands share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.causes import Cause
from trends.sensitivity import Sensitivity
from trends.verdict import Verdict
from trends.weekly import Curve


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceEffect:
    """The same change at one place; the place's estimate is None where `left_out` says why.

    Limits are 95 %, calibrated on the placebo dates of all causes and places, and None with the p
    where these are too few; `exact_*` is the conditional interval of the two crude rates, for
    display where events are few.
    """

    place: str
    ratio: float | None
    low: float | None
    high: float | None
    p: float | None
    q: float | None  # only where the pooled pair passed
    log_ratio: float | None
    error: float | None  # standard error of log_ratio, dispersion included, tau not
    tau: float | None
    degrees: float | None
    dispersion: float | None
    binomial: bool  # reports are frequent: fitted as shares of the posts
    weight: float | None  # share in the pooled estimate
    events_before: int
    events_after: int
    days_before: int
    days_after: int
    posts_before: int
    posts_after: int
    exact_low: float | None
    exact_high: float | None  # None: none (no events before)
    left_out: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReleaseEffect:
    """One cause around one day, places pooled; every number is None where it can't be said."""

    cause: Cause
    day: date
    verdict: Verdict
    preliminary: bool  # fewer than 28 days after are complete
    reasons: tuple[str, ...]  # why the verdict is no plainer, in sentences
    ratio: float | None  # rate after / rate before
    low: float | None  # 95 %, calibrated; by the own error alone where the history is too short
    high: float | None
    p: float | None  # calibrated
    q: float | None  # Benjamini-Hochberg within the family; None until `as_family`
    q_dependent: float | None  # Benjamini-Yekutieli, for any dependence
    log_ratio: float | None
    error: float | None  # standard error of log_ratio, tau not included
    tau: float | None  # spread of the same estimate at ordinary dates, log scale
    drift: float | None  # ratio at an ordinary date on average: a steady trend, not a change
    degrees: float | None  # of the t distribution
    dispersion: float | None  # mean over the places, weighted by events
    placebo_dates: int
    i_squared: float | None  # share of the variation between places that is not noise
    tau2: float | None  # variance between places, log scale
    events_before: int  # reporters, over the pooled places (of all, where none could be)
    events_after: int
    days_before: int  # of the place with most
    days_after: int
    posts_before: int  # judged posts, of the same places as events
    posts_after: int
    smallest_rise: float | None  # ratio that would be seen with 80 % probability
    smallest_fall: float | None
    needed: float | None  # ratio in the estimate's direction that would have been significant
    pretest_p: float | None  # the weeks before are level
    curve: Curve | None
    sources: tuple[SourceEffect, ...]
    sensitivities: tuple[Sensitivity, ...]
