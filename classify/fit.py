"""Fitting: labelled posts in, a model out. Deterministic: the same rows give the same arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classify import features
from classify.calibration import Bools, Scaling, choose
from classify.cues.all import finder
from classify.cues.engine import Hit
from classify.decide import Thresholds
from classify.forest import Forest, grow
from classify.labels import OWN, Labelled
from classify.model import CAUSES, CLASSES, NONE, Model, TextPart, calibrated
from classify.ngrams import Floats, Vocabulary, grams
from classify.scores import f1
from classify.text import Views, views
from classify.textmodel import TextClassifier
from domain.causes import STUDIED, Cause

# Shares of the classes that training is weighted to: those of the 843 labelled real posts, with a
# guess for `undetermined`, of which they hold none.
PRIOR = (0.06, 0.05, 0.05, 0.33, 0.02, 0.49)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """What a person chose. Part of the model's id."""

    least_texts: int = 3
    text_strength: float = 10.0
    trees: int = 200
    leaf: int = 3
    folds: int = 4
    precision: float = 0.9  # at which a cause is decided, on held-out posts
    least_decided: int = 8  # held-out decisions that a threshold must rest on
    real_weight: float = 3.0  # of a real post beside one of our own, within a class
    report_thresholds: tuple[float, ...] = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65)  # one is chosen
    shared_posts: int = 5  # an n-gram that our own posts lack must stand in so many posts
    shared_places: int = 2  # of so many places


@dataclass(frozen=True, slots=True)
class Prepared:
    """Rows read once: views, cues, features, words, class numbers."""

    rows: Sequence[Labelled]
    seen: Sequence[Views]
    found: Sequence[Sequence[Hit]]
    features: Floats
    words: Sequence[str]
    classes: NDArray[np.int64]
    never: frozenset[str] = frozenset()  # words that no n-gram of the model may hold

    def part(self, chosen: Sequence[int] | NDArray[np.int64]) -> Prepared:
        """Some of the rows."""
        which = [int(i) for i in chosen]
        return Prepared(
            [self.rows[i] for i in which],
            [self.seen[i] for i in which],
            [self.found[i] for i in which],
            self.features[which],
            [self.words[i] for i in which],
            self.classes[which],
            self.never,
        )


def prepare(rows: Sequence[Labelled], never: frozenset[str] = frozenset()) -> Prepared:
    """Reads every post: views and cues, once for all fits."""
    seen = [views(r.content) for r in rows]
    found = [finder().find(v) for v in seen]
    made = np.array([features.row(v, h) for v, h in zip(seen, found, strict=True)])
    classes = [CLASSES.index(r.cause or "other") if r.report else NONE for r in rows]
    return Prepared(rows, seen, found, made, [v.words() for v in seen], np.array(classes), never)


