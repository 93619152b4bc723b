"""One threshold for all causes, at every step: counted by hand, and never more when surer."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from classify.labels import Labelled
from classify.predicted import NO_REPORT, Predicted
from classify.steps import steps
from classify.stream import ANY
from classify.text import Content
from domain.causes import Abstention, Cause
from domain.filter import STEPS

LIMIT, SAFETY = Cause.CONTEXT_LIMIT.value, Cause.SAFETY_TRIGGER.value


def said(
    number: int, probability: float, likely: str, labelled: str | None, because: str | None = None
) -> Predicted:
    """A post of a thread of its own; `labelled` None: people call it no report."""
    row = Labelled(
        id=f"{number:x}",
        content=Content(text="It forgot.", source="here"),
        report=labelled is not None,
        cause=labelled,
        secondary=None,
        thread=str(number),
        place="here",
    )
    causes = {c.value: 0.0 for c in Cause} | ({likely: probability} if likely in set(Cause) else {})
    return Predicted(
        row=row,
        report=probability,
        causes=causes,
        likely=likely,
        decision="undetermined",
        abstained_because=because,
    )


def test_counts_and_shares_by_hand() -> None:
    contradictory = Abstention.CONTRADICTORY.value
    made = steps(
        [
            said(1, 0.96, LIMIT, LIMIT),
            said(2, 0.52, LIMIT, SAFETY),
            said(3, 0.50, LIMIT, LIMIT),
            said(4, 0.49, SAFETY, SAFETY),
            said(5, 0.99, LIMIT, LIMIT, contradictory),
            said(6, 0.10, NO_REPORT, LIMIT),
        ]
    )
    assert {name: len(lines) for name, lines in made.items()} == dict.fromkeys(
        (*(c.value for c in Cause), ANY), STEPS + 1
    )
    half = made[LIMIT][10]
    assert (half["named"], half["right"]) == (3, 2)
    assert half["precision"]["value"] == round(2 / 3, 4)
    assert half["coverage"]["value"] == 0.5  # two of the four that people label so
    assert (made[ANY][9]["named"], made[ANY][9]["right"]) == (4, 3)
    assert (made[LIMIT][19]["named"], made[LIMIT][20]["named"]) == (1, 0)
    assert made[LIMIT][20]["precision"]["value"] is None


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from([*Cause]), st.booleans()), max_size=12))
@settings(max_examples=12, deadline=None)
def test_the_surer_the_fewer(rows: list[tuple[float, Cause, bool]]) -> None:
    posts = [
        said(n, probability, cause.value, cause.value if right else None)
        for n, (probability, cause, right) in enumerate(rows)
    ]
    for lines in steps(posts).values():
        named = [line["named"] for line in lines]
        assert named == sorted(named, reverse=True)
        assert all(line["right"] <= line["named"] for line in lines)
