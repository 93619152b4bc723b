"""The demonstration threads: whole, through the same way as real posts, the same when repeated."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, func, select

from db.engine import read
from db.tables import PostProduct, PostRow, PostText, ThreadRow
from domain.keyed import Keyed
from domain.products import PRODUCTS
from ingest.demo import load_demo, threads


def test_the_threads_hang_together() -> None:
    written = list(threads())
    assert len(written) >= 100
    ids = [post.id for thread in written for post in thread.posts]
    assert len(set(ids)) == len(ids)
    for thread in written:
        seen: set[str] = set()
        for post in thread.posts:
            assert (post.parent is None) == (not seen), post.id
            assert post.parent is None or post.parent in seen, post.id
            assert post.written_at >= thread.opened_at, post.id
            seen.add(post.id)


def test_loading_twice_is_loading_once(engine: Engine, keyed: Keyed, now: datetime) -> None:
    first = load_demo(engine, keyed, now)
    again = load_demo(engine, keyed, now)
    assert first.counts["new"] == first.counts["read"] == again.counts["unchanged"]
    assert again.counts["new"] == 0
    with read(engine) as connection:
        posts = connection.scalar(select(func.count()).select_from(PostRow))
        assert posts == first.counts["new"]
        assert connection.scalar(select(func.count()).select_from(ThreadRow)) == len(
            list(threads())
        )
        named = set(connection.scalars(select(PostProduct.product).distinct()))
        assert named <= {p.name for p in PRODUCTS}
        assert {"Claude", "Claude Code", "ChatGPT", "Codex"} <= named
        texts = " ".join(filter(None, connection.scalars(select(PostText.text))))
    assert "[user]" in texts
    assert "[e-mail]" in texts
