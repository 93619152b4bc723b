"""Reddit: what its answers leave out, how they go wrong, and where its lists end."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from db.engine import read as reading
from db.tables import Gap, PostRow, PostText
from domain.errors import BadAnswer, Refused
from domain.keyed import Keyed
from domain.nouns import RunReport
from domain.settings import Settings
from ingest import reddit_threads
from ingest.client import Client
from ingest.formats.reddit_comments import FORMAT as COMMENTS
from ingest.formats.reddit_submissions import FORMAT as SUBMISSIONS
from ingest.formats.shape import File, Format, Row
from ingest.run import ingest
from ingest.source import Asked as Held
from ingest.source import Page, RawPost, Window
from ingest.sources.reddit import Reddit
from ingest.wires.reddit import Flat, Listing, Tree, full_name, opened, read
from tests.support.reading import source_and_service
from tests.support.replay import Asked, QuickClock, Replay, Reply, json_reply, replaying
from tests.support.services.reddit import SECRETS, FakeReddit, listing

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The app's made-up credentials."""
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)


@contextmanager
def asking(
    answer: Callable[[Asked], Reply], service: FakeReddit | None = None, at: datetime = NOW
) -> Iterator[tuple[Reddit, Client, Replay]]:
    """The source, a client, and the server that both ask."""
    with source_and_service(Reddit, answer, (service or FakeReddit()).settings, at) as given:
        yield given


def forward(
    source: Reddit, client: Client, cursor: dict[str, Any] | None = None, days: int = 7
) -> list[Page]:
    (place,) = source.places()
    return list(source.pages(client, place, cursor or {}, Window(first=NOW - timedelta(days=days))))


def held(name: str, at: datetime = NOW - timedelta(days=1)) -> Held:
    return Held(
        place="reddit:r/tested",
        external_id=f"reddit:{name}",
        url="",
        kind="comment",
        written_at=at,
    )


def of(pages: list[Page]) -> dict[str, RawPost]:
    return {full_name(post.external_id): post for page in pages for post in page.posts}


def raw(shared: Path, name: str) -> bytes:
    """A recorded answer, with a name in the place of the recorder's own mark."""
    body = (shared / f"wire/reddit/{name}.json").read_bytes()
    return body.replace(b"<TEST_SUBREDDIT>", b"Tested")


@pytest.mark.parametrize(
    ("name", "posts"),
    [
        ("listing_popular_2026_limit100", 100),
        ("listing_comments_2023", 100),
        ("listing_comments_stream_before", None),
        ("listing_comments_stream_before_empty", 0),
        ("listing_empty", 0),
        ("listing_user_first_page", None),
        ("api_info_deleted_comment", 1),
        ("api_info_unknown_id", 0),
        ("search_all_cloudsearch_2016", None),
    ],
)
def test_recorded_listings(shared: Path, name: str, posts: int | None) -> None:
    told = msgspec.json.decode(raw(shared, name), type=Listing).data
    got = read(told.children)
    assert got.unreadable == 0
    assert len(got.posts) == (len(told.children) if posts is None else posts)
    assert all(p.place.startswith("reddit:r/") for p in got.posts)
    assert all(p.written_at.tzinfo is UTC for p in got.posts)


@pytest.mark.parametrize(
    ("name", "comments", "more", "beyond"),
    [
        ("comments_page_small", None, 0, 0),
        ("comments_page_crosspost", None, None, None),
        ("comments_continue_thread", None, None, None),
        ("comments_page_for_deleted_comment", None, None, None),
        ("comments_page_for_removed_comment", 200, None, 0),
        ("comments_page_large_with_more_and_continue", 476, None, None),
    ],
)
def test_recorded_trees(
    shared: Path, name: str, comments: int | None, more: int | None, beyond: int | None
) -> None:
    listings = msgspec.json.decode(raw(shared, name), type=list[Listing])
    tree = Tree(opener=opened(listings[0].data.children))
    posts = tree.read(listings[1].data.children)
    assert tree.unreadable == 0
    assert len(posts) == len(tree.depths)
    assert comments is None or len(posts) == comments
    assert more is None or len(tree.more) == more
    assert beyond is None or len(tree.beyond) == beyond
    shown = {p.external_id for p in posts} | {tree.opener.external_id}
    orphans = [p for p in posts if p.parent not in shown]
    assert len(orphans) <= 1  # a page of its own begins with a comment whose parent isn't there


