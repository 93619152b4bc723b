"""The published figures are those of the benchmark, and of today's rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import redaction_examples, redaction_posts, redaction_table
from benchmarks.redaction import on_posts, posts
from benchmarks.redaction_score import Mark, Score, share
from benchmarks.redaction_table import documented, figures, tables


def test_the_document_holds_the_measured_figures() -> None:
    written = redaction_table.DOCS.read_text(encoding="utf-8")
    assert documented(written, tables(figures("first"), figures("now"))) == written


def test_the_figures_of_our_examples_are_todays() -> None:
    assert figures("now")["examples"] == redaction_examples.scored()


def test_the_figures_of_the_marked_posts_are_todays(shared: Path) -> None:
    assert figures("now")["marked_posts"] == redaction_posts.scored(shared / "data")


def test_of_real_issues_nothing_personal_is_left_and_no_evidence_lost(shared: Path) -> None:
    """The collection with the most of both; the benchmark counts all of them."""
    texts = list(posts(shared / "data", "github_claude_code_issues.csv"))
    counted = on_posts(texts)
    assert len(texts) > 500
    assert counted["personal"]["home-directory name"]["before"] > 500
    assert all(kind["left"] == 0 for kind in counted["personal"].values())
    assert all(kind["lost"] == 0 for kind in counted["evidence"].values())


def test_every_mark_lies_in_its_post(shared: Path) -> None:
    marked = list(redaction_posts.marked(shared / "data"))
    assert len(marked) == 300
    for post in marked:
        ends = [0, *(mark.end for mark in post.marks)]
        assert all(end <= m.start < m.end for end, m in zip(ends, post.marks, strict=False))
        assert ends[-1] <= len(post.text)


def test_a_score_counts_what_is_found_hit_and_false() -> None:
    score = Score()
    text = "mail ada@example.org, see /home/kim/x and 2.0.64"
    mail, name = Mark(start=5, end=20, kind="email"), Mark(start=32, end=35, kind="home_name")
    version = Mark(start=42, end=48, kind="version")
    prose = Mark(start=0, end=4, kind="person")
    missed, hit, false = score.add(text, [mail, prose], [version, name])
    assert missed == [prose]
    assert hit == [name]
    assert [text[one.start : one.end] for one in false] == ["kim"]
    told = score.figures()
    assert told["recall"] == share(1, 2)
    assert told["precision"] == share(1, 2)
    assert told["near_misses_kept"] == share(1, 2)
    assert told["texts_with_nothing_left"] == share(0, 1)


def test_intervals_are_wilsons() -> None:
    """Newcombe 1998, table I: 81 of 263, 0 of 20."""
    assert (share(81, 263)["low"], share(81, 263)["high"]) == pytest.approx(
        (0.2553, 0.3662), abs=1e-4
    )
    assert (share(0, 20)["low"], share(0, 20)["high"]) == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert share(0, 0) == {"part": 0, "whole": 0}
