"""Rules that are data: `classify/data/facts/NAME.toml`, one file a fact, read once.

A rule has a `value` and `triggers`, the words that call it. Without `patterns` a trigger is the
passage, with `left` or `right` only where one of them stands beside it; with `patterns` each is
searched in the trigger's sentence. It is silent where nothing near the sentence is `where`, where
the sentence holds `unless`, where `before` ends what stands left of the passage, where `after`
follows it, or where its `guard` says that the author doesn't claim it. `heard`: in whose words.
`[words]` names parts of patterns, written {NAME}.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from classify.facts.claims import asked, denied_before, quoted, supposed
from classify.facts.rule import ANY_ERROR, ANYWHERE, AUTHOR, Mention, Place, Reading, Rule
from classify.facts.words import Words, told

_AROUND = 160  # characters on either side of a sentence in which `where` is sought
_LEFT = 48  # characters before a passage that `before` sees
_HEARD = {"author": AUTHOR, "error": ANY_ERROR, "anywhere": ANYWHERE}
_KEYS = {
    "value",
    "triggers",
    "patterns",
    "left",
    "right",
    "unless",
    "where",
    "before",
    "after",
    "heard",
    "guard",
}
# Names of which every passage is wanted: they are counted, or the last one decides.
_EVERY = ("topic", "outcome")


def _claimed(place: Place, start: int, end: int) -> bool:
    return not (asked(place) or quoted(place.low, start, end)) and _meant(place, start, end)


def _stated(place: Place, start: int, end: int) -> bool:
    return not (
        asked(place)
        or quoted(place.low, start, end)
        or denied_before(place, start)
        or supposed(place, start, intended=False)
    )


def _meant(place: Place, start: int, end: int) -> bool:
    return not (denied_before(place, start) or supposed(place, start))


def _not_denied(place: Place, start: int, end: int) -> bool:
    return not (denied_before(place, start) or asked(place))


def _near(place: Place, start: int, end: int) -> bool:
    return not _DENIED_NEAR.search(place.low[max(place.start, start - _LEFT) : start])


_DENIED_NEAR = re.compile(
    r"\b(?:not|never|except|unlike|without)(?: (?:on|in|with|using|for|via|from|the|my|an?))*\s*$"
)


def _anyhow(place: Place, start: int, end: int) -> bool:
    return True


_GUARDS: dict[str, Callable[[Place, int, int], bool]] = {
    "claim": _claimed,  # the author says that it is so
    "stated": _stated,  # likewise, where "can" and "will" are no wishes ("I can see ...")
    "meant": _meant,  # likewise, or asks about it, or quotes it
    "denial": _not_denied,  # only not denied and not asked, be it said by whom it may
    "near": _near,  # only a denial close by: for names of things
    "none": _anyhow,
}


def read(name: str) -> tuple[Rule, ...]:
    """The rules of `name`. A misspelt key is a `ValueError`: these files are ours."""
    words = Words.of(name)
    return tuple(_rule(name, one, words) for one in told(name)["rule"])


def _rule(name: str, one: dict[str, Any], words: Words) -> Rule:
    if wrong := one.keys() - _KEYS:
        raise ValueError(f"a rule of {name} has unknown keys: {', '.join(sorted(wrong))}")
    guard = one.get("guard", "claim")
    context = Context(
        **{
            part: words.pattern(_AT_END.get(part, "{}").replace("{}", one[part]))
            for part in ("left", "right", "before", "after", "unless", "where")
            if part in one
        }
    )
    reading: Reading
    if "patterns" in one:
        pattern = words.pattern("|".join(one["patterns"]))
        reading = partial(_search, name, one["value"], _GUARDS[guard], context, pattern)
    else:
        reading = partial(_look, name, one["value"], _GUARDS[guard], context)
    return Rule(
        triggers=tuple(one["triggers"]),
        read=reading,
        heard=_HEARD[one.get("heard", "author")],
        once="patterns" in one,
        first=name not in _EVERY,
        narrow="patterns" not in one and guard in ("near", "none") and "unless" not in one,
    )


# These end what stands left of a passage; `before` begins at a word.
_AT_END = {"before": "(?<![a-z])(?:{})$", "left": "(?:{})$"}


@dataclass(frozen=True, slots=True)
class Context:
    """What must stand around a passage, and what must not."""

    left: re.Pattern[str] | None = None
    right: re.Pattern[str] | None = None
    before: re.Pattern[str] | None = None
    after: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    where: re.Pattern[str] | None = None

    def allows(self, place: Place, start: int, end: int) -> bool:
        """Whether what stands beside the passage `[start, end)` lets it count."""
        beside = place.low[max(place.start, start - _LEFT) : start]
        if self.before and self.before.search(beside):
            return False
        if self.after and self.after.match(place.low, end):
            return False
        if self.left is None and self.right is None:
            return True
        return bool(
            (self.right and self.right.match(place.low, end, place.end))
            or (self.left and self.left.search(beside))
        )

    def silent(self, place: Place) -> bool:
        """Whether the sentence as a whole is about something else."""
        low, start, end = place.low, place.start, place.end
        if self.where and not self.where.search(low, max(0, start - _AROUND), end + _AROUND):
            return True
        return bool(self.unless and self.unless.search(low, start, end))


_Guard = Callable[[Place, int, int], bool]


def _look(
    name: str, value: str, guard: _Guard, context: Context, place: Place
) -> Iterator[Mention]:
    start, end = place.at, place.stop
    if context.allows(place, start, end) and not context.silent(place) and guard(place, start, end):
        yield Mention(name, value, start, end)


def _search(
    name: str,
    value: str,
    guard: _Guard,
    context: Context,
    pattern: re.Pattern[str],
    place: Place,
) -> Iterator[Mention]:
    found = pattern.search(place.low, place.start, place.end)
    if found is None or context.silent(place):
        return
    while found:
        start, end = found.span()
        if start < end and context.allows(place, start, end) and guard(place, start, end):
            yield Mention(name, value, start, end)
        found = pattern.search(place.low, max(end, start + 1), place.end)
