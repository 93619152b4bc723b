"""What of a post are its author's own words, and what is code, quotation or a form's furniture.

Every view keeps the coordinates of the field that it was given: a `Region` is a half-open range of
Unicode code points, and `folded` has exactly as many code points as its argument.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

# Longer fields are judged by their first part. Measured on the labelled posts: 12,000 characters
# hold every passage that decided a label; the n-grams read less (see `Views.words`).
READ_CHARACTERS = 12_000
WORD_CHARACTERS = 3_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Content:
    """What the classifier reads of a post."""

    title: str = ""
    text: str = ""
    thread_title: str = ""
    kind: str = ""
    source: str = ""
    place: str = ""


class Voice(Enum):
    """Who speaks in a region."""

    AUTHOR = "author"
    CODE = "code"  # fences, stack frames: error texts stand here
    QUOTE = "quote"  # another person's words
    ASSISTANT = "assistant"  # pasted answers of the assistant: its own guess carries no weight
    FORM = "form"  # headings, check lists and standing phrases that nobody wrote for this post


@dataclass(frozen=True, slots=True)
class Region:
    """`text[start:end]` is spoken by `voice`."""

    start: int
    end: int
    voice: Voice


_FORM_HEADINGS = "|".join(
    (
        "preflight checklist",
        r"what'?s wrong\?",
        r"what should happen\?",
        "error messages/logs",
        "steps to reproduce",
        "claude model",
        r"is this a regression\?",
        "last working version",
        "claude code version",
        "platform",
        "operating system",
        "terminal/shell",
        "additional information",
        "problem statement",
        "proposed solution",
        "alternative solutions",
        "priority",
        "feature category",
        "use case example",
        "additional context",
        "what version of codex is running",
        "which model were you using",
        "what platform is your computer",
        r"what steps can reproduce the bug\?",
        r"what is the expected behaviou?r\?",
        r"what do you see instead\?",
    )
)
# Standing phrases inside errors and forms that name a mechanism without speaking of one.
_STANDING = "|".join(
    re.escape(phrase)
    for phrase in (
        "error logs were truncated",
        "or start a new session",
        "or starting a new session",
        "start a new session for claude code to assist with a different task",
        "to continue this session, run codex resume",
        "to continue this session, run `codex resume",
        "try running /model claude-sonnet-4-20250514 to switch models",
    )
)
_MARKS = re.compile(
    r"(?P<code>```.*?(?:```|\Z)|~~~\n.*?(?:\n~~~|\Z)"
    r"|\bat [\w.$<>\[\] ]{1,80}\([^()\n]{1,300}:\d+:\d+\))"
    r"|(?P<quote>^[ ]{0,3}>[^\n]*)"
    r"|(?P<assistant>[⏺●][^\n⏺●⎿]{0,1500})"
    r"|(?P<form><!--.*?(?:-->|\Z)|_no response_"
    r"|-[ ]\[[ xX]\][^\n]*?(?=\n|[ ]-[ ]\[|[ ]\#\#|\Z)"
    rf"|\#{{1,4}}[ ]+(?:{_FORM_HEADINGS})"
    r"|\*\*(?:bug description|environment info|errors)\*\*"
    r"|-[ ]platform:[^\n]{0,300}?feedback id:(?:[ ][0-9a-f-]{36})?"
    rf"|(?:note:[ ]?)?(?:{_STANDING})\.?)",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)


def regions(text: str) -> tuple[Region, ...]:
    """The whole of `text` in order, without gaps."""
    made: list[Region] = []
    at = 0
    for found in _MARKS.finditer(text):
        if found.start() > at:
            made.append(Region(at, found.start(), Voice.AUTHOR))
        made.append(Region(found.start(), found.end(), Voice(found.lastgroup)))
        at = found.end()
    if at < len(text) or not made:
        made.append(Region(at, len(text), Voice.AUTHOR))
    return tuple(made)


_ODD_QUOTES = str.maketrans(
    {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00b4": "'", "\u00a0": " "}
)


def folded(text: str) -> str:
    """`text` in lower case with plain apostrophes and no lone surrogates, code point by code point.

    `str.lower` may lengthen a text (a dotted capital I gives two code points); spans must not move.
    """
    if text.isascii():
        return text.lower()
    whole = text.encode("utf-8", "replace").decode("utf-8").translate(_ODD_QUOTES)
    low = whole.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in whole)


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a post, cut at `READ_CHARACTERS`, with its folded text and its regions."""

    name: str
    text: str
    low: str
    regions: tuple[Region, ...]

    def spoken_by(self, *voices: Voice) -> Iterator[str]:
        """The folded text of the regions of these voices, in order."""
        return (self.low[r.start : r.end] for r in self.regions if r.voice in voices)


def field(name: str, text: str) -> Field:
    """A field made ready for reading."""
    cut = text[:READ_CHARACTERS]
    low = folded(cut)
    return Field(name, cut, low, regions(low))


@dataclass(frozen=True, slots=True)
class Views:
    """A post as cues and n-grams read it."""

    title: Field
    text: Field
    thread_title: Field
    kind: str

    @property
    def fields(self) -> tuple[Field, Field, Field]:
        """All three fields; an empty one has no text."""
        return (self.title, self.text, self.thread_title)

    def words(self) -> str:
        """The author's own words with the title before them: what the n-grams read."""
        own = " ".join(self.text.spoken_by(Voice.AUTHOR))[:WORD_CHARACTERS]
        return f"{self.title.low} \n {own}"

    def own_length(self) -> int:
        """Characters of title and author's words, without white space at the ends."""
        return len(self.words().strip())


def views(content: Content) -> Views:
    """All views of a post."""
    return Views(
        field("title", content.title),
        field("text", content.text),
        field("thread_title", content.thread_title),
        content.kind,
    )
