"""How long the session was: in time, messages or tokens. A plan's windows and limits are none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from classify.facts.amounts import may_end, number, shown, vague
from classify.facts.claims import denied_before, supposed
from classify.facts.rule import ANY_ERROR, Mention, Place, Rule
from classify.facts.words import Words

_WORDS = Words.of("session_length")
_TIMES = (
    "minute", "minutes", "mins", "hour", "hours", "hr", "hrs", "day", "days", "week", "weeks",
    "month", "months", "year", "years",
)  # fmt: skip
_TURNS = (
    "message", "messages", "msgs", "turn", "turns", "prompt", "prompts", "exchanges", "replies",
    "responses", "rounds", "questions", "page", "pages",
)  # fmt: skip
_TOKENS = ("token", "tokens")
_COUNTED = _WORDS.pattern(r"(?P<number>{NUMBER})\+?[ -]?$")
_ORDINAL = re.compile(r" (?:number |#|no\. ?)?(?P<number>\d+)\b")
# A six hour session; a 200-message chat.
_OF_A_CHAT = _WORDS.pattern(r"[ -]{OF_CHAT}*{CHAT}\b(?! {OF_PLAN})")
# The session had run for six hours; a conversation of 200 messages; context at 150k tokens.
_CHAT_OF = _WORDS.pattern(
    r"\b(?:{CHAT}|context|transcript|history|usage)(?: (?:that|which|it))?"
    r"(?: {HAD}){1,4}:? [(]?{ABOUT}*$"
    r"|\b(?:compact|summari[sz]|truncat)\w* at {ABOUT}*$"
)
# After 40 messages; three hours into the session; 200 messages in.
_AFTER = _WORDS.pattern(r"\b(?:after|at|around|by|within|past|beyond) {ABOUT}*$")
_ORDERED = re.compile(r"\b(?:after|at|around|by|reached|hit|hits|past) (?:the )?$")
_INTO = _WORDS.pattern(
    r" (?:in\b(?= (?:the|a|my|this|one) (?:same |single |long )?{CHAT}"
    r"|[,.;:)]| and| it\b| when| i\b| he\b|$)"
    r"|into\b(?= (?:the|a|an|my|our|this) )|deep\b|long\b(?= {CHAT}|[,.;)]|$))"
    r"(?! (?:my account|my context))"
)
_SAYS_WHAT = _WORDS.pattern(r" (?:in|into|deep into) (?:the|a|an|my|our|this|one) ")
_TOO_LONG = re.compile(r"\bprompt is too long:? ?$")
_LIMIT = _WORDS.pattern(r"\s*(?:context |token )*{LIMIT}")
_LIMITED = _WORDS.pattern(r"{LIMITED} (?:about |only |the )?$")
_QUOTA = _WORDS.pattern(r"\b{QUOTA}\b")
_SINGULAR = {
    "msgs": "messages", "msg": "messages", "mins": "minutes", "min": "minutes", "hrs": "hours",
    "hr": "hours", "reply": "replies", "tok": "tokens",
}  # fmt: skip


def rule() -> Rule:
    """Called by units; heard in error texts, too: they count tokens."""
    return Rule((*_TIMES, *_TURNS, *_TOKENS), _length, heard=ANY_ERROR)


def _length(place: Place) -> Iterator[Mention]:
    low, first, last = place.low, place.start, place.end
    unit = low[place.at : place.stop]
    begin = max(first, place.at - 34)
    left = low[begin : place.at]
    counted = _COUNTED.search(left) if may_end(left) else None
    if counted and counted["number"] in ("a", "an") and unit not in _TIMES:
        return  # "a messages chat", "create a message in the thread"
    if counted is None:
        yield from _ordinal(place, unit)
        return
    start, end = begin + counted.start("number"), place.stop
    left = low[max(first, start - 70) : start]
    of_chat = _OF_A_CHAT.match(low, end, last)
    error = unit in _TOKENS and _TOO_LONG.search(left)
    after = unit in _TURNS and _AFTER.search(left)
    into = _INTO.match(low, end, last)
    if into and not _SAYS_WHAT.match(low, end, last) and unit not in _TURNS[:-2]:
        into = None  # "three minutes in" may be a video, "a page long" an answer
    if not (of_chat or error or after or into or _CHAT_OF.search(left)):
        return
    if _LIMIT.match(low, end, last) or _LIMITED.search(left):
        return
    if not error and _QUOTA.search(low, first, last):
        return
    if denied_before(place, start) or (not error and supposed(place, start, intended=False)):
        return
    yield Mention("session_length", length(counted["number"], unit), start, end)


def _ordinal(place: Place, unit: str) -> Iterator[Mention]:
    """The two hundredth message: "at message 200"."""
    if unit not in ("message", "turn", "prompt"):
        return
    found = _ORDINAL.match(place.low, place.stop, place.end)
    left = place.low[max(place.start, place.at - 24) : place.at]
    if found and _ORDERED.search(left) and not supposed(place, place.at, intended=False):
        yield Mention("session_length", length(found["number"], unit), place.at, found.end())


def length(said: str, unit: str) -> str:
    """One way to write it: "6 hours", "200 messages", "212114 tokens"; vague words stay."""
    unit = _SINGULAR.get(unit, unit)
    plural = unit if unit.endswith("s") else ("replies" if unit == "reply" else f"{unit}s")
    many = number(said)
    if many is None or vague(said):
        return f"{' '.join(said.split())} {plural}"
    return f"{shown(many)} {plural.removesuffix('s') if many == 1 else plural}"
