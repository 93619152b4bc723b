"""How many posts of a stream each labelled post stands for.

Labelled posts are drawn by stratum (a source and how its posts were found), many of one and few of
another. A strata file says how many posts each stratum holds: CSV with the columns `source`,
`stratum`, `population`. A row's weight is population / labelled rows of its stratum, the inverse of
its inclusion probability (Horvitz and Thompson 1952).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classify.ngrams import Floats
from classify.predicted import Predicted
from domain.errors import InputError

COLUMNS = ("source", "stratum", "population")
UNMATCHED = "nohit"  # the stratum of posts that no keyword matched
Sizes = Mapping[tuple[str, str], int]
_FIX = "A strata file is CSV with the columns source, stratum and population."


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighted:
    """Rows that a strata file knows, with the posts that each stands for."""

    rows: tuple[Predicted, ...]
    weights: Floats
    left_out: int  # rows whose stratum the file lacks
    sizes: Sizes  # of the strata that have a row

    @property
    def strata(self) -> list[str]:
        """A name a row, for draws within strata."""
        return [f"{p.row.content.source}\n{p.row.stratum}" for p in self.rows]

    @property
    def effective(self) -> float:
        """Kish's effective number of rows: what equal weights would need for the same noise."""
        return float(self.weights.sum() ** 2 / (self.weights**2).sum()) if len(self.rows) else 0.0


def read_sizes(path: Path) -> Sizes:
    """(source, stratum) -> posts. Raises `InputError` naming the line that can't be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if missing := set(COLUMNS) - set(reader.fieldnames or ()):
                raise InputError(f"{path} has no column {', '.join(sorted(missing))}.", _FIX)
            made: dict[tuple[str, str], int] = {}
            for row in reader:
                where = f"{path}:{reader.line_num}"
                key = (row["source"] or "", row["stratum"] or "")
                if key in made:
                    raise InputError(f"{where} repeats {' '.join(key)}.", "Drop one of the two.")
                made[key] = _population(row["population"], where)
    except OSError as error:
        raise InputError(f"{path} can't be read: {error.strerror}.", _FIX) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} is not a CSV file in UTF-8.", _FIX) from error
    if not made:
        raise InputError(f"{path} names no stratum.", _FIX)
    return made


def _population(told: str | None, where: str) -> int:
    try:
        number = int(told or "")
    except ValueError as error:
        raise InputError(f"{where}: {told!r} is not a number of posts.", _FIX) from error
    if number < 1:
        raise InputError(f"{where}: a stratum holds at least one post, not {number}.", _FIX)
    return number


def weighted(rows: Sequence[Predicted], sizes: Sizes) -> Weighted:
    """The rows of known strata with their weights, which sum to the population of these strata."""
    kept = [p for p in rows if (p.row.content.source, p.row.stratum) in sizes]
    counts = Counter((p.row.content.source, p.row.stratum) for p in kept)
    weights = np.array(
        [
            sizes[p.row.content.source, p.row.stratum] / counts[p.row.content.source, p.row.stratum]
            for p in kept
        ]
    )
    return Weighted(
        rows=tuple(kept),
        weights=weights,
        left_out=len(rows) - len(kept),
        sizes={key: sizes[key] for key in sorted(counts)},
    )
