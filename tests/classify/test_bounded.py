"""Work on a post grows with its length, whatever it repeats; counted, not timed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from classify import text
from classify.cues import rules
from classify.cues.all import CUES, finder
from classify.cues.cue import needed
from classify.cues.sentences import SENTENCE_CHARACTERS
from classify.text import READ_CHARACTERS, Content, views

WORDS = sorted(
    {
        option.removesuffix("*")
        for cue in CUES
        for rule in cue.rules
        for element in needed(rule)[0]
        for option in element.options
    }
)
REPEATED = (
    "```", "`", "> ", "> > > ", "\n> ", "<!--", "- [ ] ", "- [", "# ", "#", "at ", "at a (x:1:2) ",
    "⏺", "**errors**", "note: ", "lost ", "my chat is lost. ", "not gone ", "context window ",
    "it just ", "prompt is too long ", "what ? ", "i asked it to do but refused ",
    "session/chat/lost/gone/deleted/", "my chats, all lost_", "chat \u2013 lost \u00e9 ",
    "\U0001f937", "\u0643\u0644 ", "\x00", "\ud800", " ", "\n", "x", ". ",
    " ".join(WORDS[::4]) + " ",
)  # fmt: skip


class Work:
    """Counts characters that parts of reading were given."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.counts: Counter[str] = Counter()
        own = rules.Rules
        self._near, self._stretches, self._match = own.near, own.stretches, own.matches
        monkeypatch.setattr(own, "near", partial(self._looked, finder()._rules))
        monkeypatch.setattr(own, "stretches", partial(self._looked_again, finder()._rules))
        monkeypatch.setattr(own, "matches", partial(self._matched, finder()._rules))

    def _looked(self, own: rules.Rules, low: str, start: int, end: int) -> list[rules.Stretch]:
        self.counts["looked at"] += end - start
        return self._near(own, low, start, end)

    def _looked_again(
        self, own: rules.Rules, low: str, start: int, end: int, rule: int
    ) -> list[rules.Stretch]:
        self.counts["looked at again"] += end - start
        return self._stretches(own, low, start, end, rule)

    def _matched(
        self, own: rules.Rules, low: str, rule: int, start: int, end: int
    ) -> Iterator[tuple[int, int]]:
        self.counts["given to spaCy"] += end - start
        return self._match(own, low, rule, start, end)

    def of(self, repeated: str, size: int) -> Counter[str]:
        self.counts.clear()
        content = Content(text=(repeated * (1 + size // len(repeated)))[:size])
        seen = views(content)
        self.counts["marks tried"] += len(text._candidates(seen.text.low))
        self.counts["regions"] += len(seen.text.regions)
        finder().find(seen)
        return +self.counts


@pytest.mark.parametrize("repeated", REPEATED, ids=lambda r: ascii(r[:20]))
def test_twice_the_text_is_no_more_than_twice_the_work(
    repeated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    half, whole = (work.of(repeated, size) for size in (READ_CHARACTERS // 2, READ_CHARACTERS))
    for name, count in whole.items():
        assert count <= 2.3 * half[name] + 2_000, name
    assert whole["marks tried"] <= 2 * READ_CHARACTERS
    assert whole["given to spaCy"] <= 40 * READ_CHARACTERS
    assert whole["looked at"] <= READ_CHARACTERS
    assert whole["looked at again"] <= 2 * SENTENCE_CHARACTERS * READ_CHARACTERS


@pytest.mark.parametrize("repeated", REPEATED[:6], ids=ascii)
def test_a_megabyte_is_as_much_work_as_what_is_read_of_it(
    repeated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Work(monkeypatch)
    assert work.of(repeated, 1_000_000) == work.of(repeated, READ_CHARACTERS)
