"""Issues and comments as GitHub's API sends them, and the posts that they are.

https://docs.github.com/rest/issues. Items are decoded one by one: a strange one costs only itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec

from domain.closing import Closing
from ingest.products import products_of
from ingest.source import Asked, RawPost
from ingest.text import from_markdown
from ingest.wires.github_closing import closer, closing, original

_NAMED = re.compile(r"github:([\w.-]+/[\w.-]+?)(?:#(\d+)|/comment/(\d+))", re.ASCII)
_ISSUE = re.compile(r"/(?:issues|pull)/(\d+)\b", re.ASCII)
NOBODY = "ghost"  # stands for every account that was deleted

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Number = Annotated[int, msgspec.Meta(ge=1, lt=2**53)]


class User(msgspec.Struct):
    """An account; null where it is gone."""

    login: str
    type: str | None = None  # "Bot" for an app's account


class Label(msgspec.Struct):
    """A word that the repository put on an issue."""

    name: str = ""


class Written(msgspec.Struct, kw_only=True):
    """What issues and comments have in common."""

    created_at: Moment
    updated_at: Moment
    user: User | None = None
    body: str | None = None

    def author(self) -> str | None:
        """Its author's name, while there is an account."""
        return self.user.login if self.user and self.user.login != NOBODY else None


class UnlinkedIssue(Written, kw_only=True):
    """An issue without its address, or a pull request where it has the key `pull_request`."""

    number: Number
    title: str
    pull_request: object = None  # whether it is there is all that counts
    state: str = ""  # "": not told
    state_reason: str | None = None
    closed_at: Moment | None = None
    closed_by: User | None = None  # lists leave it out at times
    labels: list[Label | str] | None = None

    def closing(self, closed_by: User | None = None) -> Closing | None:
        """How it stands; `closed_by` where something else than the issue tells."""
        by = closed_by or self.closed_by
        return closing(
            self.state,
            self.state_reason,
            [label.name if isinstance(label, Label) else label for label in self.labels or ()],
            told_at=self.updated_at,
            closed_at=self.closed_at,
            closer=closer(
                by.login if by else None, self.author(), bot=bool(by and by.type == "Bot")
            ),
        )


class UnlinkedComment(Written, kw_only=True):
    """A comment without its addresses."""

    id: Number


class Issue(UnlinkedIssue, kw_only=True):
    """As the API's lists give it."""

    html_url: str


class Comment(UnlinkedComment, kw_only=True):
    """The same of a comment on an issue or, as its `html_url` tells, on a pull request."""

    html_url: str
    issue_url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """An issue, or one of its comments, by what leads to it."""

    external_id: str
    repository: str
    issue: int  # 0: that of a comment, where no address names it
    comment: int  # 0: the issue itself


def named(asked: Asked) -> Named | None:
    """What leads to a post that we hold; None where its id is no id of GitHub's."""
    found = _NAMED.fullmatch(asked.external_id)
    if not found:
        return None
    on = _ISSUE.search(asked.url)
    return Named(
        external_id=asked.external_id,
        repository=found[1],
        issue=int(found[2] or (on[1] if on else 0)),
        comment=int(found[3] or 0),
    )


def decoded(kind: str, raw: msgspec.Raw) -> Issue | Comment:
    """An item of the list `issues` or `comments`."""
    if kind == "issues":
        return msgspec.json.decode(raw, type=Issue)
    return msgspec.json.decode(raw, type=Comment)


def post(repository: str, item: Issue | Comment) -> RawPost | None:
    """None for what belongs to a pull request; `ValueError` for an address unlike GitHub's."""
    match item:
        case Issue(pull_request=None):
            number, key = item.number, issue_id(repository, item.number)
        case Comment() if "/pull/" not in item.html_url:
            number = int(item.issue_url.rpartition("/")[2])
            key = comment_id(repository, item.id)
        case _:
            return None
    issue = item if isinstance(item, Issue) else None
    thread = issue_id(repository, number)
    edited = issue is None and item.updated_at > item.created_at  # an issue changes with its labels
    return RawPost(
        place=f"github:{repository}",
        thread=thread,
        thread_title=issue.title if issue else None,
        thread_opened_at=issue.created_at if issue else None,
        external_id=key,
        parent=None if issue else thread,
        kind="issue" if issue else "comment",
        author=item.author(),
        title=issue.title if issue else "",
        text=from_markdown(item.body or ""),
        written_at=item.created_at,
        edited_at=item.updated_at if edited else None,
        url=item.html_url,
        depth=0 if issue else 1,
        products=products_of((), repository, ""),
        closing=issue.closing() if issue else None,
        original=None if issue else original(repository, item.body),
    )


def issue_id(repository: str, number: int) -> str:
    """The external id of an issue."""
    return f"github:{repository}#{number}"


def comment_id(repository: str, number: int) -> str:
    """The external id of a comment."""
    return f"github:{repository}/comment/{number}"
