"""Agreement between people: published examples, and what must hold of any answers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trends.raters import (
    Agreement,
    Judgement,
    cohens_kappa,
    krippendorffs_alpha,
    pairwise_kappas,
)

ANSWERS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=30)


def judgements(*lines: str) -> list[Judgement]:
    """A line a rater, a letter a unit; a dot where he didn't judge it."""
    return [
        Judgement(unit=unit, rater=str(rater), answer=answer)
        for rater, line in enumerate(lines)
        for unit, answer in enumerate(line.split())
        if answer != "."
    ]


def test_cohens_own_example() -> None:
    table = ((88, 14, 18), (10, 40, 10), (2, 6, 12))
    cells = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    pairs = [("abc"[i], "abc"[j]) for i, j in cells]
    found = cohens_kappa(pairs)
    assert found.units == 200
    assert found.agreed == pytest.approx(0.70)
    assert found.value == pytest.approx(0.492, abs=5e-4)
    # His large-sample standard error, sqrt(0.7 * 0.3 / (200 * 0.59 ** 2)) = 0.055.
    assert found.low == pytest.approx(0.492 - 1.96 * 0.055, abs=0.02)
    assert found.high == pytest.approx(0.492 + 1.96 * 0.055, abs=0.02)


@pytest.mark.parametrize(
    ("lines", "alpha"),
    [
        (("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), 0.095),
        (("a a b b d c c c e d d a", "b a b b b c c c e d d d"), 0.692),
        (
            (
                "1 2 3 3 2 1 4 1 2 . . .",
                "1 2 3 3 2 2 4 1 2 5 . 3",
                ". 3 3 3 2 3 4 2 2 5 1 .",
                "1 2 3 3 2 4 4 1 2 5 1 .",
            ),
            0.743,
        ),
    ],
)
def test_krippendorffs_own_examples(lines: tuple[str, ...], alpha: float) -> None:
    found = krippendorffs_alpha(judgements(*lines))
    assert found.value == pytest.approx(alpha, abs=5e-4)
    assert found.low is not None
    assert found.high is not None
    assert found.low < alpha < found.high


def test_full_agreement_is_not_certain() -> None:
    few, many = (krippendorffs_alpha(judgements("a b " * n, "a b " * n)) for n in (5, 50))
    assert few.value == many.value == few.high == 1.0
    assert few.low is not None
    assert many.low is not None
    assert few.low == pytest.approx((0.025**0.1 - 9 / 19) / (10 / 19))
    assert few.low < many.low < 1


def test_one_answer_only_tells_nothing() -> None:
    told = judgements("a a a", "a a a")
    assert krippendorffs_alpha(told) == Agreement(units=3, agreed=1.0)
    assert cohens_kappa([("a", "a")] * 3) == Agreement(units=3, agreed=1.0)
    assert krippendorffs_alpha(judgements("a a", ". .")) == Agreement(units=0)
    assert cohens_kappa([]) == Agreement(units=0)


def test_pairs_are_those_who_judged_the_same() -> None:
    found = pairwise_kappas(judgements("a b a b .", "a b b . .", ". . . . a"))
    assert [pair.raters for pair in found] == [("0", "1")]
    assert found[0].overall == cohens_kappa([("a", "a"), ("b", "b"), ("a", "b")])
    assert set(found[0].answers) == {"a", "b"}
    assert found[0].answers["a"].value == pytest.approx(found[0].overall.value)


@settings(max_examples=60, deadline=None)
@given(ANSWERS)
def test_limits_hold_the_value_and_the_order_is_no_matter(pairs: list[tuple[str, str]]) -> None:
    found = cohens_kappa(pairs)
    turned = cohens_kappa([(b, a) for a, b in pairs])
    told = [
        Judgement(unit=unit, rater=rater, answer=answer)
        for unit, pair in enumerate(pairs)
        for rater, answer in zip("xy", pair, strict=True)
    ]
    alpha = krippendorffs_alpha(told)
    assert alpha == krippendorffs_alpha(reversed(told))
    assert found.units == turned.units == alpha.units == len(pairs)
    for one in (found, alpha):
        if one.value is None:
            assert one.low is one.high is None
            continue
        assert one.low is not None
        assert one.high is not None
        assert -1 <= one.low <= one.value <= one.high <= 1
    if found.value is not None:
        assert turned.value == pytest.approx(found.value)
