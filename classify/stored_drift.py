"""Drift of the posts that are held: what is observed of each, and how it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from classify.drift import DEALS, LEAST_POSTS, Drift, Month, Observed, Shift, drift
from classify.model import Model
from classify.ngrams import grams
from classify.passages import meaning
from classify.text import Content, views
from db.handles import Connection
from db.judges import Judges
from db.queries.inputs import Judged, judged_posts, texts_of
from domain.causes import STUDIED

READ_A_MONTH = 500  # posts whose words are looked up; the first by key, which is by chance
_LENGTHS = ((70, "under 70"), (300, "70 to 299"), (1_000, "300 to 999"), (3_000, "1,000 to 2,999"))
_STEPS = ((0.05, "under 0.05"), (0.2, "0.05 to 0.20"), (0.5, "0.20 to 0.50"), (0.8, "0.50 to 0.80"))
_CUES_SHOWN = 5


def stored_drift(
    connection: Connection, judges: Judges, model: Model, *, source: str = "", until: str = ""
) -> tuple[Drift, int]:
    """Drift over all stored posts (or those of one source), and how many models judged them."""
    posts = list(judged_posts(connection, judges, source))
    unknown = dict(_unknown_words(connection, posts, model))
    models = len({p.model for p in posts})
    return drift((_observed(p, unknown.get(p.post)) for p in posts), until), models


def _unknown_words(
    connection: Connection, posts: Sequence[Judged], model: Model
) -> Iterator[tuple[str, float]]:
    """For some posts of every month: the share of their words that the model doesn't know."""
    taken: Counter[str] = Counter()
    chosen = []
    for p in posts:
        if p.characters is not None and taken[_month(p)] < READ_A_MONTH:
            taken[_month(p)] += 1
            chosen.append(p.post)
    known = model.text.vocabulary.index
    for post, text in texts_of(connection, chosen):
        words = [w for w in grams(views(Content(text=text)).words()) if " " not in w]
        if words:
            yield post, sum(w not in known for w in words) / len(words)


def _observed(p: Judged, unknown: float | None) -> Observed:
    categories = {
        "source": p.source,
        "language": p.language,
        "decision": p.decision,
        "abstention": p.abstained_because or "none",
        "probability of a report": _step(p.report_probability),
    }
    for cause in STUDIED:
        categories[f"probability of {cause.value}"] = _step(p.causes.get(cause.value, 0.0))
    if p.characters is not None:
        categories["length"] = _bin(p.characters, _LENGTHS, "3,000 and more")
    if unknown is not None:
        categories["unknown words"] = _step(unknown)
    numbers = {"report": p.report_probability, **p.causes}
    return Observed(
        month=_month(p), thread=p.thread, categories=categories, cues=p.cues, numbers=numbers
    )


def _month(p: Judged) -> str:
    return f"{p.day:%Y-%m}"


def _step(probability: float) -> str:
    return _bin(probability, _STEPS, "0.80 and more")


def _bin(value: float, bounds: Sequence[tuple[float, str]], above: str) -> str:
    return next((name for bound, name in bounds if value < bound), above)


def told(made: Drift, models: int) -> dict[str, Any]:
    """For a machine."""
    return {
        "reference": {"months": list(made.reference), "posts": made.posts},
        "models": models,
        "deals": DEALS,
        "months": [
            {
                "month": m.month,
                "posts": m.posts,
                "threads": m.threads,
                "shifts": [{**_rounded(asdict(s)), "beyond_noise": s.beyond} for s in m.shifts],
                "mean_probabilities": {
                    name: {"before": round(before, 5), "now": round(now, 5)}
                    for name, (before, now) in m.means.items()
                },
                "cues": [{**_rounded(asdict(c)), "beyond_noise": c.beyond} for c in m.cues],
            }
            for m in made.months
        ],
    }


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {k: round(v, 5) if isinstance(v, float) else v for k, v in values.items()}


def lines(made: Drift, models: int) -> list[str]:
    """For a reader, in plain words."""
    if not made.months:
        return ["There are too few months with judged posts to compare."]
    out = [
        f"Reference: {made.reference[0]} to {made.reference[-1]}, {made.posts:,} posts. A change "
        "is named where dealing the same threads anew shows it once in a hundred times."
        if made.reference
        else "No month lies before the reference's end: there is nothing to compare with."
    ]
    if models > 1:
        out.append(f"{models} models judged these posts: changes of scores may be theirs.")
    for month in made.months:
        out += ["", *_month_lines(month)]
    return out


def _month_lines(month: Month) -> list[str]:
    head = f"{month.month}: {month.posts:,} posts in {month.threads:,} threads"
    if not month.shifts:
        return [f"{head}; not compared, at least {LEAST_POSTS} posts are needed on both sides."]
    changed = sorted((s for s in month.shifts if s.beyond), key=lambda s: -s.stability)
    cues = sorted((c for c in month.cues if c.beyond), key=lambda c: -abs(c.now - c.before))
    out = [f"{head}; {len(changed)} of {len(month.shifts)} measures changed."]
    out += [f"  {_words(s)}" for s in changed]
    told_means = ", ".join(f"{n} {now:.3f} ({was:.3f})" for n, (was, now) in month.means.items())
    out.append(f"  mean probabilities (before): {told_means}")
    for c in cues[:_CUES_SHOWN]:
        told_of = f" {meaning(c.cue)}" if meaning(c.cue) else ""
        out.append(f"  cue {c.cue}: in {c.now:.1%} of posts, before {c.before:.1%}.{told_of}")
    if len(cues) > _CUES_SHOWN:
        out.append(f"  and {len(cues) - _CUES_SHOWN} more cues; --json lists all")
    return out


def _words(s: Shift) -> str:
    size = "slightly" if s.stability < 0.1 else "clearly" if s.stability < 0.25 else "strongly"
    return (
        f"{s.variable} changed {size}: most of all “{s.most}”, {s.now:.1%} of posts, before "
        f"{s.before:.1%} (stability index {s.stability:.3f}, by chance up to {s.noise:.3f}; "
        f"divergence {s.divergence:.3f} bits)"
    )
