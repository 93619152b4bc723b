"""A repository's issues as a table: one row an issue, the fields of GitHub's API flattened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import ClassVar

from domain.closing import Closing
from ingest.formats.pieces import header, rows
from ingest.formats.shape import File, Item, Note, Sieve, moment, row
from ingest.products import products_of
from ingest.source import RawPost
from ingest.text import from_markdown, tidy
from ingest.wires.github import NOBODY, issue_id
from ingest.wires.github_closing import closer, closing

COLUMNS = ("html_url", "title", "body", "created_at", "author", "is_pull_request")
STANDING = ("state", "state_reason", "labels", "updated_at", "closed_at", "closed_by")
_BETWEEN = re.compile(r"[,;|]")  # labels in one cell
_ADDRESS = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)/(?:issues|pull)/(\d+)", re.ASCII)


class GitHubIssues:
    """Pull requests are left out, as by the live source. Comments are not in the table."""

    name: ClassVar[str] = "github-issues-csv"
    sieve: ClassVar[Sieve] = "repositories"

    def fits(self, head: bytes) -> bool:
        """By its columns."""
        return set(COLUMNS) <= set(header(head))

    def read(self, file: File) -> Iterator[Item]:
        """One post a row."""
        for line, cells in rows(file.stream, COLUMNS, also=STANDING):
            where = f"line {line}"
            told = cells or [""] * len((*COLUMNS, *STANDING))
            url, title, body, created, author, is_pull = told[: len(COLUMNS)]
            standing = dict(zip(STANDING, told[len(COLUMNS) :], strict=True))
            found = _ADDRESS.fullmatch(url)
            if not found:
                yield Note(kind="unreadable", where=where)
            elif is_pull.lower() == "true" or "/pull/" in url:
                yield Note(kind="left_out", where=where)
            elif file.only and found[1].lower() not in file.only.repositories:
                yield Note(kind="passed", where=where)
            else:
                yield row(
                    where,
                    partial(_post, file),
                    url=url,
                    repository=found[1].lower(),
                    number=found[2],
                    title=title,
                    body=body,
                    created=created,
                    author=author,
                    **standing,
                )


def _post(
    file: File,
    *,
    url: str,
    repository: str,
    number: str,
    title: str,
    body: str,
    created: str,
    author: str,
    **standing: str,
) -> RawPost:
    written = moment(created)
    key = issue_id(repository, int(number))
    return RawPost(
        place=file.place("github", repository),
        thread=key,
        thread_title=tidy(title),
        thread_opened_at=written,
        external_id=key,
        parent=None,
        kind="issue",
        author=None if author in ("", NOBODY) else author,
        title=tidy(title),
        text=from_markdown(body),
        written_at=written,
        url=url,
        products=products_of((), repository, ""),
        closing=_closing(written, author, **standing),
    )


def _closing(
    written: datetime,
    author: str,
    *,
    state: str,
    state_reason: str,
    labels: str,
    updated_at: str,
    closed_at: str,
    closed_by: str,
) -> Closing | None:
    """How the issue stood when the table was made; a table without the time tells the oldest.

    A date that can't be read costs no post: then when it was closed isn't known.
    """
    return closing(
        state.lower(),
        state_reason.lower() or None,
        _BETWEEN.split(labels),
        told_at=_at(updated_at) or written,
        closed_at=_at(closed_at),
        closer=closer(closed_by or None, author),
    )


def _at(told: str) -> datetime | None:
    try:
        return moment(told) if told else None
    except ValueError:
        return None


FORMAT = GitHubIssues()