def test_a_recorded_tree_tells_accounts_that_are_gone_from_texts_that_are(shared: Path) -> None:
    listings = msgspec.json.decode(
        raw(shared, "comments_page_large_with_more_and_continue"), type=list[Listing]
    )
    tree = Tree(opener=opened(listings[0].data.children))
    posts = tree.read(listings[1].data.children)
    assert sum(p.author is None and not p.deleted and bool(p.text) for p in posts) == 10
    assert sum(p.deleted and not p.text for p in posts) == 6
    assert max(p.depth for p in posts) == 10


@pytest.mark.parametrize("name", ["morechildren_page", "morechildren_small"])
def test_recorded_flat_answers(shared: Path, name: str, opener: RawPost) -> None:
    told = msgspec.json.decode(raw(shared, name), type=Flat).json.data
    assert told is not None
    tree = Tree(opener=opener)
    assert len(tree.read(told.things)) + len(tree.more) + len(tree.beyond) >= len(told.things)
    assert tree.unreadable == 0


@pytest.fixture
def opener() -> RawPost:
    """A post at the head of a thread."""
    fake = FakeReddit()
    fake.add(NOW, "text")
    (thing,) = fake.things.values()
    return opened([msgspec.Raw(json.dumps(fake._thing(thing)).encode())])


def archived(form: Format, row: dict[str, Any]) -> RawPost:
    """The same row as a month's dump has it."""
    body = json.dumps(row).encode()
    stream = io.BufferedReader(io.BytesIO(body))
    file = File(name="x", stream=stream, head=body, again=lambda: stream)
    (item,) = form.read(file)
    assert isinstance(item, Row)
    return item.post()


def test_an_archive_and_the_live_source_give_the_same_post() -> None:
    fake = FakeReddit()
    post = fake.add(NOW, "It **forgot** & lost [all](https://example.org/a)", title="Gone")
    comment = fake.add(NOW, "> same\n\nhere", parent=post)
    for name, form in ((post, SUBMISSIONS), (comment, COMMENTS)):
        thing = fake._thing(fake.things[name], listed=True)
        (live,) = read([msgspec.Raw(json.dumps(thing).encode())]).posts
        filed = archived(form, thing["data"])
        assert live.place == "reddit:r/tested"
        assert live.thread_title == "Gone"
        assert replace(filed, place=live.place, thread_title="Gone") == live


def test_one_sign_in_serves_the_run_and_its_name_is_as_the_rules_want() -> None:
    fake = FakeReddit()
    fake.add(NOW, "text")
    with asking(fake) as (source, client, server):
        forward(source, client)
        forward(source, client)
    assert [a.path for a in server.asked].count("/api/v1/access_token") == 1
    platform, app, rest = server.asked[0].headers["user-agent"].split(":")
    assert platform
    assert app == "whylost"
    assert rest.endswith("(by /u/so_me)")


def test_a_name_cannot_break_the_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_USER", "/u/Jürgen\r\nX: 1")
    fake = FakeReddit()
    with asking(fake) as (source, client, server):
        forward(source, client)
    assert server.asked[0].headers["user-agent"].endswith("(by /u/uJrgenX1)")
    assert "x" not in server.asked[0].headers


