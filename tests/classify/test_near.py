"""Near-duplicates: the same account is known again, a common phrase isn't."""

from __future__ import annotations

import json
from hashlib import blake2b
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify.near import LEAST_SHINGLES, SIMILAR, VALUES, pairs, shingles, similarity, sketch
from db.marks import ROWS, bands
from domain.keyed import Keyed

KEYED = Keyed(b"a key for tests, never for data.")
STORY = (
    "Since Tuesday every long conversation of mine opens empty. The titles are still in the list, "
    "but where two weeks of notes about the migration used to be there is only the first question "
    "and a spinning wheel. Signing out and in again did not help, nor did another browser."
)


def alike(one: str, other: str, *titles: str) -> float:
    """Similarity of two texts, 0 where one has no sketch."""
    made = [
        sketch(title, text, KEYED)
        for title, text in zip(titles or ("", ""), (one, other), strict=True)
    ]
    return similarity(made[0], made[1]) if made[0] and made[1] else 0.0


@pytest.mark.parametrize(
    "copy",
    [
        STORY,
        STORY.upper(),
        STORY.replace(". ", ".\n\n"),
        "Posting this here as well. " + STORY,
        STORY + " EDIT: still the same today.",
        "> what somebody else wrote\n\n" + STORY,
        STORY + "\n```\nTypeError: x is undefined\n    at y (z.js:1:2)\n```",
        STORY + ' API Error: 400 {"type":"error","error":{"message":"prompt is too long"}}',
        STORY + " https://example.org/some/very/long/address?with=many&words=in&it=all",
    ],
)
def test_a_cross_post_is_known(copy: str) -> None:
    assert alike(STORY, copy) >= SIMILAR


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It keeps crashing since the update.", "It keeps crashing since the update."),
        (
            "I can't log in to my account with my phone",
            "I can't log in to my account with my phone",
        ),
        (
            "Great app but it keeps crashing, please fix it",
            "Nice app but it keeps crashing, fix it",
        ),
    ],
)
def test_what_many_say_in_a_line_is_no_copy(one: str, other: str) -> None:
    assert alike(one, other) == 0.0


FORM = """### Preflight Checklist

- [x] I have searched existing issues and this hasn't been reported yet
- [x] This is a single bug report (please file separate reports for different bugs)
- [x] I am using the latest version

### What's Wrong?

{}

### Error Messages/Logs

```shell
API Error: 400 the request was refused by the server because of its size
```

### Claude Model

Opus

### Is this a regression?

I don't know
"""


def test_two_reports_in_one_form_are_two() -> None:
    other = (
        "The terminal flickers whenever I scroll up while an answer comes in, and colours of the "
        "theme are swapped after it; only a new window helps, until the next long answer arrives."
    )
    assert alike(FORM.format(STORY), FORM.format(STORY)) == 1.0
    assert alike(FORM.format(STORY), FORM.format(other)) < SIMILAR


def test_an_error_object_is_not_its_reporter_s_words() -> None:
    told = {"type": "error", "error": {"type": "invalid", "message": "a long text " * 20}}
    pasted = "API Error: 400 " + json.dumps(told)
    assert sketch("[BUG]", f"Let's go on. {pasted}", KEYED) is None
    assert not any("long text" in one for one in shingles("", pasted))


def test_a_sketch_can_t_be_tested_without_the_key() -> None:
    mine, theirs = sketch("", STORY, KEYED), sketch("", STORY, Keyed(b"another"))
    assert mine
    assert theirs
    assert similarity(mine, theirs) < 0.1
    assert not set(bands(mine)) & set(bands(theirs))


def test_sketches_are_the_same_on_every_machine_and_version() -> None:
    """Stored sketches must stay comparable: where this fails, METHOD has to be counted up."""
    made = sketch("A title", STORY, KEYED)
    assert made is not None
    assert len(made) == 4 * VALUES
    assert blake2b(made, digest_size=8).hexdigest() == "548a6a349ccf3f20"


WORDS = st.lists(st.sampled_from([f"word{n}" for n in range(60)]), min_size=30, max_size=120)


@given(WORDS, WORDS, st.integers(0, 100))
def test_the_estimate_is_near_the_true_similarity(
    one: list[str], other: list[str], kept: int
) -> None:
    other = one[: len(one) * kept // 100] + other
    texts = " ".join(one), " ".join(other)
    sets = [shingles("", text) for text in texts]
    if min(map(len, sets)) < LEAST_SHINGLES:
        return
    true = len(sets[0] & sets[1]) / len(sets[0] | sets[1])
    # Six standard errors of a share of 64 draws.
    assert abs(alike(*texts) - true) <= 6 * 0.5 / VALUES**0.5


SKETCHES = st.lists(
    st.lists(st.integers(0, 2), min_size=VALUES, max_size=VALUES).map(
        lambda values: b"".join(v.to_bytes(4, "little") for v in values)
    ),
    min_size=2,
    max_size=6,
)


@given(SKETCHES)
def test_pairs_are_those_that_share_a_band_and_are_similar(made: list[bytes]) -> None:
    named = {str(n): one for n, one in enumerate(made)}
    buckets: dict[int, set[str]] = {}
    for post, one in named.items():
        assert len(bands(one)) == VALUES // ROWS
        for band in bands(one):
            buckets.setdefault(band, set()).add(post)
    found = pairs(buckets.values(), named)
    expected = {
        tuple(sorted((one, other)))
        for one, other in combinations(set(made), 2)
        if similarity(one, other) >= SIMILAR and set(bands(one)) & set(bands(other))
    }
    assert set(found) == expected


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_has_a_sketch_or_none(title: str, text: str) -> None:
    made = sketch(title, text, KEYED)
    assert made is None or len(made) == 4 * VALUES


@pytest.mark.parametrize(
    "text", ['{"a' * 30_000, "{" * 90_000, '{"a":{"b":{"c":' * 9_000, "http" * 9_000]
)
def test_hostile_texts_take_no_long(text: str) -> None:
    shingles("", text)
