"""How precise the shipped model is on the stream: labels of posts drawn from whole collections.

    python -m benchmarks.stream_precision ../shared/data [--json OUT]

Posts are weighted by the inverse of their chance to be drawn; intervals are bootstrapped over
threads within source and stratum. What the labels are worth: `stream_marks/README.md`.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.stream_posts import Mark, contents, labelled, marks
from classify.artifact import load
from classify.labels import Labelled
from classify.model import Judgement
from classify.ngrams import Floats
from classify.scores import Measured, Numbers, bootstrap
from domain.causes import STUDIED


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa (1960) of two annotators' labels."""
    same = np.mean([a == b for a, b in pairs])
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[label] * second[label] for label in first) / len(pairs) ** 2
    return float((same - chance) / (1 - chance))


def twice_read(all_marks: Sequence[Mark]) -> list[tuple[str, str]]:
    """Both labels of every post that both annotators read."""
    by_post: dict[tuple[str, str], dict[str, str]] = {}
    for mark in all_marks:
        by_post.setdefault((mark.file, mark.digest), {})[mark.annotator] = mark.label
    return [(made["one"], made["two"]) for made in by_post.values() if len(made) == 2]


def weights(chosen: Sequence[Mark]) -> Floats:
    """How many posts of its source and stratum a post stands for."""
    drawn = Counter(mark.cell for mark in chosen)
    return np.array([mark.available / drawn[mark.cell] for mark in chosen])


def figures(
    rows: Sequence[Labelled], said: Sequence[str], weight: Floats
) -> dict[str, dict[str, Any]]:
    """Precision and recall of each studied cause, weighted; a second cause counts as right."""
    threads, cells = [r.thread for r in rows], [r.stratum for r in rows]
    made: dict[str, dict[str, Any]] = {}
    for cause in STUDIED:
        hit = np.array([s == cause.value for s in said])
        main = np.array([r.cause == cause.value for r in rows])
        right = main | np.array([r.secondary == cause.value for r in rows])

        def measured(of: Callable[[Numbers], float]) -> Measured:
            return bootstrap(of, threads, strata=cells)

        made[cause.value] = {
            "labelled": int(main.sum()),
            "said": int(hit.sum()),
            "right": int((hit & right).sum()),
            "precision": measured(_share(hit & right, hit, weight)).told(),
            "recall": measured(_share(hit & main, main, weight)).told(),
            "unweighted_f1": round(2 * (hit & main).sum() / max(1, hit.sum() + main.sum()), 4),
        }
    return made


def _share(part: Any, whole: Any, weight: Floats) -> Callable[[Numbers], float]:
    def of(i: Numbers) -> float:
        total = weight[i][whole[i]].sum()
        return float(weight[i][part[i]].sum() / total) if total else float("nan")

    return of


def evaluated(data: Path) -> dict[str, Any]:
    """All figures. Raises `LookupError` where a post isn't in `data` any more."""
    every = marks()
    latest = {(m.file, m.digest): m for m in every}  # of two labels the second annotator's
    read = contents(data)
    chosen = list(latest.values())
    rows = [labelled(m, read[m.file, m.digest]) for m in chosen]
    model = load()
    judged = model.judge([r.content for r in rows], explain=False)
    weight = weights(chosen)
    pairs = twice_read(every)
    told: dict[str, Any] = {
        "model": model.id,
        "posts": len(rows),
        "stand_for": round(float(weight.sum())),
        "read_twice": len(pairs),
        "same_label": sum(a == b for a, b in pairs),
        "kappa": round(kappa(pairs), 3),
    }
    in_a = np.array([m.stratum == "A" for m in chosen])
    for name, said in (("decided", decided(judged)), ("forced", forced(judged))):
        told[name] = figures(rows, said, weight)
        told[f"{name}_in_a"] = figures(
            [r for r, a in zip(rows, in_a, strict=True) if a],
            [s for s, a in zip(said, in_a, strict=True) if a],
            weight[in_a],
        )
    return told


def decided(judged: Sequence[Judgement]) -> list[str]:
    """What the model decides."""
    return [j.decision.value for j in judged]


def forced(judged: Sequence[Judgement]) -> list[str]:
    """The likely cause, also where nothing is decided."""
    return [j.likely_cause.value if j.likely_cause else "not" for j in judged]


def lines(told: dict[str, Any]) -> list[str]:
    """For a reader."""
    made = [
        f"model {told['model']}: {told['posts']:,} posts stand for {told['stand_for']:,}; "
        f"{told['read_twice']} read twice, {told['same_label']} alike, kappa {told['kappa']:.2f}",
    ]
    names = {"decided": "decided", "forced": "forced choice"}
    for key, name in names.items():
        for part, where in ((key, "all"), (f"{key}_in_a", "stratum A")):
            made.append("")
            made.append(
                f"{f'{name}, {where}':<28}labelled  said  right{'precision':>22}{'recall':>22}"
            )
            for cause, f in told[part].items():
                spans = "".join(f"{_shown(f[m]):>22}" for m in ("precision", "recall"))
                made.append(f"{cause:<28}{f['labelled']:>8}{f['said']:>6}{f['right']:>7}{spans}")
            mean = np.mean([f["unweighted_f1"] for f in told[part].values()])
            made.append(f"macro F1 of the labelled posts, each counted once: {mean:.2f}")
    return made


def _shown(told: dict[str, float | None]) -> str:
    values = (told["value"], told["low"], told["high"])
    return str(Measured(*(float("nan") if v is None else v for v in values)))


def main() -> None:
    """Prints, or writes JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    asked = parser.parse_args()
    told = evaluated(asked.data)
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print("\n".join(lines(told)))


if __name__ == "__main__":
    main()