def test_more_that_names_itself_again_is_asked_for_once() -> None:
    fake = FakeReddit()
    post = fake.add(NOW - timedelta(days=1), "text")
    for _ in range(6):
        fake.add(NOW, "answer", parent=post)

    def answer(asked: Asked) -> Reply:
        if "morechildren" not in asked.path:
            return fake(asked)
        children = asked.form["children"].split(",")
        stub = {"id": children[0], "parent_id": post, "children": children, "count": 3}
        things = [{"kind": "more", "data": stub}]
        return json_reply({"json": {"errors": [], "data": {"things": things}}})

    with asking(answer) as (source, client, server):
        pages = list(source.thread(client, held(post)))
        assert len(of(pages)) == 4
        assert len([a for a in server.asked if "morechildren" in a.path]) == 1
        # It was not read whole: nothing follows from what is missing.
        assert not source._threads._named


def test_a_token_that_ran_out_is_renewed_once() -> None:
    fake = FakeReddit()
    fake.add(NOW, "text")
    with asking(fake) as (source, client, _):
        forward(source, client)
        fake.tokens.append("another")  # from now on the old one is refused
        assert of(forward(source, client))
        assert len(fake.tokens) == 3


@pytest.mark.parametrize(
    "reply",
    [
        json_reply({"error": "invalid_grant"}),
        json_reply({"message": "Unauthorized", "error": 401}, 401),
        json_reply({"error_description": "x", "error": "unauthorized_client"}),
    ],
)
def test_wrong_credentials_are_one_line_and_one_request(
    reply: Reply, sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    with replaying(lambda _: reply) as server:
        told = FakeReddit().settings(server.address) | {"search": ("one", "two", "three")}
        report = run(sqlite_engine, keyed, tmp_path, told)
    assert report.outcome == "failed"
    assert len(server.asked) == 1
    assert report.message.count("Check") == 1


def test_a_blocked_network_ends_the_run_at_once(
    sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    fake = FakeReddit()
    page = Reply(status=403, headers={"Content-Type": "text/html"}, body=b"<body>blocked by")

    def answer(asked: Asked) -> Reply:
        return fake(asked) if asked.path.endswith("access_token") else page

    with replaying(answer) as server:
        told = fake.settings(server.address) | {"search": ("one", "two", "three")}
        report = run(sqlite_engine, keyed, tmp_path, told)
    assert len(server.asked) == 2
    assert "blocks this machine's network" in report.message


def test_one_closed_community_leaves_the_others(
    sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    fake = FakeReddit()
    fake.add(NOW - timedelta(days=1), "text")

    def answer(asked: Asked) -> Reply:
        if "/r/closed/" in asked.path:
            return json_reply({"message": "Forbidden", "error": 403}, 403)
        if "/r/banned/" in asked.path:
            return json_reply({"reason": "banned"}, 451)
        return fake(asked)

    with replaying(answer) as server:
        told = fake.settings(server.address) | {"search": ("closed", "banned", "Tested")}
        report = run(sqlite_engine, keyed, tmp_path, told)
    assert report.outcome == "partly"
    assert "private, quarantined or closed to the app" in report.message
    assert "closed for legal reasons (451)" in report.message
    assert report.counts["new"] == 1


def test_a_community_that_is_not_there_is_answered_with_others() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("access_token"):
            return json_reply({"access_token": "t"})
        return json_reply(listing([{"kind": "t5", "data": {"display_name": "other"}}]))

    with asking(answer) as (source, client, _), pytest.raises(Refused, match="no community"):
        forward(source, client)


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (Reply(status=429, headers={"Content-Type": "text/html", "retry-after": "4"}), 4.0),
        (json_reply({"message": "Too Many Requests", "error": 429}, 429), 60.0),
        (Reply(status=522, headers={"Content-Type": "text/html"}), None),
        (Reply(status=500), None),
        (Reply(), None),  # a good answer of no bytes
        (Reply(body=b'{"kind": "Listing", "data"'), None),
    ],
)
def test_what_passes_is_asked_again(fault: Reply, wait: float | None) -> None:
    fake = FakeReddit()
    fake.add(NOW, "text")
    with asking(fake) as (source, client, server):
        server.faults = {1: fault}
        assert of(forward(source, client))
        slept = client.budget.clock.slept  # type: ignore[attr-defined] # a QuickClock
        assert wait is None or wait in slept


def test_the_limit_that_reddit_names_is_obeyed_before_it_refuses() -> None:
    fake = FakeReddit()
    fake.add(NOW, "text")

    def last(asked: Asked) -> Reply:
        reply = fake(asked)
        left = {"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "17"}
        return replace(reply, headers=dict(reply.headers) | left)

    with asking(last) as (source, client, _):
        forward(source, client)
        slept = client.budget.clock.slept  # type: ignore[attr-defined] # a QuickClock
        assert any(16 < seconds <= 17 for seconds in slept)


def test_runs_ask_for_pages_of_different_sizes_and_never_for_before() -> None:
    fake = FakeReddit()
    fake.add(NOW, "text")
    sizes = set()
    for minutes in range(3):
        with asking(fake, at=NOW + timedelta(minutes=minutes)) as (source, client, server):
            forward(source, client)
            asked = [a.params for a in server.asked if "limit" in a.params]
            sizes |= {params["limit"] for params in asked}
            assert not any("before" in params for params in asked)
    assert len(sizes) == 3
    assert all(80 < int(size) <= 100 for size in sizes)


def busy(posts: int, cap: int, minutes: int = 1) -> FakeReddit:
    """A community with so many posts, the newest now."""
    fake = FakeReddit(page=100, cap=cap)
    for number in reversed(range(posts)):
        fake.add(NOW - timedelta(minutes=minutes * number), "text")
    return fake


def run(
    engine: Engine, keyed: Keyed, home: Path, told: dict[str, Any], at: datetime = NOW
) -> RunReport:
    quick = {"enabled": True, "pace_seconds": 0.0, "timeout_seconds": 0.5}
    settings = Settings(
        home=home, database="unused", back_fill_days=60, sources={"reddit": quick | told}
    )
    return ingest(engine, keyed, settings, ("reddit",), now=at, clock=QuickClock())


def test_what_a_listing_no_longer_reaches_is_a_gap_that_is_told(
    sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    fake = busy(10, cap=600)
    with replaying(fake) as server:
        told = fake.settings(server.address)
        run(sqlite_engine, keyed, tmp_path, told)
        later = NOW + timedelta(days=1)
        for number in range(700):
            fake.add(later - timedelta(minutes=number), "text")
        report = run(sqlite_engine, keyed, tmp_path, told, later)
    assert report.outcome == "partly"
    assert "lists its newest 1,000 posts only" in report.message
    with reading(sqlite_engine) as connection:
        (gap,) = connection.execute(select(Gap).where(Gap.reason.contains("lists"))).all()
    assert gap.began == NOW
    assert gap.ended == later - timedelta(minutes=599)


def test_a_small_community_has_no_gap() -> None:
    fake = busy(30, cap=1_000, minutes=60)
    with asking(fake, fake) as (source, client, _):
        pages = forward(source, client)
    assert len(of(pages)) == 30
    assert not any(page.missed for page in pages)
    assert [page.empty for page in pages] == [False, True]  # no comments


def test_an_empty_list_moves_nothing() -> None:
    fake = FakeReddit()
    with asking(fake) as (source, client, _):
        pages = forward(source, client)
    assert all(page.empty and page.cursor is None for page in pages)


def test_the_walk_back_ends_where_the_listing_ends(
    sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    fake = busy(700, cap=600, minutes=60)
    for post in list(fake.things.values())[-650:]:
        fake.add(post.at + timedelta(minutes=1), "Same here.", parent=post.name)
    with replaying(fake) as server:
        told = fake.settings(server.address)
        for _ in range(3):
            report = run(sqlite_engine, keyed, tmp_path, told)
        assert report.outcome == "done"
        before = len(server.asked)
        run(sqlite_engine, keyed, tmp_path, told)
        assert len(server.asked) - before == 3  # the token, and the top of both lists
    assert report.counts["read"] < 400
    with reading(sqlite_engine) as connection:
        assert len(connection.scalars(select(PostRow.key)).all()) == 1_200


def test_a_walk_whose_anchor_was_deleted_begins_again() -> None:
    fake = busy(90, cap=1_000, minutes=60)
    fake.page = 20
    with asking(fake, fake) as (source, client, _):
        (place,) = source.places()
        cursor = next(p.cursor for p in forward(source, client, days=1) if p.cursor)
        window = Window(first=NOW, back_to=NOW - timedelta(days=60))
        back = source.pages(client, place, cursor, window)
        after = next(back).cursor
        assert after is not None
        fake.things[after["posts"]["after"]].state = "deleted"
        rest = list(source.pages(client, place, after, window))
    assert rest[0].empty
    assert len(of(rest)) == 89
    assert rest[-1].cursor is not None
    assert rest[-1].cursor["posts"]["ended"]


def test_a_thread_is_read_whole_whatever_its_tree_shows() -> None:
    fake = FakeReddit(breadth=2, depth=2)
    post = fake.add(NOW - timedelta(days=1), "text")
    parents = [post]
    for level in range(5):
        parents = [
            fake.add(NOW - timedelta(hours=20 - level), f"{level}", parent=parent)
            for parent in parents[:3]
            for _ in range(3)
        ]
    with asking(fake) as (source, client, server):
        pages = list(source.thread(client, held(post)))
    assert set(of(pages)) == set(fake.things)
    for name, shown in of(pages).items():
        thing, depth = fake.things[name], 0
        while thing.parent:
            thing, depth = fake.things[thing.parent], depth + 1
        assert shown.depth == depth, name
        assert shown.thread == f"reddit:{post}"
    more = [a for a in server.asked if a.path == "/api/morechildren"]
    assert more
    assert all(a.method == "POST" and len(a.form["children"].split(",")) <= 100 for a in more)


def test_a_thread_without_end_does_not_take_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reddit_threads, "MOST_ANSWERS", 2)
    fake = FakeReddit(breadth=1, depth=1)
    parent = post = fake.add(NOW - timedelta(days=1), "text")
    for _ in range(5):
        parent = fake.add(NOW, "deeper", parent=parent)
    with asking(fake) as (source, client, _), pytest.raises(BadAnswer, match="longer than"):
        list(source.thread(client, held(post)))


def test_check_tells_edited_deleted_and_lost_ones_apart() -> None:
    fake = FakeReddit()
    post = fake.add(NOW - timedelta(days=2), "text")
    names = [fake.add(NOW - timedelta(days=1), f"{n}", parent=post) for n in range(4)]
    fake.things[names[0]].state = "deleted"
    fake.things[names[1]].text = "another text"
    del fake.things[names[2]]
    with asking(fake) as (source, client, _):
        (page,) = source.check(client, [held(name) for name in (post, *names)])
    posts = of([page])
    assert posts[names[0]].deleted
    assert posts[names[1]].text == "another text"
    assert page.gone == (f"reddit:{names[2]}",)


def test_an_answer_without_anything_proves_nothing() -> None:
    fake = FakeReddit()
    with asking(fake) as (source, client, _):
        (page,) = source.check(client, [held("t1_zzz1"), held("t1_zzz2")])
        assert (page.posts, page.gone) == ((), ())
        there = fake.add(NOW, "text")
        forward(source, client)  # now the name of a post that is there is known
        (page,) = source.check(client, [held("t1_zzz1"), held("t1_zzz2")])
        assert page.gone == ("reddit:t1_zzz1", "reddit:t1_zzz2")
        elsewhere = replace(held("t1_zzz1"), place="reddit:r/closed")
        (page,) = source.check(client, [elsewhere])
        assert page.gone == ()  # a community that is closed for a while gives nothing of its own
        del fake.things[there]
        (page,) = source.check(client, [held("t1_zzz1")])
        assert page.gone == ()


def test_what_a_moderator_removed_is_gone_though_info_shows_it() -> None:
    fake = FakeReddit()
    post = fake.add(NOW - timedelta(days=2), "text")
    removed = fake.add(NOW - timedelta(days=1), "seen before", parent=post)
    young = fake.add(NOW - timedelta(minutes=10), "too young to tell", parent=post)
    fake.things[removed].state = fake.things[young].state = "removed"
    with asking(fake) as (source, client, _):
        (page,) = source.check(client, [held(removed)])
        assert page.gone == ()  # without the tree nobody can tell
        list(source.thread(client, held(post)))
        (page,) = source.check(client, [held(removed), held(young)])
    assert page.gone == (f"reddit:{removed}",)
    assert set(of([page])) == {young}


def test_a_removed_post_gives_no_text() -> None:
    fake = FakeReddit()
    name = fake.add(NOW, "text")
    thing = fake._thing(fake.things[name])
    thing["data"]["removed_by_category"] = "moderator"
    (post,) = read([msgspec.Raw(json.dumps(thing).encode())]).posts
    assert (post.deleted, post.title, post.text) == (True, "", "")


def test_a_strange_thing_costs_only_itself() -> None:
    fake = FakeReddit()
    good = fake._thing(fake.things[fake.add(NOW, "text")])
    strange: list[Any] = [{"kind": "t3", "data": {"id": "x"}}, {"kind": 7}, "nothing", None]
    got = read([msgspec.Raw(json.dumps(one).encode()) for one in [*strange, good]])
    assert (len(got.posts), got.unreadable) == (1, 4)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=4), st.lists, max_leaves=6))
