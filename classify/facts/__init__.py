"""What the account states beside its cause: a module a kind of fact, their words in `data/facts`.

A fact is only what the text says; what it leaves unsaid is left out. Cues are no part of it, so
that facts can be mended without another model. `domain.facts` names and explains each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache

from classify.cues.engine import Hit
from classify.facts import length, loss, outcome, phrases, things
from classify.facts.rule import Mention, Rule
from classify.facts.scan import Scanner
from classify.text import Field, Views
from domain.causes import Symptom
from domain.nouns import Fact, Span

LONGEST = 120  # of a value; the database's column
_PHRASES = ("surface", "platform", "plan", "topic", "safety_kind", "request", "severity")


def facts(seen: Views, found: Sequence[Hit], *, report: bool = True) -> tuple[Fact, ...]:
    """Each name and value once, with its first span, title before text; by name and value.

    Of a post that is no report only its `outcome`: it may be its author's last word on a report.
    """
    made: dict[tuple[str, str], Fact] = {}
    for field, mention in _stated(seen) if report else _outcome(seen):
        span = Span(field=field.name, start=mention.start, end=mention.end)  # type: ignore[arg-type] # title or text
        value = mention.value[:LONGEST]
        made.setdefault((mention.name, value), Fact(name=mention.name, value=value, span=span))
    for hit in found if report else ():
        if isinstance(hit.cue.about, Symptom) and hit.field != "thread_title":
            span = Span(field=hit.field, start=hit.start, end=hit.end)  # type: ignore[arg-type] # title or text
            value = hit.cue.about.value
            made.setdefault(("symptom", value), Fact(name="symptom", value=value, span=span))
    return tuple(sorted(made.values(), key=lambda f: (f.name, f.value)))


_Stated = list[tuple[Field, Mention]]


@cache
def _scanner() -> Scanner:
    """Of everything; built once."""
    return Scanner(rules())


def rules() -> list[Rule]:
    """Every rule, those of word lists first."""
    listed = [rule for name in (*_PHRASES, "outcome") for rule in phrases.read(name)]
    own = (things.models(), things.short_versions(), *loss.rules(), length.rule())
    return [*listed, *things.products(), *own]


@cache
def _outcomes() -> Scanner:
    """Of outcomes alone, for posts that are no reports."""
    return Scanner(phrases.read("outcome"))


def _stated(seen: Views) -> _Stated:
    every = [
        (field, mention)
        for field in _fields(seen)
        for mention in sorted(
            (*_scanner().find(field), *things.versions(field)),
            key=lambda m: (m.start, -m.end, m.name),
        )
    ]
    of: dict[str, _Stated] = defaultdict(list)
    for one in every:
        of[one[1].name].append(one)
    of["product"], of["model"] = things.named(of["product"]), things.named(of["model"])
    of["topic"] = _topics(of["topic"])
    of["request"] = _request(of["request"]) if of["safety_kind"] else []
    of["plan"] = [one for one in of["plan"] if one[1].value != "paid"] or of["plan"]
    of["lost_hours"], of["severity"] = loss.most(of["lost_hours"], of["severity"])
    of["outcome"] = outcome.last_word(of["outcome"])
    return [one for kind in of.values() for one in kind]


def _topics(stated: _Stated) -> _Stated:
    """The topic with the most different passages; coding only where no other is named.

    Coding assistants are full of words of coding, so any other topic says more.
    """
    passages = Counter(mention.value for _, mention in stated)
    if len(passages) > 1:
        passages.pop("coding", None)
    most = max(passages.values(), default=0)
    return [one for one in stated if passages.get(one[1].value) == most]


def _request(stated: _Stated) -> _Stated:
    """How the request is called; a confession outweighs."""
    return [one for one in stated if one[1].value == "harmful"] or stated


def _outcome(seen: Views) -> _Stated:
    return outcome.last_word([(f, m) for f in _fields(seen) for m in _outcomes().find(f)])


def _fields(seen: Views) -> list[Field]:
    """What the author wrote: a reply's "Re: ..." is the thread's title."""
    title = [] if seen.title.low.startswith("re: ") else [seen.title]
    return [field for field in (*title, seen.text) if field.text]
