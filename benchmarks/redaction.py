"""How well redaction works: `python -m benchmarks.redaction [--json OUT] [--show]`.

Four tables. On our own labelled examples (`tests/ingest/redaction`), which were written beside the
rules: a check that nothing slips back. On 300 real posts that somebody marked without knowing the
rules (`redaction_marks/`): the estimate. Both give recall and precision with Wilson's intervals, by
kind and over all. On all real posts of `../shared/data`, with patterns of this file's own: what
personal data is left, and what evidence is gone. And the speed.

`--show` prints what was missed and what was wrongly taken in the marked posts, to look at.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO

from benchmarks import redaction_examples, redaction_posts
from ingest.archive import HEAD
from ingest.formats import known
from ingest.formats.shape import File, Item, Row
from ingest.privacy import fingerprint, redact
from ingest.source import RawPost
from ingest.unpack import opened, unpacked

DATA = Path(__file__).parents[2] / "shared" / "data"

# Broader than the rules, and written apart from them. What is no name though it stands where one
# could: folders that belong to nobody, and folders called "home" inside a project or a web address.
PERSONAL = {
    "home-directory name": (
        r"(?:(?<![\w.)\]}-])/home/|[/\\]Users[/\\]+)(?!Shared\b|Public\b|linuxbrew\b)\w[\w.]*"
        r"|-Users-\w+"
    ),
    "e-mail address": r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}",
    "UUID": r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "request id": r"req_(?=\w*\d)\w{10,}",
    "key or token": r"sk-\w{3,}-?\w{20,}|gh[a-z]_\w{20,}|AKIA\w{16}|xox\w-\S{10,}|eyJ\w+\.eyJ\w+",
}
EVIDENCE = {
    "version": r"(?<![\d.])v?\d+\.\d+\.\d+(?![\d.]|-?[A-Za-z]*@)",
    "date": r"(?<!\d)20\d\d-[01]\d-[0-3]\d(?!\d)",
    "time": r"(?<![\d:])[0-2]\d:[0-5]\d:[0-5]\d(?![\d:])",
    # A folder of downloads bears the product's name and a UUID.
    "model name": r"(?i)\b(?!claude-code-dist-)(?:claude|gpt|gemini|o[134])-[\w.-]*\d[\w.-]*",
    "count": r"(?i)\b\d[\d,.]*k?(?= tokens\b)",
    "error code": r"(?<!x\.com/)\b(?:E[A-Z]{4,}|0x[0-9A-Fa-f]{4,}|HTTP \d{3})\b",
}


def on_posts(texts: list[str]) -> dict[str, Any]:
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
    """Posts a second of processor time, for short ones (up to 280 characters) and for all."""
    short = [text for text in texts if len(text) <= 280]
    return {
        "short_posts_per_second": round(len(short) / _seconds(short)),
        "posts_per_second": round(len(texts) / _seconds(texts)),
        "million_characters_per_second": round(sum(map(len, texts)) / _seconds(texts) / 1e6, 2),
    }


def posts(folder: Path, files: str = "*") -> Iterator[str]:
    """Title and text of every post in a folder's collections, before redaction."""
    for path in sorted(folder.glob(files)):
        with opened(path) as (packed, _):
            again = partial(_again, packed, path.name)
            head = again().read(HEAD)
            form = next((f for f in known().values() if f.fits(head)), None)
            if form is None:
                continue  # a table that holds no posts
            file = File(name=path.name, stream=again(), head=head, again=again)
            yield from filter(None, map(_words, form.read(file)))


def _words(item: Item) -> str:
    """Nothing for what is no post, or can't be read."""
    with suppress(ValueError):
        post = item.post() if isinstance(item, Row) else item
        return f"{post.title}\n{post.text}" if isinstance(post, RawPost) else ""
    return ""


def _again(packed: BinaryIO, name: str) -> BufferedReader:
    packed.seek(0)
    return unpacked(packed, name)


def _count(pattern: str, texts: list[str]) -> int:
    return sum(1 for text in texts for _ in re.finditer(pattern, text))


def _seconds(texts: list[str]) -> float:
    began = time.process_time()
    for text in texts:
        redact(text)
    return time.process_time() - began


def main() -> None:
    """Prints the tables; `--json` writes them too."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--show", action="store_true", help="print what was missed or wrong")
    told = parser.parse_args()
    figures: dict[str, object] = {
        "rules": fingerprint(),
        "examples": redaction_examples.scored(),
    }
    if DATA.is_dir():
        figures["marked_posts"] = redaction_posts.scored(DATA, show=told.show)
        texts = list(posts(DATA))
        figures |= {"real_posts": on_posts(texts), "speed": speed(texts)}
    else:
        print("the folder ../shared/data is missing: only the labelled examples are measured")
    print(json.dumps(figures, indent=2))
    if told.json:
        told.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
