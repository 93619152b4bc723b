"""Which posts the statuses of a hashtag are: with the threads that they open, or alone.

Where a status opens a thread, the whole thread is taken: answers that don't bear the hashtag come
along. Below other openers only statuses with the hashtag are taken. Authors who ask not to be found
are left out, and taken out where they ask later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from domain.errors import BadAnswer, Refused
from ingest.source import Page, RawPost
from ingest.wires.mastodon import Stand, Status
from ingest.wires.mastodon_api import Api, says_gone
from ingest.wires.mastodon_threads import Threads


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """A hashtag at an instance."""

    base: str
    tag: str
    place: str
    about: tuple[str, ...]


@dataclass(kw_only=True, slots=True)
class Step:
    """What one answer gave."""

    posts: list[RawPost] = field(default_factory=list)
    unreadable: int = 0
    hidden: int = 0  # of authors who asked not to be found
    gone: list[str] = field(default_factory=list)  # the hidden ones too: we may hold them
    unknown: list[str] = field(default_factory=list)  # ids of those whose context is not shown
    notes: list[str] = field(default_factory=list)

    def page(self, cursor: Mapping[str, Any] | None = None) -> Page:
        """The same to be saved."""
        return Page(
            posts=tuple(self.posts),
            cursor=deepcopy(cursor),
            unreadable=self.unreadable + len(self.unknown),
            skipped=self.hidden,
            gone=tuple(self.gone),
            notes=tuple(self.notes),
        )


class Gatherer:
    """Of one run: remembers where the statuses that it met stand."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._threads = Threads()

    def taken(self, api: Api, tag: Tag, statuses: Iterable[Status], *, at_any_cost: bool) -> Step:
        """The posts among `statuses`, with the answers to those that open a thread.

        The oldest first: where one stands tells where its answers do. Raises `BadAnswer` for a
        context that can't be read, unless `at_any_cost`.
        """
        step = Step()
        for status in sorted(statuses, key=lambda s: int(s.id)):
            try:
                hidden = status.hidden()
                stand = None if hidden else self._threads.stand(api.client, tag.base, status)
                if stand and stand.parent is None and status.replies_count:
                    self._take_whole(api, tag, status, step)
                else:
                    self._take(tag, status, stand, step)
            except Refused as error:
                if says_gone(error):  # deleted since the page was made
                    step.gone.append(status.key())
                elif error.status:
                    step.unknown.append(status.id)
                else:  # it is us who refused to go where the answer led
                    raise
            except BadAnswer:
                if not at_any_cost:
                    raise
                step.unknown.append(status.id)
        return step

    def whole(self, api: Api, tag: Tag, root: Status) -> Step:
        """The thread that `root` opens."""
        step = Step()
        self._take_whole(api, tag, root, step)
        return step

    def again(self, tag: Tag, status: Status) -> Page:
        """A status that we hold, as it is now; its thread and its place in it are known."""
        if status.hidden():
            return Page(gone=(status.key(),), skipped=1)
        return Page(posts=(self._post(tag, status, Stand(thread="", key=status.key())),))

    def _take_whole(self, api: Api, tag: Tag, root: Status, step: Step) -> None:
        """Takes a thread. A cut one is no gap: what bears the hashtag comes by the feed."""
        whole = self._threads.whole(api.client, tag.base, root)
        for status, stand in whole.statuses:
            self._take(tag, status, stand, step)
        step.unreadable += whole.unreadable
        if whole.capped:
            step.notes.append("A thread has more answers than strangers are shown.")

    def _take(self, tag: Tag, status: Status, stand: Stand | None, step: Step) -> None:
        if status.hidden() or stand is None:
            step.hidden += 1
            step.gone.append(status.key())
        else:
            step.posts.append(self._post(tag, status, stand))

    def _post(self, tag: Tag, status: Status, stand: Stand) -> RawPost:
        opens = stand.parent is None
        written = min(status.created_at.astimezone(UTC), self._now)  # its author's clock told it
        who = status.account
        return RawPost(
            place=tag.place,
            thread=stand.thread,
            thread_title=status.title() if opens else None,
            thread_opened_at=written if opens else None,
            external_id=status.key(),
            parent=stand.parent,
            kind="post" if opens else "reply",
            author=who.url or who.acct,
            title=status.title(),
            text=status.text(),
            written_at=written,
            edited_at=status.edited_at,
            url=f"{tag.base}/@{who.acct}/{status.id}",
            depth=stand.depth,
            products=tag.about,
        )
