"""A post as a row of numbers: which cues stand where, and what kind of post it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import numpy as np

from classify.cues.all import CUES
from classify.cues.engine import Hit
from classify.ngrams import Floats
from classify.text import Views, Voice
from domain.causes import STUDIED, Cause, Symptom

EARLY = 300  # characters
_KINDS = ("issue", "comment", "story", "review", "post", "reply")
_SUBJECTS: tuple[Cause | None, ...] = (*STUDIED, Cause.OTHER, None)


def _subject(about: Cause | None) -> str:
    return about.value if about else "report"


@cache
def names() -> tuple[str, ...]:
    """The features' names, in the order of the columns."""
    made = [f"cue {cue.name}" for cue in CUES]
    for subject in _SUBJECTS:
        made += [f"{what} {_subject(subject)}" for what in of_subject((), 0)]
    made += ["kind " + kind for kind in _KINDS]
    made += ["log length", "short", "long", "has code", "has form", "first person", "asks", "you"]
    return tuple(made)


@cache
def _columns() -> dict[str, int]:
    return {name: i for i, name in enumerate(names())}


@cache
def columns_of(cue: str, about: Cause | None) -> list[int]:
    """The columns that a cue about a cause or a report can move: its own, then `of_subject`'s."""
    names = (f"cue {cue}", *(f"{what} {_subject(about)}" for what in of_subject((), 0)))
    return [_columns()[name] for name in names]


def of_subject(hits: Sequence[Hit], length: int) -> dict[str, float]:
    """All features of one subject but its cues' own, from its hits; `length` in characters.

    "net": how many more cues speak for than against; "dense": passages for 300 characters; "early":
    in the title or where the text begins. A long essay that once mentions a mechanism differs in
    these from a short complaint about it; cues that only name a mechanism are counted apart.
    """
    own = [h for h in hits if h.field != "thread_title"]
    speaking = [h for h in own if _lived(h)]
    named = [h for h in own if h.cue.direction == "for" and h.cue.names_only]
    against = [h for h in own if h.cue.direction == "against"]
    return {
        "for": _several(speaking),
        "named": _several(named),
        "against": _several(against),
        "net": float(len(speaking) - len(against)),
        "dense": len(speaking) / (1 + length / 300),
        "early": float(any(h.field == "title" or h.start < EARLY for h in speaking)),
        "error": float(any(h.cue.error for h in speaking)),
        "mine": _several([h for h in speaking if h.mine]),
        "title": float(any(h.field == "title" for h in speaking)),
        "thread": float(any(h.field == "thread_title" and _lived(h) for h in hits)),
    }


def _lived(hit: Hit) -> bool:
    return hit.cue.direction == "for" and not hit.cue.names_only


def _several(hits: Sequence[Hit]) -> float:
    return _log(len({h.cue.name for h in hits})) if hits else 0.0


@cache
def _log(count: int) -> float:
    return float(np.log1p(count))


def row(views: Views, hits: Sequence[Hit]) -> Floats:
    """One number a feature, about 0 to 2 each."""
    columns = _columns()
    made = np.zeros(len(columns))
    length = views.own_length()
    subjects: dict[Cause | None, list[Hit]] = defaultdict(list)
    for hit in heard(hits):
        if hit.field != "thread_title":
            made[columns[f"cue {hit.cue.name}"]] = 1.0
        if not isinstance(hit.cue.about, Symptom):
            subjects[hit.cue.about].append(hit)
    for about, found in subjects.items():
        subject = _subject(about)
        for what, number in of_subject(found, length).items():
            made[columns[f"{what} {subject}"]] = number
    _shape(views, made, columns)
    return made


def heard(hits: Sequence[Hit]) -> Sequence[Hit]:
    """The cues that count: an error text outranks what the author believes it to be.

    Where the program itself names an overflow or a lost session, and shows no refusal, talk of
    censorship is a theory.
    """
    errors = {h.cue.about for h in hits if h.cue.error and h.field != "thread_title"}
    if Cause.SAFETY_TRIGGER in errors or not errors & _SHOWN:
        return hits
    return [h for h in hits if h.cue.about is not Cause.SAFETY_TRIGGER]


_SHOWN = {Cause.CONTEXT_LIMIT, Cause.SESSION_MANAGEMENT}


def _shape(views: Views, made: Floats, columns: dict[str, int]) -> None:
    """What kind of post it is, apart from its subject."""
    if f"kind {views.kind}" in columns:
        made[columns[f"kind {views.kind}"]] = 1.0
    length = views.own_length()
    voices = {region.voice for region in views.text.regions}
    words = f" {views.words()} "
    made[columns["log length"]] = np.log1p(length) / 4
    made[columns["short"]] = length < 60
    made[columns["long"]] = length > 1500
    made[columns["has code"]] = Voice.CODE in voices
    made[columns["has form"]] = Voice.FORM in voices
    made[columns["first person"]] = np.log1p(words.count(" i ") + words.count(" my ")) / 2
    made[columns["asks"]] = "?" in words
    made[columns["you"]] = np.log1p(words.count(" you ") + words.count(" your ")) / 2
