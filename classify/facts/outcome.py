"""How it ended, by the author's last word: an edit outranks what was written first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from classify.facts.rule import Mention
from classify.text import Field

# An addition begins with one of these marks and reaches to the next blank line.
_EDIT = re.compile(
    r"(?:^|\n|[.!?)*]\s{1,4}|^\W{0,4})\W{0,4}"
    r"(?:edit(?:ed)?|(?:final |quick )?update[ds]?|eta|upd|solved|resolved)"
    r"(?: ?#?\d{1,2})?(?: \([^)\n]{1,30}\))?\W{0,3}[:\-\u2013\u2014]"
)
_MARKED = re.compile(
    r"[\[(](?:solved|resolved|fixed|update[ds]?)[\])]|^(?:solved|resolved|fixed)\b|^update:"
)


def last_word(said: Sequence[tuple[Field, Mention]]) -> list[tuple[Field, Mention]]:
    """The one that counts: of the last edit, else of a title marked solved, else the last."""
    if not said:
        return []
    said = [one for one in said if not any(_inside(one, other) for other in said)]
    return [max(said, key=lambda one: (*_rank(*one), one[1].start, one[1].end))]


def _inside(one: tuple[Field, Mention], other: tuple[Field, Mention]) -> bool:
    """Whether a mention is a part of a longer one: "brought it back" of "what brought it back"."""
    (field, inner), (other_field, outer) = one, other
    longer = outer.end - outer.start > inner.end - inner.start
    return field is other_field and longer and outer.start <= inner.start and inner.end <= outer.end


def _rank(field: Field, mention: Mention) -> tuple[int, int]:
    if field.name == "title":
        mark = _MARKED.search(field.low)
        stands = mark and (mark[0].endswith(":") or mark.start() <= mention.start < mark.end())
        return (1 if stands else 0), 0
    marks = [found.start() for found in _EDIT.finditer(field.low, 0, mention.end)]
    if marks and "\n\n" not in field.low[marks[-1] + 1 : mention.start].lstrip("\n"):
        return 2, marks[-1]
    return 0, 1
