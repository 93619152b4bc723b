"""What was lost: time and work, as said, and the least number of working hours that it means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from classify.facts.amounts import number, shown
from classify.facts.claims import asked, denied, quoted, supposed
from classify.facts.rule import Mention, Place, Rule
from classify.facts.words import Words
from classify.text import Field

# What a unit of work is at least, in hours: a working day of eight, a week of five days.
_HOURS = {
    "minute": 1 / 60, "min": 1 / 60, "hour": 1, "hr": 1, "h": 1, "day": 8, "night": 4, "week": 40,
    "month": 160, "year": 1920, "afternoon": 4, "evening": 3, "morning": 3, "weekend": 16,
}  # fmt: skip
_BARE = 2.0
_UNITS = (
    "minute", "minutes", "mins", "hour", "hours", "hrs", "hr", "day", "days", "night", "nights",
    "week", "weeks", "weekend", "weekends", "month", "months", "year", "years", "afternoon",
    "afternoons", "evening", "morning",
)  # fmt: skip
_SHORT = tuple(f"{n}h" for n in (*range(1, 13), 14, 15, 16, 18, 20, 24))
_WORDS = Words.of("lost")
_COUNTED = _WORDS.pattern(r"(?P<number>my (?:whole|entire)|{NUMBER})\+?[ -]{QUALITY}{0,2}$")
# "Hours" without a number: the least that a plural means.
_BARE_LEFT = re.compile(r"(?:\b(?:countless|so many|endless|literally|many|untold) )?$")
_BARE_SPENT = re.compile(r"\b(?:spent|spend|spending|wast\w+|lost|losing|lose) $")
_BARE_RIGHT = re.compile(r" (?:of|worth)\b| (?:gone|lost|wasted|down|into)\b")
_PLURALS = ("hours", "days", "weeks", "months", "years")
_BEFORE = _WORDS.pattern(r"\b(?P<verb>{TAKES})\b(?P<between>[^.!?;:\n]{0,40}?)$")
_NOT_BETWEEN = _WORDS.pattern(r"\b{BETWEEN}\b")
_OF_WORK = _WORDS.pattern(
    r"(?:'s?|s')?(?: worth)?(?: of (?:[\w'-]+ ){0,3}?(?:{RECORD}|(?P<work>{WORK}|{DOING}))"
    r"| (?:[\w'-]+ ){0,1}?{WORK}|(?P<sure> of (?:wasted|lost) (?:time|work|efforts?)))\b"
)
_OBJECT = r"(?! (?:the|my|its|our|all|a|an|his|her|some|track|\d+)\b)"
_THEN_GONE = _WORDS.pattern(rf"[^.!?;\n]{{0,70}}?\b{{GONE}}\b{_OBJECT}")
_LATER = _WORDS.pattern(r"\b{GONE}\b(?! \d)")
_SPENT = _WORDS.pattern(r"\b{SPENT}\b[^.!?;\n]{0,40}$")
_ON_REPAIR = _WORDS.pattern(r" (?:just |again |already |now |today |yesterday )?{REPAIR}")
_WHEN = _WORDS.pattern(r"\b{WHEN}\s+{ABOUT}*$")
_NO_AMOUNT = _WORDS.pattern(r"[ -]?{NO_AMOUNT}")
_NOT_YET = _WORDS.pattern("{NOT_YET}")
_COUNT = _WORDS.pattern(r"(?P<said>{NUMBER}[ -](?:[a-z-]+ ){0,1}?{PIECES})\b")
_WHOLE = _WORDS.pattern(r"\b(?P<said>{ALL_OF} (?:[\w'-]+ )?{OF_NOUN}*{NOUN}|everything)\b")
_VERB_NEAR = _WORDS.pattern(r"\b(?P<verb>{TAKES})\b(?P<between>[^.!?;:,\n]{0,18})$")
_GONE_NEAR = _WORDS.pattern(
    r"(?: of (?:\w+ ){0,2}\w+)?(?: (?:i|we|that i) \w+(?: \w+){0,6}?)?[,:]?(?: {IS})* {GONE}\b"
)
_LOST_TRIGGERS = (
    "lost", "lose", "loses", "losing", "loosing", "loose", "wiped", "wipes", "deleted",
    "deletes", "erased", "erases", "gone", "vanished", "disappeared", "dissapeared",
    "dissappeared", "destroyed", "nuked", "missing", "overwrote", "overwritten", "evaporated",
    "swallowed", "ate", "trashed", "corrupted", "wasted", "poof", "threw away", "obliterated",
)  # fmt: skip
AHEAD = 260  # characters after a stretch of work in which its loss may be told


def rules() -> tuple[Rule, Rule]:
    """Time lost, and work lost."""
    return Rule((*_UNITS, *_SHORT), _time), Rule(_LOST_TRIGGERS, _work, once=True)


def _time(place: Place) -> Iterator[Mention]:
    low, last = place.low, place.end
    told = _amount(place)
    if told is None or _NO_AMOUNT.match(low, place.stop, last):
        return
    (start, many), end = told, place.stop
    unit = _HOURS[low[place.at : end].lstrip("0123456789").rstrip("s")]
    of = _OF_WORK.match(low, end, last)
    cause = _time_is_lost(place, start, end, of)
    if cause is None or not _claimed(place, *cause, end):
        return
    yield Mention("lost", _said(low[start:end]), start, end)
    # Days and more of records, or of anything else, took less than that of work.
    of_else = low.startswith(" of ", end) and not (of and (of["work"] or of["sure"]))
    if unit < _HOURS["day"] or not of_else:
        yield Mention("lost_hours", shown(many * unit), start, end)


def _amount(place: Place) -> tuple[int, float] | None:
    """Where the amount begins, and its number."""
    low = place.low
    unit = low[place.at : place.stop]
    if unit[0].isdigit():
        return place.at, float(unit.rstrip("h"))
    begin = max(place.start, place.at - 48)
    left = low[begin : place.at]
    if counted := _COUNTED.search(left):
        many = 1.0 if counted["number"].startswith("my ") else number(counted["number"])
        return None if many is None else (begin + counted.start("number"), many)
    bare = _BARE_LEFT.search(left)
    certain = _BARE_RIGHT.match(low, place.stop, place.end) or _BARE_SPENT.search(left)
    if unit in _PLURALS and bare and certain:
        return begin + bare.start(), _BARE
    return None


def _time_is_lost(
    place: Place, start: int, end: int, of: re.Match[str] | None
) -> tuple[int, int] | None:
    """The span of the words that say so; None where nothing does."""
    low, first, last = place.low, place.start, place.end
    left = low[first:start]
    verb = _BEFORE.search(left)
    if verb and not _NOT_BETWEEN.search(verb["between"]):
        return first + verb.start("verb"), end
    if of and of["sure"]:
        return start, of.end()
    if of:
        before = _LATER.search(left)
        between = left[before.end() :] if before else ""
        if before and not (_NOT_YET.search(between) or _NOT_BETWEEN.search(between)):
            return first + before.start(), of.end()
        ahead = min(place.fence, of.end() + AHEAD)
        later = _LATER.search(low, of.end(), ahead)
        if later and not _NOT_YET.search(low[of.end() : later.end()]):
            return start, of.end()
    if _WHEN.search(left) and not _SPENT.search(left):
        return None
    then = _THEN_GONE.match(low, end, last)
    if then and not _NOT_YET.search(then[0]):
        return start, then.end()
    if _SPENT.search(left):
        if _ON_REPAIR.match(low, end, last):
            return start, end
        later = _LATER.search(low, end, min(place.fence, end + AHEAD))
        if later and not _NOT_YET.search(low[end : later.end()]):
            return start, end
    return None


def _claimed(place: Place, start: int, end: int, stop: int) -> bool:
    return not (
        denied(place, start, end)
        or supposed(place, start)
        or asked(place)
        or quoted(place.low, start, stop)
    )


def _said(words: str) -> str:
    return " ".join(words.split())


def _work(place: Place) -> Iterator[Mention]:
    low, first, last = place.low, place.start, place.end
    for found in chain(_COUNT.finditer(low, first, last), _WHOLE.finditer(low, first, last)):
        start, end = found.span()
        verb = _VERB_NEAR.search(low[first:start])
        if verb and not _NOT_BETWEEN.search(verb["between"]):
            cause = first + verb.start("verb")
            stop = end
        elif then := _GONE_NEAR.match(low, end, last):
            cause, stop = start, then.end()
        else:
            continue
        on_purpose = low.startswith(_ACTS, cause) and _BY_AUTHOR.search(low[first:cause])
        if _claimed(place, cause, stop, end) and not on_purpose and number(low[start:end]) != 0:
            yield Mention("lost", _said(low[start:end]), start, end)


# "I deleted all my chats": what the author did on purpose is no loss.
_ACTS = ("delet", "wipe", "eras", "clear", "remov", "trash", "discard", "nuke", "threw", "destroy")
_BY_AUTHOR = re.compile(
    r"\b(?:i|we|you|he|she|i've|i have|we've)(?: have| just| then| also| already| even)* $|\bto $"
)


def most(
    hours: list[tuple[Field, Mention]], severity: list[tuple[Field, Mention]]
) -> tuple[list[tuple[Field, Mention]], list[tuple[Field, Mention]]]:
    """Of several figures the largest; `hours_lost` follows from an hour on."""
    if not hours:
        return hours, severity
    field, mention = max(hours, key=lambda one: float(one[1].value))
    if float(mention.value) < 1:
        return [(field, mention)], severity
    flag = Mention("severity", "hours_lost", mention.start, mention.end)
    return [(field, mention)], [*severity, (field, flag)]
