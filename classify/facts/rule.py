"""What a rule is: words that call it, and a reading of what stands around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from classify.text import Voice

AUTHOR = (Voice.AUTHOR,)
# An error text stands in code as well as in a sentence.
ANY_ERROR = (Voice.AUTHOR, Voice.CODE)
ANYWHERE = (Voice.AUTHOR, Voice.CODE, Voice.FORM)


class Place(NamedTuple):
    """A trigger `low[at:stop]` in its sentence `low[start:end]`, all in code points of the field.

    `fence` is where the region ends in which the sentence stands: who speaks changes there.
    """

    low: str
    start: int
    end: int
    at: int
    stop: int
    voice: Voice
    fence: int


class Mention(NamedTuple):
    """A fact as one passage states it."""

    name: str
    value: str
    start: int
    end: int


Reading = Callable[[Place], Iterator[Mention]]


@dataclass(frozen=True, slots=True)
class Rule:
    """`read` is called where one of `triggers` stands: whole words, or beginnings with a star.

    `once`: only at the first trigger of a sentence. `first`: not again in a field once it has found
    something. `narrow`: it looks only at the trigger's neighbours, so no sentence is sought.
    """

    triggers: tuple[str, ...]
    read: Reading
    heard: tuple[Voice, ...] = AUTHOR
    once: bool = False
    first: bool = False
    narrow: bool = False
