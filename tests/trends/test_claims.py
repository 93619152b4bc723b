"""What may not be said, and that what the program says passes."""

from __future__ import annotations

import pytest

from trends.claims import ASSOCIATION, EXPLORED, NOT_INCIDENCE, ClaimError, said, violations
from trends.curves import Measure
from trends.missing import notes

FULL = "12.3 reporters per 1,000 judged posts (95% interval 9.1 to 16.2; 45 of 3,650 posts)"

BAD = [
    "The release caused more context-limit reports.",
    "The update led to a rise.",
    "Reports rose because of the new safeguard.",
    "The rise is due to Claude 5.",
    "The rise was driven by the update.",
    "Refusals were triggered by the new classifier.",
    "The release had an impact.",
    "The effect of the release is a rise.",
    "Reports rose after this release.",
    "The update made resume worse.",
    "5 % of users lost their work.",
    "1,200 users saw it.",
    "Most people were blocked.",
    "More Claude users complain.",
    "Everyone is blocked.",
    "Users experienced data loss.",
]

GOOD = [
    ASSOCIATION,
    NOT_INCIDENCE,
    EXPLORED,
    f"Context limit: {FULL} in the week of 2026-05-11.",
    "Safety trigger rose around this period.",
    "Other causes moved by as much; the cause stays open.",
    "History too short: no verdict.",
]


@pytest.mark.parametrize("sentence", BAD)
def test_a_claim_too_many_is_found(sentence: str) -> None:
    assert violations(sentence)
    with pytest.raises(ClaimError):
        said(sentence)


@pytest.mark.parametrize("sentence", GOOD)
def test_what_counts_can_show_may_be_said(sentence: str) -> None:
    assert violations(sentence) == ()
    assert said(sentence) == sentence


@pytest.mark.parametrize(
    ("sentence", "lacks"),
    [
        ("12.3 reporters per 1,000 posts (45 of 3,650 posts).", "interval"),
        ("12.3 reporters per 1,000 posts (95% interval 9.1 to 16.2).", "denominator"),
        ("31 % name the web, 95% interval 28 to 34.", "denominator"),
        ("31 % of 900 reports name the web.", "interval"),
    ],
)
def test_a_number_needs_interval_and_denominator(sentence: str, lacks: str) -> None:
    assert [v for v in violations(sentence) if lacks in v]


@pytest.mark.parametrize("explored", [False, True])
@pytest.mark.parametrize("measures", [set(), {Measure.COUNT}, set(Measure)])
def test_every_note_under_a_chart_passes(explored: bool, measures: set[Measure]) -> None:
    for note in notes(explored=explored, measures=measures):
        assert violations(note) == ()
