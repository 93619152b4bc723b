"""Labels of the stream: what they hold, how they are weighted, and that their posts are found."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import stream_posts
from benchmarks.stream_posts import MARKS, contents, labelled, marks
from benchmarks.stream_precision import figures, kappa, twice_read, weights
from classify.text import Content
from domain.causes import Cause

LABELS = {"not", "undetermined", *(c.value for c in Cause)}


def test_the_file_holds_labels_and_no_texts() -> None:
    with MARKS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert all(len(value) <= 64 and " " not in value for row in rows for value in row.values())
    for mark in marks():
        assert mark.label in LABELS
        assert mark.secondary in LABELS | {""}
        assert mark.confidence in {"high", "medium", "low"}
        assert mark.drawn <= mark.available
        assert len(mark.digest) == 64


def test_weights_add_up_to_the_stream() -> None:
    chosen = list({(m.file, m.digest): m for m in marks()}.values())
    sizes = {m.cell: m.available for m in chosen}
    assert weights(chosen).sum() == pytest.approx(sum(sizes.values()))


def test_kappa_of_known_cases() -> None:
    assert kappa([("a", "a"), ("b", "b")]) == pytest.approx(1)
    assert kappa([("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]) == pytest.approx(0)
    assert len(twice_read(marks())) >= 60


def test_precision_and_recall_are_weighted() -> None:
    mark = replace(marks()[0], label="safety_trigger", secondary="")
    right = labelled(mark, Content(text="one"))
    wrong = replace(right, report=False, cause=None, thread="other")
    said = ["safety_trigger", "safety_trigger"]
    made = figures([right, wrong], said, np.array([1.0, 3.0]))["safety_trigger"]
    assert made["precision"]["value"] == 0.25
    assert made["recall"]["value"] == 1
    assert (made["labelled"], made["said"], made["right"]) == (1, 2, 1)


def test_every_labelled_post_is_found(shared: Path) -> None:
    found = contents(shared / "data")
    assert found.keys() == {(m.file, m.digest) for m in marks()}
    assert all(c.text or c.title for c in found.values())


def test_a_post_that_is_gone_is_an_error(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = replace(marks()[0], file="appstore_chatgpt_reviews.csv", digest="0" * 64)
    monkeypatch.setattr(stream_posts, "marks", lambda: [small])
    with pytest.raises(LookupError, match="1 labelled posts"):
        contents(shared / "data")
