"""A small correction on top of a model that stays as it is: what people's reviews taught.

For the report and for each cause the model's log-odds are shifted by a sum of few terms: a multiple
of themselves, an amount for the post's source and a smaller one for its place, and a weighted sum
of the model's text scores. All terms are drawn to zero by Gaussian priors (a penalised logistic
regression with the model's log-odds as offset), so that little is changed on little evidence.
Sources and places without reviews keep the model's own level.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classify.calibration import LEAST, Bools, log_loss, logit, sigmoid
from classify.ngrams import Floats
from domain.causes import Cause

OUTPUTS = ("report", *(cause.value for cause in Cause))
# Standard deviations of the priors: how far a term goes from zero before it needs much evidence.
SLOPE, SOURCE, PLACE, TEXT = 0.2, 1.0, 0.5, 0.1
STRENGTHS = (1.0, 4.0, 16.0)  # multiples of the priors' precision, chosen on held-out threads
_FOLDS = 5
_STEPS = 50

Origin = tuple[str, str]  # source and place of a post; "" where unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Adjustment:
    """What is added to the log-odds of one output. All zero: nothing."""

    slope: float = 0.0
    sources: Mapping[str, float]
    places: Mapping[str, float]
    text: tuple[float, ...]

    def __call__(self, probability: Floats, text: Floats, origins: Sequence[Origin]) -> Floats:
        levels = [self.sources.get(s, 0.0) + self.places.get(p, 0.0) for s, p in origins]
        score = logit(probability)
        return sigmoid(score * (1 + self.slope) + np.array(levels) + text @ np.array(self.text))


@dataclass(frozen=True, slots=True)
class Correction:
    """An adjustment of every output of the model `base`."""

    base: str
    outputs: Mapping[str, Adjustment]

    def __call__(
        self, reports: Floats, causes: Floats, text: Floats, origins: Sequence[Origin]
    ) -> tuple[Floats, Floats]:
        """Report (n) and joint cause (n, 4) probabilities from those of the model.

        `text` are its text scores (n, classes). No cause is more probable than a report.
        """
        report = self.outputs["report"](reports, text, origins)
        made = np.column_stack(
            [self.outputs[c.value](causes[:, i], text, origins) for i, c in enumerate(Cause)]
        )
        return report, np.minimum(made, report[:, None]).clip(LEAST)


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """What a correction reads of n posts, and what they are called by people."""

    reports: Floats  # (n)
    causes: Floats  # (n, 4)
    text: Floats  # (n, classes)
    origins: tuple[Origin, ...]
    threads: tuple[str, ...]

    def part(self, chosen: Bools) -> Inputs:
        """Some of the posts."""
        which = np.flatnonzero(chosen)
        return Inputs(
            reports=self.reports[which],
            causes=self.causes[which],
            text=self.text[which],
            origins=tuple(self.origins[i] for i in which),
            threads=tuple(self.threads[i] for i in which),
        )

    def of(self, output: str) -> Floats:
        """The model's probabilities of one of `OUTPUTS`."""
        return self.reports if output == "report" else self.causes[:, OUTPUTS.index(output) - 1]


def fit(base: str, inputs: Inputs, truths: Mapping[str, Bools]) -> tuple[Correction, float]:
    """The correction, and the strength of its priors: of `STRENGTHS`, the least held-out loss.

    `truths`: for each of `OUTPUTS`, which posts it holds for.
    """
    folds = _folds(inputs.threads)
    losses = {s: _held_out_loss(inputs, truths, folds, s) for s in STRENGTHS}
    best = min(reversed(STRENGTHS), key=lambda strength: losses[strength])
    return _fit(base, inputs, truths, best), best


def _fit(base: str, inputs: Inputs, truths: Mapping[str, Bools], strength: float) -> Correction:
    made = {name: _adjustment(inputs, name, truths[name], strength) for name in OUTPUTS}
    return Correction(base, made)


def _held_out_loss(
    inputs: Inputs, truths: Mapping[str, Bools], folds: Floats, strength: float
) -> float:
    losses = []
    for k in range(_FOLDS):
        held = folds == k
        if not held.any() or held.all():
            continue
        known = {name: truth[~held] for name, truth in truths.items()}
        correction = _fit("", inputs.part(~held), known, strength)
        told = corrected(correction, inputs.part(held))
        losses += [log_loss(told.of(name), truths[name][held]) * held.sum() for name in OUTPUTS]
    return float(np.sum(losses))


def corrected(correction: Correction, inputs: Inputs) -> Inputs:
    """`inputs` with the probabilities that the correction makes of them."""
    reports, causes = correction(inputs.reports, inputs.causes, inputs.text, inputs.origins)
    return Inputs(
        reports=reports,
        causes=causes,
        text=inputs.text,
        origins=inputs.origins,
        threads=inputs.threads,
    )


def _folds(threads: Sequence[str]) -> Floats:
    number = {thread: i % _FOLDS for i, thread in enumerate(sorted(set(threads)))}
    return np.array([number[thread] for thread in threads], float)


def _adjustment(inputs: Inputs, name: str, truth: Bools, strength: float) -> Adjustment:
    sources = sorted({source for source, _ in inputs.origins} - {""})
    places = sorted({place for _, place in inputs.origins} - {""})
    score = logit(inputs.of(name))
    design = np.column_stack(
        [
            score,
            *(np.array([s == source for s, _ in inputs.origins], float) for source in sources),
            *(np.array([p == place for _, p in inputs.origins], float) for place in places),
            inputs.text,
        ]
    )
    spread = [SLOPE, *[SOURCE] * len(sources), *[PLACE] * len(places)]
    spread += [TEXT] * inputs.text.shape[1]
    precision = strength / np.square(spread)
    at = np.round(_newton(design, score, truth.astype(float), precision), 4)
    told: list[float] = [float(value) for value in at]
    first, second = 1 + len(sources), 1 + len(sources) + len(places)
    return Adjustment(
        slope=told[0],
        sources=dict(zip(sources, told[1:first], strict=True)),
        places=dict(zip(places, told[first:second], strict=True)),
        text=tuple(told[second:]),
    )


def _newton(design: Floats, offset: Floats, truth: Floats, precision: Floats) -> Floats:
    """The mode of a logistic regression with Gaussian priors, by damped Newton steps."""

    def loss(at: Floats) -> float:
        score = offset + design @ at
        said = np.logaddexp(0, score) - truth * score
        return float(said.sum() + (precision * at**2).sum() / 2)

    at = np.zeros(design.shape[1])
    now = loss(at)
    for _ in range(_STEPS):
        said = sigmoid(offset + design @ at)
        gradient = design.T @ (said - truth) + precision * at
        curvature = (design * (said * (1 - said))[:, None]).T @ design + np.diag(precision)
        step = np.linalg.solve(curvature, gradient)
        size = 1.0
        while (after := loss(at - size * step)) > now and size > 1e-6:
            size /= 2
        if after > now or now - after < 1e-9:
            break
        at, now = at - size * step, after
    return at
