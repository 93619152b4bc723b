"""How text from outside reaches a page: as text, never as HTML or Markdown.

Streamlit renders labels as Markdown, which loads images and follows links. So whatever somebody
else wrote is put into our own HTML by `plain` or `highlight`, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from urllib.parse import urlsplit

from db.cells import neutral
from domain.causes import CAUSES, Cause
from domain.nouns import Evidence

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text and the evidence that covers all of it."""

    start: int
    end: int
    evidence: tuple[Evidence, ...]


def plain(text: str | None) -> str:
    """`text` for the inside of an element or of a quoted attribute of our own HTML."""
    return escape(neutral(text or ""), quote=True)


def highlight(
    text: str | None, evidence: Sequence[Evidence], *, start: int = 0, end: int | None = None
) -> str:
    """`text[start:end]` as HTML with the passages of `evidence` marked.

    Passages may overlap; a stretch under several of them names each. Offsets are code points of the
    whole `text`; those outside of it are left out.
    """
    whole = text or ""
    stop = len(whole) if end is None else min(end, len(whole))
    return "".join(
        _marked(whole[piece.start : piece.end], piece.evidence)
        for piece in pieces(evidence, max(start, 0), stop)
    )


def pieces(evidence: Sequence[Evidence], start: int, end: int) -> list[Piece]:
    """The range cut wherever a passage begins or ends."""
    inside = [e for e in evidence if e.span.start < end and e.span.end > start]
    edges = {start, end} | {max(e.span.start, start) for e in inside}
    cuts = sorted(edges | {min(e.span.end, end) for e in inside})
    made = []
    for begin, stop in pairwise(cuts):
        over = tuple(e for e in inside if e.span.start <= begin and e.span.end >= stop)
        made.append(Piece(begin, stop, over))
    return made


def _marked(text: str, evidence: tuple[Evidence, ...]) -> str:
    if not evidence:
        return plain(text)
    told = "; ".join(describe(passage) for passage in evidence)
    first = evidence[0]
    about = first.cause.value if first.cause else "report"
    kind = f"ev {first.direction} {about}"
    return f'<mark class="{kind}" title="{plain(told)}">{plain(text)}</mark>'


def describe(passage: Evidence) -> str:
    """What a passage speaks for or against, and the cue that found it."""
    return f"{passage.direction} {cause_label(passage.cause).lower()}: {passage.cue}"


def cause_label(cause: Cause | None) -> str:
    """A cause as readers see it; evidence without one concerns whether it is a report at all."""
    return CAUSES[cause].label if cause else "Being a report"


def snippet(text: str | None, evidence: Sequence[Evidence], *, length: int = 260) -> str:
    """About `length` characters around the first evidence for the decision, marked, as HTML."""
    whole = text or ""
    first = min((e.span.start for e in evidence if e.direction == "for"), default=0)
    start = max(0, min(first - length // 3, len(whole) - length))
    if start:  # begin at a word
        start = whole.find(" ", start, start + 20) + 1 or start
    end = min(len(whole), start + length)
    before, after = ELLIPSIS if start else "", ELLIPSIS if end < len(whole) else ""
    return f"{before}{highlight(whole, evidence, start=start, end=end)}{after}"


def link(url: str, words: str) -> str:
    """A link to another site as HTML, with its host shown; only http and https are linked."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return plain(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return plain(url)
    host = plain(parts.hostname)
    shown = f'{plain(words)} <span class="host">{host}</span>'
    return f'<a href="{plain(url)}" target="_blank" rel="noopener noreferrer nofollow">{shown}</a>'
