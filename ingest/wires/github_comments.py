"""What one call of an issue's comments tells: which of them are there, and that the issue is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from domain.errors import Refused
from ingest.client import Client
from ingest.source import Page, RawPost
from ingest.wires.github import Named, comment_id, decoded, issue_id, post

PAGE = 100


class Numbered(msgspec.Struct):
    """A comment or a repository of which no more than that it is there is asked."""

    id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Repository:
    """A repository, and how to ask for it."""

    name: str
    client: Client
    headers: Mapping[str, str]

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
