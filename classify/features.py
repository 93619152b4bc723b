"""A post as a row of numbers: which cues stand where, and what kind of post it is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np

from classify.cues.all import CUES
from classify.cues.engine import Hit
from classify.ngrams import Floats
from classify.text import Views, Voice
from domain.causes import STUDIED, Cause

_KINDS = ("issue", "comment", "story", "review", "post", "reply")
_SUBJECTS: tuple[Cause | None, ...] = (*STUDIED, Cause.OTHER, None)


def _subject(about: Cause | None) -> str:
    return about.value if about else "report"


@cache
def names() -> tuple[str, ...]:
    """The features' names, in the order of the columns."""
    made = [f"cue {cue.name}" for cue in CUES]
    for subject in _SUBJECTS:
        for what in ("for", "against", "error", "title", "thread"):
            made.append(f"{what} {_subject(subject)}")
    made += ["kind " + kind for kind in _KINDS]
    made += ["log length", "short", "long", "has code", "has form", "first person", "asks", "you"]
    return tuple(made)


@cache
def _columns() -> dict[str, int]:
    return {name: i for i, name in enumerate(names())}


def row(views: Views, hits: Iterable[Hit]) -> Floats:
    """One number a feature, about 0 to 2 each."""
    columns = _columns()
    made = np.zeros(len(columns))
    counted: dict[str, set[str]] = {}
    for hit in hits:
        own = hit.field != "thread_title"
        if own:
            made[columns[f"cue {hit.cue.name}"]] = 1.0
        if not isinstance(hit.cue.about, Cause | None):
            continue
        subject = _subject(hit.cue.about)
        if not own:
            if hit.cue.direction == "for":
                made[columns[f"thread {subject}"]] = 1.0
            continue
        counted.setdefault(f"{hit.cue.direction} {subject}", set()).add(hit.cue.name)
        if hit.cue.direction == "for":
            if hit.cue.error:
                made[columns[f"error {subject}"]] = 1.0
            if hit.field == "title":
                made[columns[f"title {subject}"]] = 1.0
    for name, cues in counted.items():
        made[columns[name]] = np.log1p(len(cues))
    _shape(views, made, columns)
    return made


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
