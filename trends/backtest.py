"""Faults that vendors confirmed, held against what was collected: could it have shown them?

A fault that our days don't cover, or that would have had to be larger than twofold to be seen, is
no test of anything: it stands in the table with its reason and counts in no score. With fewer than
five faults that could have been seen there is a table and no rate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from domain.nouns import ConfirmedFault
from domain.products import PRODUCTS
from trends.claims import said
from trends.injection import BASELINE, chosen, room, shown, smallest_rise
from trends.intervals import wilson_share
from trends.panel import Bools, Panel

LEAST_SCORED = 5  # faults, for a rate
LEAST_COVERED = 0.5  # of its days
LEAST_TRIALS = 10  # ordinary days to try a fault of its length on
DRAWS = 25  # of these days at most
COULD = 2.0  # a fault that had to be larger than a doubling could not have been shown


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultCase:
    """One fault in one product's days; numbers are None where they can't be had."""

    fault: ConfirmedFault
    product: str
    days: int  # that it lasted
    covered: int  # of them, usable at some place
    reports_a_day: float | None  # reporters with its cause in the 28 days before, places together
    reports: int  # reporters with its cause on the covered days
    posts: int  # judged posts of the same days
    smallest: float | None  # ratio that is shown in four of five trials on ordinary days
    reason: str  # why it could not have been shown; "" where it could
    seen: bool | None  # whether it was shown; None where it could not have been


@dataclass(frozen=True, kw_only=True, slots=True)
class Backtest:
    """All faults, and a score over those that could have been shown; rate None under five."""

    cases: tuple[FaultCase, ...]
    scored: int
    seen: int
    rate: float | None
    low: float | None  # Wilson's 95 % limits
    high: float | None
    note: str


def backtest(
    faults: Sequence[ConfirmedFault], panels: Mapping[str, Panel], *, seed: int = 20_261_123
) -> Backtest:
    """Every fault in every known product that it names; `panels` by product, those that there are.

    The trials that find the smallest change are drawn with `seed`, each fault's on its own.
    A fault that hit two products is scored once: seen if it was in either.
    """
    cases = tuple(
        _case(fault, product, panels.get(product), np.random.default_rng([seed, number]))
        for number, fault in enumerate(faults)
        for product in products_of(fault)
    )
    outcome: dict[str, bool] = {}
    for case in cases:
        if case.seen is not None:
            outcome[case.fault.id] = outcome.get(case.fault.id, False) or case.seen
    scored, seen = len(outcome), sum(outcome.values())
    share = wilson_share(seen, scored)
    enough = scored >= LEAST_SCORED
    return Backtest(
        cases=cases,
        scored=scored,
        seen=seen,
        rate=seen / scored if enough else None,
        low=float(share.low) if enough else None,
        high=float(share.high) if enough else None,
        note=_note(len(faults), scored),
    )


def products_of(fault: ConfirmedFault) -> tuple[str, ...]:
    """The products that we know among those that a fault names, longer names first."""
    left, found = fault.product, []
    for name in sorted((p.name for p in PRODUCTS), key=len, reverse=True):
        left, times = re.subn(rf"\b{re.escape(name)}\b", "", left)
        if times:
            found.append(name)
    return tuple(found)


def _case(
    fault: ConfirmedFault, product: str, panel: Panel | None, dice: np.random.Generator
) -> FaultCase:
    days = (fault.ended - fault.began).days + 1
    empty = FaultCase(
        fault=fault,
        product=product,
        days=days,
        covered=0,
        reports_a_day=None,
        reports=0,
        posts=0,
        smallest=None,
        reason=said("No post of this product was collected in those days."),
        seen=None,
    )
    if panel is None or fault.cause not in panel.causes:
        return empty
    first = panel.index(fault.began)
    during = _days(panel, first, first + days)
    if not during.any():
        return empty
    return _measured(empty, panel, first, during, dice)


def _measured(
    empty: FaultCase, panel: Panel, first: int, during: Bools, dice: np.random.Generator
) -> FaultCase:
    fault, days = empty.fault, empty.days
    counts = panel.counts[panel.causes.index(fault.cause)]
    before = _days(panel, first - BASELINE, first)
    known = int(before.any(axis=0).sum())
    covered = int(during.any(axis=0).sum())
    smallest = None
    ordinary = room(panel, days)
    ordinary = ordinary[ordinary + days <= first]
    if len(ordinary) >= LEAST_TRIALS and covered >= LEAST_COVERED * days:
        at = chosen(ordinary, DRAWS, dice)
        smallest = smallest_rise(panel, fault.cause, at, days, dice)
    reason = _reason(days, covered, len(ordinary), smallest)
    return FaultCase(
        fault=fault,
        product=empty.product,
        days=days,
        covered=covered,
        reports_a_day=float(counts[before].sum()) / known if known else None,
        reports=int(counts[during].sum()),
        posts=int(panel.exposure[during].sum()),
        smallest=smallest,
        reason=reason,
        seen=None if reason else shown(panel, fault.cause, first, days),
    )


def _reason(days: int, covered: int, ordinary: int, smallest: float | None) -> str:
    if covered < LEAST_COVERED * days:
        return said(f"Only {covered} of its {days} days are covered.")
    if ordinary < LEAST_TRIALS:
        return said("The history before it is too short to say what could have been seen.")
    if smallest is None or smallest > COULD:
        return said("With so few reports even a doubling would mostly have gone unseen.")
    return ""


def _note(faults: int, scored: int) -> str:
    head = f"{scored} of {faults} confirmed faults could have shown in what was collected"
    if scored < LEAST_SCORED:
        return said(f"{head}; under {LEAST_SCORED} there is no rate.")
    return said(f"{head}; only these are scored.")


def _days(panel: Panel, first: int, after: int) -> Bools:
    """(S, T): the usable days from index `first` to before `after`."""
    days = np.arange(panel.exposure.shape[1])
    made: Bools = panel.usable & (days >= first) & (days < after)
    return made
