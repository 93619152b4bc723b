"""The text part: labelled texts in, probabilities out. It knows nothing of causes or posts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped] # has no types

from classify.ngrams import Floats, Vocabulary, build


class TextClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """TF-IDF over words and word pairs, and a logistic regression. Deterministic: no random step.

    `least_texts`: n-grams in fewer training texts are dropped. `strength`: the regression's inverse
    regularisation (scikit-learn's C). `balanced`: weigh classes by their inverse frequency.
    `allowed`: which n-grams may be kept; all where None.
    """

    def __init__(
        self,
        *,
        least_texts: int = 2,
        strength: float = 10.0,
        balanced: bool = True,
        allowed: Callable[[str], bool] | None = None,
    ) -> None:
        self.least_texts = least_texts
        self.strength = strength
        self.balanced = balanced
        self.allowed = allowed

    def fit(
        self, texts: Sequence[str], labels: Sequence[Any], sample_weight: Floats | None = None
    ) -> TextClassifier:
        """Learns from texts and as many labels of two kinds or more (any sortable type)."""
        lowered = [t.lower() for t in texts]
        self.vocabulary_: Vocabulary = build(
            lowered, least_texts=self.least_texts, allowed=self.allowed
        )
        regression = LogisticRegression(
            C=self.strength,
            class_weight="balanced" if self.balanced else None,
            max_iter=100,
            tol=1e-3,  # finer steps change no decision and take five times as long
        )
        matrix = self.vocabulary_.matrix(lowered)
        with threadpool_limits(1):  # threads make this forty times slower, and not repeatable
            regression.fit(matrix, np.asarray(labels), sample_weight=sample_weight)
        self.classes_ = regression.classes_
        self.coef_, self.intercept_ = regression.coef_, regression.intercept_
        if len(self.classes_) == 2:  # one row of scores for the second class: make it two
            self.coef_ = np.vstack([-self.coef_ / 2, self.coef_ / 2])
            self.intercept_ = np.concatenate([-self.intercept_ / 2, self.intercept_ / 2])
        self.n_features_in_ = 1
        return self

    def decision_function(self, texts: Sequence[str]) -> Floats:
        """Scores, one row a text and one column a class."""
        check_is_fitted(self)
        matrix = self.vocabulary_.matrix(t.lower() for t in texts)
        scores: Floats = matrix @ self.coef_.T + self.intercept_
        return scores

    def predict_proba(self, texts: Sequence[str]) -> Floats:
        """Probabilities by the softmax of the scores; rows sum to one."""
        scores = self.decision_function(texts)
        raised = np.exp(scores - scores.max(axis=1, keepdims=True))
        made: Floats = raised / raised.sum(axis=1, keepdims=True)
        return made

    def predict(self, texts: Sequence[str]) -> Any:
        """The most probable class of each text."""
        scores = self.decision_function(texts)
        return self.classes_[scores.argmax(axis=1)]
