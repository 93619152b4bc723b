"""What models that never saw them say of our own posts: made once for all processes of a run."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from filelock import FileLock

from classify.evaluate import own_folds
from classify.fit import Parameters
from classify.predicted import Predicted

PARAMETERS = Parameters(trees=20, folds=2)


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> tuple[Predicted, ...]:
    """Out-of-fold predictions of our own posts, by small forests."""
    base = tmp_path_factory.getbasetemp()
    file = (base if worker_id == "master" else base.parent) / "own-predictions.pickle"
    with FileLock(f"{file}.lock"):
        if not file.exists():
            _write(file, tuple(own_folds(parameters=PARAMETERS)))
        return _read(file)


def _write(file: Path, made: tuple[Predicted, ...]) -> None:
    draft = file.with_suffix(".draft")
    draft.write_bytes(pickle.dumps(made))
    draft.rename(file)


def _read(file: Path) -> tuple[Predicted, ...]:
    made: tuple[Predicted, ...] = pickle.loads(file.read_bytes())  # noqa: S301 - written just now
    return made
