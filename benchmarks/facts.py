"""How well and how fast facts are read.

    python -m benchmarks.facts [../shared/data/github_claude_code_issues.csv]

Precision and recall of each name on our own annotated sentences (`tests/classify/facts`), those of
`unseen` apart: no rule was written for them. Then microseconds a post on the issues of the file (on
our own examples where it is missing), with all facts and with outcomes alone, as posts that are no
reports are read.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.classify_speed import DEFAULT, posts
from classify.facts import facts
from classify.text import Content, Views, views

SENTENCES = Path(__file__).parents[1] / "tests" / "classify" / "facts"
ROUNDS = 5


def quality(files: Sequence[Path]) -> None:
    """Prints a line a name, and one for all together."""
    right, extra, missing = Counter[str](), Counter[str](), Counter[str]()
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            made = {(f.name, f.value) for f in facts(views(Content(text=row["text"])), ())}
            true = {(name, value) for name, values in row["facts"].items() for value in values}
            for counts, found in (
                (right, made & true),
                (extra, made - true),
                (missing, true - made),
            ):
                counts.update(name for name, _ in found)
                counts["all"] += len(found)
    for name in sorted(right | extra | missing):
        stated = right[name] + missing[name]
        precision = right[name] / max(1, right[name] + extra[name])
        recall = right[name] / max(1, stated)
        print(f"{name:16}{stated:5}   precision {precision:.2f}   recall {recall:.2f}")


def speed(seen: Sequence[Views], *, report: bool) -> float:
    """Microseconds of processor time a post, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        begin = time.process_time()
        for one in seen:
            facts(one, (), report=report)
        best = min(best, time.process_time() - begin)
    return best / len(seen) * 1e6


def main() -> None:
    """The command."""
    files = sorted(SENTENCES.glob("*.jsonl"))
    print("sentences that rules were written for")
    quality([file for file in files if file.stem != "unseen"])
    print("sentences that no rule was written for")
    quality([file for file in files if file.stem == "unseen"])
    found = posts(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT)
    seen = [views(Content(title=title, text=text, kind="issue")) for title, text in found]
    for one in seen:  # regions are read once a post, by whoever asks first
        facts(one, ())
    mean = sum(len(text) for _, text in found) / len(found)
    print(f"{len(found)} posts of {mean:,.0f} characters on average")
    print(f"all facts      {speed(seen, report=True):6.0f} microseconds a post")
    print(f"outcome alone  {speed(seen, report=False):6.0f} microseconds a post")


if __name__ == "__main__":
    main()
