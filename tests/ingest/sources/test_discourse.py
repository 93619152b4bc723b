"""Discourse as it really behaves: ids that leave holes, notices, topics that can't be read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadAnswer, BudgetSpent, InputError, Refused, Throttled
from domain.nouns import Frame
from domain.settings import SourceSettings
from ingest.client import client_for
from ingest.formats.discourse_topics import DiscourseTopics
from ingest.formats.shape import File
from ingest.source import Asked as Held
from ingest.source import Page, RawPost, Window
from ingest.sources.discourse import Discourse
from ingest.wires.discourse import Latest, Post, Topic, posts_of
from tests.support.fakes import iso
from tests.support.reading import cursor_of
from tests.support.replay import Asked, QuickClock, Replay, Reply, json_reply, replaying
from tests.support.services.discourse import NOT_FOUND, FakeDiscourse

DAY = timedelta(days=1)


@pytest.fixture
def forum(now: datetime) -> FakeDiscourse:
    return FakeDiscourse(now=now, page=12)


@pytest.fixture
def server(forum: FakeDiscourse) -> Iterator[Replay]:
    with replaying(forum) as made:
        yield made


def read(
    server: Replay,
    now: datetime,
    cursor: dict[str, Any] | None = None,
    window: Window | None = None,
    **changes: Any,
) -> Iterator[Page]:
    """The pages of one run."""
    told = {"search": (server.address,), "pace_seconds": 0.0, "timeout_seconds": 1.0} | changes
    source = Discourse(SourceSettings(**told), now)
    (place,) = source.places()
    with client_for(
        "discourse",
        replace(source._settings, base=""),
        requests=source.requests(),
        addresses=source.addresses(),
        clock=QuickClock(),
    ) as client:
        yield from source.pages(client, place, cursor or {}, window or Window(first=now - 7 * DAY))


def numbers(pages: list[Page]) -> list[int]:
    return [int(post.external_id.rpartition("/")[2]) for page in pages for post in page.posts]


def asked_for(
    server: Replay, now: datetime, key: int, topic: int = 1, number: int = 1
) -> list[Page]:
    """What `check` says of one post."""
    name = server.address.partition("://")[2]
    held = Held(
        place=f"discourse:{name}",
        external_id=f"discourse:{name}/{key}",
        url=f"{server.address}/t/topic-{topic}/{topic}/{number}",
        kind="reply",
        written_at=now,
        thread_title="It lost my chat",
    )
    settings = SourceSettings(search=(server.address,), pace_seconds=0.0, timeout_seconds=1.0)
    source = Discourse(settings, now)
    with client_for(
        "discourse", settings, requests=9, addresses=source.addresses(), clock=QuickClock()
    ) as client:
        return list(source.check(client, [held]))


# What was recorded.


def test_the_recorded_list_of_posts(shared: Path) -> None:
    body = (shared / "wire/discourse/posts_latest.json").read_bytes()
    posts, bad = posts_of(msgspec.json.decode(body, type=Latest).latest_posts)
    assert not bad
    assert [(p.id, p.topic_id, p.post_number) for p in posts] == [
        (15, 11, 2),
        (14, 11, 1),
        (10, 7, 1),
        (2, 2, 1),
    ]
    assert posts[0].topic_title
    assert posts[0].created_at == datetime(2020, 1, 25, 2, 10, 7, 971000, tzinfo=UTC)


def test_a_recorded_list_is_read_and_its_missing_parents_are_looked_up(
    shared: Path, now: datetime
) -> None:
    latest = (shared / "wire/discourse/posts_latest.json").read_bytes()

    def answer(asked: Asked) -> Reply:
        if asked.path == "/posts.json" and "before" not in asked.params:
            return Reply(body=latest)
        return json_reply({"latest_posts": []})

    with replaying(answer) as server:
        pages = list(read(server, now))
        name = server.address.partition("://")[2]
    (page,) = pages
    reply = page.posts[0]
    assert (reply.thread, reply.parent) == (f"discourse:{name}/t/11", f"discourse:{name}/14")
    assert (reply.depth, reply.kind, reply.title) == (1, "reply", "")
    assert page.posts[1].title == page.posts[1].thread_title == reply.thread_title
    assert page.posts[1].parent is None


@pytest.mark.parametrize(
    ("name", "shown", "stream"), [("topic_full", 4, 4), ("official_topic", 1, 1)]
)
def test_recorded_topics(shared: Path, name: str, shown: int, stream: int) -> None:
    topic = msgspec.json.decode((shared / f"wire/discourse/{name}.json").read_bytes(), type=Topic)
    posts, bad = posts_of(topic.post_stream.posts)
    assert (len(posts), bad, len(topic.post_stream.stream)) == (shown, 0, stream)
    assert posts[0].post_number == 1


def test_a_recorded_topic_leaves_out_what_moderators_did(shared: Path, now: datetime) -> None:
    body = (shared / "wire/discourse/topic_full.json").read_bytes()
    with replaying(lambda asked: Reply(body=body)) as server:
        pages = visit(server, now, 57)
    assert [len(page.posts) for page in pages] == [3]
    assert pages[0].skipped == 1


def test_the_recorded_single_post(shared: Path) -> None:
    body = (shared / "wire/discourse/official_post.json").read_bytes()
    assert msgspec.json.decode(body, type=Post).post_number == 4


def test_a_post_is_the_same_in_an_archive(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.topic(5, 21, now - DAY, "It lost my chat", "All is gone.")
    forum.post(22, 5, now, 'As in <a href="https://forum.example/t/a/4/1">this one</a>.')
    forum.post(23, 5, now, "And here.", to=2)
    topic = {
        "id": 5,
        "title": "It lost my chat",
        "slug": "topic-5",
        "created_at": iso(now - DAY),
        "post_comments": list(forum.posts.values()),
    }
    body = json.dumps([topic]).encode()
    stream = BufferedReader(BytesIO(body))  # type: ignore[arg-type] # as the importer opens it
    file = File(name="x", stream=stream, head=body, again=lambda: stream)
    name = server.address.partition("://")[2]
    live = next(read(server, now)).posts[::-1]
    archived = [item for item in DiscourseTopics().read(file) if isinstance(item, RawPost)]
    assert len(live) == len(archived) == 3
    for one, other in zip(live, archived, strict=True):
        for field in fields(RawPost):
            ours, theirs = getattr(one, field.name), getattr(other, field.name)
            if isinstance(ours, str):
                ours = ours.replace("http://", "https://").replace(name, "forum.example")
            if field.name != "place":  # another frame
                assert ours == theirs, field.name


# Ids and pages.


def fill(forum: FakeDiscourse, now: datetime, posts: int = 40, first: int = 21) -> None:
    """One topic a day apart, the newest now."""
    for number in range(posts):
        at = now - (posts - 1 - number) * timedelta(hours=6)
        forum.topic(number + 1, first + 2 * number, at, f"Topic {number}", "All is gone.")


def test_a_new_forum_is_read_down_to_the_first_day(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    fill(forum, now)
    pages = list(read(server, now, window=Window(first=now - 2 * DAY)))
    cursor = cursor_of(pages)
    assert (cursor["to"], cursor["from"]) == (99, 77)
    assert numbers(pages) == list(range(99, 76, -2))


def test_only_what_is_new_is_read_and_looked_up(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    fill(forum, now)
    cursor = cursor_of([*read(server, now)])
    server.asked.clear()
    forum.post(120, 3, now, "Same here.")
    pages = list(read(server, now + DAY, cursor))
    assert numbers(pages) == [120]  # what is listed again is not read again
    assert [a.path for a in server.asked] == ["/posts.json", "/t/3.json"]
    assert cursor_of(pages)["to"] == 120


def test_a_post_that_was_committed_after_its_successor_is_found(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    fill(forum, now)
    cursor = cursor_of([*read(server, now)])
    forum.topic(50, 96, now, "Late", "All is gone.")
    assert numbers(list(read(server, now, cursor))) == [96]


@pytest.mark.parametrize("windowed", [False, True])
def test_a_stop_in_the_middle_loses_nothing(
    forum: FakeDiscourse, server: Replay, now: datetime, *, windowed: bool
) -> None:
    forum.windowed = windowed
    fill(forum, now, posts=10)
    cursor = cursor_of([*read(server, now)])
    got: set[int] = set()
    for number in range(90):  # more than three pages of either kind
        forum.topic(100 + number, 41 + 2 * number, now + timedelta(hours=1), "New", "Gone.")
    for _ in range(20):
        try:
            for page in read(server, now + DAY, cursor, budget_requests=2):
                got.update(numbers([page]))
                cursor = dict(page.cursor or cursor)
        except BudgetSpent:
            assert got >= set(range(41, cursor["to"], 2))  # never past what was read
            continue
        break
    assert "open" not in cursor
    assert set(range(41, 221, 2)) <= got
    assert cursor["to"] == 219


def test_posts_that_come_while_a_stretch_is_open_are_read_after_it(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    fill(forum, now, posts=10)
    cursor = cursor_of([*read(server, now)])
    for number in range(30):
        forum.topic(100 + number, 41 + 2 * number, now, "New", "Gone.")
    first = next(read(server, now, cursor))
    forum.topic(200, 300, now, "Newer", "Gone.")
    pages = list(read(server, now, dict(first.cursor or {})))
    assert set(numbers([first, *pages])) >= {*range(41, 101, 2), 300}
    assert cursor_of(pages)["to"] == 300


def test_the_covered_stretch_ends_before_an_open_one(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    fill(forum, now, posts=10)
    source = Discourse(SourceSettings(search=(server.address,)), now)
    cursor = cursor_of([*read(server, now)])
    for number in range(30):
        forum.topic(100 + number, 41 + 2 * number, now + DAY, "New", "Gone.")
    first, *rest = read(server, now + DAY, cursor)
    covered, whole = source.covered(first.cursor or {}), source.covered(rest[-1].cursor or {})
    assert covered is not None
    assert whole is not None
    assert (covered.ended, whole.ended) == (now, now + DAY)


@pytest.mark.parametrize("windowed", [False, True])
def test_the_walk_back_ends_at_the_first_post(
    forum: FakeDiscourse, server: Replay, now: datetime, *, windowed: bool
) -> None:
    forum.windowed = windowed
    fill(forum, now, posts=60, first=260)
    forum.topic(900, 21, now - 100 * DAY, "The first of all", "Gone.")  # after 200 hidden ids
    cursor = cursor_of([*read(server, now, window=Window(first=now - DAY))])
    back = Window(first=now - DAY, back_to=now - 400 * DAY)
    pages = list(read(server, now, cursor, back))
    assert numbers(pages)[-1] == 21
    assert cursor_of(pages)["bottom"] is True
    server.asked.clear()
    assert not list(read(server, now, cursor_of(pages), back))
    assert not server.asked


def test_an_empty_answer_in_between_moves_nothing(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    fill(forum, now, posts=10)
    cursor = cursor_of([*read(server, now)])
    for number in range(40):
        forum.topic(100 + number, 241 + 2 * number, now, "New", "Gone.")
    empty = json_reply({"latest_posts": []})
    start = len(server.asked)
    server.faults = {start + number: empty for number in range(1, 9)}
    pages = read(server, now, cursor)
    got = [next(pages), next(pages)]
    with pytest.raises(BadAnswer, match="lists nothing below post"):
        next(pages)
    server.faults = {}
    got += read(server, now, cursor_of(got))
    assert set(numbers(got)) >= set(range(241, 321, 2))


def test_one_empty_answer_is_asked_for_again(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    fill(forum, now, posts=60, first=200)
    server.faults = {1: json_reply({"latest_posts": []})}
    assert numbers(list(read(server, now))) == list(range(318, 250, -2))


def test_an_empty_forum_is_told_as_empty(server: Replay, now: datetime) -> None:
    (page,) = read(server, now)
    assert page.empty
    assert page.cursor is None


def test_what_lies_before_the_cursor_is_read_again_when_asked(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    fill(forum, now)
    cursor = cursor_of([*read(server, now)])
    again = Window(first=now - 7 * DAY, since=now - 5 * DAY)
    assert len(numbers(list(read(server, now, cursor, again)))) >= 20


# Topics and parents.


def test_parents_are_looked_up_near_their_number(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.topic(1, 21, now - 30 * DAY, "It lost my chat", "All is gone.")
    for number in range(40):
        forum.post(22 + number, 1, now - 30 * DAY + timedelta(hours=number), "Me too.")
    forum.post(100, 1, now, "And how?", to=30)
    page = next(read(server, now, window=Window(first=now - DAY)))
    reply = page.posts[0]
    assert reply.parent is not None
    assert reply.parent.endswith("/50")
    assert reply.depth == 2
    assert reply.thread_opened_at == now - 30 * DAY
    assert reply.products == ()
    assert "/t/1/30.json" in [a.path for a in server.asked]


def test_few_requests_bring_a_few_posts(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.page = 30
    for topic in range(1, 31):
        forum.topic(topic, 20 + topic, now - 90 * DAY, "It lost my chat", "All is gone.")
        forum.post(100 + topic, topic, now, "Same here.")
    pages = read(server, now, window=Window(first=now - DAY), budget_requests=12)
    first = next(pages)
    with pytest.raises(BudgetSpent):
        list(pages)
    assert numbers([first]) == list(range(130, 120, -1))
    assert cursor_of([first])["from"] == 121


def test_an_answer_to_a_deleted_post_answers_the_topic(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.topic(1, 21, now - DAY, "It lost my chat", "All is gone.")
    forum.post(22, 1, now - DAY, "Me too.")
    forum.post(23, 1, now, "And how?", to=2)
    forum.deleted.add(22)
    page = next(read(server, now))
    assert [p.parent and p.parent[-3:] for p in page.posts] == ["/21", None]
    assert {p.external_id: p.parent for p in page.posts} == {
        p.external_id: p.parent for p in visit(server, now, 1)[0].posts
    }


def test_a_topic_that_cannot_be_read_is_owed(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.topic(1, 21, now - 30 * DAY, "It lost my chat", "All is gone.")
    forum.topic(2, 30, now, "Another", "All is gone here.")
    forum.post(31, 1, now, "Same here.")
    forum.page = 2
    server.faults = {1: Reply(headers={"Content-Type": "text/html"}, body=b"<h1>Oops")}
    page = next(read(server, now))
    assert (numbers([page]), page.unreadable) == ([30], 1)
    assert (page.cursor or {})["owed"] == {"1": 1}
    pages = list(read(server, now, dict(page.cursor or {})))
    assert {21, 31} <= set(numbers(pages))
    assert cursor_of(pages)["owed"] == {}


def test_what_is_owed_is_given_up_after_three_runs(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.topic(1, 21, now, "It lost my chat", "All is gone.")
    cursor: dict[str, Any] = {
        **{"from": 21, "to": 21, "from_at": now.isoformat(), "to_at": now.isoformat()},
        "owed": {"9": 1},
    }
    for left in ({"9": 2}, {"9": 3}, {}):
        server.faults = {len(server.asked): Reply(headers={"Content-Type": "text/html"}, body=b"")}
        pages = list(read(server, now, cursor))
        cursor = cursor_of(pages)
        assert cursor["owed"] == left
        assert sum(page.unreadable for page in pages) == 1


def test_a_reply_in_a_topic_that_went_private_is_left_out(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.topic(1, 21, now - 30 * DAY, "It lost my chat", "All is gone.")
    forum.post(31, 1, now, "Same here.")
    forum.page = 1
    refused = {"errors": ["Not yours"], "error_type": "invalid_access"}
    server.faults = {1: json_reply(refused, 403)}
    page = next(read(server, now))
    assert (page.posts, page.skipped) == ((), 1)


def visit(server: Replay, now: datetime, topic: int) -> list[Page]:
    """`thread` over a topic."""
    name = server.address.partition("://")[2]
    opener = Held(
        place=f"discourse:{name}",
        external_id=f"discourse:{name}/21",
        url=f"{server.address}/t/some-slug-{topic}/{topic}/1",
        kind="post",
        written_at=now,
    )
    settings = SourceSettings(search=(server.address,), pace_seconds=0.0, timeout_seconds=1.0)
    source = Discourse(settings, now)
    with client_for(
        "discourse", settings, requests=99, addresses=source.addresses(), clock=QuickClock()
    ) as client:
        return list(source.thread(client, opener))


def test_a_long_topic_is_read_in_parts(forum: FakeDiscourse, server: Replay, now: datetime) -> None:
    forum.topic(1, 21, now - DAY, "It lost my chat", "All is gone.")
    for number in range(70):
        forum.post(
            22 + number, 1, now - DAY + timedelta(minutes=number), "Me too.", to=number or None
        )
    forum.chunk = 20
    pages = visit(server, now, 1)
    assert sorted(numbers(pages)) == list(range(21, 92))
    assert len(server.asked) == 4
    posts = [post for page in pages for post in page.posts]
    assert {post.thread_title for post in posts} == {"It lost my chat"}
    assert sum(post.parent is None for post in posts) == 1


# What is shown of a post.


def test_notices_and_moderators_words_are_no_posts(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.topic(1, 21, now, "It lost my chat", "All is gone.")
    forum.post(22, 1, now, "", user_deleted=True)
    forum.post(23, 1, now, "Flagged.", hidden=True)
    for kind in (2, 3, 4):
        forum.post(23 + kind, 1, now, "Closed.", post_type=kind)
    forum.chunk = 20
    (page,) = visit(server, now, 1)
    name = server.address.partition("://")[2]
    assert numbers([page]) == [21]
    assert page.gone == (f"discourse:{name}/22",)
    assert page.there == (f"discourse:{name}/23",)
    assert page.skipped == 4


def test_an_edit_is_told_by_its_version(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.topic(1, 21, now - DAY, "It lost my chat", "All is gone.")
    forum.posts[21] |= {"updated_at": iso(now)}  # a view or a like touches it, too
    assert next(read(server, now)).posts[0].edited_at is None
    forum.posts[21] |= {"version": 2}
    assert next(read(server, now)).posts[0].edited_at == now


def test_nulls_and_missing_keys_are_tolerated() -> None:
    bare = {"id": 3, "topic_id": 1, "post_number": 1, "created_at": "2026-11-23T12:00:00Z"}
    nulls = dict.fromkeys(("cooked", "username", "hidden", "version", "updated_at"))
    strange = [{"id": "x"}, bare | {"created_at": "soon"}, bare | {"id": -1}, 7]
    posts, bad = posts_of([msgspec.Raw(json.dumps(p).encode()) for p in (bare, bare | nulls)])
    assert (len(posts), bad) == (2, 0)
    assert posts_of([msgspec.Raw(json.dumps(p).encode()) for p in strange]) == ([], 4)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(sorted(Post.__struct_fields__)), JSON_VALUES), max_size=4
    )
)
def test_any_post_is_read_or_counted(posts: list[dict[str, Any]]) -> None:
    items = [msgspec.Raw(json.dumps(post).encode()) for post in posts]
    read_, bad = posts_of(items)
    assert len(read_) + bad == len(items)


def test_a_list_of_which_nothing_can_be_read_is_an_error(now: datetime) -> None:
    with (
        replaying(lambda asked: json_reply({"latest_posts": [{"id": "new shape"}]})) as server,
        pytest.raises(BadAnswer, match="unknown shape"),
    ):
        list(read(server, now))


# Asked for again.


def test_a_deleted_post_is_gone_and_a_living_one_is_not(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.topic(1, 21, now, "It lost my chat", "All is gone.")
    forum.post(22, 1, now, "Me too.")
    forum.deleted.add(22)
    name = server.address.partition("://")[2]
    assert asked_for(server, now, 22) == [Page(gone=(f"discourse:{name}/22",))]
    (page,) = asked_for(server, now, 21)
    (post,) = page.posts
    assert (post.thread, post.title, post.text) == ("", "It lost my chat", "All is gone.")


def test_a_single_reply_reads_as_it_did_in_the_list(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.topic(1, 21, now - DAY, "Codex lost my chat", "All is gone.")
    forum.post(22, 1, now, "Me too.", to=1)
    before = next(read(server, now)).posts[0]
    (page,) = asked_for(server, now, 22, number=2)
    (after,) = page.posts
    assert (after.title, after.text, after.author) == (before.title, before.text, before.author)
    assert [a.path for a in server.asked][-1] == "/posts/22.json"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (json_reply(NOT_FOUND, 404), "gone"),
        (json_reply({"errors": []}, 410), "gone"),
        (json_reply({"error_type": "invalid_access"}, 403), "nothing"),
        (Reply(status=404, headers={"Content-Type": "text/html"}, body=b"<h1>nginx"), "error"),
        (Reply(status=403, headers={"Content-Type": "text/html"}, body=b"<h1>Wait"), "error"),
        (json_reply({"error_type": "not_logged_in"}, 403), "error"),
    ],
)
def test_only_the_forums_own_word_counts(now: datetime, reply: Reply, said: str) -> None:
    with replaying(lambda asked: reply) as server:
        if said == "error":
            with pytest.raises(Refused):
                asked_for(server, now, 21)
            return
        pages = asked_for(server, now, 21)
    assert bool(pages and pages[0].gone) == (said == "gone")


# What a forum answers instead.


def test_a_forum_for_members_says_so(now: datetime) -> None:
    closed = {"errors": ["You need to be logged in"], "error_type": "not_logged_in"}
    with (
        replaying(lambda asked: json_reply(closed, 403)) as server,
        pytest.raises(Refused, match=r"to members only\. Take it out of `search`"),
    ):
        list(read(server, now))


def test_a_challenge_in_html_is_told_in_a_line(now: datetime) -> None:
    page = b"<!DOCTYPE html><title>Just a moment...</title>"
    challenge = Reply(status=403, headers={"Content-Type": "text/html"}, body=page)
    with (
        replaying(lambda asked: challenge) as server,
        pytest.raises(Refused, match=r"posts\.json .*\(403\)"),
    ):
        list(read(server, now))


def test_a_limit_with_its_seconds_in_the_body_is_obeyed(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.topic(1, 21, now, "It lost my chat", "All is gone.")
    body = {"errors": ["Slow down"], "extras": {"wait_seconds": 7}}
    server.faults = {0: json_reply(body, 429)}
    assert numbers(list(read(server, now))) == [21]
    server.faults = {len(server.asked): json_reply({"extras": {"wait_seconds": 7_000}}, 429)}
    with pytest.raises(Throttled, match="7000 s"):
        list(read(server, now))


# Settings.


def test_places_are_forums_by_address(now: datetime) -> None:
    told = ("https://Forum.example/", "https://forum.example", "http://other.example/talk/")
    source = Discourse(SourceSettings(search=told), now)
    assert [p.name for p in source.places()] == [
        "discourse:forum.example",
        "discourse:other.example/talk",
    ]
    assert source.addresses() == ("https://forum.example", "http://other.example/talk")
    assert {p.frame for p in source.places()} == {Frame.ALL_POSTS}


@pytest.mark.parametrize("wrong", ["forum.example", "ftp://x", "https://", "https://x?y=1", ""])
def test_what_is_no_address_is_named(now: datetime, wrong: str) -> None:
    with pytest.raises(InputError, match="is no address"):
        Discourse(SourceSettings(search=(wrong,)), now).places()


def test_the_product_of_a_forum_comes_from_the_settings(
    forum: FakeDiscourse, server: Replay, now: datetime
) -> None:
    forum.topic(1, 21, now, "Codex lost my chat", "All is gone.")
    about = {server.address: "Cursor"}
    post: RawPost = next(read(server, now, about=about)).posts[0]
    assert post.products == ("Cursor", "Codex")


def test_advice_tells_the_days_to_go(now: datetime) -> None:
    source = Discourse(SourceSettings(), now)
    cursor = {"from_at": (now - 3 * DAY).isoformat(), "to_at": now.isoformat(), "to": 1}
    assert source.advice(cursor, now - 10 * DAY) == "7 days of history to go"
    assert source.advice(cursor | {"bottom": True}, now - 10 * DAY) == ""
    assert source.advice({}, now) == ""
