"""An hour of GitHub's public events (`YYYY-MM-DD-H.json.gz` of gharchive.org).

An event about an issue carries the whole issue as it was then, one about a comment both. Of several
states of a post only the newest in the file counts: the file is read twice, first for which that
is, at about 100 bytes of memory a post (an hour has some ten thousand). What was edited or deleted
later the files don't say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, ClassVar

import msgspec

from domain.errors import InputError
from ingest.formats.only import Line, sieved
from ingest.formats.pieces import first_keys
from ingest.formats.shape import UNREADABLE, File, Item, Note, Only, Sieve
from ingest.products import products_of
from ingest.source import RawPost
from ingest.text import from_markdown, tidy
from ingest.wires.github import UnlinkedComment, UnlinkedIssue, User, comment_id, issue_id
from ingest.wires.github_closing import original

KINDS = (b'"IssuesEvent"', b'"IssueCommentEvent"')
Newest = dict[int, tuple[float, int]]  # by hash of a post's id: when it changed, on which line


class Payload(msgspec.Struct):
    """What happened, and to what."""

    issue: UnlinkedIssue
    action: str = ""
    comment: UnlinkedComment | None = None
    closed_by: User | None = None  # whoever caused an event that closed it


class Repository(msgspec.Struct):
    """`owner/name`."""

    name: Annotated[str, msgspec.Meta(pattern=r"^[\w.-]+/[\w.-]+$")]


class Event(msgspec.Struct):
    """An event; of the kinds that are not ours the payload isn't decoded."""

    type: str
    repo: Repository
    payload: msgspec.Raw
    actor: User | None = None


_EVENT = msgspec.json.Decoder(Event)
_PAYLOAD = msgspec.json.Decoder(Payload)


class GHArchiveEvents:
    """Issues and their comments; pull requests are left out, as by the live source."""

    name: ClassVar[str] = "gharchive-events"
    sieve: ClassVar[Sieve] = "repositories"

    def fits(self, head: bytes) -> bool:
        """By its keys; `repository` instead of `repo` is the shape before 2015, refused later."""
        keys = first_keys(head)
        return {"type", "payload", "created_at", "actor"} <= keys and not keys.isdisjoint(
            ("repo", "repository")
        )

    def read(self, file: File) -> Iterator[Item]:
        """The posts of each event, where it is their newest."""
        if "repository" in first_keys(file.head):
            raise InputError(
                f"{file.name} has the shape of events before 2015, which hold no issue's text.",
                "Take files from 2015-01-01-0 on.",
            )
        wanted = _wanted(file.only)
        newest = _newest(file, wanted)
        for line in sieved(file.again(), wanted):
            if isinstance(line, Note):
                yield line
                continue
            try:
                yield from _posts(file, line, newest)
            except UNREADABLE:
                yield Note(kind="unreadable", where=line.where)


def _wanted(only: Only) -> Callable[[bytes], bool]:
    names = [name.encode() for name in only.repositories]

    def wanted(line: bytes) -> bool:
        if not any(kind in line for kind in KINDS):
            return False
        lower = line.lower() if names else b""
        return not names or any(name in lower for name in names)

    return wanted


def _newest(file: File, wanted: Callable[[bytes], bool]) -> Newest:
    newest: Newest = {}
    for line in sieved(file.stream, wanted):
        if isinstance(line, Note):
            continue
        try:
            repository, payload = _decoded(line)
        except UNREADABLE:
            continue
        if payload is None or (file.only and repository not in file.only.repositories):
            continue
        for key, changed in _states(repository, payload):
            newest[key] = max(newest.get(key, (changed, 0)), (changed, line.number))
    return newest


def _decoded(line: Line) -> tuple[str, Payload | None]:
    """The repository in lower case, and what happened; None where that concerns no issue."""
    event = _EVENT.decode(line.content or b"")
    if event.type not in ("IssuesEvent", "IssueCommentEvent"):
        return event.repo.name.lower(), None
    payload = _PAYLOAD.decode(event.payload)
    closed = event.type == "IssuesEvent" and payload.action == "closed"
    payload.closed_by = event.actor if closed else None
    return event.repo.name.lower(), payload


def _states(repository: str, payload: Payload) -> Iterator[tuple[int, float]]:
    issue, comment = payload.issue, payload.comment
    yield _issue_key(repository, issue), issue.updated_at.timestamp()
    if comment:
        yield _comment_key(comment), comment.updated_at.timestamp()


def _issue_key(repository: str, issue: UnlinkedIssue) -> int:
    return hash((repository, issue.number))


def _comment_key(comment: UnlinkedComment) -> int:
    return hash(("comment", comment.id))


def _posts(file: File, line: Line, newest: Newest) -> Iterator[Item]:
    repository, payload = _decoded(line)
    if file.only and repository not in file.only.repositories:
        yield Note(kind="passed", where=line.where)
        return
    if payload is None or payload.issue.pull_request is not None:
        yield Note(kind="left_out", where=line.where)
        return
    issue, comment = payload.issue, payload.comment
    if newest[_issue_key(repository, issue)][1] == line.number:
        yield _issue(file, repository, issue, payload.closed_by)
    else:
        yield Note(kind="older", where=line.where)
    if comment is None:
        return
    if newest[_comment_key(comment)][1] == line.number:
        yield _comment(file, repository, payload, comment)
    else:
        yield Note(kind="older", where=line.where)


def _issue(file: File, repository: str, issue: UnlinkedIssue, closed_by: User | None) -> RawPost:
    key, title = issue_id(repository, issue.number), tidy(issue.title)
    return RawPost(
        place=file.place("github", repository),
        thread=key,
        thread_title=title,
        thread_opened_at=issue.created_at,
        external_id=key,
        parent=None,
        kind="issue",
        author=issue.author(),
        title=title,
        text=from_markdown(issue.body or ""),
        written_at=issue.created_at,
        url=f"https://github.com/{repository}/issues/{issue.number}",
        products=products_of((), repository, ""),
        closing=issue.closing(closed_by),
    )


def _comment(file: File, repository: str, payload: Payload, comment: UnlinkedComment) -> RawPost:
    issue = payload.issue
    thread = issue_id(repository, issue.number)
    deleted = payload.action == "deleted"
    return RawPost(
        place=file.place("github", repository),
        thread=thread,
        thread_title=tidy(issue.title),
        thread_opened_at=issue.created_at,
        external_id=comment_id(repository, comment.id),
        parent=thread,
        kind="comment",
        author=comment.author(),
        title="",
        text="" if deleted else from_markdown(comment.body or ""),
        written_at=comment.created_at,
        edited_at=comment.updated_at if comment.updated_at > comment.created_at else None,
        deleted=deleted,
        url=f"https://github.com/{repository}/issues/{issue.number}#issuecomment-{comment.id}",
        depth=1,
        products=products_of((), repository, ""),
        original=None if deleted else original(repository, comment.body),
    )


FORMAT = GHArchiveEvents()