def test_a_tree_reads_or_counts_anything(told: Any) -> None:
    fake = FakeReddit()
    thing = fake._thing(fake.things[fake.add(NOW, "text")])
    tree = Tree(opener=opened([msgspec.Raw(json.dumps(thing).encode())]))
    bodies = [{"kind": "t1", "data": {"id": "1", "body": told}}, {"kind": "more", "data": told}]
    assert tree.read([msgspec.Raw(json.dumps(b).encode()) for b in bodies]) == []
    assert tree.unreadable == 2


def test_products_come_from_the_community_and_the_settings() -> None:
    fake = FakeReddit(community="ClaudeAI")
    fake.add(NOW, "text", title="Codex is down, too")
    (thing,) = fake.things.values()
    (post,) = read([msgspec.Raw(json.dumps(fake._thing(thing)).encode())]).posts
    assert post.products == ("Claude", "Codex")
    settings = replace(Reddit.defaults, about={"ClaudeAI": "Gemini"})
    (told,) = Reddit(settings, NOW)._about([post])
    assert told.products == ("Gemini", "Codex")


def test_a_deleted_text_is_purged_within_the_time_that_the_terms_name(
    sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    fake = FakeReddit()
    post = fake.add(NOW - timedelta(days=300), "old")
    comment = fake.add(NOW - timedelta(days=5), "Lost my chat", parent=post)
    with replaying(fake) as server:
        told = fake.settings(server.address)
        run(sqlite_engine, keyed, tmp_path, told)
        fake.things[comment].state = "deleted"
        run(sqlite_engine, keyed, tmp_path, told, NOW + timedelta(hours=48))
    with reading(sqlite_engine) as connection:
        texts = connection.scalars(
            select(PostText.text).join(PostRow, PostRow.key == PostText.post)
        ).all()
    assert "Lost my chat" not in texts


def test_a_closed_community_keeps_no_deletion_from_being_followed(
    sqlite_engine: Engine, keyed: Keyed, tmp_path: Path
) -> None:
    fake = FakeReddit()
    post = fake.add(NOW - timedelta(days=1), "Lost my chat")
    fake.add(NOW - timedelta(hours=1), "another")

    def answer(asked: Asked) -> Reply:
        if "/r/closed/" in asked.path:
            return json_reply({"message": "Forbidden", "error": 403}, 403)
        return fake(asked)

    with replaying(answer) as server:
        told = fake.settings(server.address) | {"search": ("closed", "Tested")}
        run(sqlite_engine, keyed, tmp_path, told)
        fake.things[post].state = "deleted"
        report = run(sqlite_engine, keyed, tmp_path, told, NOW + timedelta(days=2))
    assert report.outcome == "partly"
    assert report.counts["deleted"] == 1
