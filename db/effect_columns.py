"""The columns of the sheet of release effects: what the release pages show, a row a cause."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from db.cells import Cell, cell
from db.columns import Column
from db.queries.effects import ShownEffect
from domain.nouns import Release


@dataclass(frozen=True, kw_only=True, slots=True)
class EffectRecord:
    """One cause around one tested release. `release` is None where the catalogue has lost it."""

    shown: ShownEffect
    release: Release | None
    data: str


def _told(name: str, holds: str) -> Column[EffectRecord]:
    """A number or word of the effect itself."""
    return Column(name, holds, lambda r: getattr(r.shown.effect, name))


def _detail(name: str, read: Callable[[Any], Cell], holds: str, of: str = "") -> Column[Any]:
    return Column(name, holds, lambda r: read(r.shown.effect.detail.get(of or name)))


def _number(value: Any) -> int | None:
    return None if value is None else int(value)


def _lines(values: Any) -> str | None:
    return "\n".join(values or ()) or None


def _looks(ways: Any) -> str | None:
    return "\n".join(_look(way) for way in ways or ()) or None


def _look(way: dict[str, Any]) -> str:
    if way["ratio"] is None:
        return f"{way['name']}: not to be had"
    low, high = way["low"], way["high"]
    between = f" [{_shown(low)}, {_shown(high)}]" if low is not None and high is not None else ""
    agrees = {True: "agrees", False: "disagrees", None: "can't be said"}[way["agrees"]]
    return f"{way['name']}: {_shown(way['ratio'])}{between}, {agrees}"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else cell(float(value))  # "inf" is kept as a word


EFFECTS: tuple[Column[EffectRecord], ...] = (
    Column("data", "`real` or `demonstration`: invented posts are marked.", lambda r: r.data),
    Column("release", "Id of the release.", lambda r: r.shown.effect.cluster),
    Column("title", "Its title.", lambda r: r.release.title if r.release else None),
    Column("vendor", "Who released it.", lambda r: r.release.vendor if r.release else None),
    _told("product", "The product that changed: posts about it are counted."),
    _told("day", "UTC day of the deployment: the first day after."),
    _told("cause", "context_limit, safety_trigger, session_management or other."),
    _told("verdict", "As the pages say it; [what each means](statistics.md)."),
    _told("preliminary", "`true` while fewer than 28 days after are complete."),
    _told("ratio", "Reporters per judged post after, over before; empty where it can't be said."),
    _told("low", "Lower limit of its 95 % interval."),
    _told("high", "Upper limit of its 95 % interval."),
    _told("p", "Calibrated p-value, 0 to 1."),
    _told("q", "Benjamini-Hochberg within the family, 0 to 1; verdicts go by it."),
    _told("q_dependent", "Benjamini-Yekutieli, for any dependence."),
    _told("events_before", "Reporters before."),
    _told("events_after", "Reporters after."),
    _told("posts_before", "Judged posts before: the denominator."),
    _told("posts_after", "Judged posts after."),
    _detail("days_before", _number, "Complete days before, of the place with most."),
    _detail("days_after", _number, "Complete days after."),
    _told("smallest_rise", "Ratio of a rise that would be seen with 80 % probability."),
    _told("smallest_fall", "Ratio of a fall that would be."),
    _told("needed", "Ratio in its direction that would have been significant."),
    _detail("reasons", _lines, "Why the verdict is no plainer, a sentence a line."),
    _detail(
        "other_looks",
        _looks,
        "Other ways of looking, one a line: name: ratio [95 %], agrees or disagrees; another "
        "product as comparator among them.",
        of="sensitivities",
    ),
    _detail("tested_with", _lines, "Ids of the releases tested together, one a line.", "releases"),
    _detail("nearby", _lines, "Ids of others deployed within these days, one a line."),
    _told("family", "Family of tests: product and quarter; empty where it came after closing."),
    Column(
        "frozen_at", "When its family was frozen; empty while open.", lambda r: r.shown.frozen_at
    ),
    _told("model", "Which model judged."),
)
