"""Two models beside each other: on which posts they differ, and what that does to the counts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from heapq import nlargest
from typing import Any

from classify.scores import Measured
from db.queries.compared import Pair, Said
from domain.causes import REPORT_DECISIONS, Cause, Decision

LARGEST = 20  # changes that are listed unless more are asked for


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A post that the two decide differently. `shift`: the largest change of a probability."""

    post: str
    place: str
    day: date
    first: Said
    second: Said
    shift: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceChange:
    """A source: how many posts both judged, and how many of these they decide differently."""

    source: str
    posts: int
    changed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionChange:
    """A decision: how often each model makes it, and what that does to the daily series.

    `mean_change`: of the daily count, its size on average over the days on which either model
    counts any; `largest_day`: the day on which the counts differ most, None if they never do.
    """

    decision: Decision
    first: int
    second: int
    gained: int
    lost: int
    mean_change: float
    largest_day: date | None
    first_on_it: int
    second_on_it: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """`table[a, b]`: posts that the first model decides as `a` and the second as `b`."""

    posts: int
    changed: int
    table: dict[tuple[Decision, Decision], int]
    sources: tuple[SourceChange, ...]
    decisions: tuple[DecisionChange, ...]
    largest: tuple[Change, ...]

    @property
    def share_changed(self) -> Measured:
        """Of all posts like these, the share decided otherwise; Wilson's (1927) 95 % interval."""
        from scipy.stats import binomtest

        if not self.posts:
            return Measured(float("nan"), float("nan"), float("nan"))
        found = binomtest(self.changed, self.posts).proportion_ci(method="wilson")
        return Measured(self.changed / self.posts, float(found.low), float(found.high))


def compare(pairs: Iterable[Pair], *, largest: int = LARGEST) -> Comparison:
    """Adds up what differs; `largest` changes are kept one by one."""
    table: Counter[tuple[Decision, Decision]] = Counter()
    sources: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    days: dict[Decision, dict[date, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    changes: list[Change] = []
    for pair in pairs:
        before, after = pair.first.decision, pair.second.decision
        table[before, after] += 1
        sources[pair.source][0] += 1
        days[before][pair.day][0] += 1
        days[after][pair.day][1] += 1
        if before is not after:
            sources[pair.source][1] += 1
            changes.append(_change(pair))
            if len(changes) > 50 * largest + 1_000:
                changes = _largest(changes, largest)
    return Comparison(
        posts=table.total(),
        changed=sum(n for (a, b), n in table.items() if a is not b),
        table=dict(table),
        sources=tuple(
            SourceChange(source=name, posts=posts, changed=changed)
            for name, (posts, changed) in sorted(sources.items())
        ),
        decisions=tuple(_decision(d, table, days[d]) for d in REPORT_DECISIONS),
        largest=tuple(_largest(changes, largest)),
    )


def shift(first: Said, second: Said) -> float:
    """The largest change among the probabilities of the report and of the causes."""
    changes = [abs(first.causes[cause] - second.causes[cause]) for cause in Cause]
    return max(abs(first.report_probability - second.report_probability), *changes)


def _change(pair: Pair) -> Change:
    return Change(
        post=pair.post,
        place=pair.place,
        day=pair.day,
        first=pair.first,
        second=pair.second,
        shift=shift(pair.first, pair.second),
    )


def _largest(changes: Iterable[Change], number: int) -> list[Change]:
    return nlargest(number, changes, key=lambda change: (change.shift, change.post))


def _decision(
    decision: Decision,
    table: Counter[tuple[Decision, Decision]],
    days: dict[date, list[int]],
) -> DecisionChange:
    differences = {day: second - first for day, (first, second) in days.items()}
    largest = max(differences, key=lambda day: (abs(differences[day]), day), default=None)
    if largest is not None and not differences[largest]:
        largest = None
    on_it = days[largest] if largest else [0, 0]
    total = sum(abs(difference) for difference in differences.values())
    kept = table[decision, decision]
    first = sum(n for (a, _), n in table.items() if a is decision)
    second = sum(n for (_, b), n in table.items() if b is decision)
    return DecisionChange(
        decision=decision,
        first=first,
        second=second,
        gained=second - kept,
        lost=first - kept,
        mean_change=total / len(days) if days else 0.0,
        largest_day=largest,
        first_on_it=on_it[0],
        second_on_it=on_it[1],
    )


def told(made: Comparison) -> dict[str, Any]:
    """The comparison for a machine."""
    return {
        "posts": made.posts,
        "changed": made.changed,
        "share_changed": made.share_changed.told(),
        "table": [
            {"first": a.value, "second": b.value, "posts": n}
            for (a, b), n in sorted(made.table.items())
        ],
        "sources": [asdict(one) for one in made.sources],
        "decisions": [asdict(one) for one in made.decisions],
        "largest": [asdict(one) for one in made.largest],
    }
