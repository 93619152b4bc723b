"""Causes, decisions and their labels belong together, whatever is added."""

from __future__ import annotations

import pytest

from domain.causes import (
    ABSTENTION_LABELS,
    CAUSES,
    DECISION_LABELS,
    REPORT_DECISIONS,
    STUDIED,
    SYMPTOM_LABELS,
    Abstention,
    Cause,
    Decision,
    Symptom,
)
from domain.keyed import Keyed


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_can_be_explained_and_decided(cause: Cause) -> None:
    info = CAUSES[cause]
    assert info.cause is cause
    assert info.meaning.endswith(".")
    assert Decision(cause.value) in REPORT_DECISIONS


def test_every_word_has_a_label() -> None:
    assert set(DECISION_LABELS) == set(Decision)
    assert set(ABSTENTION_LABELS) == set(Abstention)
    assert set(SYMPTOM_LABELS) == set(Symptom)
    assert Cause.OTHER not in STUDIED
    assert len(STUDIED) == len(Cause) - 1


def test_hashes_need_the_key_and_the_kind() -> None:
    one, other = Keyed(b"a" * 32), Keyed(b"b" * 32)
    assert one.hash("author", "x") == one.hash("author", "x") != one.hash("post", "x")
    assert one.hash("author", "x") != other.hash("author", "x")
    assert len(one.hash("author", "\ud800")) == 24
    assert one.fingerprint() != other.fingerprint()
