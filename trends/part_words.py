"""What a difference between two spans is made of, in sentences that are checked: one a part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from db.handles import Connection
from db.judges import Judges
from db.queries.parts import Reporter
from domain.causes import Cause
from trends.claims import said
from trends.intervals import Interval
from trends.panel import Panel
from trends.parts import LEAST_REPORTS, Lacking, Parts, parts_of_rise, spans_around
from trends.release_effect import ReleaseEffect
from trends.windows import LEAST_SIDE

_KINDS: dict[Reporter, str] = {
    Reporter.NEW: "reporters without an earlier report",
    Reporter.KNOWN: "reporters with an earlier report",
    Reporter.UNKNOWN: "reporters of whom no earlier reports can be known",
}
ADDING_UP = said(
    "What the parts add to the earlier rate adds up to the change. Their intervals hold the "
    "counts' own noise, not the ordinary ups and downs of weeks, so they are no test of it."
)


def told_parts(
    connection: Connection,
    judges: Judges,
    panel: Panel,
    day: date,
    effects: Iterable[ReleaseEffect],
) -> Mapping[Cause, tuple[str, ...]]:
    """What is said of each of these effects around `day`, by cause."""
    dispersion = {effect.cause: effect.dispersion for effect in effects}
    found = parts_of_rise(connection, judges, panel, spans_around(day), dispersion)
    return {one.cause: part_sentences(one) for one in found if one.cause in dispersion}


def part_sentences(parts: Parts) -> tuple[str, ...]:
    """The difference and its parts in reports per 1,000 judged posts, or what is lacking."""
    if parts.made is None:
        return (_lacking(parts),)
    made = parts.made
    both = f"in {sum(parts.posts):,} judged posts"
    first, later = (
        _per_thousand(rate, f"{count:,} of {posts:,} judged posts")
        for rate, count, posts in zip(
            (made.before, made.after), parts.reports, parts.posts, strict=True
        )
    )
    told = [said(f"Reports before: {first}."), said(f"Reports from that day on: {later}.")]
    for part, what in _each(parts):
        alone = _per_thousand(_added(made.before, part), both)
        told.append(said(f"With this alone the earlier rate would read {alone}: {what}."))
    if parts.back:
        told.append(
            said(
                f"An earlier report is one that is held of the {parts.back.days:,} days before the "
                "span, by the same author."
            )
        )
    return (*told, ADDING_UP)


def _each(parts: Parts) -> Iterator[tuple[Interval, str]]:
    """The parts that there can be, with what they are."""
    made = parts.made
    if made is None:
        return
    if len(parts.places) > 1:
        yield made.source_mix, "places had another share of the posts"
    if len(parts.languages) > 1:
        yield made.language_mix, "languages had another share of their places' posts"
    for number, kind in enumerate(parts.reporters):
        one = made.within
        part = Interval(estimate=one.estimate[number], low=one.low[number], high=one.high[number])
        yield part, f"{_KINDS[kind]} wrote more or fewer, within place and language"
    if made.remainder.estimate or made.remainder.low < made.remainder.high:
        yield made.remainder, "places and languages with posts in one of the two spans only"


def _added(before: Interval, part: Interval) -> Interval:
    """The earlier rate with the part added; the interval is the part's."""
    rate = before.estimate
    return Interval(estimate=rate + part.estimate, low=rate + part.low, high=rate + part.high)


def _per_thousand(rate: Interval, of: str) -> str:
    """A rate can't be below 0, though the limits of a normal interval can."""
    estimate, low, high = (
        f"{max(float(value), 0.0) * 1000:,.2f}" for value in (rate.estimate, rate.low, rate.high)
    )
    return f"{estimate} reports per 1,000 (95 % interval {low} to {high}; {of})"


def _lacking(parts: Parts) -> str:
    """Why the parts can't be told."""
    if parts.lacking is Lacking.DAYS:
        return said(
            f"No place has {LEAST_SIDE} usable days on both sides without a change of our own, so "
            "the parts of the change can't be told."
        )
    before, after = parts.reports
    return said(
        f"{before:,} reports before and {after:,} from that day on: {LEAST_REPORTS} on each side "
        "are needed to tell the parts of the change."
    )
