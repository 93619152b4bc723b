"""From a source's post to rows: hashed, redacted once, never twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.posts import Held
from domain.closing import Closer, Closing, Ending
from domain.keyed import Keyed
from domain.nouns import PostState
from ingest import prepare as subject
from ingest.prepare import keys, prepare, raw_hash
from ingest.source import RawPost

WRITTEN = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
RAW = RawPost(
    place="github:owner/project",
    thread="github:owner/project#1",
    thread_title="Lost by maria@example.org",
    thread_opened_at=WRITTEN,
    external_id="github:owner/project#1",
    parent=None,
    kind="issue",
    author="maria",
    title="Lost by maria@example.org",
    text="Claude Code 2.1.3 forgot it, write to maria@example.org\x00",
    written_at=WRITTEN,
    url="https://github.com/owner/project/issues/1",
)


def test_what_is_kept_is_redacted_and_hashed(keyed: Keyed) -> None:
    ready = prepare([RAW], {}, set(), keyed)
    post, thread = ready.posts[0], ready.threads[0]
    for kept in (post.title, post.text, thread.title):
        assert "maria" not in kept
    assert "2.1.3" in post.text
    assert "\x00" not in post.text
    assert post.author == keyed.hash("author", "github:maria")
    assert post.key == keyed.hash("post", "github:owner/project#1")
    assert "Claude Code" in post.products
    assert post.address is not None
    assert post.address.external_id == "github:owner/project#1"


def test_a_known_post_is_neither_redacted_nor_written(
    keyed: Keyed, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {
        keys([RAW], keyed)[0]: Held(
            raw_hash=raw_hash(RAW, keyed), version=1, state=PostState.LIVE, thread="t", depth=0
        )
    }

    def never(_: str) -> str:
        raise AssertionError("redacted again")

    monkeypatch.setattr(subject, "redact", never)
    respaced = replace(RAW, text=RAW.text.replace(" ", "\n\n"))
    for same in (RAW, respaced):
        ready = prepare([same], held, set(), keyed)
        assert (ready.posts, ready.threads, ready.unchanged) == ((), (), 1)


def test_a_changed_and_a_deleted_post_are_not_the_same(keyed: Keyed) -> None:
    hashes = {
        raw_hash(raw, keyed)
        for raw in (RAW, replace(RAW, text="Other."), replace(RAW, deleted=True))
    }
    assert len(hashes) == 3
    gone = prepare([replace(RAW, deleted=True)], {}, set(), keyed).posts[0]
    assert (gone.state, gone.title, gone.text) == (PostState.DELETED, "", "")


def test_a_buried_post_stays_out(keyed: Keyed) -> None:
    ready = prepare([RAW], {}, set(keys([RAW], keyed)), keyed)
    assert (ready.posts, ready.threads) == ((), ())


def test_the_later_copy_counts(keyed: Keyed) -> None:
    ready = prepare([RAW, replace(RAW, text="Later.")], {}, set(), keyed)
    assert [p.text for p in ready.posts] == ["Later."]


def test_an_answer_that_knows_no_title_makes_only_a_stub(keyed: Keyed) -> None:
    comment = replace(
        RAW, external_id="github:owner/project/comment/2", thread_title=None, thread_opened_at=None
    )
    assert not prepare([comment], {}, set(), keyed).threads
    stub = prepare([comment], {}, set(), keyed).stubs[0]
    assert (stub.title, stub.opened_at) == ("", WRITTEN)
    both = prepare([comment, RAW], {}, set(), keyed)
    assert (len(both.threads), len(both.stubs)) == (1, 0)


def test_what_is_read_late_is_marked(keyed: Keyed) -> None:
    def late(since: datetime) -> bool:
        return prepare([RAW], {}, set(), keyed, live_since=since).posts[0].back_filled

    assert late(WRITTEN + timedelta(seconds=1))
    assert not late(WRITTEN)


def test_a_closing_is_told_of_a_post_that_is_known(keyed: Keyed) -> None:
    held = {
        keys([RAW], keyed)[0]: Held(
            raw_hash=raw_hash(RAW, keyed), version=1, state=PostState.LIVE, thread="t", depth=0
        )
    }
    closing = Closing(ending=Ending.STALE, closer=Closer.BOT, told_at=WRITTEN)
    ready = prepare([replace(RAW, closing=closing)], held, set(), keyed)
    assert ready.posts == ()
    assert [(s.thread, s.closing) for s in ready.standings] == [("t", closing)]
    assert prepare([RAW], held, set(), keyed).standings == ()
