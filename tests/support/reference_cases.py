"""Reference values as cases for one parametrised test.

A module beside this one named `reference_<part>.py` has a function `cases(reference)` that gives
its cases from the folder of inputs (`data/`) and R's outputs (`out/`).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferenceCase:
    """What is compared: `made()` computes our values, in the shape of `expected`.

    `tolerance` is relative and absolute, as ../shared/reference/README.md gives it; 0: equal. NaN
    equals NaN, infinity equals infinity of the same sign.
    """

    name: str
    made: Callable[[], Any]
    expected: Any
    tolerance: float


def reference_cases(reference: Path) -> Iterator[ReferenceCase]:
    """The cases of every part."""
    for part in sorted(HERE.parent.glob("reference_*.py")):
        if part.name != HERE.name:
            yield from import_module(f"tests.support.{part.stem}").cases(reference)


def read_out(reference: Path, name: str) -> dict[str, Any]:
    """R's output of that name; a missing value is None, an infinite one "Inf"."""
    made: dict[str, Any] = json.loads((reference / "out" / f"{name}.json").read_text())
    return made


def read_columns(reference: Path, name: str) -> dict[str, NDArray[np.float64]]:
    """Column -> values of an input whose columns are numbers; others are left out."""
    with (reference / "data" / f"{name}.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    made = {}
    for column in rows[0]:
        try:
            made[column] = np.array([float(row[column]) for row in rows])
        except ValueError:
            continue
    return made
