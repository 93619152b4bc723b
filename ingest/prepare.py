"""From a source's posts to rows: keys, redaction, products.

Pure. What we hold already is asked first, since redaction costs more than anything else here: a
post whose hash is known is neither redacted nor written again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.closings import Standing
from db.posts import Held
from domain.keyed import Keyed
from domain.nouns import Address, Post, PostState, Thread
from ingest.privacy import redact
from ingest.products import products_of
from ingest.schedule import Plan
from ingest.source import RawPost


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """What is left to save, and how many posts were known word by word.

    `stubs` are threads of which title or opening is unknown: they only stand in where none is held.
    """

    threads: tuple[Thread, ...]
    stubs: tuple[Thread, ...]
    posts: tuple[Post, ...]
    unchanged: int
    standings: tuple[Standing, ...] = ()  # of posts that are known, too: a closing changes no text


def keys(raws: Iterable[RawPost], keyed: Keyed) -> list[str]:
    """The keys to look up before `prepare`."""
    return [post_key(i, keyed) for i in dict.fromkeys(raw.external_id for raw in raws)]


def post_key(external_id: str, keyed: Keyed) -> str:
    """The key of a post, from an archive or live."""
    return keyed.hash("post", external_id)


def raw_hash(raw: RawPost, keyed: Keyed) -> str:
    """A hash of what a post says, the same for spacing that differs between two answers."""
    if raw.deleted:
        return keyed.hash("raw", "deleted")
    title, text = " ".join(raw.title.split()), " ".join(raw.text.split())
    return keyed.hash("raw", f"live\x1f{title}\x1f{text}")


def prepare(
    raws: Sequence[RawPost],
    held: Mapping[str, Held],
    buried: Collection[str],
    keyed: Keyed,
    *,
    live_since: datetime | None = None,
    plans: Mapping[str, Plan] | None = None,
) -> Prepared:
    """Threads and posts to save. Of two copies in `raws` the later one counts.

    `held` and `buried` answer for `keys(raws, keyed)`; a buried post is left out. Posts written
    before `live_since` are marked as back-filled: by now the deleted ones among them are missing.
    `plans`, by place, say when a thread is read again and a post asked for; without: never.
    """
    latest = {post_key(raw.external_id, keyed): raw for raw in raws}
    posts: list[Post] = []
    threads: dict[str, Thread] = {}
    stubs: dict[str, Thread] = {}
    standings: list[Standing] = []
    unchanged = 0
    for key, raw in latest.items():
        before = held.get(key)
        if key in buried and before is None:
            continue
        if raw.closing or raw.original:
            standings.append(_standing(raw, before, keyed))
        hashed = raw_hash(raw, keyed)
        if before and (before.raw_hash == hashed or _outdated(raw, before)):
            unchanged += 1
            continue
        late = live_since is not None and raw.written_at < live_since
        plan = (plans or {}).get(raw.place)
        # A post stays in the thread in which it was first seen.
        thread = before.thread if before else keyed.hash("thread", raw.thread)
        posts.append(_post(key, raw, hashed, thread, keyed, plan, back_filled=late))
        if not raw.thread:
            continue
        if raw.thread_title is None or raw.thread_opened_at is None:
            stubs.setdefault(thread, _thread(thread, raw, plan))
        elif thread not in threads:
            threads[thread] = _thread(thread, raw, plan)
    return Prepared(
        threads=tuple(threads.values()),
        stubs=tuple(s for key, s in stubs.items() if key not in threads),
        posts=tuple(posts),
        unchanged=unchanged,
        standings=tuple(standings),
    )


def _standing(raw: RawPost, before: Held | None, keyed: Keyed) -> Standing:
    return Standing(
        thread=before.thread if before else keyed.hash("thread", raw.thread),
        closing=raw.closing,
        original=keyed.hash("thread", raw.original) if raw.original else None,
    )


def _outdated(raw: RawPost, before: Held) -> bool:
    """Whether a copy that differs is older than what is held: an archive may be years old."""
    if before.state is PostState.DELETED:
        return True
    if raw.deleted or before.edited_at is None:
        return False
    return raw.edited_at is None or raw.edited_at < before.edited_at


def _thread(key: str, raw: RawPost, plan: Plan | None) -> Thread:
    return Thread(
        key=key,
        place=raw.place,
        title=redact(_storable(raw.thread_title or "")),
        opened_at=raw.thread_opened_at or raw.written_at,
        due_at=plan.visit(raw) if plan else None,
    )


def _post(
    key: str,
    raw: RawPost,
    hashed: str,
    thread: str,
    keyed: Keyed,
    plan: Plan | None,
    *,
    back_filled: bool,
) -> Post:
    scheme = raw.external_id.partition(":")[0]
    title, text = _storable(raw.title), _storable(raw.text)
    return Post(
        key=key,
        thread=thread,
        parent=post_key(raw.parent, keyed) if raw.parent else None,
        place=raw.place,
        kind=raw.kind,
        author=keyed.hash("author", f"{scheme}:{raw.author}") if raw.author else None,
        title="" if raw.deleted else redact(title),
        text="" if raw.deleted else redact(text),
        raw_hash=hashed,
        written_at=raw.written_at,
        edited_at=raw.edited_at,
        state=PostState.DELETED if raw.deleted else PostState.LIVE,
        depth=raw.depth,
        products=products_of(raw.products, title, text),
        back_filled=back_filled,
        address=Address(
            external_id=raw.external_id, url=raw.url, due_at=plan.check(raw) if plan else None
        ),
    )


def _storable(text: str) -> str:
    """Without what no database column takes: NUL, and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
