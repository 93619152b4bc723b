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

_KINDS = ("issue", "comment", "story", "review", "post", "reply")
_SUBJECTS: tuple[Cause | None, ...] = (*STUDIED, Cause.OTHER, None)


def _subject(about: Cause | None) -> str:
    return about.value if about else "report"


@cache
def names() -> tuple[str, ...]:
    """The features' names, in the order of the columns."""
    made = [f"cue {cue.name}" for cue in CUES]
    for subject in _SUBJECTS:
        whats = ("for", "against", "error", "title", "thread")
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
        return (f"cue {cue.name}", f"against {subject}")
    made = [f"cue {cue.name}", f"for {subject}", f"title {subject}", f"thread {subject}"]
    return (*made, f"error {subject}") if cue.error else tuple(made)


def value(name: str, found: Sequence[Hit]) -> float:
    """The value of one such feature."""
    what, _, rest = name.partition(" ")
    own = [h for h in found if h.field != "thread_title"]
    if what == "cue":
        return float(any(h.cue.name == rest for h in own))
    about = [h for h in found if not isinstance(h.cue.about, Symptom)]
    about = [h for h in about if _subject(_about(h.cue)) == rest]
    speaking = [h for h in about if h.cue.direction == "for"]
    match what:
        case "for":
            return _several(h.cue for h in speaking if h.field != "thread_title")
        case "against":
            same = [h for h in about if h.cue.direction == "against"]
            return _several(h.cue for h in same if h.field != "thread_title")
        case "error":
            return float(any(h.cue.error and h.field != "thread_title" for h in speaking))
        case "title":
            return float(any(h.field == "title" for h in speaking))
        case _:
            return float(any(h.field == "thread_title" for h in speaking))


def _several(cues: Iterable[Cue]) -> float:
    return float(np.log1p(len({c.name for c in cues})))


def _about(cue: Cue) -> Cause | None:
    return None if cue.about is None else Cause(cue.about)


def row(views: Views, hits: Sequence[Hit]) -> Floats:
    """One number a feature, about 0 to 2 each."""
    columns = _columns()
    made = np.zeros(len(columns))
    moved = {name for cue in {h.cue for h in hits} for name in _moved(cue)}
    for name in moved:
        made[columns[name]] = value(name, hits)
    _shape(views, made, columns)
    return made


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
