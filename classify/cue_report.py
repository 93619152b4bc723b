"""How every cue does on labelled posts: how often it speaks, how often it is right, and with whom.

A cue is right in a post where what it speaks for holds (a cause or second cause, being a report, a
symptom), or where what it speaks against doesn't. Posts whose label says nothing of that are left
out of its precision: causes of undetermined posts, symptoms of posts that carry no such labels. A
cue against something is only measured where another cue speaks for it: elsewhere there is nothing
to warn of, and nearly every post would make it right.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from classify.cues.cue import Cue
from classify.cues.engine import Hit
from classify.labels import OWN, Labelled
from classify.scores import exact_interval
from domain.causes import STUDIED, Symptom

LEAST_OVERLAP = 0.3  # of the posts of two cues together, above which they may say the same


@dataclass(frozen=True, kw_only=True, slots=True)
class CueFigures:
    """One cue on some posts. Shares are in [0, 1]; None where no post lets them be told.

    `base`: the precision of a cue that speaks in every such post. `wrong_way`: it is right less
    often than that; `surely`: the upper end of its exact 95 % interval is, too. `overlaps`: other
    cues by the share of common posts among the posts of either (Jaccard 1901). `conflicts`: other
    cues that speak for another of the three causes, or the other way, in so many of its posts.
    """

    cue: str
    about: str  # a cause, a symptom, or "report"
    direction: str
    posts: int
    coverage: float
    told: int  # of these posts, whose label says whether it is right
    right: int
    precision: float | None
    low: float | None
    high: float | None
    base: float | None
    wrong_way: bool
    surely: bool
    overlaps: tuple[tuple[str, float], ...]
    conflicts: tuple[tuple[str, int], ...]


def cue_figures(
    cues: Sequence[Cue], rows: Sequence[Labelled], found: Sequence[Sequence[Hit]]
) -> list[CueFigures]:
    """Every cue's figures, those that point the wrong way first, then the most frequent.

    `found`: the cues in each row; those in a thread's title are the thread's, not the post's.
    """
    speaking = [{h.cue.name for h in hits if h.field != "thread_title"} for hits in found]
    posts: dict[str, set[int]] = defaultdict(set)
    for number, names in enumerate(speaking):
        for name in names:
            posts[name].add(number)
    by_name = {cue.name: cue for cue in cues}
    made = [_figures(cue, rows, posts, speaking, by_name) for cue in cues]
    return sorted(made, key=lambda f: (not f.surely, not f.wrong_way, -f.posts, f.cue))


def _figures(
    cue: Cue,
    rows: Sequence[Labelled],
    posts: Mapping[str, set[int]],
    speaking: Sequence[set[str]],
    by_name: Mapping[str, Cue],
) -> CueFigures:
    mine = posts.get(cue.name, set())
    truths = [_right(cue, row) for row in rows]
    if cue.direction == "against":
        warned = _spoken_for(cue, posts, by_name)
        truths = [truth if i in warned else None for i, truth in enumerate(truths)]
    known = [t for t in truths if t is not None]
    told = [t for i in mine if (t := truths[i]) is not None]
    base = sum(known) / len(known) if known else None
    precision = sum(told) / len(told) if told else None
    low, high = exact_interval(sum(told), len(told)) if told else (None, None)
    wrong = precision is not None and base is not None and precision < base
    return CueFigures(
        cue=cue.name,
        about=cue.about.value if cue.about else "report",
        direction=cue.direction,
        posts=len(mine),
        coverage=len(mine) / len(rows) if rows else 0.0,
        told=len(told),
        right=sum(told),
        precision=precision,
        low=low,
        high=high,
        base=base,
        wrong_way=wrong,
        surely=wrong and high is not None and base is not None and high < base,
        overlaps=_overlaps(cue.name, posts),
        conflicts=_conflicts(cue, mine, speaking, by_name),
    )


def _right(cue: Cue, row: Labelled) -> bool | None:
    """Whether the cue would be right in this post; None where the label doesn't tell."""
    match cue.about:
        case None:
            holds = row.report
        case Symptom():
            if row.place != OWN:
                return None
            holds = cue.about.value in row.symptoms
        case _:
            if row.cause == "undetermined":
                return None
            holds = cue.about.value in (row.cause, row.secondary)
    return holds == (cue.direction == "for")


def _spoken_for(cue: Cue, posts: Mapping[str, set[int]], by_name: Mapping[str, Cue]) -> set[int]:
    """The posts in which a cue speaks for what this one speaks against."""
    return {
        post
        for name, other in by_name.items()
        if other.about == cue.about and other.direction == "for"
        for post in posts.get(name, ())
    }


def _overlaps(name: str, posts: Mapping[str, set[int]]) -> tuple[tuple[str, float], ...]:
    mine = posts.get(name, set())
    shares = {
        other: len(mine & theirs) / len(mine | theirs)
        for other, theirs in posts.items()
        if other != name and mine & theirs
    }
    kept = [(other, round(s, 3)) for other, s in shares.items() if s >= LEAST_OVERLAP]
    return tuple(sorted(kept, key=lambda pair: (-pair[1], pair[0])))


def _conflicts(
    cue: Cue, mine: set[int], speaking: Sequence[set[str]], by_name: Mapping[str, Cue]
) -> tuple[tuple[str, int], ...]:
    against = {name for name, other in by_name.items() if _contradict(cue, other)}
    counted = Counter(name for i in mine for name in speaking[i] & against)
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _contradict(one: Cue, other: Cue) -> bool:
    """Whether two cues can't both be right of a post with a single cause."""
    if isinstance(one.about, Symptom) or isinstance(other.about, Symptom):
        return False
    if one.about == other.about:
        return one.direction != other.direction
    both_for = one.direction == other.direction == "for"
    return both_for and one.about in STUDIED and other.about in STUDIED


def as_told(figures: Sequence[CueFigures]) -> list[dict[str, Any]]:
    """For JSON, shares to four digits."""
    return [
        {k: round(v, 4) if isinstance(v, float) else v for k, v in asdict(f).items()}
        for f in figures
    ]
