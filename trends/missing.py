"""What an overview can't show, said in plain sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from db.handles import Connection
from db.judges import Judges
from db.queries import collected
from db.queries.collected import BackFilled, CollectedPlace, OwnChange, Refused
from db.verdicts import count_late, count_unjudged
from domain.causes import Abstention
from domain.filter import Filter
from trends.claims import EXPLORED, NOT_INCIDENCE, said
from trends.curves import LEVEL, PER, Measure
from trends.periods import ONE_DAY, Period, State, Stretch, monday_of, touched

Kind = Literal[
    "nothing judged",
    "waiting",
    "too late",
    "running period",
    "no posts",
    "counts only",
    "gap",
    "partial day",
    "back-filled",
    "refused language",
    "refused length",
    "unsaid",
    "own change",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """One thing that is missing; `place` is None where it concerns all."""

    kind: Kind
    place: str | None
    text: str


def nothing_judged() -> Missing:
    """Before the first judging."""
    return _missing("nothing judged", None, "No post is judged yet: run `whylost classify`.")


def find(
    connection: Connection,
    filter: Filter,  # noqa: A002 - the noun
    judges: Judges,
    places: Sequence[CollectedPlace],
    states: Mapping[str, Mapping[date, State]],
    period: Period,
    now: datetime,
) -> tuple[Missing, ...]:
    """Everything that is missing from what the filter asks for."""
    return (
        _running(period, now.date()),
        *_waiting(count_unjudged(connection, judges)),
        *_late(count_late(connection, judges)),
        *(m for place in places for m in _of_place(place, states[place.name])),
        *_back_filled(collected.back_filled(connection, filter)),
        *_refused(collected.refused(connection, filter, judges)),
        *(
            _missing("unsaid", None, f"{reports:,} more reports name no {_ONE[field]}.")
            for field, reports in collected.unsaid(connection, filter, judges).items()
        ),
        *(_own_change(change) for change in collected.own_changes(connection)),
    )


def notes(*, explored: bool, measures: AbstractSet[Measure]) -> tuple[str, ...]:
    """The sentences under a chart: denominator, interval, and what counts can't show."""
    level = f"{LEVEL:.0%}"
    found = []
    if Measure.RATE in measures:
        found.append(
            f"Rates are reporters (an author counts once in a thread) in each {PER:,} judged posts "
            "of the same place and product, collected whether or not they complain."
        )
    if Measure.SHARE in measures:
        found.append(
            "Shares are the reports that match among all reports of the same place: posts that "
            "tell of no failure state no surface, version, symptom or plan, so there is no rate."
        )
    if measures - {Measure.COUNT}:
        found.append(
            f"The band is the {level} interval of each period by itself (Garwood's for rare "
            "reports, Wilson's for shares); posts are not quite independent, so the truth is less "
            "certain."
        )
        found.append("Places are shown apart: compare each with its own past, not with another.")
    if explored:
        found.append(EXPLORED)
    return tuple(said(sentence) for sentence in (*found, NOT_INCIDENCE))


def _running(period: Period, today: date) -> Missing:
    if period is Period.DAY:
        text = f"Today, {today} (UTC), is not over and is not shown."
    else:
        text = f"The week from Monday, {monday_of(today)}, is not over and is not shown."
    return _missing("running period", None, text)


def _waiting(posts: int) -> Iterable[Missing]:
    if posts:
        yield _missing(
            "waiting", None, f"{posts:,} posts wait to be judged: run `whylost classify`."
        )


def _late(posts: int) -> Iterable[Missing]:
    if posts:
        text = (
            f"{posts:,} posts came after the model of their days had been replaced: they count "
            "nowhere, since no day mixes two models."
        )
        yield _missing("too late", None, text)


def _of_place(place: CollectedPlace, states: Mapping[date, State]) -> Iterable[Missing]:
    if not states:
        yield _missing("no posts", place.name, f"{place.name}: no whole day in this period.")
        return
    if not place.frame.allows_rates:
        text = f"{place.name} is collected as {place.frame.value}: counts only, no rates."
        yield _missing("counts only", place.name, text)
    if partial := [day for day, state in states.items() if state is State.PARTIAL]:
        text = f"{place.name}: at an edge of the collection, maybe not whole: {_list(partial)}."
        yield _missing("partial day", place.name, text)
    gone = {day for day, state in states.items() if state is State.MISSING}
    for began, ended, reason in place.gaps:
        if known := touched(Stretch(began=began, ended=ended), gone):
            text = f"{place.name}: missing, not zero: {_list(known)} ({reason})."
            yield _missing("gap", place.name, text)
            gone -= set(known)
    if gone:
        text = f"{place.name}: hardly any posts, so taken as missing, not zero: {_list(gone)}."
        yield _missing("gap", place.name, text)


def _back_filled(found: Sequence[BackFilled]) -> Iterable[Missing]:
    for place in found:
        text = (
            f"{place.place}: {place.posts:,} posts from {place.first_day} to {place.last_day} were "
            "read long after they were written; those deleted before are missing."
        )
        yield _missing("back-filled", place.place, text)


def _refused(found: Sequence[Refused]) -> Iterable[Missing]:
    by_language = [r for r in found if r.reason is Abstention.UNSUPPORTED_LANGUAGE]
    if by_language:
        total = sum(r.posts for r in by_language)
        listed = ", ".join(f"{r.language} {r.posts:,}" for r in by_language[:_LANGUAGES])
        more = len(by_language) - _LANGUAGES
        rest = f" and {more} other languages" if more > 0 else ""
        text = f"{total:,} posts in languages that the model can't read count nowhere: "
        yield _missing("refused language", None, f"{text}{listed}{rest}.")
    if short := sum(r.posts for r in found if r.reason is Abstention.TOO_LITTLE_TEXT):
        text = f"{short:,} posts are too short to judge and count nowhere."
        yield _missing("refused length", None, text)


_LANGUAGES = 5  # named; the rest are counted
_ONE = {
    "surfaces": "surface",
    "versions": "version",
    "symptoms": "symptom",
    "plans": "plan",
    "outcomes": "outcome",
}


def _own_change(change: OwnChange) -> Missing:
    where = None if change.place == "*" else change.place
    text = f"On {change.day} our own {change.kind} changed ({change.detail}): compare no further."
    return _missing("own change", where, text)


def _list(days: Iterable[date]) -> str:
    """Days in words, runs of days as "first to last"."""
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs and runs[-1][1] == day - ONE_DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return ", ".join(str(a) if a == b else f"{a} to {b}" for a, b in runs)


def _missing(kind: Kind, place: str | None, text: str) -> Missing:
    return Missing(kind=kind, place=place, text=text)
