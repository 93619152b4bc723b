"""Near-duplicates: the same account posted twice, known again by a keyed sketch of its words.

A sketch is a MinHash (Broder 1997) of the author's own words, three at a time; the share of equal
values estimates the Jaccard similarity of two texts. Values are equal in bands for candidates of a
pair (locality-sensitive hashing: Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, 3.4),
which is how pairs are found without comparing all.

Every shingle goes through a hash with the installation's key first. A sketch outlives its text
where that is purged, and whoever has it but not the key can't test whether a text was here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

from classify.text import Voice, field

if TYPE_CHECKING:
    import numpy as np
    from datasketch import MinHash

    from domain.keyed import Keyed

# By which method marks are made. To be counted up whenever a sketch or the reading of "same here"
# changes: then all texts that are held are read anew, and older sketches are dropped.
METHOD = "1"
SHINGLE = 3  # words
# Shorter texts have no sketch: "I can't log into my account" is said by many, each of their own
# failure. Measured on 60,000 real posts: docs/model.md.
LEAST_SHINGLES = 15
VALUES = 64  # of a sketch, 4 bytes each
SIMILAR = 0.6  # share of equal values from which two texts are near-duplicates
_WORD = re.compile(r"[^\W_]+")
# What programs wrote and authors pasted without a fence: addresses, and JSON (three levels deep).
_MACHINE = re.compile(
    r"https?://\S+|\{\s*\"(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\}", re.IGNORECASE
)


def sketch(title: str, text: str, keyed: Keyed, *, least: int = LEAST_SHINGLES) -> bytes | None:
    """The sketch of a post; None where it has too few words of its own.

    Code, quotations, pasted answers, error objects and an issue form's furniture don't count: two
    bug reports are not the same because the same program wrote half of each.
    """
    found = shingles(title, text)
    if len(found) < max(1, least):
        return None
    kind = f"shingle {METHOD}"
    made = _empty().copy()
    made.update_batch([int(keyed.hash(kind, one)[:8], 16) for one in found])
    values: np.ndarray[Any, np.dtype[Any]] = made.hashvalues
    return values.astype("<u4").tobytes()


def shingles(title: str, text: str) -> set[str]:
    """Each three words that follow one another in the author's own words, case folded."""
    fields = [field("title", title).low, *field("text", text).spoken_by(Voice.AUTHOR)]
    found: set[str] = set()
    for part in (own for said in fields for own in _MACHINE.split(said)):
        words = _WORD.findall(part)
        found.update(" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1))
    return found


@cache
def _empty() -> MinHash:
    """A sketch of nothing, with the hash family; its package takes most of a second to load."""
    from datasketch import MinHash

    # Stored sketches depend on scheme and seed, and on values being hashed already.
    return MinHash(num_perm=VALUES, seed=1, scheme="affine32", hashfunc=int)


def similarity(one: bytes, other: bytes) -> float:
    """The share of equal values of two sketches, which estimates the Jaccard similarity."""
    import numpy as np

    same: float = np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4"))
    return float(same)


def pairs(
    buckets: Iterable[Iterable[str]], sketches: Mapping[str, bytes]
) -> dict[tuple[bytes, bytes], float]:
    """Near-duplicate sketches among those that share a band, with their similarity.

    Each pair in its own order, once. `buckets`: posts that share a band. Equal sketches are no
    pair: posts that have the same one are the same anyway.
    """
    found: dict[tuple[bytes, bytes], float] = {}
    for bucket in buckets:
        distinct = sorted({sketches[post] for post in bucket if post in sketches})
        for pair in combinations(distinct, 2):
            if pair not in found:
                found[pair] = similarity(*pair)
    return {pair: share for pair, share in found.items() if share >= SIMILAR}
