"""What was used: product, model and version, each in the words that name it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from classify.facts.rule import ANYWHERE, Mention, Place, Rule
from classify.facts.words import Words
from classify.text import Field, Voice
from domain.products import PRODUCTS

_LEFT = 40  # characters before a name that tell what it is named for
_WORDS = Words.of("things")
# The product is named as another one, or as a file, a path or a model.
_OTHER = _WORDS.pattern(r"(?:\b{OTHER} (?:the )?|[./@\\_#-])$")
_PATH = re.compile(r"[\\/_](?!\d)|-\w|\.(?:md|json|exe|jsonl|local|yaml|yml|toml|com/code)\b")


def products() -> Iterator[Rule]:
    """A rule a product; `named` settles which of them the account is about."""
    for product in PRODUCTS:
        words = tuple(word for word in product.words if word != product.vendor.lower())
        yield Rule(words, partial(_product, name=product.name), first=True, narrow=True)


def _product(place: Place, *, name: str) -> Iterator[Mention]:
    low = place.low
    if _PATH.match(low, place.stop) or _OTHER.search(low[max(0, place.at - _LEFT) : place.at]):
        return
    yield Mention("product", name, place.at, place.stop)


def named(mentions: Sequence[tuple[Field, Mention]]) -> list[tuple[Field, Mention]]:
    """Those whose name isn't the beginning of another's: who says Claude Code says Claude as well.

    "Opus" is Opus 4.5 where that is named; GPT-5 and GPT-5 Codex are two.
    """
    stated = {mention.value for _, mention in mentions}
    part = {
        name
        for name in stated
        if not name[-1].isdigit()
        and any(other.startswith((f"{name} ", f"{name}-")) for other in stated)
    }
    return [one for one in mentions if one[1].value not in part]


_LINE = re.compile(
    r"(?:opus|sonnet|haiku|fable)(?:[- ]?(?P<number>\d(?:[.-]\d{1,2})?)(?![\d.]*\d))?(?![a-z])"
)
_OLD = re.compile(r"claude[- ](?P<number>\d(?:[.-]\d)?)[- ]$")
_GPT = re.compile(
    r"gpt[- ]?(?P<number>\d(?:\.\d{1,2})?o?|oss)(?:[- ](?P<kind>mini|nano|turbo|"
    r"codex(?:[- ](?:max|mini))?|pro|high|medium|low|thinking|instant|20b|120b)\b)?(?![a-z])"
)
_O = re.compile(
    r"o[134](?:-mini|-pro)?\b"
    r"(?= model|[- ](?:high|medium|low)|,| is| was| and| or| keeps| refuses|\.)"
)
_GEMINI = re.compile(
    r"gemini[- ](?P<number>\d(?:\.\d)?)(?![\d%])(?:[- ](?P<kind>pro|flash(?:[- ]lite)?|ultra))?"
)
_POEM = _WORDS.pattern(r"\b{POEM} $")
_AFTER_POEM = re.compile(r" (?:about|poem|form|of mine|\d{1,3}\b(?! model))|s\b")


def models() -> Rule:
    """Opus 4.5, GPT-5.1 Codex, o3, Gemini 2.5 Pro and the like."""
    triggers = ("opus*", "sonnet*", "haiku*", "fable*", "gpt*", "o1", "o3", "o4", "gemini")
    return Rule(triggers, _model, heard=ANYWHERE, narrow=True)


def _model(place: Place) -> Iterator[Mention]:
    low, at = place.low, place.at
    beside = low[max(place.start, at - _LEFT) : at]
    pattern = {"g": _GPT, "o": _O}.get(low[at], _LINE)
    if low.startswith("opus", at):
        pattern = _LINE
    elif low.startswith("gem", at):
        pattern = _GEMINI
    found = pattern.match(low, at, place.end)
    if found is None:
        return
    start, end = found.span()
    value = found[0]
    if pattern is _LINE:
        before = _OLD.search(beside)
        number = found["number"] or (before and before["number"])
        if not number and (_POEM.search(beside) or _AFTER_POEM.match(low, end) or value == "fable"):
            return
        line = (
            value[:5].rstrip("- 0123456789") if value.startswith("opus") else low[at : place.stop]
        )
        value = f"{line}-{number.replace('-', '.')}" if number else line
        beside = re.sub(r"claude[- ](?:\d(?:[.-]\d)?[- ])?$", "", beside)
    elif pattern is not _O:
        kind = (found["kind"] or "").replace(" ", "-")
        value = "-".join(filter(None, (low[at : place.stop], found["number"], kind)))
    if not _OTHER.search(beside.rstrip("-/._@#\\") + " "):
        yield Mention("model", value, start, end)


# It begins at the first full stop, which is found much faster than a digit.
_VERSION = re.compile(r"\.\d{1,4}\.\d{1,5}(?![\d.]*\d)")
_MAJOR = re.compile(r"(?<![\d.])\d{1,3}$")
_SHORT = re.compile(r"(?:version|ver\.?|v\.)\s*:? ?v?(\d{1,3}\.\d{1,4})(?![\d.]*\d)")
_CALLED = _WORDS.pattern(r"\b{CALLED}\b[^\n.!?;]{0,24}$")
# Another program's version, an address, a date.
_FOREIGN = _WORDS.pattern(r"\b{FOREIGN}(?:@|[ /:(*v-]|version)*$")
_OURS = _WORDS.pattern(r"{OURS}(?:[ /:(*v-]|version|is)*$")
_FINE = _WORDS.pattern(r"{FINE}[^\n.!?;]{0,22}$")


_APART = ("\n", " - ", "|", "#", ",")  # fields of a form, members of a list


def versions(field: Field) -> Iterator[Mention]:
    """The product's own versions, wherever they stand but in quotations."""
    low, regions, at = field.low, field.regions, 0
    for found in _VERSION.finditer(low):
        major = _MAJOR.search(low[max(0, found.start() - 5) : found.start()])
        if major is None:
            continue
        start = found.start() - len(major[0])
        while regions[at].end <= start:
            at += 1
        region = regions[at]
        if region.voice not in ANYWHERE:
            continue
        left = low[max(region.start, start - 60) : start].removesuffix("v")
        left = left[max(left.rfind(mark) + 1 for mark in _APART) :]
        foreign = _FOREIGN.search(left) and not _OURS.search(left)
        if foreign or _FINE.search(left):
            continue
        if _known(region.voice, left, low[found.end() : found.end() + 16]):
            yield Mention("version", low[start : found.end()], start, found.end())


def short_versions() -> Rule:
    """Versions of two parts: only where they are called one."""
    return Rule(("version", "ver", "v."), _short, narrow=True)


def _short(place: Place) -> Iterator[Mention]:
    if found := _SHORT.match(place.low, place.at, place.end):
        left = place.low[max(0, place.at - 60) : place.at]
        if not (_FOREIGN.search(left) or _FINE.search(left)):
            yield Mention("version", found[1], found.start(1), found.end(1))


def _known(voice: Voice, left: str, right: str) -> bool:
    """Whether words around say that it is a version of the product."""
    if "(claude code)" in right or _OURS.search(left):
        return True
    if voice is Voice.CODE:
        return False
    return bool(_CALLED.search(left)) or not left.strip(" *#:-(`\n")
