"""Every statistic that a page or command shows, against the values that R gives for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.reference_cases import ReferenceCase, reference_cases

REFERENCE = Path(__file__).parents[3] / "shared/reference"
ABSENT = "the folder ../shared is missing: it comes with the project's own workplace"
CASES = list(reference_cases(REFERENCE)) if REFERENCE.is_dir() else []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_as_r_says(case: ReferenceCase) -> None:
    compare(case.made(), case.expected, case.tolerance, case.name)


def test_there_is_a_case_for_every_part() -> None:
    if not CASES:
        pytest.skip(ABSENT)
    names = [case.name for case in CASES]
    assert len(names) == len(set(names))
    assert len(names) > 60


def compare(made: Any, expected: Any, tolerance: float, where: str) -> None:
    """Item by item; mappings by key."""
    if isinstance(expected, dict):
        assert made.keys() == expected.keys(), where
        for key, value in expected.items():
            compare(made[key], value, tolerance, f"{where}: {key}")
        return
    wanted = np.asarray(expected, dtype=np.float64)
    ours = np.asarray(made, dtype=np.float64)
    assert ours.shape == wanted.shape, where
    np.testing.assert_allclose(ours, wanted, rtol=tolerance, atol=tolerance, err_msg=where)
