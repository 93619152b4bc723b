"""Bluesky: searches refused or cut short, times that clients make up, bytes that are links."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from domain.errors import BadAnswer, Refused, Unreachable
from domain.keyed import Keyed
from domain.settings import Settings
from ingest.client import Client
from ingest.run import ingest
from ingest.source import Asked as Held
from ingest.source import Page, Window
from ingest.sources import bluesky
from ingest.sources.bluesky import Bluesky
from ingest.wires.bluesky import Found, Record, Tree, nodes, plain, post, sorted_at, views_of
from tests.support.reading import posts, source_and_service
from tests.support.replay import Asked, QuickClock, Replay, Reply, json_reply, replaying
from tests.support.services.bluesky import PASSWORD, FakeBluesky, service

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LINK = "app.bsky.richtext.facet#link"


@contextmanager
def asking(
    answer: Callable[[Asked], Reply], fake: FakeBluesky | None = None, **told: Any
) -> Iterator[tuple[Bluesky, Client, Replay]]:
    """The source, a client, and the server that both ask."""
    known = fake or FakeBluesky()
    with source_and_service(
        Bluesky, answer, lambda base: known.settings(base) | told, NOW
    ) as given:
        yield given


def forward(
    source: Bluesky, client: Client, cursor: dict[str, Any] | None = None, days: int = 7
) -> list[Page]:
    place = source.places()[0]
    return list(source.pages(client, place, cursor or {}, Window(first=NOW - timedelta(days=days))))


def held(uri: str, place: str = "bluesky:claude") -> Held:
    return Held(place=place, external_id=uri, url="", kind="post", written_at=NOW)


@pytest.mark.parametrize(
    ("name", "posts"), [("search_posts_page", 25), ("get_posts", 1), ("quotes", 2)]
)
def test_recorded_posts(shared: Path, name: str, posts: int) -> None:
    body = (shared / f"wire/bluesky/{name}.json").read_bytes()
    views, unreadable = views_of(msgspec.json.decode(body, type=Found).posts)
    assert (len(views), unreadable) == (posts, 0)
    for told in views:
        made = post(told, "bluesky:x")
        assert made.external_id.startswith("at://did:")
        assert made.written_at <= told.indexed_at
        assert (made.parent is None) == (made.thread == made.external_id) == (made.depth == 0)
        assert "…" not in made.text or "…" in told.record.text


@pytest.mark.parametrize("name", ["author_feed", "timeline", "feed_generator_feed"])
def test_recorded_feeds(shared: Path, name: str) -> None:
    told = json.loads((shared / f"wire/bluesky/{name}.json").read_bytes())
    raws = [msgspec.Raw(json.dumps(item["post"]).encode()) for item in told["feed"]]
    views, unreadable = views_of(raws)
    assert (len(views), unreadable) == (len(raws), 0)
    assert all(post(v, "bluesky:x").written_at.tzinfo for v in views)


def test_recorded_links_are_whole(shared: Path) -> None:
    body = (shared / "wire/bluesky/get_posts.json").read_bytes()
    views, _ = views_of(msgspec.json.decode(body, type=Found).posts)
    text, facets = plain(views[0].record), views[0].record.facets or []
    targets = [json.loads(bytes(facet))["features"][0]["uri"] for facet in facets]
    assert len(targets) == 2
    assert all(target in text and target not in views[0].record.text for target in targets)


def test_a_recorded_opt_out(shared: Path) -> None:
    body = (shared / "wire/bluesky/search_posts_page.json").read_bytes()
    views, _ = views_of(msgspec.json.decode(body, type=Found).posts)
    assert (
        sum(bluesky.opted_out(told) for told in views) == body.count(b'"!no-unauthenticated"') == 4
    )


def test_a_recorded_tree(shared: Path) -> None:
    body = (shared / "wire/bluesky/post_thread_small.json").read_bytes()
    found, unreadable = nodes(msgspec.json.decode(body, type=Tree))
    assert [depth for _, depth in found] == [0]
    assert unreadable == 0


def test_a_recorded_refusal_to_sign_in(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = (shared / "wire/bluesky/error_401_auth.json").read_bytes()
    headers = {"Content-Type": "application/json", "RateLimit-Remaining": "7"}
    fake = signed(monkeypatch)
    with asking(lambda _: Reply(status=401, headers=headers, body=body), fake) as (
        source,
        client,
        server,
    ):
        for _ in range(2):
            with pytest.raises(Refused, match="other credentials"):
                forward(source, client)
        assert len(server.asked) == 1  # few wrong sign-ins are allowed


def record(text: str, *links: tuple[int, int, str], **more: Any) -> Record:
    facets = [
        {
            "index": {"byteStart": start, "byteEnd": end},
            "features": [{"$type": LINK, "uri": target}],
        }
        for start, end, target in links
    ]
    told = {"text": text, "createdAt": "2026-11-23T12:00:00Z", "facets": facets} | more
    return msgspec.json.decode(json.dumps(told), type=Record)


def test_links_stand_where_their_bytes_are() -> None:
    words = "Größer 🤖 see example.org/a... and"
    at = len("Größer 🤖 see ".encode())
    told = record(words, (at, at + len(b"example.org/a..."), "https://example.org/abc"))
    assert plain(told) == "Größer 🤖 see https://example.org/abc and"


@pytest.mark.parametrize(
    "bad",
    [(3, 4, "https://a.example"), (5, 99, "https://a.example"), (-4, 2, "https://a.example")],
)
def test_ranges_that_do_not_fit_are_left(bad: tuple[int, int, str]) -> None:
    assert plain(record("Größer", bad)) == "Größer"


def test_a_mark_that_is_no_link_changes_nothing() -> None:
    told = record("hi @us", facets=[{"index": {"byteStart": 3, "byteEnd": 6}, "features": [{}]}, 3])
    assert plain(told) == "hi @us"
    assert plain(record("x", (0, 1, "javascript:alert(1)"))) == "x"


def test_the_page_on_a_card_is_named_once() -> None:
    card = {"$type": "app.bsky.embed.external", "external": {"uri": "https://a.example/x"}}
    assert plain(record("look", embed=card)) == "look\nhttps://a.example/x"
    assert plain(record("https://a.example/x", embed=card)) == "https://a.example/x"
    beside = {"$type": "app.bsky.embed.recordWithMedia", "record": {}, "media": card}
    assert plain(record("look", embed=beside)) == "look\nhttps://a.example/x"
    assert plain(record("look", embed={"external": 3})) == "look"


@given(
    st.text(max_size=30),
    st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=4),
)
def test_any_range_of_any_text_is_read(text: str, ranges: list[tuple[int, int]]) -> None:
    told = Record(text=text.encode("utf-8", "replace").decode())
    raws = [{"index": {"byteStart": s, "byteEnd": e}, "features": [{}]} for s, e in ranges]
    told.facets = [msgspec.Raw(json.dumps(raw).encode()) for raw in raws]
    assert plain(told) == plain(Record(text=told.text))
    marked = [raw | {"features": [{"uri": "https://a.example/"}]} for raw in raws]
    told.facets = [msgspec.Raw(json.dumps(raw).encode()) for raw in marked]
    plain(told)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("2030-01-01T00:00:00Z", NOW),
        ("2024-05-05T10:00:00.5+02:00", datetime(2024, 5, 5, 8, 0, 0, 500000, tzinfo=UTC)),
        ("2024-05-05T10:00:00", datetime(2024, 5, 5, 10, tzinfo=UTC)),
        ("yesterday", NOW),
        ("", NOW),
    ],
)
def test_no_post_is_later_than_it_was_seen(said: str, expected: datetime) -> None:
    fake = FakeBluesky()
    view = fake._view(fake.posts[fake.add(NOW, "x")])
    view["record"]["createdAt"] = said
    (told,), _ = views_of([msgspec.Raw(json.dumps(view).encode())])
    assert sorted_at(told) == expected


def busy(posts: int, page: int = 10) -> FakeBluesky:
    fake = FakeBluesky(page=page)
    for number in range(posts):
        fake.add(NOW - timedelta(hours=number, minutes=1), f"claude {number}")
    return fake


def test_a_search_goes_down_without_the_cursor() -> None:
    fake = busy(35)
    with asking(fake) as (source, client, server):
        pages = forward(source, client)
    assert len(posts(pages)) == 35
    assert not any("cursor" in asked.params for asked in server.asked)
    assert len(server.asked) == 5  # four pages that overlap by a post, and the proof of the end
    assert pages[-1].cursor is not None
    assert "walk" not in pages[-1].cursor


def test_a_walk_that_was_cut_short_goes_on_where_it_stopped() -> None:
    fake = busy(35)
    with asking(fake) as (source, client, server):
        place = source.places()[0]
        some = source.pages(client, place, {}, Window(first=NOW - timedelta(days=7)))
        first = [next(some), next(some)]
        cursor = dict(first[-1].cursor or {})
        assert source.covered(cursor) is None
        before = len(server.asked)
        fake.add(NOW - timedelta(seconds=5), "claude, meanwhile")
        rest = forward(source, client, cursor)
    assert len(posts([*first, *rest])) == 36
    assert len(server.asked) - before == 5  # three for the rest, two from the top
    assert source.covered(dict(rest[-1].cursor or {})) is not None


def test_a_stop_whose_post_was_deleted_finds_another_one_higher_up() -> None:
    fake = busy(12)
    with asking(fake) as (source, client, _):
        place = source.places()[0]
        some = source.pages(client, place, {}, Window(first=NOW - timedelta(days=7)))
        first = next(some)
        cursor = dict(first.cursor or {})
        oldest = min(posts([first]).values(), key=lambda p: p.written_at)
        for uri in [u for u, p in fake.posts.items() if p.at <= oldest.written_at]:
            del fake.posts[uri]
        rest = forward(source, client, cursor)
    assert rest[-1].cursor is not None
    assert "walk" not in rest[-1].cursor


def test_an_empty_answer_moves_nothing() -> None:
    with asking(FakeBluesky()) as (source, client, server):
        (page,) = forward(source, client)
    assert (page.empty, page.cursor, len(server.asked)) == (True, None, 1)


def test_an_index_that_stands_still_is_no_end() -> None:
    fake = busy(35)
    with asking(fake) as (source, client, server):
        silent = json_reply({"posts": []})
        server.faults = dict.fromkeys(range(2, 8), silent)
        pages = forward(source, client)
        assert pages[-1].empty
        assert pages[-2].cursor is not None
        server.faults = {}
        rest = forward(source, client, dict(pages[-2].cursor))
    assert len(posts([*pages, *rest])) == 35


def test_history_is_walked_once() -> None:
    fake = busy(24 * 9)
    fake.page = 60
    with asking(fake) as (source, client, server):
        place = source.places()[0]
        cursor = dict(forward(source, client, days=1)[-1].cursor or {})
        window = Window(first=NOW, back_to=NOW - timedelta(days=8))
        back = list(source.pages(client, place, cursor, window))
        cursor = dict(back[-1].cursor or {})
        assert len(posts(back)) == 24 * 7  # what the floor cuts off is left
        assert source.advice(cursor, window.back_to or NOW) == ""
        before = len(server.asked)
        assert list(source.pages(client, place, cursor, window)) == []
        assert len(server.asked) == before


def test_more_in_an_instant_than_an_answer_gives_is_told() -> None:
    fake = FakeBluesky(page=100)
    for number in range(150):
        fake.add(NOW - timedelta(hours=3), f"claude {number}")
    fake.add(NOW - timedelta(hours=5), "claude, before")
    with asking(fake) as (source, client, _):
        pages = forward(source, client)
    assert len(posts(pages)) == 101
    (missed,) = [m for page in pages for m in page.missed]
    assert missed.began <= NOW - timedelta(hours=3) <= missed.ended


@pytest.mark.parametrize("closed", [True, False])
def test_refused_searches_are_one_line_with_a_way_out(
    closed: bool, sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    fake = service(NOW)
    fake.closed = closed
    with replaying(fake) as server:
        told = {"pace_seconds": 0.0, "timeout_seconds": 0.5} | fake.settings(server.address)
        settings = Settings(home=tmp_path, database="unused", sources={"bluesky": told})
        report = ingest(sqlite_engine, keyed, settings, ("bluesky",), now=NOW, clock=QuickClock())
    if closed:
        assert len(server.asked) == 1
        assert "BLUESKY_APP_PASSWORD" in report.message
        assert report.outcome == "failed"
    else:
        assert report.outcome == "done"


def signed(monkeypatch: pytest.MonkeyPatch, password: str = PASSWORD) -> FakeBluesky:
    """A service that has an account for us."""
    secrets = {"TEST_BLUESKY_ID": "us.example", "TEST_BLUESKY_PASSWORD": password}
    for name, secret in secrets.items():
        monkeypatch.setenv(name, secret)
    fake = busy(15)
    fake.secrets, fake.closed = secrets, True
    return fake


def test_an_app_password_opens_the_search_with_one_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = signed(monkeypatch)
    with asking(fake, fake) as (source, client, server):
        assert len(posts(forward(source, client))) == 15
        forward(source, client)
        source_of_tree = list(source.thread(client, held(next(iter(fake.posts)))))
    assert fake.sign_ins == ["createSession"]
    assert source_of_tree
    tree = [asked for asked in server.asked if "getPostThread" in asked.path]
    assert not any("authorization" in asked.headers for asked in tree)


def test_a_token_that_ran_out_is_renewed_and_then_made_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = signed(monkeypatch)
    with asking(fake, fake) as (source, client, _):
        forward(source, client)
        fake.tokens[-1] = "another"
        assert posts(forward(source, client))
        assert fake.sign_ins == ["createSession", "refreshSession"]
        fake.tokens += ["one", "more"]  # now the right to renew has run out, too
        assert posts(forward(source, client))
        assert fake.sign_ins[2:] == ["refreshSession", "createSession"]


def test_only_whole_words_count_and_the_narrowest_query_has_the_post() -> None:
    with asking(service(NOW)) as (source, client, _):
        pages = forward(source, client)
    found = posts(pages)
    assert {p.place for p in found.values()} == {"bluesky:claude", "bluesky:claude code"}
    assert not any("Claudette" in p.text for p in found.values())
    code = [p for p in found.values() if "Claude Code" in p.text]
    assert {p.place for p in code} == {"bluesky:claude code"}


def test_who_wants_no_strangers_is_left_out_and_counted() -> None:
    fake = FakeBluesky()
    fake.add(NOW - timedelta(hours=1), "claude, for friends", hidden=True)
    root = fake.add(NOW - timedelta(hours=2), "claude, for all")
    shy = fake.add(NOW - timedelta(hours=1), "same", parent=root, hidden=True)
    below = fake.add(NOW - timedelta(minutes=30), "same", parent=shy)
    with asking(fake) as (source, client, _):
        pages = forward(source, client)
        assert (set(posts(pages)), sum(page.skipped for page in pages)) == ({root}, 1)
        (tree,) = source.thread(client, held(root))
        assert (set(posts([tree])), tree.skipped) == ({root, below}, 1)
        fake.posts[root].hidden = True  # changed their mind
        (page,) = source.check(client, [held(root)])
        assert (page.posts, page.gone) == ((), (root,))


def test_a_thread_keeps_what_names_nothing_and_says_what_it_is_about() -> None:
    fake = FakeBluesky()
    root = fake.add(NOW - timedelta(hours=2), "Claude Code forgot all")
    reply = fake.add(NOW - timedelta(hours=1), "Same here", parent=root)
    deep = fake.add(NOW - timedelta(minutes=5), "And here", parent=reply)
    with asking(fake) as (source, client, _):
        (page,) = source.thread(client, held(root, "bluesky:claude code"))
    found = posts([page])
    assert [found[uri].depth for uri in (root, reply, deep)] == [0, 1, 2]
    assert found[deep].parent == reply
    assert {p.thread for p in found.values()} == {root}
    assert {p.place for p in found.values()} == {"bluesky:claude code"}
    assert all(p.products == ("Claude Code",) for p in found.values())


def test_replies_whose_thread_is_not_read_name_it() -> None:
    fake = FakeBluesky()
    root = fake.add(NOW - timedelta(hours=3), "Which one?")
    middle = fake.add(NOW - timedelta(hours=2), "This one?", parent=root)
    found = fake.add(NOW - timedelta(hours=1), "Not claude", parent=middle)
    with asking(fake) as (source, client, _):
        (told,) = posts(forward(source, client)).values()
    assert (told.external_id, told.thread, told.parent) == (found, root, middle)
    assert (told.depth, told.thread_title, told.kind) == (2, None, "reply")


def test_only_a_plain_answer_says_that_a_post_is_gone() -> None:
    fake = busy(3)
    there, gone, blocked = fake.posts
    del fake.posts[gone]

    def answer(asked: Asked) -> Reply:
        if "getPosts" in asked.path:
            return json_reply({"posts": [fake._view(fake.posts[there])]})
        if asked.params["uri"] == blocked:
            kind = "app.bsky.feed.defs#blockedPost"
            return json_reply({"thread": {"$type": kind, "uri": blocked, "blocked": True}})
        return fake(asked)

    with asking(answer) as (source, client, _):
        pages = list(source.check(client, [held(uri) for uri in (there, gone, blocked)]))
    assert set(posts(pages)) == {there}
    assert [uri for page in pages for uri in page.gone] == [gone]


def test_a_tree_that_says_not_found_is_gone_too() -> None:
    def answer(asked: Asked) -> Reply:
        if "getPosts" in asked.path:
            return json_reply({"posts": []})
        kind = "app.bsky.feed.defs#notFoundPost"
        return json_reply({"thread": {"$type": kind, "uri": "x", "notFound": True}})

    uri = "at://did:plc:a/app.bsky.feed.post/1"
    with asking(answer) as (source, client, _):
        pages = list(source.check(client, [held(uri)]))
        assert [gone for page in pages for gone in page.gone] == [uri]
        assert posts(list(source.thread(client, held(uri)))) == {}


def test_twenty_five_are_asked_for_at_once() -> None:
    fake = busy(25)
    with asking(fake) as (source, client, server):
        (page,) = source.check(client, [held(uri) for uri in fake.posts])
    assert len(page.posts) == Bluesky.checks == 25
    assert len(server.asked) == 1


def test_strange_posts_cost_only_themselves() -> None:
    fake = FakeBluesky()
    good = fake._view(fake.posts[fake.add(NOW, "x")])
    strange = [{"uri": "http://x"} | good | {"uri": "at://x"}, {"uri": 3}, None, "x"]
    views, unreadable = views_of([msgspec.Raw(json.dumps(v).encode()) for v in [*strange, good]])
    assert (len(views), unreadable) == (1, 4)


def test_an_answer_of_strange_posts_alone_moves_nothing() -> None:
    with (
        asking(lambda _: json_reply({"posts": [{"uri": 1}]})) as (source, client, _),
        pytest.raises(BadAnswer),
    ):
        forward(source, client)


def test_a_limit_is_waited_for() -> None:
    fake = busy(1)
    with asking(fake) as (source, client, server):
        reset = str(int(datetime.now(UTC).timestamp()) + 20)
        limited = {"RateLimit_Remaining": "0", "RateLimit_Reset": reset}
        server.faults = {0: json_reply({"error": "RateLimitExceeded"}, 429, **limited)}
        assert posts(forward(source, client))
        assert 10 < max(client.budget.clock.slept) < 25  # type: ignore[attr-defined] # QuickClock


def test_refusals_without_an_account_stop_all_places() -> None:
    missing = json_reply({"error": "AuthMissing", "message": "Authentication Required"}, 401)
    with asking(lambda _: missing) as (source, client, _), pytest.raises(Unreachable):
        forward(source, client)
