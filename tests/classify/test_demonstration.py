"""The shipped model on the demonstration threads, which we wrote: clear cases are decided, a
contradictory one is left open with both sides of its evidence, and talk is no report."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

import ingest
from classify import artifact
from classify.model import Judgement
from classify.text import Content
from domain.causes import Abstention, Cause, Decision

DECIDED = {
    "demo-008-1": Decision.SAFETY_TRIGGER,
    "demo-009-1": Decision.CONTEXT_LIMIT,
    "demo-012-1": Decision.CONTEXT_LIMIT,  # prompt is too long
    "demo-015-1": Decision.CONTEXT_LIMIT,  # "Prompt is too long"
    "demo-021-1": Decision.SAFETY_TRIGGER,
    "demo-023-1": Decision.SESSION_MANAGEMENT,  # list empty after an update
    "demo-028-1": Decision.CONTEXT_LIMIT,
    "demo-043-1": Decision.CONTEXT_LIMIT,
    "demo-049-1": Decision.CONTEXT_LIMIT,
    "demo-053-1": Decision.SESSION_MANAGEMENT,
    "demo-056-1": Decision.SESSION_MANAGEMENT,
    "demo-075-1": Decision.OTHER,
    "demo-084-1": Decision.SESSION_MANAGEMENT,
    "demo-086-1": Decision.SESSION_MANAGEMENT,
    "demo-088-1": Decision.SESSION_MANAGEMENT,
    "demo-095-1": Decision.SAFETY_TRIGGER,
    "demo-100-1": Decision.OTHER,  # a plan's quota
}
TALK = ("demo-016-1", "demo-016-4", "demo-016-5", "demo-016-7", "demo-016-9", "demo-016-10")
NO_FAILURE = ("demo-002-1", "demo-006-1", "demo-019-1", "demo-044-1", "demo-102-1", "demo-111-1")


@cache
def judged() -> dict[str, Judgement]:
    told = Path(ingest.__file__).parent / "data" / "demo" / "threads.jsonl"
    contents = {}
    for line in told.read_text(encoding="utf-8").splitlines():
        thread = json.loads(line)
        for post in thread["posts"]:
            root = post["parent"] is None
            contents[post["id"]] = Content(
                title=thread["title"] if root else "",
                text=post["text"],
                thread_title="" if root else thread["title"],
                kind=post["kind"],
                source=thread["place"].partition(":")[0],
            )
    return dict(zip(contents, artifact.load().judge(list(contents.values())), strict=True))


@pytest.mark.parametrize("post", DECIDED)
def test_a_clear_case_is_decided(post: str) -> None:
    assert judged()[post].decision is DECIDED[post]


def test_research_that_was_deflected_and_then_vanished_is_left_open() -> None:
    made = judged()["demo-016-2"]
    assert made.decision is Decision.UNDETERMINED
    assert made.abstained_because in (Abstention.CONTRADICTORY, Abstention.NO_MECHANISM_NAMED)
    speaking = {e.cause for e in made.evidence if e.direction == "for"}
    assert {Cause.SAFETY_TRIGGER, Cause.SESSION_MANAGEMENT} <= speaking
    assert ("lost", "four hours") in {(f.name, f.value) for f in made.facts}


@pytest.mark.parametrize("post", [*TALK, *NO_FAILURE])
def test_comment_praise_news_and_questions_are_no_reports(post: str) -> None:
    assert judged()[post].decision is Decision.NOT_A_REPORT


def test_an_opinion_about_refusals_is_not_decided_to_be_one() -> None:
    assert judged()["demo-099-1"].decision in (Decision.NOT_A_REPORT, Decision.UNDETERMINED)
