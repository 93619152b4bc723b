"""Corrected models on disk, and which model judges: the program's own unless a person chose.

A correction is one JSON file beside the database, named by its id, which covers all it says: a
damaged or edited file doesn't load. Loading runs no code of the file.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from classify import artifact
from classify.correction import OUTPUTS, Adjustment, Correction
from classify.model import CLASSES, Model
from domain.errors import InputError, ModelError
from domain.settings import Settings

FORMAT = 1
SHIPPED = "shipped"
_FOLDER = "models"
_ID = re.compile(r"[a-z]\d+-[0-9a-f]{12}")
_FIX = "Run `whylost classify learn`, or `whylost classify use shipped`."


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A correction as it is kept. `told`: what it was learnt from and how it compared."""

    correction: Correction
    fine: bool  # found to be no worse than the model that it corrects
    told: Mapping[str, Any]


def folder_of(settings: Settings) -> Path:
    """Where models of this installation lie."""
    return settings.home / _FOLDER


def save(folder: Path, stored: Stored) -> str:
    """Writes a correction and gives its id. The file appears whole under its name."""
    content = _content(stored)
    identity = _identity(content)
    text = json.dumps(content | {"id": identity}, indent=1, sort_keys=True) + "\n"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{identity}.part"
    draft.write_text(text, encoding="utf-8")
    draft.replace(folder / f"{identity}.json")
    return identity


def load(folder: Path, identity: str) -> Stored:
    """A stored correction. Raises `ModelError` where it is missing or damaged."""
    file = folder / f"{identity}.json"
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content.pop("id") != identity or _identity(content) != identity:
            raise ModelError(f"The correction {file} is damaged: it doesn't match its id.", _FIX)
        return _read(content, file)
    except OSError as error:
        raise ModelError(f"The correction {file} can't be read: {error.strerror}.", _FIX) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"The correction {file} is damaged: {error}.", _FIX) from error


def corrected(base: Model, identity: str, stored: Stored) -> Model:
    """The model with the correction on top, under its own id."""
    card = {**base.card, "id": identity, "base": base.id, "correction": dict(stored.told)}
    return replace(base, card=card, correction=stored.correction)


def model_of(settings: Settings, chosen: str | None) -> tuple[Model, str]:
    """The model that judges, and what a reader should know of it ("" mostly).

    A correction of a model that the program has replaced since is left aside: the new one judges,
    and is learnt for anew. Raises `ModelError` for files that are missing or damaged.
    """
    shipped = artifact.load()
    if chosen is None or chosen == shipped.id:
        return shipped, ""
    folder = folder_of(settings)
    if (folder / chosen).is_dir():
        try:
            return artifact.load(folder / chosen), ""
        except ModelError as error:
            raise ModelError(error.what, "Run `whylost classify use shipped`.") from error
    stored = load(folder, chosen)
    if stored.correction.base != shipped.id:
        return shipped, (
            f"The correction {chosen} was learnt for the model {stored.correction.base}, this "
            f"program brings {shipped.id}: it judges alone. Run `whylost classify learn`."
        )
    return corrected(shipped, chosen, stored), ""


def named(settings: Settings, name: str) -> str | None:
    """The id that `name` stands for, ready to be chosen; None for the program's own model.

    `name` is "shipped", the id of a stored model or correction, or a folder with a model, which is
    copied beside the database. Raises `InputError` for a correction that wasn't found to be as good
    as the model that it corrects, and `ModelError` for what can't be loaded.
    """
    shipped = artifact.load().id
    if name in (SHIPPED, shipped):
        return None
    folder = folder_of(settings)
    if not _ID.fullmatch(name):
        return _taken_in(folder, Path(name))
    if (folder / name).is_dir():
        return artifact.load(folder / name).id
    stored = load(folder, name)
    if stored.correction.base != shipped:
        raise InputError(
            f"{name} corrects {stored.correction.base}, not today's model {shipped}.",
            "Run `whylost classify learn`.",
        )
    if not stored.fine:
        raise InputError(
            f"{name} was not found to be as good as the model that it corrects.",
            "Review more posts, then run `whylost classify learn`.",
        )
    return name


def _taken_in(folder: Path, given: Path) -> str:
    """Copies a model beside the database, under its id."""
    identity = artifact.load(given).id
    if identity != artifact.load().id and not (folder / identity).is_dir():
        draft = folder / f".{identity}.part"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        for name in (artifact.ARRAYS, artifact.WORDS, artifact.CARD):
            shutil.copyfile(given / name, draft / name)
        draft.replace(folder / identity)
    return identity


def _content(stored: Stored) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "base": stored.correction.base,
        "outputs": {name: asdict(one) for name, one in stored.correction.outputs.items()},
        "fine": stored.fine,
        "told": dict(stored.told),
    }


def _identity(content: Mapping[str, Any]) -> str:
    """The hash of the corrected model, the correction and what it was learnt from."""
    told = json.dumps(content, sort_keys=True, ensure_ascii=True)
    return f"c{FORMAT}-{hashlib.blake2b(told.encode(), digest_size=6).hexdigest()}"


def _read(content: Mapping[str, Any], file: Path) -> Stored:
    outputs = {
        name: Adjustment(
            slope=float(one["slope"]),
            sources={str(k): float(v) for k, v in one["sources"].items()},
            places={str(k): float(v) for k, v in one["places"].items()},
            text=tuple(float(v) for v in one["text"]),
        )
        for name, one in content["outputs"].items()
    }
    fits = set(outputs) == set(OUTPUTS) and all(
        len(o.text) == len(CLASSES) for o in outputs.values()
    )
    if content["format"] != FORMAT or not fits:
        raise ModelError(f"The correction {file} was made for another version of whylost.", _FIX)
    return Stored(
        correction=Correction(str(content["base"]), outputs),
        fine=bool(content["fine"]),
        told=content["told"],
    )
