"""Which posts a reader wants: the one argument of every page, export and command.

A `Filter` is written to and read from a query string, so an address is a view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from domain.causes import Abstention, Decision, Symptom
from domain.closing import Closed
from domain.errors import InputError
from domain.facts import SafetyKind, Severity

# Probabilities are stored in twenty steps, so that a threshold is an index, not a scan.
STEPS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Empty fields mean "no condition". Days are UTC and inclusive. Fields combine with AND."""

    first_day: date | None = None
    last_day: date | None = None
    products: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    causes: tuple[Decision, ...] = ()
    languages: tuple[str, ...] = ()
    surfaces: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    safety_kinds: tuple[SafetyKind, ...] = ()
    severities: tuple[Severity, ...] = ()
    plans: tuple[str, ...] = ()
    outcomes: tuple[str, ...] = ()
    abstentions: tuple[Abstention, ...] = ()
    words: str = ""
    incident: str = ""
    least_probability: float = 0.0  # of the decided cause; rounded down to a twentieth
    reviews: tuple[str, ...] = ()  # "reviewed", "unreviewed"
    triage: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()  # samples for people that hold the post, reports or not
    closed: tuple[Closed, ...] = ()  # of its thread, by its place; one of them is enough

    def to_query(self) -> dict[str, list[str]]:
        """The fields that are set, as lists of strings for a query string, in a fixed order."""
        query: dict[str, list[str]] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            if value == f.default:
                continue
            query[f.name] = [str(v) for v in value] if isinstance(value, tuple) else [str(value)]
        return query

    @classmethod
    def from_query(cls, query: Mapping[str, Iterable[str]]) -> Filter:
        """Read what `to_query` wrote; unknown names are left to their owners.

        Raises `InputError` naming the field for a value that can't be read.
        """
        made = cls()
        for name, read in _READERS.items():
            values = [v for v in query.get(name, ()) if v != ""]
            if not values:
                continue
            try:
                made = replace(made, **{name: read(values)})
            except ValueError as error:
                shown = ", ".join(values)[:80]
                raise InputError(
                    f"The filter {name}={shown} can't be read: {error}.",
                    "Clear it, or choose a value on the page.",
                ) from error
        return made


def _day(values: list[str]) -> date:
    return date.fromisoformat(values[-1])


def _words(values: list[str]) -> str:
    return " ".join(values[-1].split())


def _probability(values: list[str]) -> float:
    value = float(values[-1])
    if not 0.0 <= value <= 1.0:
        raise ValueError("a probability lies between 0 and 1")
    return value


def _strings(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


_READERS: dict[str, Callable[[list[str]], Any]] = {
    "first_day": _day,
    "last_day": _day,
    "products": _strings,
    "sources": _strings,
    "places": _strings,
    "causes": lambda vs: tuple(dict.fromkeys(Decision(v) for v in vs)),
    "languages": _strings,
    "surfaces": _strings,
    "versions": _strings,
    "symptoms": lambda vs: tuple(dict.fromkeys(Symptom(v) for v in vs)),
    "safety_kinds": lambda vs: tuple(dict.fromkeys(SafetyKind(v) for v in vs)),
    "severities": lambda vs: tuple(dict.fromkeys(Severity(v) for v in vs)),
    "plans": _strings,
    "outcomes": _strings,
    "abstentions": lambda vs: tuple(dict.fromkeys(Abstention(v) for v in vs)),
    "words": _words,
    "incident": lambda vs: vs[-1],
    "least_probability": _probability,
    "reviews": _strings,
    "triage": _strings,
    "streams": _strings,
    "closed": lambda vs: tuple(dict.fromkeys(Closed(v) for v in vs)),
}
