"""A correction: nothing without evidence, little on little, and right where there is much."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classify.calibration import Bools, log_loss, logit, sigmoid
from classify.correction import OUTPUTS, Adjustment, Correction, Inputs, corrected, fit
from classify.gate import LEAST_POSTS, NONE, Gate, Truth, gate
from classify.model import CAUSES, CLASSES
from domain.causes import STUDIED

SOURCES = ("hub", "news")


def posts(size: int, seed: int, shift: dict[str, float] | None = None) -> tuple[Inputs, Truth]:
    """Invented probabilities, and truths that follow them up to a shift of each source."""
    dice = np.random.default_rng(seed)
    reports = sigmoid(dice.normal(-0.5, 2, size))
    causes = np.minimum(sigmoid(dice.normal(-2, 2, (size, len(CAUSES)))), reports[:, None])
    origins = tuple((SOURCES[i % 2], f"{SOURCES[i % 2]}:{i % 6}") for i in range(size))
    told = Inputs(
        reports=reports,
        causes=causes,
        text=dice.normal(0, 1, (size, len(CLASSES))),
        origins=origins,
        threads=tuple(f"t{i // 2}" for i in range(size)),
    )
    moved = np.array([(shift or {}).get(source, 0.0) for source, _ in origins])
    holds: dict[str, Bools] = {
        name: dice.random(size) < sigmoid(logit(told.of(name)) + moved) for name in OUTPUTS
    }
    label = np.where(holds["report"], causes.argmax(axis=1), NONE)
    return told, Truth(holds=holds, label=label, weights=np.ones(size))


def no_change(base: str = "m") -> Correction:
    nothing = Adjustment(sources={}, places={}, text=(0.0,) * len(CLASSES))
    return Correction(base, dict.fromkeys(OUTPUTS, nothing))


def test_a_zero_correction_changes_nothing() -> None:
    told, _ = posts(200, 1)
    again = corrected(no_change(), told)
    assert np.allclose(again.reports, told.reports)
    assert np.allclose(again.causes, told.causes)


@pytest.mark.parametrize("size", [1, 2, 5])
def test_few_reviews_move_little(size: int) -> None:
    told, truth = posts(size, 3)
    correction, _ = fit("m", told, truth.holds)
    moved = logit(corrected(correction, told).reports) - logit(told.reports)
    assert np.abs(moved).max() < 1.6


def test_what_is_right_already_stays_nearly_so() -> None:
    told, truth = posts(2_000, 4)
    correction, _ = fit("m", told, truth.holds)
    fresh, _ = posts(500, 5)
    again = corrected(correction, fresh)
    assert np.abs(again.reports - fresh.reports).mean() < 0.03


def test_a_source_s_level_is_found_and_held_out_loss_falls() -> None:
    shift = {"hub": -1.5, "news": 0.5}
    told, truth = posts(1_500, 6, shift)
    correction, _ = fit("m", told, truth.holds)
    levels = correction.outputs["report"].sources
    assert levels["hub"] < -0.7
    assert levels["news"] > 0.1
    fresh, fresh_truth = posts(1_500, 7, shift)
    again = corrected(correction, fresh)
    for name in OUTPUTS:
        before, after = (log_loss(t.of(name), fresh_truth.holds[name]) for t in (fresh, again))
        assert after < before


def test_an_unknown_source_keeps_the_model_s_level() -> None:
    told, truth = posts(800, 8, {"hub": -1.5, "news": -1.5})
    correction, _ = fit("m", told, truth.holds)
    elsewhere = replace(told, origins=(("own", "own"),) * 800)
    here, there = (corrected(correction, t) for t in (told, elsewhere))
    assert abs(np.mean(logit(there.reports) - logit(told.reports))) < 0.5
    assert np.mean(logit(here.reports) - logit(told.reports)) < -0.8


@settings(max_examples=30, deadline=None)
@given(
    st.floats(-3, 3),
    st.dictionaries(st.sampled_from(("hub", "news", "x")), st.floats(-50, 50)),
    st.lists(st.floats(-50, 50), min_size=len(CLASSES), max_size=len(CLASSES)),
)
def test_probabilities_stay_probabilities(
    slope: float, sources: dict[str, float], text: list[float]
) -> None:
    one = Adjustment(slope=slope, sources=sources, places={}, text=tuple(text))
    told, _ = posts(40, 9)
    again = corrected(Correction("m", dict.fromkeys(OUTPUTS, one)), told)
    assert ((again.reports > 0) & (again.reports < 1)).all()
    assert ((again.causes > 0) & (again.causes <= again.reports[:, None])).all()


def test_fitting_is_deterministic_and_independent_of_order() -> None:
    told, truth = posts(120, 10, {"hub": 1.0})
    order = np.random.default_rng(0).permutation(120)
    turned = Inputs(
        reports=told.reports[order],
        causes=told.causes[order],
        text=told.text[order],
        origins=tuple(told.origins[i] for i in order),
        threads=tuple(told.threads[i] for i in order),
    )
    first, again = fit("m", told, truth.holds), fit("m", told, truth.holds)
    assert first == again
    other, _ = fit("m", turned, {name: t[order] for name, t in truth.holds.items()})
    for name in OUTPUTS:
        assert other.outputs[name].slope == pytest.approx(first[0].outputs[name].slope, abs=2e-4)


def test_one_class_only_is_no_accident() -> None:
    told, truth = posts(60, 11)
    holds = {name: np.zeros(60, bool) for name in truth.holds}
    correction, _ = fit("m", told, holds)
    assert np.isfinite(corrected(correction, told).reports).all()


# -- the gate ------------------------------------------------------------------------------------


def compared(told: Inputs, after: Inputs, truth: Truth) -> Gate:
    return gate("here", told, after, truth, 0.3)


def test_the_same_again_is_not_worse() -> None:
    told, truth = posts(400, 12)
    found = compared(told, told, truth)
    assert found.fine
    assert found.why == "Not worse."
    assert found.log_loss is not None
    assert found.log_loss.bound == 0


def test_a_worse_one_is_refused_and_told_why() -> None:
    told, truth = posts(400, 13)
    spoilt = replace(told, reports=1 - told.reports)
    found = compared(told, spoilt, truth)
    assert not found.fine
    assert "log loss may rise" in found.why
    assert "macro F1 may fall" in found.why


def test_a_better_one_passes() -> None:
    shift = {"hub": -2.0, "news": -2.0}
    told, truth = posts(600, 14, shift)
    correction, _ = fit("m", *_learn(shift))
    found = compared(told, corrected(correction, told), truth)
    assert found.log_loss is not None
    assert found.log_loss.after < found.log_loss.before
    assert found.log_loss.fine


def _learn(shift: dict[str, float]) -> tuple[Inputs, dict[str, Bools]]:
    told, truth = posts(600, 15, shift)
    return told, dict(truth.holds)


@pytest.mark.parametrize("size", [0, 1, LEAST_POSTS - 1])
def test_too_few_posts_say_nothing(size: int) -> None:
    told, truth = posts(size, 16)
    found = compared(told, told, truth)
    assert not found.fine
    assert "too few" in found.why


def test_without_any_of_the_causes_nothing_can_be_said_of_them() -> None:
    told, truth = posts(100, 17)
    other = next(CAUSES.index(c) for c in CAUSES if c not in STUDIED)
    causes = np.full_like(told.causes, 0.001)
    causes[:, other] = told.reports
    only = replace(told, causes=causes)
    found = compared(only, only, replace(truth, label=np.full(100, other)))
    assert not found.fine
    assert "can't be told" in found.why


def test_weights_decide_which_posts_matter() -> None:
    told, truth = posts(400, 18)
    half = np.arange(400) < 200
    spoilt = replace(told, reports=np.where(half, 1 - told.reports, told.reports))
    heavy = replace(truth, weights=np.where(half, 1e-6, 1.0))
    assert compared(told, spoilt, heavy).fine
    assert not compared(told, spoilt, truth).fine
