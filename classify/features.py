"""A post as a row of numbers: which cues stand where, and what kind of post it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np

from classify.cues.all import CUES
from classify.cues.cue import Cue
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
        whats = (
            "for",
            "named",
            "against",
            "net",
            "dense",
            "early",
            "error",
            "title",
            "thread",
            "mine",
        )
        made += [f"{what} {_subject(subject)}" for what in whats]
    made += ["kind " + kind for kind in _KINDS]
    made += ["log length", "short", "long", "has code", "has form", "first person", "asks", "you"]
    return tuple(made)


@cache
def _columns() -> dict[str, int]:
    return {name: i for i, name in enumerate(names())}


def touched(cue: Cue) -> tuple[str, ...]:
    """The features that a cue about a cause or a report can move."""
    subject = _subject(_about(cue))
    if cue.direction == "against":
        return (f"cue {cue.name}", f"against {subject}", f"net {subject}")
    if cue.names_only:
        return (f"cue {cue.name}", f"named {subject}")
    whats = ("for", "net", "dense", "early", "title", "thread", "mine")
    made = [f"cue {cue.name}", *(f"{what} {subject}" for what in whats)]
    return (*made, f"error {subject}") if cue.error else tuple(made)


def value(name: str, found: Sequence[Hit], length: int) -> float:
    """The value of one such feature, in a post of so many characters.

    "net": how many more cues speak for than against; "dense": passages for 300 characters; "early":
    in the title or where the text begins. A long essay that once mentions a mechanism differs in
    these from a short complaint about it.
    """
    what, _, rest = name.partition(" ")
    own = [h for h in found if h.field != "thread_title"]
    if what == "cue":
        return float(any(h.cue.name == rest for h in own))
    pool = found if what == "thread" else own
    about = [h for h in pool if not isinstance(h.cue.about, Symptom)]
    about = [h for h in about if _subject(_about(h.cue)) == rest]
    speaking = [h for h in about if h.cue.direction == "for" and not h.cue.names_only]
    against = [h for h in about if h.cue.direction == "against"]
    match what:
        case "for":
            return _several(speaking)
        case "named":
            return _several([h for h in about if h.cue.names_only])
        case "against":
            return _several(against)
        case "net":
            return float(len(speaking) - len(against))
        case "dense":
            return len(speaking) / (1 + length / 300)
        case "early":
            return float(any(h.field == "title" or h.start < EARLY for h in speaking))
        case "error":
            return float(any(h.cue.error for h in speaking))
        case "mine":
            return _several([h for h in speaking if h.mine])
        case "title":
            return float(any(h.field == "title" for h in speaking))
        case _:
            return float(any(h.field == "thread_title" for h in speaking))


def _several(hits: Iterable[Hit]) -> float:
    return float(np.log1p(len({h.cue.name for h in hits})))


def _about(cue: Cue) -> Cause | None:
    return None if cue.about is None else Cause(cue.about)


def row(views: Views, hits: Sequence[Hit]) -> Floats:
    """One number a feature, about 0 to 2 each."""
    columns = _columns()
    hits = heard(hits)
    made = np.zeros(len(columns))
    length = views.own_length()
    cues = {h.cue.name: h.cue for h in hits}
    for name in {name for cue in cues.values() for name in _moved(cue)}:
        made[columns[name]] = value(name, hits, length)
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


def _moved(cue: Cue) -> tuple[str, ...]:
    return (f"cue {cue.name}",) if isinstance(cue.about, Symptom) else touched(cue)


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
