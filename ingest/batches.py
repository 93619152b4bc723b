"""A file's posts in blocks of equal size, the same each time, with what was met on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from ingest.formats.shape import UNREADABLE, BadCell, Item, Note, Row
from ingest.source import RawPost

_SHOWN_LINES = 5  # of unreadable rows, in the report
_TOLD = {
    "passed": "rows passed over",
    "left_out": "left out as no posts",
    "older": "older states of posts",
    "missing": "replies the collector did not fetch",
}


@dataclass(kw_only=True, slots=True)
class Tally:
    """How often what was met that is no post; of unreadable rows the first ones by name."""

    counts: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)

    def add(self, note: Note) -> None:
        """Counts a note."""
        self.counts[note.kind] += note.count
        if note.kind == "unreadable" and len(self.unreadable) < _SHOWN_LINES:
            self.unreadable.append(note.where)

    def take(self, other: Tally) -> None:
        """Counts what another one counted."""
        self.counts.update(other.counts)
        self.unreadable += other.unreadable[: _SHOWN_LINES - len(self.unreadable)]

    def told(self) -> str:
        """All of it in words."""
        counts = self.counts
        parts = [f"{counts[kind]:,} {words}" for kind, words in _TOLD.items() if counts[kind]]
        if self.unreadable:
            more = " ..." if counts["unreadable"] > len(self.unreadable) else ""
            parts.append(f"unreadable: {', '.join(self.unreadable)}{more}")
        return "; ".join(parts)


@dataclass(kw_only=True, slots=True)
class Block:
    """Posts of one transaction, and what was met from the first of them to the next block's."""

    posts: list[RawPost | Row] = field(default_factory=list)
    met: Tally = field(default_factory=Tally)

    def read(self, known: Collection[str], hashes: Sequence[str]) -> list[RawPost]:
        """The posts of which the row's hash is not `known`; one that can't be read is counted."""
        found: list[RawPost] = []
        for post, row in zip(self.posts, hashes, strict=True):
            if isinstance(post, RawPost):
                found.append(post)
            elif row not in known:
                try:
                    found.append(post.post())
                except UNREADABLE as error:
                    column = f" ({error})" if isinstance(error, BadCell) else ""
                    self.met.add(Note(kind="unreadable", where=f"{post.where}{column}"))
        return found


def cut(items: Iterator[Item], skip: int, size: int) -> Iterator[Block]:
    """Blocks of `size` posts, without the first `skip` posts and what was met among them.

    A file without posts is one empty block.
    """
    block, passed = Block(), 0
    for item in items:
        if isinstance(item, Note):
            if passed >= skip and (block.posts or not skip):
                block.met.add(item)
            continue
        if passed < skip:
            passed += 1
            continue
        if len(block.posts) == size:
            yield block
            block = Block()
        block.posts.append(item)
    yield block


def with_last(found: Iterator[Block]) -> Iterator[tuple[Block, bool]]:
    """Each block, and whether it is the last."""
    held_back = next(found)
    for block in found:
        yield held_back, False
        held_back = block
    yield held_back, True
