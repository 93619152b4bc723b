"""The doctor's question about the model: is it there, whole, and of this program?"""

from __future__ import annotations

from collections.abc import Iterator

from classify.artifact import load
from domain.check import Check
from domain.errors import ModelError


def checks() -> Iterator[Check]:
    """One check: the shipped model loads."""
    try:
        model = load()
    except ModelError as error:
        yield Check(name="model", ok=False, found=error.what.rstrip("."), fix=error.fix)
        return
    yield Check(name="model", ok=True, found=model.id)
