"""Where Mastodon's statuses stand: what their contexts tell, each asked for once.

https://docs.joinmastodon.org/methods/statuses/#context. A reader without an account is shown 40
ancestors and 60 descendants, no deeper than 20.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from domain.errors import Gone
from ingest.client import Client
from ingest.wires.mastodon import Ancestor, Context, Stand, Status, key_of, read

ANCESTORS = 40  # shown at most
DESCENDANTS = 55  # of 60, some of which may be withheld: from here on there may be more
DEEPEST = 20
MOST_CONTEXTS = 8  # asked for of one thread


@dataclass(frozen=True, kw_only=True, slots=True)
class Whole:
    """A thread as far as it is shown; `capped`: it has more."""

    statuses: tuple[tuple[Status, Stand], ...]
    unreadable: int
    capped: bool


class Threads:
    """Of one run: every status that was met, by its instance and its id there."""

    def __init__(self) -> None:
        self._stands: dict[tuple[str, str], Stand] = {}

    def stand(self, client: Client, base: str, status: Status) -> Stand:
        """Where a status stands; its context is asked for where what it answers is not known."""
        here = base, status.id
        if here not in self._stands:
            above = None
            if status.in_reply_to_id is not None:
                above = self._stands.get((base, status.in_reply_to_id))
                above = above or self._above(client, base, status.id)
            own = Stand(thread=status.key(), key=status.key())
            self._stands[here] = above.answer(status.key()) if above else own
        return self._stands[here]

    def whole(self, client: Client, base: str, root: Status) -> Whole:
        """The thread that `root` opens.

        An answer that was cut is followed by asking for the statuses in it that have more answers
        than it showed.
        """
        self._stands[base, root.id] = Stand(thread=root.key(), key=root.key())
        found = {root.id: root}
        unreadable, capped, waiting, asked = 0, False, [root.id], set[str]()
        while waiting and len(asked) < MOST_CONTEXTS:
            number = waiting.pop(0)
            asked.add(number)
            try:
                items = self._context(client, base, number).descendants
            except Gone:
                if number == root.id:
                    raise
                continue
            statuses, strange = read(items)
            unreadable += strange
            found |= {s.id: s for s in statuses}
            self._place(base, root, found.values())
            top = self._stands[base, number].depth
            full = len(items) >= DESCENDANTS
            short = {
                s.id
                for s in _short([found[number], *statuses], found.values())
                if full or self._stands[base, s.id].depth - top >= DEEPEST
            }
            capped = capped or not short.isdisjoint(asked)
            waiting += sorted(short - asked - set(waiting), key=int)
        return Whole(
            statuses=tuple((s, self._stands[base, s.id]) for s in found.values()),
            unreadable=unreadable,
            capped=capped or bool(waiting),
        )

    def _above(self, client: Client, base: str, number: str) -> Stand | None:
        """Where what a status answers stands; None where it is not shown."""
        ancestors = self._context(client, base, number).above()
        for _ in range(MOST_CONTEXTS):
            if len(ancestors) < ANCESTORS or ancestors[0].in_reply_to_id is None:
                break
            higher = self._context(client, base, ancestors[0].id).above()
            if not higher:
                break
            ancestors = [*higher, *ancestors]
        return self._stood(base, ancestors)

    def _stood(self, base: str, ancestors: Iterable[Ancestor]) -> Stand | None:
        """Where the last of `ancestors` stands, the first being the opener; None of none."""
        stand: Stand | None = None
        for ancestor in ancestors:
            key = key_of(ancestor.uri)
            stand = stand.answer(key) if stand else Stand(thread=key, key=key)
            self._stands[base, ancestor.id] = stand
        return stand

    def _place(self, base: str, root: Status, statuses: Iterable[Status]) -> None:
        """Notes where the answers to `root` stand."""
        left = [s for s in statuses if s.id != root.id]
        while left:
            over: list[Status] = []
            for status in left:
                above = self._stands.get((base, status.in_reply_to_id or ""))
                if above:
                    self._stands[base, status.id] = above.answer(status.key())
                else:
                    over.append(status)
            if len(over) == len(left):
                break
            left = over
        opener = self._stands[base, root.id]
        for status in left:  # what they answer is not shown: "2" stands for "2 or deeper"
            self._stands[base, status.id] = replace(opener.answer(status.key()), depth=2)

    def _context(self, client: Client, base: str, number: str) -> Context:
        return client.get(f"{base}/api/v1/statuses/{number}/context", Context).content or Context()


def _short(some: Iterable[Status], all_shown: Collection[Status]) -> Iterable[Status]:
    """Those of which fewer answers are shown than they have."""
    shown = Counter(s.in_reply_to_id for s in all_shown)
    return [s for s in some if s.replies_count > shown[s.id]]
