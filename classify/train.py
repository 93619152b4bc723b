"""Training: our own examples and labelled files become the model that is shipped.

Real posts are redacted first; the redactor is passed in, since the stages don't import one another.
Rows of places whose terms don't allow training are left out. Of real posts the model keeps only
n-grams that our own posts hold too, or that stand in several posts of several places.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from classify import artifact
from classify.fit import PRIOR, Parameters, fit, prepare
from classify.labels import EXAMPLES, Labelled, examples, gold
from classify.model import CLASSES, Model
from classify.text import folded
from domain.taxonomy import taxonomy

Redactor = Callable[[str], str]
EVALUATION_ONLY = frozenset({"reddit"})  # terms of these places forbid training on their posts


def train(
    out: Path,
    labels: Sequence[Path] = (),
    *,
    redact: Redactor,
    parameters: Parameters | None = None,
) -> Model:
    """Fits a model on our own examples and on `labels`, and writes it to the folder `out`.

    Raises `InputError` for a labelled file that can't be read.
    """
    chosen = parameters or Parameters()
    rows = [*examples(), *trainable(labels, redact)]
    card = _card(rows, labels, chosen)
    known = prepare(rows, never=names(labels))
    return artifact.save(fit(known, chosen, lambda told: {**card, **told}), out)


def labels_beside() -> list[Path]:
    """The labelled posts that lie beside a checkout, where they do."""
    beside = Path(__file__).parents[2] / "shared" / "gold" / "dev.jsonl"
    return [beside] if beside.is_file() else []


def trainable(labels: Sequence[Path], redact: Redactor) -> list[Labelled]:
    """The redacted rows of labelled files, without places that are for evaluation only."""
    rows = [row for path in labels for row in gold(path) if row.place not in EVALUATION_ONLY]
    return [redacted(row, redact) for row in rows]


# Handles, and names in home directories.
_NAMES = re.compile(r"(?<![\w.])@([\w-]{3,})|(?:/users/|/home/|c:\\+users\\+)([\w.-]{3,})")


def names(labels: Sequence[Path]) -> frozenset[str]:
    """Words that name somebody in labelled files: no n-gram of a model may hold one.

    Redaction takes them out where they stand as names; elsewhere the same letters may be a word
    ("apple"), and the model does without it.
    """
    texts = (
        folded(f"{c.title}\n{c.text}\n{c.thread_title}")
        for path in labels
        for c in (row.content for row in gold(path))
    )
    found = {a or b for text in texts for a, b in _NAMES.findall(text)}
    return frozenset(part for name in found for part in re.split(r"[\W\d_]+", name)) - {""}


def redacted(row: Labelled, redact: Redactor) -> Labelled:
    """A row as ingestion would have stored it."""
    content = replace(
        row.content,
        title=redact(row.content.title),
        text=redact(row.content.text),
        thread_title=redact(row.content.thread_title),
    )
    return replace(row, content=content)


def _card(
    rows: Sequence[Labelled], labels: Sequence[Path], parameters: Parameters
) -> dict[str, Any]:
    """What a reader should know of the model; the id is added when it is saved."""
    by_place: Mapping[str, int] = Counter(r.place for r in rows)
    return {
        "name": "whylost classifier",
        "inputs": {
            "own examples": examples_hash(),
            "taxonomy": taxonomy(),
            **{f"labels {i}": _hash(p.read_bytes()) for i, p in enumerate(labels)},
        },
        "parameters": asdict(parameters),
        "prior": dict(zip(CLASSES, PRIOR, strict=True)),
        "trained_on": {
            "posts": len(rows),
            "by_place": dict(sorted(by_place.items())),
            "by_label": dict(sorted(Counter(r.cause or "none" for r in rows).items())),
            "left_out": "Reddit posts: used to evaluate, never to train.",
        },
        "where_it_fails": [
            "English only; a foreign post is judged where it quotes an error message.",
            "Feature requests: whether a failure stands behind a wish is often a matter of taste.",
            "Censorship as an opinion and censorship as an experience read alike.",
            "Probabilities suit the labelled mixture, rich in failures, not a raw stream.",
        ],
    }


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def examples_hash() -> str:
    """SHA-256 of our own examples as they are now."""
    found = sorted(EXAMPLES.glob("*.jsonl"))
    return _hash(b"".join(f.name.encode() + f.read_bytes() for f in found))
