"""The fitted model on disk: arrays in .npz (no pickles) and JSON. Loading runs no code of the file.

`save` writes the same bytes for the same model. The id covers the arrays and the parameters, so a
damaged or edited file doesn't load.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classify import features
from classify.calibration import Scaling
from classify.combine import Combiner, Linear
from classify.cues.all import CUES
from classify.decide import Thresholds
from classify.forest import Forest
from classify.model import CAUSES, CLASSES, Model, TextPart
from classify.ngrams import Vocabulary
from domain.causes import Cause
from domain.errors import ModelError

FORMAT = 2
ARRAYS, WORDS, CARD = "arrays.npz", "model.json", "card.json"
SHIPPED = Path(__file__).parent / "data" / "model"
_FOREST = ("roots", "feature", "threshold", "left", "right", "shares")
_FIX = "Reinstall whylost, or run `whylost classify train`."


def save(model: Model, folder: Path) -> Model:
    """Writes three files into `folder` and returns the model with its id in the card."""
    arrays = _arrays(model)
    told = _told(model)
    named = replace(model, card={**model.card, "id": _identity(arrays, told)})
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ARRAYS).write_bytes(arrays)
    (folder / WORDS).write_bytes(told)
    (folder / CARD).write_text(_json(dict(named.card), indent=1) + "\n", encoding="utf-8")
    return named


def load(folder: Path | None = None) -> Model:
    """The model of a folder; the shipped one where None.

    Raises `ModelError` for files that are missing, damaged, or of another version of the program.
    """
    folder = folder or SHIPPED
    try:
        arrays, told = (folder / ARRAYS).read_bytes(), (folder / WORDS).read_bytes()
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        if card["id"] != _identity(arrays, told):
            raise ModelError(f"The model in {folder} is damaged: it doesn't match its card.", _FIX)
        return _read(arrays, json.loads(told), card, folder)
    except OSError as error:
        raise ModelError(f"The model in {folder} can't be read: {error.strerror}.", _FIX) from error
    except (ValueError, KeyError, TypeError, IndexError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"The model in {folder} is damaged: {error}.", _FIX) from error


def _arrays(model: Model) -> bytes:
    words = sorted({w for gram in model.text.vocabulary.index for w in gram.split()})
    number = {w: i for i, w in enumerate(words)}
    grams = [[number[w] for w in gram.split()] for gram in model.text.vocabulary.index]
    held = {
        # Pairs are stored as numbers of words, so that the file holds no run of real text.
        "grams": np.array([(*g, -1)[:2] for g in grams], np.int32).reshape(-1, 2),
        "idf": model.text.vocabulary.idf.astype(np.float32),
        "weights": model.text.weights.astype(np.float32),
        "intercepts": model.text.intercepts.astype(np.float32),
        "linear": model.combiner.linear.weights.astype(np.float32),
        "linear_intercepts": model.combiner.linear.intercepts.astype(np.float32),
        **{name: getattr(model.combiner.forest, name) for name in _FOREST},
    }
    out = BytesIO()
    np.savez_compressed(out, **held)
    return out.getvalue()


def _told(model: Model) -> bytes:
    told = {
        "format": FORMAT,
        "classes": list(CLASSES),
        "features": _features(),
        "words": sorted({w for gram in model.text.vocabulary.index for w in gram.split()}),
        "scalings": {n: [s.method, s.slope, s.intercept] for n, s in model.scalings.items()},
        "report_threshold": model.thresholds.report,
        "thresholds": {c.value: t for c, t in model.thresholds.causes.items()},
        "inputs": model.card.get("inputs", {}),
        "parameters": model.card.get("parameters", {}),
    }
    return (_json(told) + "\n").encode()


def _features() -> str:
    """A hash of the features' names and order, and of the cues behind them."""
    cues = "".join(f"{cue}\n" for cue in CUES)
    return hashlib.blake2b(f"{features.names()}\n{cues}".encode(), digest_size=16).hexdigest()


def _grams(words: list[str], numbers: NDArray[np.int32]) -> list[str]:
    """N-grams from word numbers; -1 stands for "no second word"."""
    return [words[a] if b < 0 else f"{words[a]} {words[b]}" for a, b in numbers.tolist()]


def _json(told: dict[str, Any], indent: int | None = None) -> str:
    return json.dumps(told, ensure_ascii=True, sort_keys=True, indent=indent)


def _identity(arrays: bytes, told: bytes) -> str:
    held = np.load(BytesIO(arrays), allow_pickle=False)
    digest = hashlib.blake2b(told, digest_size=6)
    for name in sorted(held.files):
        digest.update(name.encode() + held[name].tobytes())
    return f"m{FORMAT}-{digest.hexdigest()}"


def _read(arrays: bytes, told: dict[str, Any], card: dict[str, Any], folder: Path) -> Model:
    made_for = told["format"], told["classes"], told["features"]
    if made_for != (FORMAT, list(CLASSES), _features()):
        raise ModelError(f"The model in {folder} was made for another version of whylost.", _FIX)
    held = np.load(BytesIO(arrays), allow_pickle=False)
    forest = Forest(**{name: held[name] for name in _FOREST})
    linear = Linear(held["linear"].astype(float), held["linear_intercepts"].astype(float))
    nodes = len(forest.feature)
    words = _grams(told["words"], held["grams"])
    if (
        held["weights"].shape != (len(words), len(CLASSES))
        or linear.weights.shape != (len(features.names()) + len(CLASSES), len(CLASSES))
        or forest.shares.shape != (nodes, len(CLASSES))
        or max(forest.left.max(), forest.right.max(), forest.roots.max()) >= nodes
    ):
        raise ModelError(f"The model in {folder} is damaged: its parts don't fit.", _FIX)
    vocabulary = Vocabulary({w: i for i, w in enumerate(words)}, held["idf"].astype(float))
    return Model(
        TextPart(vocabulary, held["weights"].astype(float), held["intercepts"].astype(float)),
        Combiner(forest, linear),
        {n: Scaling(m, s, i) for n, (m, s, i) in told["scalings"].items()},
        Thresholds(
            told["report_threshold"], {c: told["thresholds"][Cause(c).value] for c in CAUSES}
        ),
        card,
    )
