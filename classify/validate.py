"""Whether our own examples are what their README says: every line is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from classify.labels import lines_of_examples
from domain.causes import Abstention, Cause, Symptom
from domain.errors import InputError

_REGISTERS = frozenset(
    (
        "github_form",
        "bug_log",
        "forum",
        "reddit",
        "hn",
        "app_review",
        "reply",
        "short",
        "non_native",
        "sarcasm",
        "other_language",
    )
)
_KINDS = frozenset(
    (
        "issue",
        "comment",
        "story",
        "review",
        "post",
        "reply",
    )
)
_FIELDS = frozenset(
    (
        "id",
        "register",
        "kind",
        "product",
        "thread_title",
        "title",
        "text",
        "report",
        "cause",
        "secondary",
        "symptoms",
        "abstain",
        "cues",
    )
)
_CAUSES = frozenset(c.value for c in Cause)


def problems() -> list[str]:
    """One sentence a problem, naming file and line; empty where all is well."""
    made: list[str] = []
    seen: dict[str, str] = {}
    try:
        for where, row in lines_of_examples():
            made += [f"{where}: {problem}" for problem in _problems(row)]
            if (known := seen.setdefault(str(row.get("id")), where)) != where:
                made.append(f"{where}: the id {row.get('id')} stands in {known} already")
    except InputError as error:
        made.append(error.what)
    return made


def _problems(row: dict[str, object]) -> Iterator[str]:
    if missing := _FIELDS - row.keys():
        yield f"no {', '.join(sorted(missing))}"
        return
    if row["register"] not in _REGISTERS:
        yield f"no register is called {row['register']}"
    if row["kind"] not in _KINDS:
        yield f"no kind is called {row['kind']}"
    if not (row["title"] or row["text"]):
        yield "it says nothing"
    allowed = {*_CAUSES, "undetermined"} if row["report"] else {None}
    if row["cause"] not in allowed:
        yield f"the cause {row['cause']} doesn't fit report: {row['report']}"
    if row["secondary"] not in {None, *_CAUSES} or (row["secondary"] and not row["report"]):
        yield f"the second cause can't be {row['secondary']}"
    if row["abstain"] not in {None, *(a.value for a in Abstention)}:
        yield f"no abstention is called {row['abstain']}"
    if row["cause"] == "undetermined" and not row["abstain"]:
        yield "undetermined, and no reason in abstain"
    yield from _lists(row)


def _lists(row: dict[str, object]) -> Iterator[str]:
    symptoms, cues = row["symptoms"], row["cues"]
    if not isinstance(symptoms, list) or not set(symptoms) <= {s.value for s in Symptom}:
        yield f"the symptoms {symptoms} are not all known"
    if not isinstance(cues, list):
        yield "cues is not a list"
        return
    for cue in cues:
        if cue["cause"] not in {None, *_CAUSES} or cue["direction"] not in ("for", "against"):
            yield f"the cue {cue} names no cause or direction"
        elif cue["quote"] not in str(row["title"]) and cue["quote"] not in str(row["text"]):
            yield f"the quote {cue['quote']!r} stands neither in title nor text"
