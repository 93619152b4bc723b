"""What may be said of a trend, and a check that every sentence about one passes.

A sentence that states a rate, a share or a ratio names its denominator and its interval; none says
that something happened because of a release, and none speaks of how many users something befell:
posts are counted here, not people. What a vendor said or called something stands between “ and ”
and is nobody's finding: titles with their day, and claims after "The vendor's claim:", aren't read.

Words alone are checked, so the check rather refuses a harmless sentence than passes a claim.
"""

from __future__ import annotations

import re

ASSOCIATION = "Associated in time; other things changed too; this is not evidence of cause."
NOT_INCIDENCE = (
    "Reports are not incidence: they count who wrote about a failure in public, not whom it befell."
)
EXPLORED = "Explored, not tested: a filter changes pictures and estimates, never a verdict."

_EVENT = (
    r"(?:releases?|updates?|upgrades?|deployments?|rollouts?|roll-outs?|launch(?:es)?|patch(?:es)?|"
    r"fix(?:es)?|announcements?|safeguards?|classifiers?|training|models?|versions?|features?|"
    r"polic(?:y|ies)|changes?)"
)
_MOVED = (
    r"(?:increase[sd]|raise[sd]|reduce[sd]|lowers|lowered|decrease[sd]|boost(?:s|ed)|lift(?:s|ed)|"
    r"doubled|halved|tripled|eliminate[sd]|prevent(?:s|ed)|create[sd]|generate[sd]|"
    r"introduce[sd]|helped|helps|hurts?|harm(?:s|ed)|solve[sd]|reverse[sd])"
)
_RISE = r"(?:rise|fall|change|increase|decrease|drop|jump|spike|shift|growth|decline|surge)"
_CAUSAL = (
    r"\bcaus(?:ed|ing|al|ally|ation)\b",
    r"(?<!all )(?<!other )(?<!the )(?<!of )\bcauses? (?:an?|the|more|less|fewer|many|this|these|"
    r"those|higher|lower|such|most|failures?|reports?|problems?|rises?|falls?)\b",
    r"\b(?:to|may|might|can|could|will|would|must|did|does|do|also|likely|probably) cause\b",
    r"\b(?:release|update|deployment|it|this|that|which) causes\b",
    r"\b(?:is|was|are|were|as|not) (?:the|a|one) (?:\w+ )?causes? of\b",
    r"\bbecause\b",
    r"\b(?:led|leads?|leading) to\b",
    r"\bdue to\b",
    r"\b(?:thanks|owing|down) to (?:an?|the|this|that|these|its)\b",
    r"\bthanks to\b",
    r"\bowing to\b",
    r"\bon account of\b",
    r"\bresult(?:s|ed|ing)? (?:in|from|of)\b",
    r"\bas a (?:result|consequence)\b",
    r"\b(?:consequences? of|consequently|therefore|thereby|hence|thus)\b",
    r"\b(?:drove|driven by|drives|driver of|driving)\b",
    r"\btrigger(?:ed|ing)\b",
    r"\btriggers? (?:an?|the|more|fewer|these|this)\b",
    r"\b(?:spark(?:s|ed|ing)|prompt(?:ed|ing)|(?:provok|induc|produc)(?:e[sd]?|ing)|unleash\w*)\b",
    r"\b(?:brought|bring(?:s|ing)?) (?:about|on)\b",
    r"\bcontribut(?:e[sd]?|ing) to\b",
    r"\b(?:stem|aris|aros|originat)\w* from\b",
    r"\b(?:explain(?:s|ed)?|account(?:s|ed)? for) (?:by|an?|the|this|these|it|most|part|all|"
    r"\w+ of the)\b",
    r"\bexplained by\b",
    r"\b(?:the )?(?:reason|explanation) (?:for|of|behind) (?:the|this|these|that)\b",
    rf"\bbehind (?:the|this|that) {_RISE}\b",
    r"\b(?:impact(?:s|ed|ing)?|influence[sd]?|influencing)\b",
    r"\b(?:affect(?:s|ed|ing)?)\b",
    r"\beffects? (?:of|on)\b",
    r"\b(?:had|has|have) (?:an? |the |no |any )?(?:\w+ )?effects?\b",
    r"\bresponsible for\b",
    r"\b(?:to blame|blame[sd]?|at fault)\b",
    r"\battribut(?:ed?|es|able|ing) to\b",
    r"\bin response to\b",
    r"\bin the wake of\b",
    r"\b(?:made|makes) (?:it|them|things|\w+) (?:worse|better|rise|fall)\b",
    r"\b(?:broke|fixed|improved|worsened|degraded)\b",
    rf"\b{_EVENT}(?: \w+){{0,3}}? {_MOVED}\b",
    rf"\b{_MOVED} by (?:an?|the|this|that|these|its)(?: \w+){{0,2}} {_EVENT}\b",
    r"\b(?:after|since|following|post) (?:this|the|that|its)(?: \w+){0,2} "
    r"(?:releases?|updates?|upgrades?|deployments?|rollouts?|launch|patch)\b",
    r"\b\w+-(?:induced|driven|caused|related|triggered)\b",
    r"\b(?:prove[sd]?|proof) that\b",
)
_PEOPLE = (
    r"(?:users?|people|persons?|customers?|subscribers?|developers?|accounts?|individuals?|"
    r"consumers?|humans?|patients?|households?)"
)
_ALWAYS = r"(?:users?|people|persons?|customers?|subscribers?|consumers?|individuals?)"
_POPULATION = (
    rf"(?:\d|\bper ?cent|%|\b(?:share|number|percentage|proportion|most|many|more|fewer|few|all|"
    rf"every|each|any|no|per|half|third|quarter|majority|dozens|hundreds|thousands|millions|"
    rf"one in \w+|twice|as many|several|some))\s+(?:of\s+)?(?:the\s+|all\s+|our\s+|its\s+)?"
    rf"(?:[\w’']+\s+){{0,2}}{_PEOPLE}\b",
    rf"\b{_PEOPLE} (?:are|were|is|was|have|had|has|lose|lost|loses|see|saw|sees|get|got|hit|met|"
    rf"report(?:ed|s)?|complain(?:ed|s)?|notice[sd]?|feel|felt|find|found|experienced?|face[sd]?|"
    rf"suffer(?:ed|s)?|encounter(?:ed|s)?|receive[sd]?)\b",
    r"\b(?:everyone|everybody|nobody|no one|anyone|anybody)\b",
    r"\buser ?-?base\b",
    rf"\b{_ALWAYS}\b",
)
_DENIED = re.compile(
    r"\b(?:not|never|nothing)(?: about| of)? (?:how many |the number of |an? |the )?"
    rf"{_PEOPLE}\b"
)

