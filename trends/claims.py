"""What may be said of a trend, and a check that every sentence about one passes.

A sentence that states a rate or a share names its denominator and its interval; none says that
something happened because of a release, and none speaks of how many users something befell: posts
are counted here, not people.
"""

from __future__ import annotations

import re

ASSOCIATION = "Associated in time; other things changed too; this is not evidence of cause."
NOT_INCIDENCE = (
    "Reports are not incidence: they count who wrote about a failure in public, not whom it befell."
)
EXPLORED = "Explored, not tested: a filter changes pictures and estimates, never a verdict."

_CAUSAL = (
    r"caus(?:ed|ing)\b",
    r"\bcauses? (?:an?|the|more|less|fewer|many|this|these)\b",
    r"\b(?:led|leads?|leading) to\b",
    r"\bdue to\b",
    r"\bbecause of\b",
    r"\bthanks to\b",
    r"\bowing to\b",
    r"\bresult(?:s|ed|ing)? (?:in|from)\b",
    r"\bas a (?:result|consequence)\b",
    r"\b(?:drove|driven by|drives|driver of)\b",
    r"\btrigger(?:ed|ing)\b",
    r"\b(?:impact|impacts|impacted)\b",
    r"\b(?:affected|affects)\b",
    r"\beffects? of\b",
    r"\bresponsible for\b",
    r"\battribut(?:ed|able) to\b",
    r"\b(?:made|makes) (?:it|them|things|\w+) (?:worse|better|rise|fall)\b",
    r"\b(?:broke|fixed|improved|worsened|degraded)\b",
    r"\b(?:after|since) (?:this|the) (?:release|update|deployment)\b",
)
_PEOPLE = r"(?:users?|people|persons?|customers?|subscribers?|developers?|accounts?)"
_POPULATION = (
    rf"(?:\d|\bper ?cent|%|\b(?:share|number|percentage|proportion|most|many|more|fewer|few|all|"
    rf"every|half|third|quarter|majority|thousands|millions))\s+(?:of\s+)?(?:the\s+|all\s+)?"
    rf"(?:\w+\s+)?{_PEOPLE}\b",
    rf"\b{_PEOPLE} (?:are|were|have|had|lose|lost|see|saw|(?:experienc|fac)e[ds]?|suffer(?:ed)?)\b",
    r"\beveryone\b",
)
_LEVEL = re.compile(r"\b\d+\s?% interval")
_NUMBER = re.compile(r"\d\s?%|\d[\d.,]* \w+ per 1,000\b")
_DENOMINATOR = re.compile(r"\bof [\d,]+ (?:judged )?(?:posts|reports)\b")


class ClaimError(ValueError):
    """A sentence claims more than counts of posts can show: a fault of the program."""


def violations(sentence: str) -> tuple[str, ...]:
    """What is wrong with a sentence about a trend, in words; empty if nothing is."""
    low = sentence.casefold()
    found = [f"says cause: {hit[0]!r}" for p in _CAUSAL if (hit := re.search(p, low))]
    found += [f"counts people: {hit[0]!r}" for p in _POPULATION if (hit := re.search(p, low))]
    if _NUMBER.search(_LEVEL.sub("", low)):
        if not _LEVEL.search(low):
            found.append("states a rate or a share without its interval")
        if not _DENOMINATOR.search(low):
            found.append("states a rate or a share without its denominator")
    return tuple(found)


def said(sentence: str) -> str:
    """The sentence itself; raises `ClaimError` where it claims too much."""
    if wrong := violations(sentence):
        raise ClaimError(f"{sentence!r}: {'; '.join(wrong)}")
    return sentence
