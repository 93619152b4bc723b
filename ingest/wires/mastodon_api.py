"""Asking a Mastodon instance: a hashtag's feed, statuses by their ids, what it shows to strangers.

https://docs.joinmastodon.org/methods/timelines/#tag.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote, urlencode

import msgspec

from domain.errors import BadAnswer, Gone, Refused
from ingest.answer import PAGE
from ingest.client import Client
from ingest.wires.mastodon import Instance, Status, read

LIMIT = 40  # statuses of one page


class Api:
    """Of one instance, for one run."""

    def __init__(self, client: Client, base: str) -> None:
        self.client = client
        self.base = base
        self._closed: str | None = None

    def closed(self) -> str:
        """What the instance doesn't show of hashtags; `Refused` where it shows nothing.

        A closed feed answers as an empty one, so it must be known before.
        """
        if self._closed is None:
            try:
                told = self.client.get(f"{self.base}/api/v2/instance", Instance).content
            except Gone:  # before 4.0: feeds can't be closed
                told = None
            self._closed = " and ".join(told.closed() if told else ())
        if self._closed == "local and remote":
            raise Refused(
                f"{self.base} shows hashtags to its own users only.",
                "Take another instance into `search` of [sources.mastodon].",
            )
        return self._closed

    def feed(self, hashtag: str, params: Mapping[str, str]) -> list[msgspec.Raw]:
        """A page of a hashtag, above `min_id` or below `max_id`; an empty one ends the feed."""
        where = f"{self.base}/api/v1/timelines/tag/{quote(hashtag, safe='')}"
        asked: dict[str, str | int] = {"limit": LIMIT, **params}
        return self.client.get(where, list[msgspec.Raw], params=asked).content or []

    def status(self, number: str) -> Status:
        """One status. Raises `Gone`, or another `Refused`, where it isn't shown."""
        found = self.client.get(f"{self.base}/api/v1/statuses/{number}", Status).content
        if found is None:
            raise BadAnswer("mastodon: a status came back as unchanged.")
        return found

    def statuses(self, wanted: Sequence[str]) -> Iterator[tuple[str, Status | None]]:
        """Each of these ids with its status, or with None where it is gone.

        All in one request; one that is not in the answer is asked for alone.
        """
        found: dict[str, Status] = {}
        query = urlencode([("id[]", number) for number in wanted])
        try:
            where = f"{self.base}/api/v1/statuses?{query}"
            items = self.client.get(where, list[msgspec.Raw]).content
            found = {s.id: s for s in read(items or [])[0]}
        except Refused as error:  # before 4.3 several can't be asked for at once
            if error.status not in (404, 405, 422):
                raise
        yield from found.items()
        for number in wanted:
            if number in found:
                continue
            try:
                status = self.status(number)
            except Gone as error:
                if says_gone(error):
                    yield number, None
            else:
                yield number, status


def says_gone(error: Refused) -> bool:
    """Whether Mastodon says that a status is gone, not a guard or a page in its place."""
    return isinstance(error, Gone) and error.word not in ("", PAGE)
