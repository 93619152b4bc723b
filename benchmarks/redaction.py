"""How well redaction works: `python -m benchmarks.redaction [--json OUT]`.

Three tables. On our labelled examples (`tests/ingest/redaction`): recall over the marked parts and
precision against the near-misses, with Wilson's intervals; the examples were written beside the
rules, so this is a check that nothing slips back, not an estimate of what a stranger would find.
On the real posts of `../shared/data`, with patterns of this file's own: what personal data is left,
and how much evidence (versions, dates, model names, counts) is gone. And the speed.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from scipy.stats import binomtest

from ingest.archive import HEAD
from ingest.formats import known
from ingest.formats.shape import File
from ingest.privacy import redact
from ingest.source import RawPost
from ingest.unpack import opened, unpacked

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "tests" / "ingest" / "redaction"
DATA = ROOT.parent / "shared" / "data"

# Broader than the rules, and written apart from them.
PERSONAL = {
    "home-directory name": r"(?:/home/|[/\\]Users[/\\]+)\w[\w.]*|-Users-\w+",
    "e-mail address": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}",
    "UUID": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "request id": r"req_\w{10,}",
    "key or token": r"sk-\w{3,}-?\w{20,}|gh[a-z]_\w{20,}|AKIA\w{16}|xox\w-\S{10,}|eyJ\w+\.eyJ\w+",
}
EVIDENCE = {
    "version": r"(?<![\d.])v?\d+\.\d+\.\d+(?![\d.]|-?[A-Za-z]*@)",
    "date": r"(?<!\d)20\d\d-[01]\d-[0-3]\d(?!\d)",
    "time": r"(?<![\d:])[0-2]\d:[0-5]\d:[0-5]\d(?![\d:])",
    "model name": r"(?i)\b(?:claude|gpt|gemini|o[134])-[\w.-]*\d[\w.-]*",
    "count": r"(?i)\b\d[\d,.]*k?(?= tokens\b)",
    "error code": r"\b(?:E[A-Z]{4,}|0x[0-9A-Fa-f]{4,}|HTTP \d{3})\b",
}


def labelled(name: str) -> Iterator[tuple[str, list[str]]]:
    """Texts of an example file, with their marked parts."""
    for line in (EXAMPLES / name).read_text(encoding="utf-8").splitlines():
        text = line.split(" | ", 1)[1].replace("⏎", "\n")
        yield re.sub(r"[«»]", "", text), re.findall(r"«(.*?)»", text, re.DOTALL)


def on_examples() -> dict[str, object]:
    """Recall over spans; precision: of all that is taken, how much is personal."""
    found = [
        not re.search(rf"(?<!\w){re.escape(part)}(?!\w)", redact(text))
        for text, parts in labelled("spans.txt")
        for part in parts
    ]
    hurt = [part not in redact(t) for t, parts in labelled("near_misses.txt") for part in parts]
    taken = sum(found) + sum(hurt)
    return {
        "spans": len(found),
        "near_misses": len(hurt),
        "recall": _share(sum(found), len(found)),
        "precision": _share(sum(found), taken),
        "near_misses_hurt": _share(sum(hurt), len(hurt)),
    }


def on_posts(texts: list[str]) -> dict[str, object]:
    """What is left of personal data, and what is lost of evidence."""
    clean = [redact(text) for text in texts]
    personal = {
        name: {"before": _count(pattern, texts), "left": _count(pattern, clean)}
        for name, pattern in PERSONAL.items()
    }
    evidence = {}
    for name, pattern in EVIDENCE.items():
        lost: Counter[str] = Counter()
        total = 0
        for before, after in zip(texts, clean, strict=True):
            found = Counter(re.findall(pattern, before))
            total += found.total()
            if before != after:
                lost += found - Counter(re.findall(pattern, after))
        evidence[name] = {"before": total, "lost": lost.total()}
    return {"texts": len(texts), "personal": personal, "evidence": evidence}


def speed(texts: list[str]) -> dict[str, float]:
    """Posts a second, for short ones (up to 280 characters) and for all, with megabytes."""
    short = [text for text in texts if len(text) <= 280]
    return {
        "short_posts_per_second": round(len(short) / _seconds(short)),
        "posts_per_second": round(len(texts) / _seconds(texts)),
        "megabytes_per_second": round(sum(map(len, texts)) / _seconds(texts) / 1e6, 2),
    }


def posts() -> Iterator[str]:
    """Title and text of every post in the shared collections, before redaction."""
    for path in sorted(DATA.iterdir()):
        with opened(path) as (packed, _):
            head = unpacked(packed, path.name).read(HEAD)
            form = next((f for f in known().values() if f.fits(head)), None)
            if form is None:
                continue  # a table that holds no posts
            packed.seek(0)
            file = File(name=path.name, stream=unpacked(packed, path.name), head=head)
            yield from (f"{i.title}\n{i.text}" for i in form.read(file) if isinstance(i, RawPost))


def _count(pattern: str, texts: list[str]) -> int:
    return sum(1 for text in texts for _ in re.finditer(pattern, text))


def _share(part: int, whole: int) -> dict[str, float]:
    interval = binomtest(part, whole).proportion_ci(method="wilson")
    return {
        "value": round(part / whole, 4),
        "low": round(float(interval.low), 4),
        "high": round(float(interval.high), 4),
    }


def _seconds(texts: list[str]) -> float:
    began = time.perf_counter()
    for text in texts:
        redact(text)
    return time.perf_counter() - began


def main() -> None:
    """Prints the tables; `--json` writes them too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    told = parser.parse_args()
    figures: dict[str, object] = {"examples": on_examples()}
    if DATA.is_dir():
        texts = list(posts())
        figures |= {"real_posts": on_posts(texts), "speed": speed(texts)}
    else:
        print("the folder ../shared/data is missing: only the labelled examples are measured")
    print(json.dumps(figures, indent=2))
    if told.json:
        told.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
