"""The Stack Exchange API in one run: what it is asked, within the day's requests.

An address without a key has 300 requests a day, one with a key 10,000: each answer says how many
are left. `backoff` in a good answer is a pause that must be kept before the same method is called
again; to ignore it is a violation, so the whole service rests, and two seconds longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from domain.errors import BadAnswer, BudgetSpent, Refused
from ingest.client import Client
from ingest.wires.stackexchange import Wrapper

PAGE = 100
VECTOR = 100  # ids that one request may name
MOST_PAGES = 25  # of one question to the API, without a key
LONGER = 2.0  # seconds; measured to the second, a backoff may be over too early
SCARCE = 0.2  # of the day's requests: fewer left are told of

T = TypeVar("T")


@dataclass(kw_only=True, slots=True)
class Quota:
    """What is left of the day's requests; None before the first answer."""

    left: int | None = None
    most: int = 300

    @property
    def scarce(self) -> bool:
        """Whether little is left."""
        return self.left is not None and self.left < SCARCE * self.most


class Api:
    """Asks while more than `reserve` of the day's requests are left, as a share of all."""

    def __init__(self, quota: Quota, key: str | None, reserve: float) -> None:
        self._quota = quota
        self._key = {"key": key} if key else {}
        self._reserve = reserve

    def ask(self, client: Client, site: str, where: str, **params: str | int) -> Wrapper:
        """One page. Raises `BudgetSpent` where the day's requests are needed for something else."""
        left, most = self._quota.left, self._quota.most
        if left is not None and left <= self._reserve * most:
            raise BudgetSpent(
                f"stackexchange: {left} of today's {most} requests are left.",
                "They come back at midnight UTC; a free key (`credentials`) gives 10,000.",
            )
        asked = {"site": site, "filter": "withbody", "pagesize": PAGE, **params, **self._key}
        try:
            told = client.get(where, Wrapper, params=asked).content
        except Refused as error:
            if error.word != "bad_parameter":
                raise
            raise Refused(
                f"sources.stackexchange: {site!r} or what is asked of it is unknown there (400).",
                "Write site/tag in `search`, as stackoverflow/claude-code.",
                status=error.status,
                word=error.word,
            ) from error
        if told is None:
            raise BadAnswer(f"stackexchange gave nothing for {where[:40]}.")
        if told.quota_remaining is not None:
            self._quota.left = told.quota_remaining
            self._quota.most = told.quota_max or self._quota.most
        if told.backoff:
            client.rest(told.backoff + LONGER)
        return told

    def every(
        self,
        client: Client,
        site: str,
        where: tuple[str, str],
        ids: Sequence[int],
        of: type[T],
        **params: str | int,
    ) -> tuple[list[T], int]:
        """All items for `ids`, which stand between the parts of `where`; and unreadable ones."""
        found: list[T] = []
        bad = 0
        waiting = [ids[start : start + VECTOR] for start in range(0, len(ids), VECTOR)]
        while waiting:
            part = waiting.pop(0)
            got = self._pages(client, site, where[0] + ";".join(map(str, part)) + where[1], params)
            if got is None:  # more than the pages of one request give
                half = max(len(part) // 2, 1)
                waiting[:0] = [part[:half], part[half:]]
                continue
            items, unread = decoded(got, of)
            found += items
            bad += unread
        return found, bad

    def _pages(
        self, client: Client, site: str, path: str, params: Mapping[str, str | int]
    ) -> list[msgspec.Raw] | None:
        """All pages of one request; None where there are more than may be asked for."""
        items: list[msgspec.Raw] = []
        for page in range(1, MOST_PAGES + 1):
            told = self.ask(client, site, path, sort="creation", order="asc", page=page, **params)
            items += told.items
            if not told.has_more:
                return items
        if ";" not in path:
            raise BadAnswer(f"stackexchange: {path} of {site} has more than {len(items):,} items.")
        return None


def decoded(items: Sequence[msgspec.Raw], of: type[T]) -> tuple[list[T], int]:
    """Those of `items` that are of the type, and how many are not."""
    read: list[T] = []
    for raw in items:
        try:
            read.append(msgspec.json.decode(raw, type=of))
        except msgspec.DecodeError:
            continue
    return read, len(items) - len(read)
