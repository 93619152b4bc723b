"""How many posts a second are judged, on one core, and where the time goes.

    python -m benchmarks.classify_speed [../shared/data/github_claude_code_issues.csv]

Beside our own model stands plain scikit-learn TF-IDF with logistic regression on the same texts.
Rounds of both take turns, and the best round counts: other work on the machine slows single ones.
"Without a candidate": the same posts, every literal that the cues' scan stops at crossed out.
"""

from __future__ import annotations

import csv
import os
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

DEFAULT = Path(__file__).parents[2] / "shared" / "data" / "github_claude_code_issues.csv"
ROUNDS = 3
Work = Callable[[], object]


def posts(path: Path) -> list[tuple[str, str]]:
    """Title and body of every issue; our own posts where the file is missing."""
    if path.is_file():
        csv.field_size_limit(10**9)
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            return [(r.get("title") or "", r.get("body") or r.get("text") or "") for r in rows]
    from classify.labels import examples

    return [(r.content.title, r.content.text) for r in examples()]


def seconds(works: Mapping[str, Work]) -> dict[str, float]:
    """Processor time of the best round of each."""
    best = dict.fromkeys(works, float("inf"))
    for _ in range(ROUNDS):
        for name, work in works.items():
            begin = time.process_time()
            work()
            best[name] = min(best[name], time.process_time() - begin)
    return best


def plain(texts: Sequence[str]) -> Work:
    """Plain TF-IDF on words and pairs, fitted on our own posts."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    from classify.labels import examples

    rows = examples()
    vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    known = vectors.fit_transform([f"{r.content.title} {r.content.text}" for r in rows])
    model = LogisticRegression(max_iter=200).fit(known, [r.cause or "none" for r in rows])
    return lambda: model.predict_proba(vectors.transform(texts))


def without_candidates(contents: Sequence[Any]) -> list[Any]:
    """The posts with every literal crossed out that a cue or a rule begins with."""
    from dataclasses import replace

    from classify.cues.all import finder
    from classify.text import READ_CHARACTERS, folded

    def crossed_out(text: str) -> str:
        signs = list(text[:READ_CHARACTERS])
        while found := finder().literals(folded("".join(signs))):
            for start, end in found:
                signs[start:end] = "z" * (end - start)
        return "".join(signs)

    return [replace(c, title=crossed_out(c.title), text=crossed_out(c.text)) for c in contents]


def parts(model: Any, contents: Sequence[Any]) -> dict[str, Work]:
    """What judging consists of, each on what the part before it made."""
    import numpy as np

    from classify import decide, evidence, facts, features
    from classify.cues.all import finder
    from classify.influence import Counted, influences
    from classify.language import language
    from classify.model import CAUSES, calibrated
    from classify.text import views
    from domain.causes import Decision

    seen = [views(c) for c in contents]
    found = [finder().find(v) for v in seen]
    rows = model.rows(seen, found)
    forest = model.combiner.forest
    leaves = forest.leaves(rows)
    shares = model.combiner.at(leaves, rows)
    reports, causes, undetermined = calibrated(shares, model.scalings)
    judged = model.judge(contents, explain=False)
    told = [i for i, j in enumerate(judged) if j.decision is not Decision.NOT_A_REPORT]
    counted = [
        Counted(found[i], seen[i].own_length(), rows[i], leaves[i], reports[i], causes[i])
        for i in told
    ]

    def by_hundreds(work: Callable[[slice], object], count: int = len(seen)) -> Work:
        return lambda: [work(slice(i, i + 128)) for i in range(0, count, 128)]

    def decided(i: int) -> object:
        return decide.decide(
            report=float(reports[i]),
            causes=dict(zip(CAUSES, causes[i].tolist(), strict=True)),
            undetermined=float(undetermined[i]),
            seen=seen[i],
            found=found[i],
            language="en",
            thresholds=model.thresholds,
        )

    return {
        "views": lambda: [views(c) for c in contents],
        "cues: scan": lambda: [finder().literals(f.low) for v in seen for f in v.fields],
        "cues: all": lambda: [finder().find(v) for v in seen],
        "features": lambda: [features.row(v, h) for v, h in zip(seen, found, strict=True)],
        "n-grams": by_hundreds(lambda s: model.text.scores_of(v.words() for v in seen[s])),
        "forest": by_hundreds(lambda s: forest.mean(forest.leaves(rows[s]))),
        "calibration": by_hundreds(
            lambda s: calibrated(np.ascontiguousarray(shares[s]), model.scalings)
        ),
        "language": lambda: [language(f"{v.title.low} {v.words()[:2000]}") for v in seen],
        "decision": lambda: [decided(i) for i in range(len(seen))],
        "evidence weights": by_hundreds(
            lambda s: influences(counted[s], forest, model.probabilities_at), len(counted)
        ),
        "evidence": lambda: [evidence.passages(h, {}) for h in found],
        "facts": lambda: [facts.facts(seen[i], found[i]) for i in told],
    }


def main() -> None:
    """Prints one line a part."""
    begin = time.perf_counter()
    from classify import artifact
    from classify.text import Content

    imported = time.perf_counter() - begin
    model = artifact.load()
    model.judge([Content(text="My history is gone.")])
    print(f"imports {imported:.2f} s; model and cues loaded, one post judged {_since(begin):.2f} s")
    given = posts(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
    contents = [Content(title=t, text=x, kind="issue") for t, x in given]
    mean = sum(len(x) for _, x in given) / len(given)
    print(f"{len(given)} posts of {mean:,.0f} characters on average")
    begin = time.process_time()
    model.judge(contents)
    first = time.process_time() - begin
    print(f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB at most")
    calm = without_candidates(contents)
    whole: dict[str, Work] = {
        "all": lambda: model.judge(contents),
        "all, evidence without weights": lambda: model.judge(contents, explain=False),
        "without a candidate": lambda: model.judge(calm),
        "plain TF-IDF": plain([f"{t} {x}" for t, x in given]),
    }
    taken = seconds(whole)
    for name, time_taken in {"all, texts not seen before": first, **taken}.items():
        share = taken["plain TF-IDF"] / time_taken
        print(f"{name:30} {len(given) / time_taken:>8,.0f} posts/s {share:>6.2f} of plain TF-IDF")
    print("Where the time goes, in microseconds a post:")
    for name, time_taken in seconds(parts(model, contents)).items():
        share = time_taken / taken["all"]
        print(f"  {name:28} {time_taken / len(given) * 1e6:>8,.0f} {share:>8.0%}")


def _since(begin: float) -> float:
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
