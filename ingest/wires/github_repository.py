"""A repository, as GitHub's API tells of it: its two lists, an issue's comments, if it is there.

https://docs.github.com/rest/issues. Turning pages of a list that is sorted by change would skip
rows, since every change moves one to the end: each page is asked for anew from the last change
seen, minus a second, and `Link: rel="next"` is followed, as it is, only where one second holds more
than a page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import msgspec

from domain.errors import Refused
from ingest.client import Client
from ingest.source import Page, RawPost
from ingest.wires.github import Named, comment_id, decoded, issue_id, post

PAGE = 100
SECOND = timedelta(seconds=1)
LISTS = {"issues": "issues", "comments": "issues/comments"}


class Numbered(msgspec.Struct):
    """A comment or a repository of which no more than that it is there is asked."""

    id: int


@dataclass(kw_only=True, slots=True)
class Step:
    """One answer of a list that is read upwards."""

    posts: list[RawPost] = field(default_factory=list)
    unreadable: int = 0
    empty: bool = False
    reached: datetime | None = None  # up to here every change was read
    done: bool = False
    etag: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Repository:
    """A repository, and how to ask for it."""

    name: str
    client: Client
    headers: Mapping[str, str]

    def changes(self, kind: str, since: datetime, etag: str = "") -> Iterator[Step]:
        """A list from `since` to its end, each answer once more from the last change seen."""
        follow, newest, in_order = "", None, True
        while True:
            answer = self.client.get(
                follow or f"repos/{self.name}/{LISTS[kind]}",
                list[msgspec.Raw],
                params=None if follow else _asked(kind, since),
                headers=self.headers,
                etag=etag,
            )
            if answer.content is None:
                yield Step(done=True, etag=answer.etag)
                return
            step, changed = self._read(kind, answer.content)
            newest = max([*changed, newest] if newest else changed, default=None)
            # A mirror may not sort as asked: then nothing is known before the list's end.
            in_order = in_order and changed == sorted(changed)
            step.done = not answer.next_page
            step.reached = newest if in_order or step.done else None
            # An ETag stands for one page: what comes after a full one would not change it.
            step.etag, etag = answer.etag if len(answer.content) < PAGE else "", ""
            yield step
            if step.done:
                return
            if step.reached and step.reached - SECOND > since:
                since, follow = step.reached - SECOND, ""
            else:
                follow = answer.next_page

    def _read(self, kind: str, items: list[msgspec.Raw]) -> tuple[Step, list[datetime]]:
        """The posts among `items`, and the times of change of all of them."""
        step = Step(empty=not items)
        changes: list[datetime] = []
        for raw in items:
            try:
                item = decoded(kind, raw)
                found = post(self.name, item)
            except (msgspec.ValidationError, ValueError):
                step.unreadable += 1
                continue
            changes.append(item.updated_at)
            if found:
                step.posts.append(found)
        return step, changes

    def comments(self, number: int, wanted: Sequence[Named]) -> Iterator[Page]:
        """What the comments of an issue say, from the oldest up to the newest that is wanted."""
        missing = {mine.comment: mine.external_id for mine in wanted if mine.comment}
        there: tuple[str, ...] = (issue_id(self.name, number),)
        follow, certain = "", True
        while True:
            answer = self.client.get(
                follow or f"repos/{self.name}/issues/{number}/comments",
                list[msgspec.Raw],
                params=None if follow else {"per_page": PAGE},
                headers=self.headers,
            )
            page, last = self._seen(answer.content or [], missing)
            yield replace(page, there=(*there, *page.there))
            certain = certain and not page.unreadable
            there, follow = (), answer.next_page
            if not follow or not any(key > last for key in missing):
                break
        if missing and certain:
            yield Page(gone=tuple(missing.values()))

    def comment(self, key: int) -> Page:
        """A comment by itself: of an archive that knew no address, so nothing names its issue."""
        where = f"repos/{self.name}/issues/comments/{key}"
        answer = self.client.get(where, msgspec.Raw, headers=self.headers)
        page, _ = self._seen([answer.content or msgspec.Raw(b"")], {key: ""})
        return page

    def is_there(self) -> bool:
        """Whether the repository is public, wherever it moved."""
        try:
            self.client.get(f"repos/{self.name}", Numbered, headers=self.headers)
        except Refused:
            return False
        return True

    def _seen(self, items: Sequence[msgspec.Raw], missing: dict[int, str]) -> tuple[Page, int]:
        """What a list says of those in `missing`, which it takes out; its last id.

        Those that were wanted come as posts, since they may be edited, the others as being there.
        """
        posts: list[RawPost] = []
        there: list[str] = []
        unreadable = last = 0
        for raw in items:
            try:
                last = msgspec.json.decode(raw, type=Numbered).id
                wanted = missing.pop(last, None) is not None
                found = post(self.name, decoded("comments", raw)) if wanted else None
            except (msgspec.DecodeError, ValueError):
                unreadable += 1
                continue
            if found:
                posts.append(found)
            else:
                there.append(comment_id(self.name, last))
        return Page(posts=tuple(posts), there=tuple(there), unreadable=unreadable), last


def _asked(kind: str, since: datetime) -> dict[str, str | int]:
    every: dict[str, str | int] = {"state": "all"} if kind == "issues" else {}
    order = {"sort": "updated", "direction": "asc"}
    return every | order | {"since": iso(since), "per_page": PAGE}


def iso(moment: datetime) -> str:
    """A time as the API writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
