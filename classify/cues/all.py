"""Every cue, read from `classify/data/cues`, in the order of the model's features."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from classify.cues.cue import Cue
from classify.cues.engine import CueFinder
from domain.causes import Cause, Symptom

FOLDER = Path(__file__).parents[1] / "data" / "cues"
# File by file; what a file's cues are about, None where each cue says so itself.
_FILES: tuple[tuple[str, Cause | None], ...] = (
    *((cause.value, cause) for cause in Cause),
    ("report", None),
    ("symptoms", None),
)


def _cue(told: dict[str, Any], about: Cause | None) -> Cue:
    symptom = told.pop("about", None)
    told = {k: tuple(v) if isinstance(v, list) else v for k, v in told.items()}
    return Cue(about=Symptom(symptom) if symptom else about, **told)


def read(folder: Path) -> tuple[Cue, ...]:
    """All cues of a folder. A misspelt key is a `TypeError`: these files are ours."""
    return tuple(
        _cue(told, about)
        for name, about in _FILES
        for told in tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))["cue"]
    )


CUES = read(FOLDER)


@cache
def finder() -> CueFinder:
    """The one finder of the process."""
    return CueFinder(CUES)
