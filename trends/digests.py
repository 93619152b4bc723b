"""What results are computed from, in a digest: the same again needs no computing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from db.judges import Judges
from domain.nouns import Release
from trends.panel import Panel
from trends.steps import Weeks


@cache
def method() -> str:
    """Of this package's own modules: another statistic makes other results of the same data."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return _hex(file.name.encode() + file.read_bytes() for file in files)


def of_panel(panel: Panel, first: int = 0, last: int | None = None) -> str:
    """Of a panel's days from index `first` to before `last`."""
    cut = slice(first, last)
    axes = (
        panel.product,
        str(panel.day(first)),
        list(panel.places),
        [str(c) for c in panel.causes],
    )
    arrays = (panel.counts, panel.exposure, panel.usable, panel.eras)
    return _hex([told(axes), *(_bytes(array[..., cut]) for array in arrays)])


def of_weeks(panel: Panel, weeks: Weeks) -> str:
    """Of a panel's whole weeks."""
    axes = (panel.product, str(weeks.monday), list(panel.places), [str(c) for c in panel.causes])
    arrays = (weeks.counts, weeks.exposure, weeks.usable, weeks.eras)
    return _hex([told(axes), *(_bytes(array) for array in arrays)])


def of_releases(releases: Iterable[Release]) -> str:
    """Of what tests take from the catalogue."""
    rows = [
        (r.id, str(r.announced), str(r.deployed), r.product, r.kind, r.retired) for r in releases
    ]
    return _hex([told(sorted(rows))])


def together(judges: Judges, *parts: Any) -> str:
    """One digest of `parts` (what JSON can hold), the models of all days and the program's own."""
    return _hex([told((method(), judges.to_json(), parts))])


def told(value: Any) -> bytes:
    """`value` in one spelling."""
    return json.dumps(value, sort_keys=True, default=_day).encode()


def _day(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON of {type(value).__name__}")


def _bytes(array: np.ndarray[Any, Any]) -> bytes:
    return str(array.shape).encode() + np.ascontiguousarray(array).tobytes()


def _hex(parts: Iterable[bytes]) -> str:
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()
