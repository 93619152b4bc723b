"""`--only`: what of a file that holds everything is wanted, and lines sieved by it undecoded."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from domain.errors import InputError
from ingest.formats.pieces import lines
from ingest.formats.shape import Note, Only

_COMMUNITY = re.compile(r"/?r/([A-Za-z0-9_]{2,40})/?", re.ASCII)
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_OFTEN = 100_000  # lines passed over that are told at once


def only(told: Sequence[str]) -> Only:
    """`r/NAME` is a community, `owner/name` a repository, anything else a product's name.

    Raises `InputError` for what is none of them.
    """
    communities, repositories, words = set[str](), set[str](), dict[str, None]()
    for one in (t.strip() for t in told):
        if found := _COMMUNITY.fullmatch(one):
            communities.add(found[1].lower())
        elif _REPOSITORY.fullmatch(one):
            repositories.add(one.lower())
        elif one and "/" not in one:
            words[one] = None
        else:
            raise InputError(
                f"--only {one!r} names nothing.", "Write r/NAME, owner/name or a product's name."
            )
    return Only(
        communities=frozenset(communities), repositories=frozenset(repositories), words=tuple(words)
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is wanted; `content` is None where it is too long."""

    number: int
    content: bytes | None

    @property
    def where(self) -> str:
        """As a reader is told."""
        return f"line {self.number}"


def sieved(
    stream: io.BufferedReader, wanted: Callable[[bytes], bool] | None
) -> Iterator[Line | Note]:
    """The lines that are wanted (None: all), and notes of how many were passed over between them.

    `wanted` sees bytes, so that a line that isn't costs no decoding; it may let too many through.
    """
    passed = number = 0
    for number, content in lines(stream):
        if wanted is not None and content is not None and not wanted(content):
            passed += 1
            if passed == _OFTEN:
                yield Note(kind="passed", where=f"line {number}", count=passed)
                passed = 0
            continue
        if passed:
            yield Note(kind="passed", where=f"line {number}", count=passed)
            passed = 0
        yield Line(number, content)
    if passed:
        yield Note(kind="passed", where=f"line {number}", count=passed)
