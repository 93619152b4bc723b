"""What a cue is, and the small language that its rules are written in.

A rule is a line of elements, one token each, separated by spaces:

    lost            this word                    delet*        any word with this beginning
    lost|gone       either                       all?          or nothing
    $CHAT           a named list of words        !not|never    any word but these
    ..              up to three words            ...           up to eight words

The element marked `@` (else the first that names words) is the rule's anchor: the rule is tried
only in the sentence around a place where one of the anchor's words stands. So the anchor should be
the rarest element. Compiled to spaCy's `Matcher` patterns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from domain.causes import Cause, Symptom

Direction = Literal["for", "against"]

NEAR = 3
FAR = 8

LISTS: dict[str, str] = {
    "$CHAT": "chat|chats|conversation|conversations|convo|convos|thread|threads|session|sessions|"
    "history|histories|discussion|discussions|dialogue|transcript|transcripts",
    "$GONE": "gone|lost|lose|loses|losing|loosing|disappear*|dissapear*|disapear*|dissappear*|"
    "vanish*|missing|deleted|deletes|deleting|erased|erases|wiped|wipes|wiping|cleared|clears|"
    "nuked|evaporated|swallowed|reset|resets|removed|empty|blank|unavailable|"
    "unrecoverable|destroyed",
    "$AI": "it|claude|chatgpt|gpt|gpt4|gpt-4|gpt-5|codex|gemini|copilot|grok|ai|bot|chatbot|model|"
    "assistant|opus|sonnet|haiku|fable|they|app|this|that|she|he|agent|thing|siri|bard|"
    "perplexity|anthropic|openai",
    "$NOT": "not|n't|never|no|can't|cannot|cant|won't|wont|don't|dont|doesn't|doesnt|didn't|didnt|"
    "isn't|wasn't|couldn't|wouldn't|unable|fails|failed|failing|fail|refuses|refused|stopped",
    "$FAIL": "fail|fails|failed|failing|failure|error|errors|broken|breaks|broke|stuck|hang|hangs|"
    "hung|hanging|freeze|freezes|froze|frozen|crash|crashes|crashed|loop|loops|looping|useless|"
    "terrible|awful|horrible|worst|bad|bug|buggy|wrong|nothing|impossible|timeout|times|never",
    "$BREAKS": "fail|fails|failed|failing|failure|error|errors|broken|breaks|broke|stuck|hang|"
    "hangs|hung|hanging|freeze|freezes|froze|frozen|crash|crashes|crashed|loop|loops|looping|useless|"
    "terrible|awful|horrible|worst|bug|buggy|impossible|timeout",
    "$ASK": "?",
    "$MY": "my|our|mine",
    "$REFUSE": "refuse|refuses|refused|refusing|refusal|refusals|declines|declined|decline|reject|"
    "rejects|rejected",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Cue:
    """One named sign.

    `about` is the cause it speaks of, a symptom, or None for "is this a report at all?".
    `texts` are literal phrases, found anywhere but in quotations and forms: error messages and
    standing phrases. `rules` are only tried in the author's words, titles and thread titles.
    `error` marks the program's own words, which outrank what an author believes.
    """

    name: str
    about: Cause | Symptom | None
    direction: Direction = "for"
    texts: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    error: bool = False
    titles_only: bool = False

    @property
    def names_only(self) -> bool:
        """Whether it only shows that a mechanism is talked about, not that anybody met it."""
        return self.name.endswith("_named")


def compile_rule(rule: str, gap: int = FAR) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The Matcher pattern of a rule and the anchor's words (a beginning keeps no star).

    `gap`: how many words ".." and "..." may stand for at most, where a text has no room for more.
    """
    pattern: list[dict[str, Any]] = []
    anchor: tuple[str, ...] = ()
    marked = "@" in rule
    for element in rule.split():
        if element in ("..", "..."):
            pattern += [{"OP": "?"}] * min(gap, NEAR if element == ".." else FAR)
            continue
        words, optional = element.lstrip("@").removesuffix("?"), element.endswith("?")
        negated = words.startswith("!")
        options = _options(words.lstrip("!"))
        token = _token(options, negated=negated)
        pattern.append({**token, "OP": "?"} if optional else token)
        if element.startswith("@") or not (marked or anchor or optional or negated):
            anchor = tuple(o.removesuffix("*") for o in options)
    if not anchor or "|@" in rule:
        raise ValueError(f"the rule {rule!r} has no anchor of its own")
    return pattern, anchor


@dataclass(frozen=True, slots=True)
class Needed:
    """An element that every match of a rule holds, neither optional nor negated.

    `options` keep the star of beginnings. `between`: how many tokens at most stand between it and
    the needed element before; before the first, how many a match may begin with.
    """

    options: tuple[str, ...]
    between: int


def needed(rule: str) -> tuple[tuple[Needed, ...], int]:
    """The needed elements of a rule in order, and how many tokens may follow the last."""
    made: list[Needed] = []
    between = 0
    for element in rule.split():
        words = element.lstrip("@")
        if element in ("..", "..."):
            between += NEAR if element == ".." else FAR
        elif words.startswith("!") or words.endswith("?"):
            between += 1
        else:
            made.append(Needed(_options(words), between))
            between = 0
    return tuple(made), between


def single_words(rule: str) -> tuple[str, ...]:
    """The words of a rule of one element; beginnings keep their star."""
    return _options(rule.lstrip("@"))


def _options(words: str) -> tuple[str, ...]:
    expanded = (LISTS.get(w, w) for w in words.split("|"))
    return tuple(dict.fromkeys("|".join(expanded).split("|")))


def _token(options: tuple[str, ...], *, negated: bool) -> dict[str, Any]:
    whole = sorted(o for o in options if not o.endswith("*"))
    begun = sorted(o[:-1] for o in options if o.endswith("*"))
    if negated:
        return {"LOWER": {"NOT_IN": whole}}
    if not begun:
        return {"LOWER": whole[0]} if len(whole) == 1 else {"LOWER": {"IN": whole}}
    either = [re.escape(w) + "$" for w in whole] + [re.escape(b) for b in begun]
    return {"LOWER": {"REGEX": "^(?:" + "|".join(either) + ")"}}
