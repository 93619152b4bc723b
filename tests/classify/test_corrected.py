"""Corrections on disk, and which model judges."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from classify import artifact
from classify.check import checks
from classify.corrected import Stored, corrected, folder_of, load, model_of, named, save
from classify.correction import OUTPUTS, Adjustment, Correction
from classify.model import CLASSES
from classify.text import Content
from domain.errors import InputError, ModelError
from domain.settings import Settings

CONTENT = [
    Content(text="The whole history is gone after the update.", source="hub", place="hub:a"),
    Content(text="Which notes do you keep about long projects?", source="hub", place="hub:a"),
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, database=f"sqlite:///{tmp_path / 'w.db'}")


def stored(level: float = -4.0, *, fine: bool = True, base: str = "") -> Stored:
    one = Adjustment(sources={"hub": level}, places={}, text=(0.0,) * len(CLASSES))
    correction = Correction(base or artifact.load().id, dict.fromkeys(OUTPUTS, one))
    return Stored(correction=correction, fine=fine, told={"reviews": "ab"})


def test_it_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    identity = save(tmp_path, stored())
    assert load(tmp_path, identity) == stored()
    assert save(tmp_path, stored()) == identity
    assert save(tmp_path, stored(-3.0)) != identity
    assert save(tmp_path, stored(base="m2-000000000000")) != identity
    assert save(tmp_path, replace(stored(), told={"reviews": "cd"})) != identity


def test_a_corrected_model_has_its_own_id_and_judges_otherwise(settings: Settings) -> None:
    identity = save(folder_of(settings), stored())
    model, note = model_of(settings, identity)
    assert (model.id, note) == (identity, "")
    assert model.card["base"] == artifact.load().id
    plain, changed = artifact.load().judge(CONTENT), model.judge(CONTENT)
    for before, after in zip(plain, changed, strict=True):
        assert after.report_probability < before.report_probability
        assert max(after.causes.values()) <= after.report_probability
    elsewhere = [replace(content, source="news") for content in CONTENT]
    assert [j.causes for j in model.judge(elsewhere)] == [j.causes for j in plain]


def test_without_a_choice_the_shipped_model_judges(settings: Settings) -> None:
    assert model_of(settings, None)[0].id == artifact.load().id
    assert model_of(settings, artifact.load().id)[0].correction is None


def test_a_correction_of_another_model_is_left_aside_and_told(settings: Settings) -> None:
    identity = save(folder_of(settings), stored(base="m2-000000000000"))
    model, note = model_of(settings, identity)
    assert model.id == artifact.load().id
    assert "m2-000000000000" in note
    assert "whylost classify learn" in note
    with pytest.raises(InputError, match="not today's model"):
        named(settings, identity)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "changed", "list", "renamed"])
def test_damage_is_one_clear_line(settings: Settings, damage: str) -> None:
    folder = folder_of(settings)
    identity = save(folder, stored())
    file = folder / f"{identity}.json"
    text = file.read_text(encoding="utf-8")
    match damage:
        case "missing":
            file.unlink()
        case "empty":
            file.write_text("")
        case "cut":
            file.write_text(text[: len(text) // 2])
        case "changed":
            file.write_text(text.replace("-4.0", "-0.4"))
        case "list":
            file.write_text("[1, 2]")
        case _:
            other = "c1-0123456789ab"
            file.rename(folder / f"{other}.json")
            identity = other
    with pytest.raises(ModelError, match="whylost classify use shipped") as caught:
        model_of(settings, identity)
    assert "\n" not in str(caught.value)


def test_a_file_of_another_format_is_refused(settings: Settings) -> None:
    folder = folder_of(settings)
    identity = save(folder, stored())
    content = json.loads((folder / f"{identity}.json").read_text(encoding="utf-8"))
    content["outputs"].pop("other")
    from classify.corrected import _identity

    content.pop("id")
    other = _identity(content)
    (folder / f"{other}.json").write_text(json.dumps(content | {"id": other}))
    with pytest.raises(ModelError, match="another version of whylost"):
        load(folder, other)


def test_only_what_is_not_worse_can_be_used(settings: Settings) -> None:
    folder = folder_of(settings)
    good, bad = save(folder, stored()), save(folder, stored(fine=False))
    assert named(settings, good) == good
    with pytest.raises(InputError, match="not found to be as good"):
        named(settings, bad)
    assert named(settings, "shipped") is None
    assert named(settings, artifact.load().id) is None
    with pytest.raises(ModelError, match="can't be read"):
        named(settings, "c1-0123456789ab")


def test_a_model_in_a_folder_is_taken_in(settings: Settings, tmp_path: Path) -> None:
    given = tmp_path / "given"
    shutil.copytree(artifact.SHIPPED, given)
    model = artifact.load(given)
    other = replace(model, thresholds=replace(model.thresholds, report=0.9))
    identity = artifact.save(other, given).id
    assert named(settings, str(given)) == identity
    shutil.rmtree(given)
    assert model_of(settings, identity)[0].thresholds.report == 0.9
    assert named(settings, identity) == identity
    with pytest.raises(ModelError, match="can't be read"):
        named(settings, str(tmp_path / "nowhere"))


def test_a_taken_in_model_of_another_version_names_the_way_back(settings: Settings) -> None:
    folder = folder_of(settings) / "m2-0123456789ab"
    shutil.copytree(artifact.SHIPPED, folder)
    (folder / artifact.CARD).write_text("{}")
    with pytest.raises(ModelError, match="whylost classify use shipped"):
        model_of(settings, "m2-0123456789ab")


def test_the_doctor_looks_at_what_was_learnt(settings: Settings) -> None:
    assert [check.name for check in checks(settings)] == ["model"]
    identity = save(folder_of(settings), stored())
    (told,) = [check for check in checks(settings) if check.name == "models"]
    assert told.ok
    (folder_of(settings) / f"{identity}.json").write_text("{")
    (told,) = [check for check in checks(settings) if check.name == "models"]
    assert not told.ok
    assert "damaged" in told.found


def test_nothing_of_a_correction_reaches_the_base() -> None:
    base = artifact.load()
    made = corrected(base, "c1-0123456789ab", stored())
    assert base.correction is None
    assert made.text is base.text