def fit(
    known: Prepared, parameters: Parameters, card: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> Model:
    """A model of these rows. `card` completes what is told of the fit (calibration, thresholds)."""
    weights = class_weights(known, parameters)
    scores = np.empty((len(known.rows), len(CLASSES)))
    folds = place_folds(known.rows, parameters.folds)
    for k in range(folds.max() + 1):
        inside, held = np.flatnonzero(folds != k), np.flatnonzero(folds == k)
        part = text_part(known.part(inside), parameters)
        scores[held] = [part.scores(known.words[i]) for i in held.tolist()]
    full = np.hstack([known.features, scores])
    shares = np.empty((len(known.rows), len(CLASSES)))
    for k in range(folds.max() + 1):
        inside, held = np.flatnonzero(folds != k), np.flatnonzero(folds == k)
        forest = _forest(full[inside], known.classes[inside], weights[inside], parameters)
        shares[held] = forest.predict(full[held])
    scalings, losses = _calibrate(known, shares)
    thresholds = _thresholds(known, shares, scalings, parameters)
    told = {
        "calibration": {
            n: {"method": s.method, "log_loss": losses[n]} for n, s in scalings.items()
        },
        "thresholds": {
            "report": thresholds.report,
            **{c.value: t for c, t in thresholds.causes.items()},
        },
    }
    forest = _forest(full, known.classes, weights, parameters)
    return Model(text_part(known, parameters), forest, scalings, thresholds, card(told))


def class_weights(known: Prepared, parameters: Parameters) -> Floats:
    """A weight a row, so that the classes' shares are `PRIOR`; they sum to the number of rows."""
    weights = np.array([1.0 if r.place == OWN else parameters.real_weight for r in known.rows])
    counts = np.bincount(known.classes, weights, minlength=len(CLASSES))
    wanted = np.where(counts > 0, PRIOR, 0.0)
    wanted *= len(known.rows) / wanted.sum()
    made: Floats = weights * (wanted / np.maximum(counts, 1e-9))[known.classes]
    return made


def fold_numbers(rows: Sequence[Labelled], folds: int) -> NDArray[np.int64]:
    """A fold for every row: threads stay together, and each class is spread evenly."""
    threads: dict[str, str] = {}
    for row in rows:
        threads.setdefault(f"{row.place}\n{row.thread}", row.cause or "")
    ordered = sorted(threads, key=lambda t: (threads[t], t))
    number = {thread: i % folds for i, thread in enumerate(ordered)}
    return np.array([number[f"{r.place}\n{r.thread}"] for r in rows])


def place_folds(rows: Sequence[Labelled], folds: int) -> NDArray[np.int64]:
    """Folds that hold out whole places, as a new place will be met; our own posts are spread.

    With fewer than two places of real posts, `folds` folds of threads.
    """
    places = sorted({r.place for r in rows} - {OWN})
    if len(places) < 2:
        return fold_numbers(rows, folds)
    number = {place: i for i, place in enumerate(places)}
    spread = fold_numbers(rows, len(places))
    return np.array([number.get(r.place, spread[i]) for i, r in enumerate(rows)])


def allowed_grams(known: Prepared, parameters: Parameters) -> Callable[[str], bool]:
    """Whether an n-gram may be kept: our own posts hold it, or enough posts of enough places do."""
    own: set[str] = set()
    posts: dict[str, int] = {}
    places: dict[str, set[str]] = {}
    for row, words in zip(known.rows, known.words, strict=True):
        if row.place == OWN:
            own.update(grams(words))
            continue
        for gram in grams(words):
            posts[gram] = posts.get(gram, 0) + 1
            places.setdefault(gram, set()).add(row.place)
    shared = {
        gram
        for gram, n in posts.items()
        if n >= parameters.shared_posts and len(places[gram]) >= parameters.shared_places
    }
    kept = own | shared
    return lambda gram: gram in kept and known.never.isdisjoint(gram.split())


def text_part(known: Prepared, parameters: Parameters) -> TextPart:
    """The fitted text classifier, its columns in the order of `CLASSES`."""
    fitted = TextClassifier(
        least_texts=parameters.least_texts,
        strength=parameters.text_strength,
        balanced=False,
        allowed=allowed_grams(known, parameters),
    ).fit(known.words, known.classes.tolist())
    weights = np.zeros((len(fitted.vocabulary_.index), len(CLASSES)))
    intercepts = np.full(len(CLASSES), -5.0)  # the score of a class that the rows don't hold
    weights[:, fitted.classes_] = np.round(fitted.coef_.T, 3)
    intercepts[fitted.classes_] = np.round(fitted.intercept_, 3)
    idf = np.round(fitted.vocabulary_.idf, 3)
    return TextPart(Vocabulary(fitted.vocabulary_.index, idf), weights, intercepts)


def _forest(
    rows: Floats, classes: NDArray[np.int64], weights: Floats, parameters: Parameters
) -> Forest:
    return grow(
        rows,
        classes.tolist(),
        weights,
        classes=len(CLASSES),
        trees=parameters.trees,
        leaf=parameters.leaf,
    )


def truths(rows: Sequence[Labelled]) -> dict[str, Bools]:
    """For "report" and each cause, which rows it holds for; a second cause counts as well."""
    made = {"report": np.array([r.report for r in rows])}
    for cause in CAUSES:
        made[cause.value] = np.array([cause.value in (r.cause, r.secondary) for r in rows])
    return made


def _calibrate(
    known: Prepared, shares: Floats
) -> tuple[dict[str, Scaling], dict[str, dict[str, float]]]:
    """Scalings on held-out real posts; on our own where there are no real ones."""
    chosen = _real(known)
    held, truth = shares[chosen], truths([known.rows[i] for i in chosen])
    raw = {"report": 1 - held[:, NONE]}
    raw |= {c.value: held[:, i] for i, c in enumerate(CAUSES)}
    fitted = {name: choose(raw[name], truth[name]) for name in raw}
    return {n: s for n, (s, _) in fitted.items()}, {n: loss for n, (_, loss) in fitted.items()}


def _real(known: Prepared) -> NDArray[np.int64]:
    real = np.flatnonzero([r.place != OWN for r in known.rows])
    return real if len(real) else np.arange(len(known.rows))


def _thresholds(
    known: Prepared, shares: Floats, scalings: Mapping[str, Scaling], parameters: Parameters
) -> Thresholds:
    """Derived on held-out posts.

    A post is a report from where the forced choice is best (macro F1 of the three causes). A cause
    is decided from the least probability above which decisions reach the precision.
    """
    chosen = _real(known)
    report, causes, _ = calibrated(shares[chosen], scalings)
    rows = [known.rows[i] for i in chosen]
    likely = causes.argmax(axis=1)

    def quality(threshold: float) -> float:
        said = np.where(report >= threshold, likely, NONE)
        true = known.classes[chosen]
        scores = [f1(said == CAUSES.index(c), true == CAUSES.index(c)) for c in STUDIED]
        return float(np.nansum(scores))

    best = max(parameters.report_thresholds, key=quality)
    made: dict[Cause, float] = {}
    for i, cause in enumerate(CAUSES):
        mine = np.flatnonzero((likely == i) & (report >= best))
        right = np.array([cause.value in (rows[j].cause, rows[j].secondary) for j in mine], bool)
        made[cause] = least_threshold(causes[mine, i], right, parameters)
    return Thresholds(best, made)


def least_threshold(probability: Floats, right: Bools, parameters: Parameters) -> float:
    """The least threshold with the precision on `least_decided` posts or more; else 1.01."""
    order = np.argsort(-probability, kind="stable")
    precision: Floats = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    best = 1.01
    for n, (share, place) in enumerate(zip(precision, order, strict=True), 1):
        if n >= parameters.least_decided and share >= parameters.precision:
            best = float(np.floor(probability[place] * 1000) / 1000)
    return best
