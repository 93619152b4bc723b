"""What the account states: product, surface, model, version, platform, what was lost, symptoms.

A fact is only what the text says; what it leaves unsaid is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from classify.cues.engine import Hit
from classify.text import Field, Views
from domain.causes import Symptom
from domain.nouns import Fact, Span
from domain.products import PRODUCTS

_NUMBER = (
    r"(?:\d+(?:\.\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|several|"
    r"a few|few|many|a couple of|half an?|the whole|the last|all)"
)
_UNIT = r"(?:minutes?|hours?|hrs?|days?|weeks?|months?|years?|afternoons?|evenings?|mornings?)"
_LOSS = (
    r"(?:lost|lose|losing|wasted|gone|deleted|erased|swallowed|wiped|vanished|disappeared|ate|"
    r"cost me|destroyed|down the drain)"
)

_SURFACES = {
    "web": r"web ?(?:app|site|version|ui)|browser|claude\.ai|chatgpt\.com|in chrome|firefox|safari",
    "desktop": r"desktop(?: app)?|mac app|windows app",
    "mobile": r"mobile|iphone|ipad|android|ios app|phone app|app store|play store",
    "cli": r"\bcli\b|terminal|command[- ]line|claude code|codex cli|iterm|tmux",
    "ide": r"vs ?code|jetbrains|intellij|pycharm|webstorm|ide extension|cursor ide",
    "api": r"\bapi\b(?! error)|\bsdk\b|playground|bedrock|vertex",
}
_PLATFORMS = {
    "macOS": r"mac ?os|darwin|macbook|os x",
    "Windows": r"windows|win32|powershell",
    "Linux": r"linux|ubuntu|debian|fedora|arch linux|wsl",
    "iOS": r"\bios\b|iphone|ipad",
    "Android": r"android|samsung|pixel \d",
}
_MODELS = (
    r"(?:claude[- ])?(?:opus|sonnet|haiku|fable)(?:[- ]?\d(?:[.-]\d{1,2})?)?(?!\w)|"
    r"gpt[- ]?(?:\d(?:\.\d)?(?:o|-mini|-turbo|-codex|-pro|-high)?|oss)(?!\w)|"
    r"o[134](?:-mini|-pro)?(?= model)|"
    r"gemini[- ]\d(?:\.\d)?(?:[- ](?:pro|flash))?"
)
_ONE_OF_EACH: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    *(("surface", v, re.compile(p)) for v, p in _SURFACES.items()),
    *(("platform", v, re.compile(p)) for v, p in _PLATFORMS.items()),
    *(
        ("product", p.name, re.compile(r"\b(?:" + "|".join(map(re.escape, p.words)) + r")\b"))
        for p in PRODUCTS
    ),
)
_SAID = (
    ("model", re.compile(rf"\b(?:{_MODELS})")),
    (
        "version",
        re.compile(r"\bv?(\d{1,3}\.\d{1,4}\.\d{1,5})\b|\bversion:? v?(\d{1,3}\.\d{1,4})\b"),
    ),
    ("lost", re.compile(rf"\b{_LOSS}\b[^.!?\n]{{0,40}}?\b({_NUMBER} (?:whole |full )?{_UNIT})\b")),
    (
        "lost",
        re.compile(
            rf"\b({_NUMBER} (?:whole |full |solid )?{_UNIT})(?:'s?| worth)? (?:of )?"
            r"(?:[a-z-]+ ){0,2}?(?:work|research|effort|progress|conversation|chat|writing|"
            r"context|history|study)\b"
        ),
    ),
    ("lost", re.compile(rf"\b({_NUMBER} {_UNIT})\b[^.!?\n]{{0,60}}?\b{_LOSS}\b")),
)
LONGEST = 120  # of a value; the database's column


def facts(seen: Views, found: Sequence[Hit]) -> tuple[Fact, ...]:
    """Each name and value once, with its first span, title before text."""
    made: dict[tuple[str, str], Fact] = {}
    for field in (seen.title, seen.text):
        for name, value, start, end in _said(field):
            span = Span(field=field.name, start=start, end=end)  # type: ignore[arg-type] # title or text
            made.setdefault((name, value), Fact(name=name, value=value[:LONGEST], span=span))
    for hit in found:
        if isinstance(hit.cue.about, Symptom) and hit.field != "thread_title":
            span = Span(field=hit.field, start=hit.start, end=hit.end)  # type: ignore[arg-type] # title or text
            value = hit.cue.about.value
            made.setdefault(("symptom", value), Fact(name="symptom", value=value, span=span))
    return tuple(sorted(made.values(), key=lambda f: (f.name, f.value)))


def _said(field: Field) -> Iterator[tuple[str, str, int, int]]:
    for name, value, pattern in _ONE_OF_EACH:
        if match := pattern.search(field.low):
            yield name, value, match.start(), match.end()
    for name, pattern in _SAID:
        if match := pattern.search(field.low):
            group = next((i for i in range(1, pattern.groups + 1) if match.group(i)), 0)
            yield name, " ".join(match.group(group).split()), match.start(group), match.end(group)
