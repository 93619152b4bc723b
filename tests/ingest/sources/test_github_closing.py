"""GitHub's words for a closed issue, and the comments that name an original."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.closing import Closer, Ending
from ingest.wires.github import Issue, decoded, post
from ingest.wires.github_closing import closer, closing, original

AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "labels", "ending"),
    [
        ("completed", ["bug"], Ending.COMPLETED),
        ("completed", ["invalid"], Ending.COMPLETED),
        ("duplicate", [], Ending.DUPLICATE),
        ("not_planned", [], Ending.NOT_PLANNED),
        ("not_planned", ["Stale"], Ending.STALE),
        ("not_planned", ["stale", "duplicate"], Ending.DUPLICATE),
        ("not_planned", ["invalid"], Ending.INVALID),
        ("reopened", ["bug"], Ending.CLOSED),
        (None, ["autoclose"], Ending.STALE),
        (None, [], Ending.CLOSED),
    ],
)
def test_a_label_says_more_than_not_planned(
    reason: str | None, labels: list[str], ending: Ending
) -> None:
    found = closing("closed", reason, labels, told_at=AT)
    assert found is not None
    assert found.ending is ending


def test_an_open_issue_is_open_whatever_it_was_called() -> None:
    found = closing("open", "reopened", ["invalid"], told_at=AT, closed_at=AT, closer=Closer.BOT)
    assert found is not None
    assert (found.ending, found.closer, found.closed_at) == (Ending.OPEN, Closer.UNKNOWN, None)
    assert closing("", None, [], told_at=AT) is None
    assert closing("merged", None, [], told_at=AT) is None


def test_who_closed_it() -> None:
    assert closer("github-actions[bot]", "ada") is Closer.BOT
    assert closer("a-machine", "ada", bot=True) is Closer.BOT
    assert closer("ada", "ada") is Closer.AUTHOR
    assert closer("grace", "ada") is Closer.OTHER
    assert closer(None, None) is closer("", "ada") is Closer.UNKNOWN


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("Duplicate of #12", "github:o/p#12"),
        ("> note\n**Duplicate of** #12", None),
        ("**Duplicate of #12**", "github:o/p#12"),
        ("This was closed as a duplicate of #7.", "github:o/p#7"),
        ("duplicate of https://github.com/Other/Repo/issues/9", "github:other/repo#9"),
        ("This is not a duplicate of #12", None),
        ("Is it a duplicate of #12?", None),
        ("Duplicate of #", None),
        (None, None),
    ],
)
def test_only_a_plain_statement_names_an_original(body: str | None, named: str | None) -> None:
    assert original("o/p", body) == named


@given(st.text())
def test_any_comment_can_be_read(body: str) -> None:
    found = original("o/p", body)
    assert found is None or found.startswith("github:")


@given(
    st.fixed_dictionaries(
        {
            "state": st.sampled_from(["open", "closed", "merged"]),
            "state_reason": st.none() | st.text(max_size=12),
            "labels": st.none()
            | st.lists(st.text() | st.fixed_dictionaries({"name": st.text(), "id": st.integers()})),
            "closed_by": st.none() | st.fixed_dictionaries({"login": st.text(), "id": st.none()}),
            "closed_at": st.none() | st.just("2026-11-01T00:00:00Z"),
        }
    )
)
def test_every_standing_that_the_api_can_give_is_read(told: dict[str, object]) -> None:
    item = {
        "number": 1,
        "title": "Gone",
        "html_url": "https://github.com/o/p/issues/1",
        "created_at": "2026-10-01T00:00:00Z",
        "updated_at": "2026-11-01T00:00:00Z",
        **told,
    }
    issue = decoded("issues", msgspec.Raw(msgspec.json.encode(item)))
    assert isinstance(issue, Issue)
    found = post("o/p", issue)
    assert found is not None
    assert (found.closing is None) == (told["state"] == "merged")
