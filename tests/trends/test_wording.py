"""Whatever the numbers and the titles: what is said about an effect claims no more than it may."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Cause
from tests.support.timeline import DAY, effect, release
from trends.claims import ASSOCIATION, violations
from trends.clusters import clusters
from trends.sensitivity import COMPARATOR, COUNTS, TREND, Sensitivity
from trends.verdict import TESTED, Verdict, decide
from trends.wording import (
    NOTHING_TO_TEST,
    PRELIMINARY,
    SIDE_BY_SIDE,
    announcement_sentences,
    deployments,
    effect_sentences,
    false_positives,
    headline,
    smallest,
    stimulated,
)

ALONE = clusters([release("model", 0, "model_release", title="Claude 9")], "Claude")[0]
BUSY = clusters(
    [
        release("model", 0, "model_release", title="Claude 9", claimed_effect="Fewer refusals"),
        release("fix", 3, title="Fix: users blocked because of a bug"),
        release("later", 20, title="Memory"),
    ],
    "Claude",
)[0]


def test_a_rise_among_other_deployments_is_told_with_all_that_belongs_to_it() -> None:
    look = Sensitivity(name=TREND, ratio=1.5, low=1.1, high=2.0, agrees=True)
    shown = Sensitivity(name=COMPARATOR, ratio=None, low=None, high=None, agrees=None)
    told = effect_sentences(effect(preliminary=True, sensitivities=(look, shown)), BUSY)
    assert told == (
        "Reports of safety triggers rose around this period: 1.80 times as many for each judged "
        "post as in the 28 days before (95 % interval 1.30 to 2.50; 120 reporters of 8,400 judged "
        "posts from that day on, 66 of 8,300 before).",
        "The smallest change it could have seen with 80 % probability: a rise to 1.55 times or a "
        "fall to 0.65 times (in 16,700 judged posts).",
        PRELIMINARY,
        "Other ways of looking at it that agree: 84 days before, with a linear trend.",
        "Other ways of looking at it that can't be had: compared with another product (only "
        "shown).",
        ASSOCIATION,
        "Tested together, deployed within 7 days: “Fix: users blocked because of a bug” "
        "(2026-03-05).",
        "Also deployed in Claude within 28 days, so the same days tell of it: “Memory” "
        "(2026-03-22).",
        "The vendor’s claim: “Fewer refusals”, for “Claude 9” (2026-03-02).",
        SIDE_BY_SIDE,
    )


def test_without_other_deployments_nothing_is_listed() -> None:
    told = effect_sentences(effect(), ALONE)
    assert told[0].startswith("Reports of safety triggers rose in the 28 days from 2026-03-02 on: ")
    assert told[1:] == (*smallest(effect()), ASSOCIATION)


@pytest.mark.parametrize(
    ("verdict", "begins"),
    [
        (Verdict.FELL, "Reports of session management fell around this period: 1.80 times"),
        (Verdict.NO_MEANINGFUL_CHANGE, "Reports of session management show no meaningful change"),
        (Verdict.UNCLEAR, "Whether reports of session management changed around this period is un"),
        (Verdict.ALREADY_MOVING, "Reports of session management were moving already in the weeks"),
        (Verdict.HISTORY_TOO_SHORT, "The history is too short for a verdict on reports of session"),
        (Verdict.TOO_FEW, "Reports of session management are too few for a test around this peri"),
        (Verdict.INCOMPLETE_DAYS, "Too few days are complete for a test of reports of session man"),
    ],
)
def test_every_verdict_has_its_words(verdict: Verdict, begins: str) -> None:
    one = effect(Cause.SESSION_MANAGEMENT, verdict=verdict)
    assert headline(one, BUSY).startswith(begins)


def test_an_unclear_change_says_what_it_would_have_taken() -> None:
    told = smallest(effect(verdict=Verdict.UNCLEAR, needed=0.62))
    assert told[1] == (
        "It would have needed 0.62 times or less to be told from the ordinary ups and downs (in "
        "16,700 judged posts)."
    )
    assert len(smallest(effect(needed=0.62))) == 1


def test_without_a_ratio_the_counts_are_told() -> None:
    few = effect(
        verdict=Verdict.TOO_FEW,
        ratio=None,
        low=None,
        high=None,
        events_before=3,
        events_after=1,
        smallest_rise=None,
        smallest_fall=None,
    )
    assert effect_sentences(few, ALONE) == (
        "Reports of safety triggers are too few for a test in the 28 days from 2026-03-02 on: 1 "
        "reporter of 8,400 judged posts from that day on, 3 of 8,300 before, in 28 and 28 complete "
        "days.",
    )


def test_a_long_list_of_deployments_says_how_many_more_there_are() -> None:
    many = clusters([release(f"r{n}", 8 + n, title=f"R{n}") for n in range(15)], "Claude")
    assert deployments(many[0])[1].endswith("“R14” (2026-03-24).")
    more = clusters(
        [release("m", 0, "model_release"), *(release(f"r{n:02}", 10) for n in range(15))], "Claude"
    )
    assert deployments(more[0])[0].endswith("“r11” (2026-03-12) and 3 more.")


def test_an_announcement_has_nothing_to_test() -> None:
    research = replace(
        release("why", None, "safety_training_research"), claimed_effect="Misalignment 22 % to 3 %"
    )
    assert announcement_sentences(research, [release("model", 7, title="Claude 9")]) == (
        "No product changed on this day as far as is known: nothing to test.",
        "It is said to have gone into: “Claude 9” (2026-03-09).",
        "The vendor’s claim: “Misalignment 22 % to 3 %”, for “why” (2026-03-02).",
        SIDE_BY_SIDE,
    )
    assert announcement_sentences(release("plan", None), []) == (NOTHING_TO_TEST,)


def test_news_of_failures_marks_a_rise() -> None:
    assert stimulated(date(2026, 4, 23), "A post-mortem").startswith(
        "“A post-mortem” (2026-04-23) lies within these days: "
    )


def test_how_far_false_positives_shrink_a_ratio() -> None:
    assert false_positives(0.2, 0.15, 0.26, 400) == (
        "Of 400 audited posts that count here, 20 % are something else (95 % interval 15 to 26 %); "
        "if that part stays as it is, a ratio looks smaller than it is: a doubling would read as "
        "1.80 times."
    )
    with pytest.raises(ValueError, match="in order"):
        false_positives(0.2, 0.3, 0.4, 400)


RATIO = st.none() | st.floats(0.0, exclude_min=True) | st.floats(0.01, 100.0)
COUNT = st.integers(0, 10**7)
LOOK = st.builds(
    Sensitivity,
    name=st.sampled_from([TREND, COUNTS, COMPARATOR]),
    ratio=RATIO,
    low=RATIO,
    high=RATIO,
    agrees=st.none() | st.booleans(),
)
REASONS = st.sampled_from(
    [
        decide(log_ratio=0.5, error=0.2, degrees=30.0, q=q, pretest_p=p, sensitivities=looks)[1]
        for q in (None, 0.01, 0.2)
        for p in (None, 0.01)
        for looks in ([], [Sensitivity(name=TREND, ratio=0.9, low=0.8, high=1.1, agrees=False)])
    ]
)
WORDS = st.text(max_size=60) | st.sampled_from(
    ["Fix” (2026-01-01). This caused it. “", "Improved for 90 % of users", "“”", "a\nb\u2028c"]
)


@given(
    st.fixed_dictionaries(
        {
            "verdict": st.sampled_from(Verdict),
            "preliminary": st.booleans(),
            "reasons": REASONS,
            **dict.fromkeys(("ratio", "low", "high", "needed"), RATIO),
            **dict.fromkeys(("smallest_rise", "smallest_fall"), RATIO),
            **dict.fromkeys(("events_before", "events_after"), COUNT),
            **dict.fromkeys(("posts_before", "posts_after"), COUNT),
            "days_before": st.integers(0, 28),
            "days_after": st.integers(0, 28),
            "sensitivities": st.lists(LOOK, max_size=4).map(tuple),
        }
    ),
    st.sampled_from(Cause),
    st.lists(st.tuples(st.integers(-28, 28), WORDS, WORDS), max_size=20),
)
def test_everything_said_of_any_effect_passes(
    told: dict[str, object], cause: Cause, others: list[tuple[int, str, str]]
) -> None:
    near = [
        release(f"r{n}", day, title=title, claimed_effect=claim)
        for n, (day, title, claim) in enumerate(others)
    ]
    cluster = next(
        c
        for c in clusters([release("model", 0, "model_release"), *near], "Claude")
        if c.id == "model"
    )
    for sentence in effect_sentences(effect(cause, DAY, **told), cluster):
        assert violations(sentence) == ()
        assert "\n" not in sentence
    first = headline(effect(cause, DAY, **told), cluster)
    assert ("around this period" in first) <= bool(others)
    if told["verdict"] in TESTED and others and told["verdict"] is not Verdict.ALREADY_MOVING:
        assert "around this period" in first


@pytest.mark.parametrize("ratio", [1e-9, 0.999, 123.4, 1e9, inf])
def test_no_ratio_is_told_in_a_way_that_nobody_reads(ratio: float) -> None:
    told = headline(effect(ratio=ratio, low=ratio, high=ratio), BUSY)
    assert "e-" not in told
    assert "inf" not in told
    assert violations(told) == ()
