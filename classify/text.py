"""What of a post are its author's own words, and what is code, quotation or a form's furniture.

Every view keeps the coordinates of the field that it was given: a `Region` is a half-open range of
Unicode code points, and `folded` has exactly as many code points as its argument.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from operator import itemgetter

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
_STANDING = (
    "error logs were truncated",
    "or start a new session",
    "or starting a new session",
    "start a new session for claude code to assist with a different task",
    "to continue this session, run codex resume",
    "to continue this session, run `codex resume",
    "try running /model claude-sonnet-4-20250514 to switch models",
)
# Where a mark that begins at a place ends; the place itself where nothing begins there after all.
Ends = Callable[[str, int], int]


def _closed(opening: str, closing: str) -> Ends:
    """To the closing sign; to the end of the text where there is none."""

    def ends(low: str, at: int) -> int:
        closed = low.find(closing, at + len(opening))
        return len(low) if closed < 0 else closed + len(closing)

    return ends


def _matched(pattern: str) -> Ends:
    compiled = re.compile(pattern, re.DOTALL)

    def ends(low: str, at: int) -> int:
        found = compiled.match(low, at)
        return found.end() if found else at

    return ends


_frame = _matched(r"\bat [\w.$<>\[\] ]{1,80}\([^()\n]{1,300}:\d+:\d+\)")
_FRAME_END = re.compile(r":\d+:\d+\)")
_quote = _matched(r"[ ]*>[^\n]*")
_QUOTED = re.compile(r"\n([ ]{0,3}>)")
_HASHES = re.compile(r"\#+(?=[ ])")
_heading = _matched(rf"\#{{1,4}}[ ]+(?:{_FORM_HEADINGS})")
_standing = _matched(rf"(?:note:[ ]?)?(?:{'|'.join(map(re.escape, _STANDING))})\.?")
# What each mark holds, at which offsets from there it may begin, whose words it marks.
_MARKS: tuple[tuple[str, tuple[int, ...], Voice, Ends], ...] = (
    ("```", (0,), Voice.CODE, _closed("```", "```")),
    ("~~~\n", (0,), Voice.CODE, _closed("~~~\n", "\n~~~")),
    *((sign, (0,), Voice.ASSISTANT, _matched(r"[⏺●][^\n⏺●⎿]{0,1500}")) for sign in "⏺●"),
    ("<!--", (0,), Voice.FORM, _closed("<!--", "-->")),
    *(
        (sign, (0,), Voice.FORM, _matched(re.escape(sign)))
        for sign in ("_no response_", "**bug description**", "**environment info**", "**errors**")
    ),
    ("- [", (0,), Voice.FORM, _matched(r"- \[[ x]\][^\n]*?(?=\n|[ ]-[ ]\[|[ ]\#\#|\Z)")),
    (
        "- platform:",
        (0,),
        Voice.FORM,
        _matched(r"- platform:[^\n]{0,300}?feedback id:(?:[ ][0-9a-f-]{36})?"),
    ),
    *((phrase, (-6, -5, 0), Voice.FORM, _standing) for phrase in _STANDING),
)


def regions(low: str) -> tuple[Region, ...]:
    """The whole of a folded text in order, without gaps.

    Each mark is looked for by a literal that it holds: most texts hold few of them.
    """
    made: list[Region] = []
    at = 0
    for start, voice, ends in sorted(_candidates(low), key=itemgetter(0)):
        if start < at:
            continue
        end = ends(low, start)
        if end == start:
            continue
        if start > at:
            made.append(Region(at, start, Voice.AUTHOR))
        made.append(Region(start, end, voice))
        at = end
    if at < len(low) or not made:
        made.append(Region(at, len(low), Voice.AUTHOR))
    return tuple(made)


def _candidates(low: str) -> list[tuple[int, Voice, Ends]]:
    """Where marks may begin; of those that begin at one place the first is the one that counts."""
    made = []
    if _FRAME_END.search(low):
        made += [(at, Voice.CODE, _frame) for at in _places(low, "at ")]
    made += [(found.start(1), Voice.QUOTE, _quote) for found in _QUOTED.finditer(low)]
    if low.startswith((">", " >", "  >", "   >")):
        made.append((0, Voice.QUOTE, _quote))
    for hashes in _HASHES.finditer(low):
        first = max(hashes.start(), hashes.end() - 4)
        made += [(at, Voice.FORM, _heading) for at in range(first, hashes.end())]
    for literal, begins, voice, ends in _MARKS:
        if literal in low:
            places = _places(low, literal)
            made += [(at + n, voice, ends) for at in places for n in begins if at + n >= 0]
    return made


def _places(low: str, literal: str) -> Iterator[int]:
    at = low.find(literal)
    while at >= 0:
        yield at
        at = low.find(literal, at + 1)


_PLAIN = {"\u2019": "'", "\u2018": "'", "\u02bc": "'", "\u00b4": "'", "\u00a0": " "}


def folded(text: str) -> str:
    """`text` in lower case with plain apostrophes and no lone surrogates, code point by code point.

    `str.lower` may lengthen a text (a dotted capital I gives two code points); spans must not move.
    """
    if text.isascii():
        return text.lower()
    whole = _whole(text)
    for odd, plain in _PLAIN.items():
        if odd in whole:
            whole = whole.replace(odd, plain)
    low = whole.lower()
    if len(low) == len(text):
        return low
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in whole)


def _whole(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


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
    """A post as cues and n-grams read it. `own`: see `words`."""

    title: Field
    text: Field
    thread_title: Field
    kind: str
    own: str

    @property
    def fields(self) -> tuple[Field, Field, Field]:
        """All three fields; an empty one has no text."""
        return (self.title, self.text, self.thread_title)

    def words(self) -> str:
        """The author's own words with the title before them: what the n-grams read."""
        return self.own

    def own_length(self) -> int:
        """Characters of title and author's words, without white space at the ends."""
        return len(self.own.strip())


def views(content: Content) -> Views:
    """All views of a post."""
    title, text = field("title", content.title), field("text", content.text)
    own = " ".join(text.spoken_by(Voice.AUTHOR))[:WORD_CHARACTERS]
    return Views(
        title,
        text,
        field("thread_title", content.thread_title),
        content.kind,
        f"{title.low} \n {own}",
    )
