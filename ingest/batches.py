"""A file's posts in blocks of equal size, the same each time, with the notes met on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.formats.shape import Item, Note
from ingest.source import RawPost

_SHOWN_LINES = 5  # of unreadable rows, in the report
_TOLD = {
    "left_out": "left out as no posts",
    "missing": "replies the collector did not fetch",
    "orphan": "replies whose parent is not in the file",
}


@dataclass(kw_only=True, slots=True)
class Block:
    """Posts of one transaction, and what was met from the first of them to the next block's."""

    posts: list[RawPost] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    @property
    def twice(self) -> int:
        """How many posts stand more than once in the block."""
        return len(self.posts) - len({p.external_id for p in self.posts})

    @property
    def unreadable(self) -> int:
        """How many rows did not decode."""
        return sum(n.count for n in self.notes if n.kind == "unreadable")


def cut(items: Iterator[Item], skip: int, size: int) -> Iterator[Block]:
    """Blocks of `size` posts, without the first `skip` posts and what was met among them.

    A file without posts is one empty block.
    """
    block, passed = Block(), 0
    for item in items:
        if isinstance(item, Note):
            if passed >= skip and (block.posts or not skip):
                block.notes.append(item)
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


def told(notes: Sequence[Note], twice: int) -> str:
    """What was met that is no post, in words."""
    counts: Counter[str] = Counter()
    for note in notes:
        counts[note.kind] += note.count
    parts = [f"{counts[kind]:,} {words}" for kind, words in _TOLD.items() if counts[kind]]
    if twice:
        parts.append(f"{twice:,} posts twice")
    bad = [note.where for note in notes if note.kind == "unreadable"]
    if bad:
        shown = ", ".join(bad[:_SHOWN_LINES])
        parts.append(f"unreadable: {shown}{' ...' if len(bad) > _SHOWN_LINES else ''}")
    return "; ".join(parts)
