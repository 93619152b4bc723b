"""What may not be said, and that what the program says passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trends.claims import ASSOCIATION, EXPLORED, NOT_INCIDENCE, ClaimError, said, violations
from trends.curves import Measure
from trends.missing import notes

FULL = "12.3 reporters per 1,000 judged posts (95% interval 9.1 to 16.2; 45 of 3,650 posts)"

BAD = [
    "The release caused more context-limit reports.",
    "The release causes context-limit reports.",
    "The update may cause refusals.",
    "This is the cause of the rise.",
    "There is a causal link.",
    "The update led to a rise.",
    "Reports rose because of the new safeguard.",
    "Reports rose because the window shrank.",
    "The rise is due to Claude 5.",
    "The fall is thanks to the fix.",
    "The rise is down to the update.",
    "The rise was driven by the update.",
    "Refusals were triggered by the new classifier.",
    "The update triggers more refusals.",
    "It sparked a rise of reports.",
    "The update prompted reports of refusals.",
    "It brought about a fall.",
    "The safeguard contributed to the rise.",
    "The rise stems from compaction.",
    "The update explains the rise.",
    "The rise is explained by the update.",
    "The update accounts for most of it.",
    "The reason for the rise is compaction.",
    "Compaction is behind the rise.",
    "The release had an impact.",
    "The release influenced refusals.",
    "The release affects resume.",
    "The effect of the release is a rise.",
    "It had a strong effect.",
    "The vendor is to blame.",
    "The rise can be attributed to the update.",
    "Reports rose in response to the update.",
    "Reports rose in the wake of the update.",
    "As a result, reports rose.",
    "Reports rose, and therefore compaction is worse.",
    "Reports rose after this release.",
    "Reports rose after the new model release.",
    "Reports rose following this update.",
    "The update made resume worse.",
    "The new model increased refusals.",
    "The safeguard reduces reports of refusals.",
    "Refusals were reduced by the update.",
    "The patch fixed resume.",
    "An update-induced rise.",
    "5 % of users lost their work.",
    "1,200 users saw it.",
    "Most people were blocked.",
    "More Claude users complain.",
    "Twice as many developers complain.",
    "Fewer reports per user.",
    "Each customer lost a chat.",
    "Users' chats vanished.",
    "A share of the users is blocked.",
    "The number of affected accounts grew.",
    "It befell one in ten subscribers.",
    "Everyone is blocked.",
    "Nobody was blocked.",
    "Users experienced data loss.",
    "Developers reported lost sessions.",
    "The user base was hit.",
    "“Users lost work” was seen by 300 people.",
]

GOOD = [
    ASSOCIATION,
    NOT_INCIDENCE,
    EXPLORED,
    f"Context limit: {FULL} in the week of 2026-05-11.",
    "Safety trigger rose around this period.",
    "Reports of safety triggers rose around this period.",
    "Other causes moved by as much; the cause stays open.",
    "Of all causes this one was reported most.",
    "History too short: no verdict.",
    "Posts are counted, not people.",
    "This says nothing about how many users it befell.",
    "The weeks before were not level already.",
    "Another way of looking at it disagrees: relative to the other causes.",
    "A level start proves little.",
    "The change is known well enough to say that it lies between ×0.8 and ×1.25.",
    "The smallest rise it could have seen: 1.4 times as many (in 8,400 judged posts).",
    "Also deployed: “Fix: users blocked because of a bug” (2026-01-20).",
    "The vendor's claim: “Reduces refusals by 45 % for all users”.",
    "Reports rose to 1.8 times as many (95 % interval 1.3 to 2.5; 120 of 8,400 judged posts).",
    "Reports doubled (95 % interval 1.3 to 2.9; 120 of 8,400 judged posts).",
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
        ("Reports rose to 1.8 times as many (120 of 8,400 judged posts).", "interval"),
        ("Reports rose to 1.8 times as many (95 % interval 1.3 to 2.5).", "denominator"),
        ("Reports rose ×1.8 (of 8,400 posts).", "interval"),
        ("Reports doubled (of 8,400 posts).", "interval"),
        ("Reports halved (95 % interval 0.3 to 0.8).", "denominator"),
        ("A 2.5-fold rise (of 8,400 posts).", "interval"),
        ("A rate ratio of 1.8 (of 8,400 posts).", "interval"),
        ("Twice as many reports (of 8,400 posts).", "interval"),
        ("A rise by 40 per cent (of 8,400 posts).", "interval"),
        ("One report in 1 in 70 of 8,400 posts.", "interval"),
        ("A 95 % interval was worked out: 1.8 times as many (of 8,400 posts).", "interval"),
        ("The smallest rise it could have seen: 1.4 times as many.", "denominator"),
        ("It rose to 1.8 times (95 % interval 1.3 to 2.5; of 90 posts). Then 2 times.", "interval"),
    ],
)
def test_a_number_needs_interval_and_denominator(sentence: str, lacks: str) -> None:
    assert [v for v in violations(sentence) if lacks in v]


@pytest.mark.parametrize("explored", [False, True])
@pytest.mark.parametrize("measures", [set(), {Measure.COUNT}, set(Measure)])
def test_every_note_under_a_chart_passes(explored: bool, measures: set[Measure]) -> None:
    for note in notes(explored=explored, measures=measures):
        assert violations(note) == ()


PARTS = st.sampled_from(
    ["Reports of refusals rose", "the curve is level", "a gap lies in May", "places differ"]
)


@given(st.lists(PARTS, max_size=4), st.sampled_from(BAD), st.lists(PARTS, max_size=4))
def test_a_claim_is_found_among_harmless_words(
    before: list[str], bad: str, after: list[str]
) -> None:
    text = " ".join(f"{part}." for part in [*before, bad[:-1], *after])
    assert violations(text)


@given(st.sampled_from(BAD))
def test_no_spelling_hides_a_claim(bad: str) -> None:
    assert violations(bad.upper())
    assert violations(bad.replace("'", "\u2019"))


@given(st.sampled_from([b for b in BAD if "“" not in b]))
def test_only_words_marked_as_a_vendors_are_left_alone(bad: str) -> None:
    assert violations(f"Also deployed: “{bad}” (2026-01-20).") == ()
    assert violations(f"The vendor’s claim: “{bad}”.") == ()
    assert violations(f"It is said: “{bad}”.")
    assert violations(f"Also deployed: “A” (2026-01-20). {bad} So “B” (2026-01-21).")