# Titles of releases with their day, and a vendor's claim: other people's words, marked as such.
_QUOTED = re.compile(
    r"“[^“”]*” \(\d{4}-\d\d(?:-\d\d)?\)|the vendor’s claim: “[^“”]*”", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“])")

_VALUE = r"(?:(?:under|over) )?[\d,]+(?:\.\d+)?"
_LEVEL = re.compile(rf"\b\d+\s?% interval(?:(?:,| of| from|:)? {_VALUE} %? ?(?:to|–) {_VALUE})?")
_INTERVAL = re.compile(rf"\b\d+\s?% interval(?:,| of| from|:)? {_VALUE} ?%? ?(?:to|–) {_VALUE}")
# What could have been seen is no estimate: it has a denominator and no interval. Where a line is
# drawn has neither.
_LINE = re.compile(rf"\bbetween ×?{_VALUE} and ×?{_VALUE}\b|\bwith \d+ % probability\b")
_LIMIT = re.compile(
    rf"{_LINE.pattern}|\bsmallest (?:rise|fall|change)\b[^.;]*?{_VALUE} times"
    rf"(?: or (?:a fall )?to {_VALUE} times)?|\bwould have needed {_VALUE} times"
)
_NUMBER = re.compile(
    rf"\d\s?%|\d[\d.,]* \w+ per 1,000\b|\d\s?(?:per ?cent|percentage points?)\b|"
    rf"\b{_VALUE}(?: |-)?(?:times|fold)\b|×\s?\d|\bx\s?\d|\bratio (?:of|is|was|=)? ?\d|"
    rf"\b(?:twice|thrice|double[sd]?|tripled?|triples|halved|quadrupled|half) (?:as|the|in)\b|"
    rf"\b(?:doubled|tripled|halved|quadrupled)\b|\b\d[\d.,]* in (?:\d|every)"
)
_DENOMINATOR = re.compile(r"\b(?:of|over|among|in) [\d,]+ (?:judged |audited )?(?:posts|reports)\b")


class ClaimError(ValueError):
    """A sentence claims more than counts of posts can show: a fault of the program."""


def violations(text: str) -> tuple[str, ...]:
    """What is wrong with a sentence about a trend, or with several, in words; empty if nothing."""
    own = _QUOTED.sub("“”", text.replace("'", "’"))
    found = [wrong for one in _SENTENCE.split(own) for wrong in _wrong(one.casefold())]
    return tuple(dict.fromkeys(found))


def said(sentence: str) -> str:
    """The sentence itself; raises `ClaimError` where it claims too much."""
    if wrong := violations(sentence):
        raise ClaimError(f"{sentence!r}: {'; '.join(wrong)}")
    return sentence


def _wrong(low: str) -> list[str]:
    """The same of one sentence in small letters, without what is quoted."""
    found = [f"says cause: {hit[0]!r}" for p in _CAUSAL if (hit := re.search(p, low))]
    counted = _DENIED.sub("", low)
    found += [f"counts people: {hit[0]!r}" for p in _POPULATION if (hit := re.search(p, counted))]
    if _NUMBER.search(_LEVEL.sub("", _LIMIT.sub("", low))) and not _INTERVAL.search(low):
        found.append("states a rate or a share without its interval")
    if _NUMBER.search(_LEVEL.sub("", _LINE.sub("", low))) and not _DENOMINATOR.search(low):
        found.append("states a rate or a share without its denominator")
    return found
