"""The model on disk: same bytes for the same model, no code on load, damage is named."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classify import artifact
from classify.text import Content
from classify.train import train
from domain.errors import ModelError
from domain.taxonomy import taxonomy
from ingest.privacy import redact


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(artifact.SHIPPED, tmp_path / "model"))


def test_saving_gives_the_same_bytes(tmp_path: Path) -> None:
    model = artifact.load()
    again = artifact.save(model, tmp_path)
    assert again.id == model.id
    for name in (artifact.ARRAYS, artifact.WORDS, artifact.CARD):
        assert (tmp_path / name).read_bytes() == (artifact.SHIPPED / name).read_bytes()


def test_a_loaded_model_judges_as_the_saved_one(tmp_path: Path) -> None:
    model = artifact.load()
    artifact.save(model, tmp_path)
    content = [Content(text="The whole history is gone after the update, nothing can be resumed.")]
    assert artifact.load(tmp_path).judge(content) == model.judge(content)


@pytest.mark.parametrize("part", ["own examples", "taxonomy", "labels 0", "trees"])
def test_the_id_covers_what_the_model_came_from(part: str, tmp_path: Path) -> None:
    model = artifact.load()
    inputs, parameters = dict(model.card["inputs"]), dict(model.card["parameters"])
    (parameters if part in parameters else inputs)[part] = "another"
    card = {**model.card, "inputs": inputs, "parameters": parameters}
    assert artifact.save(replace(model, card=card), tmp_path).id != model.id


def test_the_shipped_model_knows_today_s_causes() -> None:
    assert artifact.load().card["inputs"]["taxonomy"] == taxonomy()


def test_the_arrays_hold_no_objects() -> None:
    with np.load(artifact.SHIPPED / artifact.ARRAYS, allow_pickle=False) as held:
        assert all(held[name].dtype.kind in "fiu" for name in held.files)


@pytest.mark.parametrize("name", [artifact.ARRAYS, artifact.WORDS, artifact.CARD])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "changed"])
def test_damage_is_a_model_error(copied: Path, name: str, damage: str) -> None:
    file = copied / name
    content = file.read_bytes()
    match damage:
        case "missing":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "cut":
            file.write_bytes(content[: len(content) // 2])
        case _ if name == artifact.CARD:
            file.write_bytes(content.replace(b'"id": "m', b'"id": "x'))
        case _:
            middle = len(content) // 2
            file.write_bytes(
                content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
            )
    with pytest.raises(ModelError, match="model in"):
        artifact.load(copied)


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="can't be read"):
        artifact.load(tmp_path / "nothing")


def test_training_makes_the_shipped_model_bit_for_bit(shared: Path, tmp_path: Path) -> None:
    labels = [shared / "gold" / "dev.jsonl"]
    made = train(tmp_path, labels, redact=redact)
    assert made.id == artifact.load().id, "run `make model`: examples, cues or parameters changed"
    for name in (artifact.ARRAYS, artifact.WORDS, artifact.CARD):
        assert (tmp_path / name).read_bytes() == (artifact.SHIPPED / name).read_bytes()
