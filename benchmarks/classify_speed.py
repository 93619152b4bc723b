"""How many posts a second are judged, on one core, and where the time goes.

    python -m benchmarks.classify_speed [../shared/data/github_claude_code_issues.csv]

Beside our own model stands plain scikit-learn TF-IDF with logistic regression on the same texts.
"""

from __future__ import annotations

import csv
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

POSTS = 600
DEFAULT = Path(__file__).parents[2] / "shared" / "data" / "github_claude_code_issues.csv"


def posts(path: Path) -> list[tuple[str, str]]:
    """Title and body of the first issues; our own posts, repeated, where the file is missing."""
    if path.is_file():
        csv.field_size_limit(10**9)
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            made = [(r.get("title") or "", r.get("body") or r.get("text") or "") for r in rows]
        return made[:POSTS]
    from classify.labels import examples

    return [(r.content.title, r.content.text) for r in examples()][:POSTS]


def rate(work: Callable[[], object], count: int) -> str:
    """Posts a second of processor time."""
    begin = time.process_time()
    work()
    return f"{count / max(1e-9, time.process_time() - begin):>9,.0f} posts/s"


def plain(texts: Sequence[str]) -> Callable[[], object]:
    """Plain TF-IDF on words and pairs, fitted on our own posts."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    from classify.labels import examples

    rows = examples()
    vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    known = vectors.fit_transform([f"{r.content.title} {r.content.text}" for r in rows])
    model = LogisticRegression(max_iter=200).fit(known, [r.cause or "none" for r in rows])
    return lambda: model.predict_proba(vectors.transform(texts))


def main() -> None:
    """Prints one line a part."""
    begin = time.perf_counter()
    from classify import artifact, features
    from classify.cues.all import finder
    from classify.text import Content, views

    model = artifact.load()
    finder()
    print(f"import, model and cues loaded in {time.perf_counter() - begin:.2f} s")
    found = posts(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
    contents = [Content(title=t, text=x, kind="issue") for t, x in found]
    mean = sum(len(x) for _, x in found) / len(found)
    print(f"{len(found)} posts of {mean:,.0f} characters on average")
    model.judge(contents[:20])
    seen = [views(c) for c in contents]
    hits = [finder().find(v) for v in seen]
    calm = [c for c, h in zip(contents, hits, strict=True) if not h]
    print("all, with evidence weights ", rate(lambda: model.judge(contents), len(contents)))
    print(
        "all, without weights       ",
        rate(lambda: model.judge(contents, explain=False), len(contents)),
    )
    if calm:
        print(f"no cue at all ({len(calm)})       ", rate(lambda: model.judge(calm), len(calm)))
    print("  views                    ", rate(lambda: [views(c) for c in contents], len(contents)))
    print("  cues                     ", rate(lambda: [finder().find(v) for v in seen], len(seen)))
    print(
        "  features                 ",
        rate(lambda: [features.row(v, h) for v, h in zip(seen, hits, strict=True)], len(seen)),
    )
    print(
        "  n-gram scores            ",
        rate(lambda: [model.text.scores(v.words()) for v in seen], len(seen)),
    )
    rows = __import__("numpy").array([model.row(v, h) for v, h in zip(seen, hits, strict=True)])
    print("  forest                   ", rate(lambda: model.probabilities(rows), len(seen)))
    print("plain TF-IDF, scikit-learn ", rate(plain([f"{t} {x}" for t, x in found]), len(found)))


if __name__ == "__main__":
    main()
