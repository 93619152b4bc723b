"""A cause of which no cue speaks keeps a part of its probability."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classify import features
from classify.unspoken import KEPT, tempered
from domain.causes import STUDIED, Cause

CAUSES = list(Cause)


def rows(*speaking: str) -> np.ndarray:
    made = np.zeros((1, len(features.names())))
    for name in speaking:
        made[0, features.names().index(name)] = 0.7
    return made


def test_only_the_silent_studied_causes_lose() -> None:
    before = np.full((1, len(CAUSES)), 0.5)
    made = dict(zip(CAUSES, tempered(before, rows("for safety_trigger"))[0], strict=True))
    assert made[Cause.OTHER] == made[Cause.SAFETY_TRIGGER] == 0.5
    assert made[Cause.CONTEXT_LIMIT] == made[Cause.SESSION_MANAGEMENT] == KEPT * 0.5
    assert (before == 0.5).all()


@pytest.mark.parametrize("what", ["for", "named", "thread"])
@pytest.mark.parametrize("cause", STUDIED)
def test_one_sign_is_enough(what: str, cause: Cause) -> None:
    before, number = np.full((1, len(CAUSES)), 0.5), CAUSES.index(cause)
    assert tempered(before, rows(f"{what} {cause.value}"))[0, number] == 0.5
    assert tempered(before, rows(f"against {cause.value}"))[0, number] == KEPT * 0.5


@given(st.lists(st.floats(0.001, 1), min_size=len(CAUSES), max_size=len(CAUSES)))
def test_nothing_gains_and_nothing_becomes_impossible(raw: list[float]) -> None:
    before = np.array([raw])
    made = tempered(before, rows())
    assert (made <= before).all()
    assert (made > 0).all()
