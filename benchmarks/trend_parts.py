"""Derived figures against a truth that is known: another product, the parts of a rise, corrections.

Each function simulates, asks `trends` and counts how often the 95 % interval holds the truth, which
is worked out here from the rates that were put in.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulated_series import RELEASE, SCENARIOS, Change, simulate
from trends.decompose import decompose_rise
from trends.effects import release_effects
from trends.prevalence import audit_table, corrected_prevalence, error_rates, ratio_shrinkage
from trends.sensitivity import COMPARATOR

Floats = NDArray[np.float64]
Share = dict[str, float]


def share(hits: int, of: int) -> Share:
    """What is printed and kept of a count."""
    return {"hits": hits, "of": of, "per cent": round(100.0 * hits / max(of, 1), 1)}


def comparator(panels: int, seed: int) -> dict[str, Share]:
    """Two products around one day: both rates x1.5, or the first alone; 20 reports a day, E."""
    counts = Counter[str]()
    for number in range(panels):
        for name, other in (("both", 1.5), ("one", 1.0)):
            panel, second = (
                simulate(
                    SCENARIOS["E"],
                    np.full((2, 1), 20.0),
                    np.random.SeedSequence([seed, number, product]),
                    changes=[Change(start=RELEASE, ratio=ratio, cause=0)],
                )
                for product, ratio in enumerate((1.5, other))
            )
            made = release_effects(panel, [panel.day(RELEASE)], comparators=[second])[0]
            found = [one for one in made.sensitivities if one.name == COMPARATOR]
            for one in found:
                if one.low is None or one.high is None:
                    continue
                counts[f"{name} seen"] += 1
                counts[f"{name} differ"] += not one.low <= 1.0 <= one.high
                counts[f"{name} right"] += one.low <= 1.5 / other <= one.high
    return {
        "both products x1.5: said to differ": share(counts["both differ"], counts["both seen"]),
        "one product x1.5: said to differ": share(counts["one differ"], counts["one seen"]),
        "one product x1.5: interval holds the truth": share(
            counts["one right"], counts["one seen"]
        ),
    }


# Posts of two sources in two languages before and after, and rates by kind of reporter: the second
# source grows, the first gets another mix of languages, and in one cell known reporters write more.
POSTS = np.array([[[9_000, 1_000], [4_000, 4_000]], [[6_000, 4_000], [8_000, 8_000]]], dtype=float)
RATES = np.array(
    [
        [[[0.010, 0.004], [0.020, 0.010]], [[0.020, 0.010], [0.030, 0.010]]],
        [[[0.010, 0.004], [0.020, 0.010]], [[0.020, 0.020], [0.030, 0.010]]],
    ]
)
SPREAD = 1.5  # variance over mean of the counts


def parts_of_a_rise(draws: int, seed: int) -> dict[str, Share]:
    """How often each part's interval holds the truth; and how often the parts add up exactly."""
    dice = np.random.default_rng(seed)
    truth = _true_parts(POSTS, RATES)
    held = Counter[str]()
    for _ in range(draws):
        mean = RATES * POSTS[..., None]
        counts = dice.negative_binomial(mean / (SPREAD - 1.0), 1.0 / SPREAD)
        made = decompose_rise(counts, POSTS, dispersion=SPREAD)
        for name, value in truth.items():
            found = getattr(made, name)
            inside = (found.low <= value) & (value <= found.high)
            held[name] += int(np.sum(inside))
        whole = made.source_mix.estimate + made.language_mix.estimate + made.remainder.estimate
        sums = whole + np.array([made.within.estimate.sum(), made.by_source.estimate.sum()])
        held["adds up"] += bool(np.allclose(sums, made.rise.estimate, rtol=1e-9, atol=1e-15))
    shares = {
        f"{name.replace('_', ' ')}: interval holds the truth": share(
            held[name], draws * np.size(value)
        )
        for name, value in truth.items()
    }
    return shares | {"parts add up to the rise": share(held["adds up"], draws)}


def _true_parts(posts: Floats, rates: Floats) -> dict[str, Floats]:
    """Kitagawa's components written out cell by cell, from expected rates."""
    sources, languages, kinds = rates.shape[1:]
    w = posts.sum(axis=2) / posts.sum(axis=(1, 2))[:, None]
    u = posts / posts.sum(axis=2, keepdims=True)
    r = rates.sum(axis=3)
    of = (u * r).sum(axis=2)
    source_mix = sum((w[1, s] - w[0, s]) * (of[0, s] + of[1, s]) / 2 for s in range(sources))
    language_mix, within, by_source = 0.0, np.zeros(kinds), np.zeros(sources)
    for s in range(sources):
        here = (w[0, s] + w[1, s]) / 2
        for one in range(languages):
            language_mix += here * (u[1, s, one] - u[0, s, one]) * (r[:, s, one].sum() / 2)
            inside = here * (u[0, s, one] + u[1, s, one]) / 2
            moved = inside * (rates[1, s, one] - rates[0, s, one])
            within += moved
            by_source[s] += moved.sum()
    before, after = (float((w[p] * of[p]).sum()) for p in (0, 1))
    return {
        "rise": np.array(after - before),
        "source_mix": np.array(source_mix),
        "language_mix": np.array(language_mix),
        "within": within,
        "by_source": by_source,
    }


# The truth behind a classifier: shares of posts that are of the cause, another failure, neither,
# and how it answers each of them.
TRUE = np.array([0.03, 0.10, 0.87])
ANSWERS = np.array([[0.70, 0.20, 0.10], [0.03, 0.80, 0.17], [0.004, 0.05, 0.946]])
AUDITED = 120  # of each answer
BEFORE, AFTER = 20_000, 20_000  # posts
RISE = 1.5  # of the cause's true rate


def corrections(draws: int, seed: int) -> dict[str, Share]:
    """Recall, false positives, corrected prevalence and ratio from audits of a known classifier."""
    dice = np.random.default_rng(seed)
    held = Counter[str]()
    found = TRUE @ ANSWERS
    wrong = (found[0] - TRUE[0] * ANSWERS[0, 0]) / (1.0 - TRUE[0])
    gain = ANSWERS[0, 0]
    # After the rise the rest keeps its proportions, so the false-positive rate stays what it was.
    risen = TRUE[0] * RISE
    later = gain * risen + wrong * (1.0 - risen)
    for _ in range(draws):
        said = np.repeat(np.arange(3), AUDITED)
        true = np.concatenate(
            [dice.choice(3, AUDITED, p=TRUE * ANSWERS[:, a] / found[a]) for a in range(3)]
        )
        totals = found * 1e6
        table = audit_table(said, true, np.repeat(totals / AUDITED, AUDITED), classes=3)
        errors = error_rates(table, 0, totals=totals)
        early, late = dice.binomial(BEFORE, found[0]), dice.binomial(AFTER, later)
        prevalence = corrected_prevalence(early, BEFORE, errors)
        ratio = ratio_shrinkage((early, BEFORE), (late, AFTER), errors)
        truths = (
            ("recall", errors.recall, gain),
            ("false positives", errors.false_positives, wrong),
            ("corrected prevalence", prevalence.corrected, TRUE[0]),
            ("raw prevalence", prevalence.raw, TRUE[0]),
            ("corrected ratio", ratio.corrected, RISE),
            ("raw ratio", ratio.observed, RISE),
            ("flattening", ratio.factor, 1.0 - wrong / found[0]),
        )
        for name, interval, value in truths:
            held[name] += bool(interval.low <= value <= interval.high)
    return {f"{name}: interval holds the truth": share(hits, draws) for name, hits in held.items()}
