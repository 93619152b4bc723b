"""Writes the figures into docs/redaction.md: `python -m benchmarks.redaction_table`.

`redaction_first.json` holds what `benchmarks.redaction --json` said when the marks came, before any
rule was changed in the light of them; `redaction_now.json` what it says of today's rules.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
DOCS = FOLDER.parent / "docs" / "redaction.md"
BEGIN, END = "<!-- figures -->\n", "<!-- end of figures -->"

Figures = dict[str, Any]


def figures(name: str) -> Figures:
    """The figures of `first` or `now`."""
    found: Figures = json.loads((FOLDER / f"redaction_{name}.json").read_text(encoding="utf-8"))
    return found


def tables(first: Figures, now: Figures) -> str:
    """All tables as they stand in the document."""
    return "\n".join(
        (
            *_scores("300 marked real posts", "marked_posts", first, now),
            *_scores("Our own labelled examples", "examples", first, now),
            *_counts(first, now),
            *_speed(first, now),
        )
    )


def documented(text: str, made: str) -> str:
    """The document with its tables replaced. Raises `ValueError` where it has no place for them."""
    before, _, rest = text.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{DOCS.name} has no place for figures")
    return f"{before}{BEGIN}{made}\n{mark}{after}"


def _scores(title: str, name: str, first: Figures, now: Figures) -> Iterator[str]:
    yield f"### {title}"
    yield "| | before | now |"
    yield "|---|---|---|"
    old, new = first[name], now[name]
    rows = [
        ("personal spans found (recall)", "recall"),
        ("replacements that were right (precision)", "precision"),
        ("near-misses kept", "near_misses_kept"),
        ("texts with nothing personal left", "texts_with_nothing_left"),
        ("names in prose found", "names_in_prose_found"),
    ]
    for words, key in rows:
        if key in new:
            yield f"| **{words}** | {_share(old[key])} | {_share(new[key])} |"
    for words, key in (("found", "recall_by_kind"), ("kept", "kept_by_kind")):
        for kind, share in new[key].items():
            yield f"| {kind} {words} | {_share(old[key].get(kind))} | {_share(share)} |"
    for marker in sorted({*old["precision_by_marker"], *new["precision_by_marker"]}):
        both = (_share(f["precision_by_marker"].get(marker)) for f in (old, new))
        yield f"| `{marker}` right | {' | '.join(both)} |"
    yield ""


def _counts(first: Figures, now: Figures) -> Iterator[str]:
    posts = now["real_posts"]
    yield f"### All {posts['texts']:,} real posts, counted by patterns of the benchmark's own"
    yield "| | there | before | now |"
    yield "|---|---|---|---|"
    for group, left in (("personal", "left"), ("evidence", "lost")):
        for kind, told in posts[group].items():
            old = first["real_posts"][group][kind]
            yield f"| {kind}: {left} | {told['before']:,} | {old[left]:,} | {told[left]:,} |"
    yield ""


def _speed(first: Figures, now: Figures) -> Iterator[str]:
    yield "### Speed in processor time, both on one machine"
    yield "| | before | now |"
    yield "|---|---|---|"
    for key, value in now["speed"].items():
        yield f"| {key.replace('_', ' ')} | {first['speed'][key]:,} | {value:,} |"


def _share(told: Figures | None) -> str:
    """`12 of 13: 92.3 % [66.7, 98.6]`."""
    if not told or not told["whole"]:
        return "none"
    value, low, high = (f"{100 * told[name]:.1f}" for name in ("value", "low", "high"))
    return f"{told['part']:,} of {told['whole']:,}: {value} % [{low}, {high}]"


def main() -> None:
    """Rewrites the document."""
    made = tables(figures("first"), figures("now"))
    DOCS.write_text(documented(DOCS.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    main()
