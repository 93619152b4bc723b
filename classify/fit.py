"""Fitting: labelled posts in, a model out. Deterministic: the same rows give the same arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classify import features
from classify.calibration import Bools, Scaling, choose
from classify.combine import Combiner, combine
from classify.cues.all import finder
from classify.cues.engine import Hit
from classify.decide import Thresholds
from classify.labels import OWN, Labelled
from classify.model import CAUSES, CLASSES, NONE, Model, TextPart, calibrated
from classify.ngrams import Floats, Vocabulary, grams
from classify.text import Views, views
from classify.textmodel import TextClassifier
from classify.thresholds import cause_thresholds
from classify.unspoken import tempered
from domain.causes import Cause

# Shares of the classes that training is weighted to: those of the 843 labelled real posts, with a
# guess for `undetermined`, of which they hold none.
PRIOR = (0.06, 0.05, 0.05, 0.33, 0.02, 0.49)


@dataclass(frozen=True, kw_only=True, slots=True)
class Parameters:
    """What a person chose. Part of the model's id."""

    least_texts: int = 3
    text_strength: float = 5.0
    trees: int = 200
    leaf: int = 3
    tried: float = 0.1  # share of the features that a split of a tree chooses from
    strength: float = 0.03  # the regression's inverse regularisation
    folds: int = 4
    precision: float = 0.8  # aimed at where a cause is decided, on held-out posts
    other_precision: float = 0.88  # for `other`, which swallows losses of unknown cause first
    least_decided: int = 8  # held-out decisions that a threshold must rest on
    real_weight: float = 1.5  # of a real post beside one of our own, within a class
    report_threshold: float = 0.4  # of the probability; choosing it in each fit was noise
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
        combiner = _combiner(full[inside], known.classes[inside], weights[inside], parameters)
        shares[held] = combiner.predict(full[held])
    scalings, losses = _calibrate(known, shares)
    thresholds = _thresholds(known, shares, scalings, weights, parameters)
    told = {
        "calibration": {
            n: {"method": s.method, "log_loss": losses[n]} for n, s in scalings.items()
        },
        "thresholds": {
            "report": thresholds.report,
            **{c.value: t for c, t in thresholds.causes.items()},
        },
        "decisions": {
            "precision_aimed_at": parameters.precision,
            "precision_aimed_at_for_other": parameters.other_precision,
            "aimed_on": "real posts and our own together, held out, weighted as in training",
            "on_real_posts_of_places_held_out": _decided(known, shares, scalings, thresholds),
        },
    }
    combiner = _combiner(full, known.classes, weights, parameters)
    return Model(text_part(known, parameters), combiner, scalings, thresholds, card(told))


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


def _combiner(
    rows: Floats, classes: NDArray[np.int64], weights: Floats, parameters: Parameters
) -> Combiner:
    return combine(
        rows,
        classes.tolist(),
        weights,
        classes=len(CLASSES),
        trees=parameters.trees,
        leaf=parameters.leaf,
        tried=parameters.tried,
        strength=parameters.strength,
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
    known: Prepared,
    shares: Floats,
    scalings: Mapping[str, Scaling],
    weights: Floats,
    parameters: Parameters,
) -> Thresholds:
    """On held-out posts, real ones and our own together and weighted as in training, since real
    posts alone hold too few that are surely of one cause."""
    report, causes, _ = calibrated(shares, scalings)
    causes = tempered(causes, known.features)
    true = truths(known.rows)
    made = cause_thresholds(
        causes,
        [true[c.value] for c in CAUSES],
        report >= parameters.report_threshold,
        weights,
        precision={
            c: parameters.other_precision if c is Cause.OTHER else parameters.precision
            for c in CAUSES
        },
        least_decided=parameters.least_decided,
    )
    return Thresholds(parameters.report_threshold, made)


def _decided(
    known: Prepared, shares: Floats, scalings: Mapping[str, Scaling], thresholds: Thresholds
) -> dict[str, dict[str, int]]:
    """How many real posts were decided by a model that hadn't seen their place, and how many of
    these rightly; a second cause counts as well."""
    real = _real(known)
    report, causes, _ = calibrated(shares[real], scalings)
    causes = tempered(causes, known.features[real])
    likely, true = causes.argmax(axis=1), truths([known.rows[i] for i in real])
    made = {}
    for i, cause in enumerate(CAUSES):
        said = (likely == i) & (report >= thresholds.report)
        said &= causes[:, i] >= thresholds.causes[cause]
        made[cause.value] = {
            "posts": int(said.sum()),
            "right": int((said & true[cause.value]).sum()),
        }
    return made
