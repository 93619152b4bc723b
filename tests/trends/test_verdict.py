"""How a verdict follows from an estimate, its family and the other ways of looking."""

from __future__ import annotations

from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trends.claims import violations
from trends.sensitivity import (
    COMPARATOR,
    COUNTS,
    ONE_LEFT_OUT,
    RELATIVE,
    REQUIRED,
    TREND,
    UNNAMED,
    Sensitivity,
)
from trends.verdict import TESTED, VERDICT_LABELS, Verdict, decide


def way(name: str, agrees: bool | None) -> Sensitivity:
    return Sensitivity(name=name, ratio=1.1, low=0.9, high=1.3, agrees=agrees)


def said(ratio: float, q: float | None = 0.01, **changed: object) -> Verdict:
    values: dict[str, object] = {
        "log_ratio": log(ratio),
        "error": 0.1,
        "degrees": 20.0,
        "q": q,
        "pretest_p": 0.5,
        "sensitivities": (),
    }
    return decide(**(values | changed))[0]  # type: ignore[arg-type]  # as above


def test_what_is_discovered_rose_or_fell() -> None:
    assert said(1.5) is Verdict.ROSE
    assert said(0.6) is Verdict.FELL
    assert said(1.5, 0.05) is Verdict.ROSE
    assert said(1.5, 0.051) is Verdict.UNCLEAR


def test_without_its_family_nothing_rose() -> None:
    verdict, reasons = decide(
        log_ratio=1.0, error=0.1, degrees=20.0, q=None, pretest_p=None, sensitivities=()
    )
    assert verdict is Verdict.UNCLEAR
    assert reasons == ("Not yet tested together with its family.",)


@pytest.mark.parametrize("name", [TREND, RELATIVE, ONE_LEFT_OUT, COUNTS])
def test_a_way_that_disagrees_stands_in_the_way(name: str) -> None:
    assert name in REQUIRED
    assert said(1.5, sensitivities=[way(name, True)]) is Verdict.ROSE
    assert said(1.5, sensitivities=[way(name, None)]) is Verdict.ROSE
    verdict, reasons = decide(
        log_ratio=0.4,
        error=0.1,
        degrees=20.0,
        q=0.01,
        pretest_p=None,
        sensitivities=[way(name, False), way(COMPARATOR, False)],
    )
    assert verdict is Verdict.UNCLEAR
    assert len(reasons) == 1
    assert name in reasons[0]


@pytest.mark.parametrize("name", [UNNAMED, COMPARATOR, "posts instead of reporters"])
def test_ways_that_are_only_shown(name: str) -> None:
    assert said(1.5, sensitivities=[way(name, False)]) is Verdict.ROSE


@pytest.mark.parametrize("ratio", [0.5, 1.0, 2.0])
def test_weeks_that_moved_before_come_first(ratio: float) -> None:
    assert said(ratio, pretest_p=0.049) is Verdict.ALREADY_MOVING
    assert said(ratio, pretest_p=0.05) is not Verdict.ALREADY_MOVING
    assert said(ratio, pretest_p=None) is not Verdict.ALREADY_MOVING


@given(st.floats(0.7, 1.4), st.floats(0.001, 0.3), st.floats(2.0, 200.0))
def test_no_meaningful_change_is_a_narrow_interval(
    ratio: float, error: float, degrees: float
) -> None:
    low, high = stats.t.interval(0.9, degrees, log(ratio), error)
    inside = exp(low) >= 0.8 and exp(high) <= 1.25
    made = said(ratio, 0.9, error=error, degrees=degrees)
    assert made is (Verdict.NO_MEANINGFUL_CHANGE if inside else Verdict.UNCLEAR)


def test_every_verdict_has_a_name_and_none_claims_too_much() -> None:
    assert set(VERDICT_LABELS) == set(Verdict)
    assert Verdict.TOO_FEW not in TESTED
    for label in VERDICT_LABELS.values():
        assert violations(label) == ()
