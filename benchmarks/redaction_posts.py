"""The posts that somebody marked without knowing the rules (`redaction_marks/README.md`).

The marks name a post by the file it is from and the SHA-256 of its text, so the text is looked up
among all strings of that file, as they were parsed.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from benchmarks.redaction_score import Mark, Score
from ingest.unpack import opened, unpacked

MARKS = Path(__file__).parent / "redaction_marks" / "posts.csv"
KEEP = frozenset(
    ("model", "version", "date", "error_code", "tokens", "public_path", "sha", "private_ip")
) | {"port", "issue_number"}
PERSON = "person"  # a name in prose: no pattern finds it, so it is told apart from the rest


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """One post with its marks."""

    file: str
    digest: str
    text: str
    marks: tuple[Mark, ...]


def marked(data: Path) -> Iterator[Marked]:
    """Every marked post. Raises `LookupError` where one isn't in `data` any more."""
    wanted: dict[str, dict[str, dict[str, str]]] = {}
    with MARKS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            wanted.setdefault(row["file"], {})[row["sha256"]] = row
    for file, rows in wanted.items():
        lengths = {int(row["length"]) for row in rows.values()}
        for text in _strings(data / file):
            if len(text) not in lengths:
                continue
            digest = sha256(text.encode("utf-8", "replace")).hexdigest()
            if digest in rows:
                row = rows.pop(digest)
                marks = tuple(_mark(span) for span in row["spans"].split())
                yield Marked(file=file, digest=digest, text=text, marks=marks)
        if rows:
            raise LookupError(f"{len(rows)} marked posts are not in {file}")


def _mark(written: str) -> Mark:
    """Reads `12-20:email`."""
    span, kind = written.split(":")
    start, end = span.split("-")
    return Mark(start=int(start), end=int(end), kind=kind)


def _strings(path: Path) -> Iterator[str]:
    with opened(path) as (packed, _):
        content = unpacked(packed, path.name, 2**31).read()
    text = content.decode("utf-8")
    if ".csv" in path.name:
        csv.field_size_limit(sys.maxsize)
        for row in csv.reader(io.StringIO(text, newline="")):
            yield from row
    elif ".ndjson" in path.name:
        for line in content.splitlines():
            yield from _leaves(msgspec.json.decode(line)) if line.strip() else ()
    else:
        yield from _leaves(msgspec.json.decode(content))


def _leaves(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _leaves(inner)
        case list():
            for inner in value:
                yield from _leaves(inner)


def scored(data: Path, *, show: bool = False) -> dict[str, object]:
    """Recall, precision and near-misses on the marked posts; names in prose apart.

    A replacement that meets a name is none too many. `show` prints each miss, hit and false
    replacement with its surroundings, to look at.
    """
    score, names = Score(), Score()
    for post in marked(data):
        persons = [m for m in post.marks if m.kind == PERSON]
        keep = [m for m in post.marks if m.kind in KEEP]
        personal = [m for m in post.marks if m.kind not in KEEP and m.kind != PERSON]
        names.add(post.text, persons, [])
        missed, hit, false = score.add(post.text, personal, keep)
        meeting = [r for r in false if any(r.overlaps(m.start, m.end) for m in persons)]
        score.false.subtract(r.marker for r in meeting)
        if show:
            for what, spans in (("missed", missed), ("hit", hit)):
                for span in spans:
                    _show(f"{what} {span.kind}", post, span.start, span.end)
            for one in false:
                if one not in meeting:
                    _show(f"false {one.marker}", post, one.start, one.end)
    persons_found = names.figures()["recall"]
    return score.figures() | {"names_in_prose_found": persons_found}


def _show(what: str, post: Marked, start: int, end: int) -> None:
    text = post.text
    around = f"{text[max(0, start - 60) : start]}«{text[start:end]}»{text[end : end + 60]}"
    print(f"{what}: {post.file} {post.digest[:8]} {start}: {' '.join(around.split())}")
