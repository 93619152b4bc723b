"""Learning from reviews with the shipped model, on posts of our own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from classify import artifact
from classify.corrected import corrected
from classify.correction import OUTPUTS, Adjustment, Correction, Inputs
from classify.doubting import of_reviews
from classify.gate import LEAST_POSTS, Truth
from classify.labels import Labelled, examples
from classify.learn import (
    LEAST_LESSONS,
    REFUSED,
    Learnt,
    content_of,
    inputs,
    learn,
    readable,
    truth_of,
)
from classify.model import CLASSES, Model
from db.lessons import AUDIT, Lesson, Lessons
from domain.causes import Cause, Decision


def quiet(_done: int, _total: int | None) -> None:
    """No bar in a test."""


@pytest.fixture(scope="module")
def model() -> Model:
    return artifact.load()


def lesson(row: Labelled, number: int, source: str, decision: Decision) -> Lesson:
    return Lesson(
        post=f"{number:024x}",
        version=1,
        source=source,
        place=f"{source}:x",
        thread=f"{source}{number}",
        kind=row.content.kind,
        title=row.content.title,
        text=row.content.text,
        thread_title=row.content.thread_title,
        decision=decision,
        secondary=Cause(row.secondary) if row.secondary else None,
        chance=None,
    )


def labelled(row: Labelled) -> Decision:
    return Decision(row.cause or "other") if row.report else Decision.NOT_A_REPORT


@pytest.fixture(scope="module")
def given() -> tuple[list[Lesson], list[Lesson]]:
    """Posts to learn from, and as many that are audited, of all our files."""
    rows = examples()[::9]
    made = [lesson(row, n, ("hub", "news")[n % 2], labelled(row)) for n, row in enumerate(rows)]
    audit = [replace(one, chance=0.25) for one in made[1::3]]
    return [one for n, one in enumerate(made) if n % 3 != 1], audit


def ours(model: Model, audit: list[Lesson]) -> Callable[[object], tuple[Inputs, Truth]]:
    """The comparison on our own posts made short: fitting five models takes a minute."""
    told = replace(inputs(model, audit), origins=(("own", "own"),) * len(audit))
    truth = replace(truth_of(audit), weights=np.ones(len(audit)))
    return lambda _report: (told, truth)


def learnt(model: Model, learn_from: list[Lesson], audit: list[Lesson], **left: int) -> Learnt:
    lessons = Lessons(learn=tuple(learn_from), audit=tuple(audit), left_out=dict(left))
    return learn(model, lessons, quiet, ours(model, audit) if audit else None)


def test_too_few_reviews_teach_nothing(model: Model, given: tuple[list[Lesson], ...]) -> None:
    made = learnt(model, given[0][: LEAST_LESSONS - 5], given[1])
    assert made.stored is None
    assert not made.fine
    assert made.gates == ()


def test_without_an_audit_nothing_becomes_active(
    model: Model, given: tuple[list[Lesson], ...]
) -> None:
    few = given[1][: LEAST_POSTS // 2]
    made = learnt(model, given[0], few)
    assert made.stored is not None
    assert not made.fine
    assert "too few" in made.gates[0].why


def test_people_who_agree_change_little_and_pass(
    model: Model, given: tuple[list[Lesson], ...]
) -> None:
    made = learnt(model, *given)
    assert made.stored is not None
    assert all(gate.log_loss is not None for gate in made.gates)
    again = learnt(model, *given)
    assert again.stored == made.stored  # the same reviews, the same correction
    told = made.stored.told
    assert sum(told["learnt_from"].values()) == made.lessons
    assert [one["on"] for one in told["compared"]] == ["the audit sample", "our own posts"]


def test_a_source_in_which_nothing_is_a_report_is_learnt(
    model: Model, given: tuple[list[Lesson], ...]
) -> None:
    """People find that in one place nothing that the model reports is a report."""
    learn_from, audit = (
        [
            replace(one, decision=Decision.NOT_A_REPORT, secondary=None)
            if one.source == "news"
            else one
            for one in part
        ]
        for part in given
    )
    made = learnt(model, learn_from, audit)
    assert made.stored is not None
    on_audit = made.gates[0]
    assert on_audit.log_loss is not None
    assert on_audit.log_loss.after < on_audit.log_loss.before - 0.05
    after = corrected(model, "c1-0123456789ab", made.stored)
    news = [content_of(one) for one in readable(model, audit) if one.source == "news"]
    before_, after_ = (
        np.mean([j.report_probability for j in m.judge(news, explain=False)])
        for m in (model, after)
    )
    assert after_ < before_ / 2


def test_the_correction_in_use_is_compared_again(
    model: Model, given: tuple[list[Lesson], ...]
) -> None:
    nothing = Adjustment(sources={}, places={}, text=(0.0,) * len(CLASSES))
    wrong = replace(nothing, sources={"hub": -4.0, "news": -4.0, "own": -4.0})
    for one, passes in ((nothing, True), (wrong, False)):
        used = Correction(model.id, dict.fromkeys(OUTPUTS, one))
        lessons = Lessons(learn=tuple(given[0]), audit=tuple(given[1]), left_out={})
        made = learn(model, lessons, quiet, ours(model, given[1]), in_use=used)
        assert [gate.fine for gate in made.in_use] == [passes, passes]
        assert made.gates == learnt(model, *given).gates


def test_nonsense_labels_never_become_active(model: Model, given: tuple[list[Lesson], ...]) -> None:
    wrong = [
        replace(
            one,
            decision=Decision.NOT_A_REPORT
            if one.decision is not Decision.NOT_A_REPORT
            else Decision.SAFETY_TRIGGER,
            secondary=None,
        )
        for one in given[0]
    ]
    made = learnt(model, wrong, given[1])
    assert not made.fine
    assert any("Not shown to be no worse" in gate.why for gate in made.gates)


def test_what_the_model_refuses_is_left_out(model: Model, given: tuple[list[Lesson], ...]) -> None:
    foreign = replace(
        given[0][0],
        title="",
        text="Seit dem Update sind alle meine Gespräche verschwunden, und niemand antwortet.",
    )
    made = learnt(model, [foreign, *given[0][:10]], given[1], **{AUDIT: 3})
    assert made.left_out == {AUDIT: 3, REFUSED: 1}


def test_a_second_cause_counts_and_undetermined_has_none(
    given: tuple[list[Lesson], ...],
) -> None:
    one = given[0][0]
    made = truth_of(
        [
            replace(one, decision=Decision.OTHER, secondary=Cause.CONTEXT_LIMIT),
            replace(one, decision=Decision.UNDETERMINED, secondary=None, chance=0.1),
            replace(one, decision=Decision.NOT_A_REPORT, secondary=None),
        ]
    )
    assert made.holds["report"].tolist() == [True, True, False]
    assert made.holds["context_limit"].tolist() == [True, False, False]
    assert made.holds["other"].tolist() == [True, False, False]
    assert made.weights.tolist() == [1.0, 10.0, 1.0]
    assert made.label.tolist() == [list(Cause).index(Cause.OTHER), -1, -1]


def test_a_wrong_review_is_doubted(model: Model, given: tuple[list[Lesson], ...]) -> None:
    sure = inputs(model, given[0])
    at = next(
        i
        for i, one in enumerate(given[0])
        if one.decision is Decision.NOT_A_REPORT and sure.reports[i] < 0.02
    )
    wrong = replace(given[0][at], decision=Decision.SAFETY_TRIGGER)
    found = of_reviews(model, [*given[0][:at], wrong, *given[0][at + 1 :]])
    assert (wrong.post, "safety_trigger", "not_a_report") in [
        (one.where, one.label, one.instead) for one in found[:5]
    ]
    assert of_reviews(model, []) == []
