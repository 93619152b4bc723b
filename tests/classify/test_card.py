"""The card: what it must tell, and that its figures are this model's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from classify import artifact
from classify.card import FIGURES, figures_of, lines, record, told_card
from classify.readout import measured
from domain.errors import InputError

MODEL = artifact.load()
_ALIKE = (
    *("gap_between_halves", "strict", "undetermined", "own"),
    *("places", "reliability", "steps"),
)
ROOT = Path(__file__).parents[2]
AGAIN = "measure again: whylost classify evaluate --gold FILE --strata FILE --record"


def test_the_recorded_figures_are_of_the_shipped_model() -> None:
    recorded = json.loads(FIGURES.read_text(encoding="utf-8"))["model"]
    assert recorded == MODEL.id, f"figures.json is of {recorded}; {AGAIN}"


def test_the_documentation_s_figures_are_the_recorded_ones() -> None:
    found = figures_of(MODEL.id)
    assert found is not None, AGAIN
    text = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    by_place = found["macro_f1"]["by_place"]
    told = [by_place["all"], by_place["odd"], by_place["even"], found["own"]["macro_f1"]]
    told += [f[m] for f in found["outputs"].values() for m in ("precision", "recall", "f1")]
    told += [f["macro_f1"] for f in found["places"].values()]
    assert [measured(value) for value in told if measured(value) not in text] == []


def test_the_card_tells_what_a_reader_needs() -> None:
    shown = "\n".join(lines(MODEL))
    for part in ("What it learnt from", "Thresholds", "calibration", "How well", "Where it fails"):
        assert part in shown
    assert MODEL.id in shown
    for limit in MODEL.card["where_it_fails"]:
        assert limit in shown
    machine = json.loads(json.dumps(told_card(MODEL), allow_nan=False))
    assert machine["figures"]["model"] == machine["id"] == MODEL.id


def test_another_model_s_figures_are_not_shown() -> None:
    other = replace(MODEL, card={**MODEL.card, "id": "another"})
    assert told_card(other)["figures"] is None
    assert "no figures were recorded" in "\n".join(lines(other))


def test_figures_are_recorded_only_for_what_was_evaluated(tmp_path: Path) -> None:
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    told = {
        **{k: figures[k] for k in _ALIKE},
        "by_place": {
            "all": {
                "posts": 7,
                "macro_f1": figures["macro_f1"]["by_place"]["all"],
                "causes": {k: v for k, v in figures["outputs"].items() if k != "report"},
                "report": figures["outputs"]["report"],
                "decisions": figures["decisions"],
            }
        },
        "by_thread": {"all": {"posts": 0}},
        "stream": None,
    }
    file = tmp_path / "figures.json"
    record(told, MODEL, file)
    made = figures_of(MODEL.id, file)
    assert made is not None
    assert made["posts"] == 7
    assert made["stream"] is None
    older = replace(MODEL, card={**MODEL.card, "inputs": {"own examples": "other"}})
    with pytest.raises(InputError, match="other posts"):
        record(told, older, file)
    assert figures_of(MODEL.id, tmp_path / "none.json") is None
