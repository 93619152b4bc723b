"""Text from outside stays text, wherever the evidence lies."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.text import highlight, link, pieces, plain, snippet
from db.cells import neutral
from domain.causes import Cause
from domain.nouns import Evidence, Span


class _Read(HTMLParser):
    """What a browser would see: the words, and the elements around them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words, self.tags, self.marked = "", [], ""
        self._in_mark = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._in_mark = tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = False

    def handle_data(self, data: str) -> None:
        self.words += data
        self.marked += data if self._in_mark else ""


TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
SPANS = st.lists(st.tuples(st.integers(0, 70), st.integers(0, 70)).map(sorted), max_size=5)


def _evidence(start: int, end: int) -> Evidence:
    span = Span(field="text", start=start, end=end)
    return Evidence(span=span, cause=Cause.OTHER, direction="for", cue="<cue>", weight=1.0)


@given(TEXT)
def test_plain_is_the_text_and_nothing_else(text: str) -> None:
    read = _Read(plain(text))
    assert read.tags == []
    assert read.words == neutral(text)
    quoted = _Read(f'<i title="{plain(text)}">x</i>')
    assert quoted.tags == ["i"]
    assert quoted.words == "x"


@given(TEXT, SPANS)
def test_highlighting_keeps_every_character(text: str, spans: list[list[int]]) -> None:
    read = _Read(highlight(text, [_evidence(*span) for span in spans]))
    assert set(read.tags) <= {"mark"}
    assert read.words.replace("\r", "\n") == neutral(text).replace("\r", "\n")
    covered = {at for start, end in spans for at in range(start, end)}
    wanted = "".join(character for at, character in enumerate(text) if at in covered)
    assert len(read.marked) <= len(wanted)
    if "\r" not in text:
        assert read.marked == neutral(wanted)


@given(TEXT, SPANS, st.integers(0, 70), st.integers(0, 70))
def test_pieces_cover_the_range_once(
    text: str, spans: list[list[int]], start: int, end: int
) -> None:
    first, last = sorted((min(start, len(text)), min(end, len(text))))
    made = pieces([_evidence(*span) for span in spans], first, last)
    assert [at for piece in made for at in range(piece.start, piece.end)] == list(
        range(first, last)
    )


@given(TEXT, SPANS)
def test_a_snippet_shows_a_part_of_the_text(text: str, spans: list[list[int]]) -> None:
    read = _Read(snippet(text, [_evidence(*span) for span in spans], length=20))
    shown = read.words.removeprefix("…").removesuffix("…")
    assert shown in neutral(text) or "\r" in text


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example/x", "not a link", "http://[bad"],
)
def test_only_web_addresses_are_linked(url: str) -> None:
    assert _Read(link(url, "words")).tags == []


def test_a_link_shows_its_host_and_tells_nothing_of_us() -> None:
    made = link('https://example.org/a?b="><script>', "Open <it>")
    read = _Read(made)
    assert read.tags == ["a", "span"]
    assert read.words == "Open <it> example.org"
    assert "noreferrer" in made
