"""The text part on labels that have nothing to do with us."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score

from classify.fit import Parameters, Prepared, allowed_grams
from classify.textmodel import TextClassifier

COLOURS = ["a red apple", "red roses", "the red car", "deep red wine"] * 5
SHAPES = ["a round ball", "round table", "the round coin", "round and smooth"] * 5
TEXTS, LABELS = COLOURS + SHAPES, ["colour"] * 20 + ["shape"] * 20


def test_it_learns_and_says_how_sure_it_is() -> None:
    model = TextClassifier().fit(TEXTS, LABELS)
    assert list(model.classes_) == ["colour", "shape"]
    assert list(model.predict(["a red box", "a ROUND box"])) == ["colour", "shape"]
    sure = model.predict_proba(["red", "round", "neither of them"])
    assert sure.shape == (3, 2)
    assert np.allclose(sure.sum(axis=1), 1)
    assert sure[0, 0] > 0.8


def test_it_is_deterministic_and_can_be_cloned() -> None:
    model = TextClassifier(strength=3.0)
    first = model.fit(TEXTS, LABELS).predict_proba(["red"])
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(["red"])
    assert (copy.fit(TEXTS, LABELS).predict_proba(["red"]) == first).all()


def test_scikit_learn_can_cross_validate_it() -> None:
    assert cross_val_score(TextClassifier(), TEXTS, LABELS, cv=4).mean() == 1.0


def test_three_classes_and_numbers_as_labels() -> None:
    model = TextClassifier().fit([*TEXTS, "x y z", "x y"], [0] * 20 + [1] * 20 + [7, 7])
    assert list(model.classes_) == [0, 1, 7]
    assert model.predict_proba(["red"]).shape == (1, 3)


def test_only_allowed_n_grams_are_kept() -> None:
    model = TextClassifier(allowed=lambda gram: " " not in gram).fit(TEXTS, LABELS)
    assert all(" " not in gram for gram in model.vocabulary_.index)


def test_n_grams_of_real_posts_need_our_own_or_several_places() -> None:
    from classify.labels import OWN, Labelled
    from classify.text import Content

    def row(place: str) -> Labelled:
        content = Content(text="x")
        return Labelled(
            id="1",
            content=content,
            report=True,
            cause="other",
            secondary=None,
            place=place,
            thread="",
        )

    rows = [row(OWN), *[row("a")] * 9, *[row("b")] * 2]
    words = ["ours", *["rare one"] * 5, *["shared"] * 4, "shared", "ours"]
    known = Prepared(rows, [], [], np.empty((0, 0)), words, np.zeros(len(rows), np.int64))
    allowed = allowed_grams(known, Parameters())
    assert allowed("ours")
    assert allowed("shared")
    assert not allowed("rare")  # five posts, but of one place
